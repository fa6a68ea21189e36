//! Who is here, who was, and which two show one key.
//!
//! A row belongs to one connection and never moves to another while that stands. A page that
//! left and comes back with the same key gets its old row, and the person is told that anybody
//! who has seen the key could have claimed it.

use super::event::{Member, MemberKind, MemberState, Trust, Via};
use super::limits::{
    Bucket, DEPARTED_FOR, MAX_DEPARTED, NAMES, NAMES_ABUSE, RENEGOTIATIONS, RENEGOTIATIONS_ABUSE, TYPING,
    TYPING_ABUSE,
};
use super::names::skeleton;
use super::speech::Speech;
use crate::id::{LinkId, MemberId};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// What is shown beside a member, most of it about native ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Marks {
    pub same_name: bool,
    pub owner: bool,
    pub muted: bool,
    pub blocked: bool,
    pub was_native: bool,
    pub kept: Option<String>,
}

/// A member's row.
#[derive(Debug)]
pub(super) struct Row {
    pub id: MemberId,
    /// The connection it speaks over; a native member's may be gone for a while.
    pub link: Option<LinkId>,
    pub user_id: String,
    pub public_key: String,
    pub name: String,
    pub fingerprint: String,
    pub kind: MemberKind,
    pub trust: Trust,
    pub state: MemberState,
    pub via: Option<Via>,
    pub islands: Vec<String>,
    pub same_key: bool,
    pub marks: Marks,
    /// What it says and how fast.
    pub speech: Speech,
    /// It types: in the room, in the direct thread.
    pub types: [bool; 2],
    /// It has been told that this person types in the direct thread.
    pub told_typing: bool,
}

impl Row {
    /// The row as shown.
    pub fn shown(&self) -> Member {
        Member {
            id: self.id.clone(),
            name: self.name.clone(),
            fingerprint: self.fingerprint.clone(),
            kind: self.kind,
            trust: self.trust,
            state: self.state,
            via: self.via,
            islands: self.islands.clone(),
            same_key: self.same_key,
            same_name: self.marks.same_name,
            owner: self.marks.owner,
            muted: self.marks.muted,
            blocked: self.marks.blocked,
            was_native: self.marks.was_native,
            kept: self.marks.kept.clone(),
        }
    }
}

/// A pair of thresholds for one kind of frame: above the first it is dropped, above the second
/// the link is closed.
#[derive(Debug)]
pub(super) struct Gauge {
    fair: Bucket,
    abuse: Bucket,
}

/// What a [`Gauge`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    Fair,
    Fast,
    Abuse,
}

impl Gauge {
    fn new(fair: (u32, Duration), abuse: (u32, Duration)) -> Self {
        Self {
            fair: Bucket::new(fair),
            abuse: Bucket::new(abuse),
        }
    }

    pub fn measure(&mut self, now: Duration) -> Pace {
        if !self.abuse.take(now, 1) {
            Pace::Abuse
        } else if self.fair.take(now, 1) {
            Pace::Fair
        } else {
            Pace::Fast
        }
    }
}

/// The gauges of one connection, for whoever speaks over it.
#[derive(Debug)]
pub(super) struct Gauges {
    pub typing: Gauge,
    pub names: Gauge,
    pub renegotiations: Gauge,
}

impl Default for Gauges {
    fn default() -> Self {
        Self {
            typing: Gauge::new(TYPING, TYPING_ABUSE),
            names: Gauge::new(NAMES, NAMES_ABUSE),
            renegotiations: Gauge::new(RENEGOTIATIONS, RENEGOTIATIONS_ABUSE),
        }
    }
}

/// Somebody who left.
#[derive(Debug)]
struct Departed {
    id: MemberId,
    public_key: String,
    speech: Speech,
    at: Duration,
}

/// What a newcomer starts with.
pub(super) struct Admitted {
    pub id: MemberId,
    /// The pace it had when it left, if it is back.
    pub speech: Speech,
    /// It gets the row of somebody who left.
    pub returned: bool,
}

/// Why `to` names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    /// The room has ended.
    #[error("this room is over")]
    Ended,
    /// Neither an id nor a name of anybody here.
    #[error("nobody here has that name or id")]
    Nobody,
    /// The name is not unique.
    #[error("several members have that name: use the id of the one you mean")]
    Several,
}

/// Every row, and the memory of those who left.
#[derive(Debug, Default)]
pub(super) struct Members {
    rows: BTreeMap<MemberId, Row>,
    departed: VecDeque<Departed>,
    born: u64,
}

impl Members {
    /// The row of the member that speaks over `link`.
    pub fn of(&mut self, link: LinkId) -> Option<&mut Row> {
        self.rows.values_mut().find(|row| row.link == Some(link))
    }

    /// The row `id`.
    pub fn get(&self, id: &MemberId) -> Option<&Row> {
        self.rows.get(id)
    }

    /// The row `id`.
    pub fn get_mut(&mut self, id: &MemberId) -> Option<&mut Row> {
        self.rows.get_mut(id)
    }

    /// Every row.
    pub fn iter(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// How many are here.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// An id for a newcomer with `public_key`: the old one if a row of that key was left lately,
    /// none that is here has it, and its claim holds (`proven`).
    pub fn admit(&mut self, now: Duration, public_key: &str, proven: bool) -> Admitted {
        self.departed
            .retain(|gone| now.saturating_sub(gone.at) < DEPARTED_FOR);
        let here = self.rows.values().any(|row| row.public_key == public_key);
        if proven
            && !here
            && let Some(at) = self
                .departed
                .iter()
                .rposition(|gone| gone.public_key == public_key)
            && let Some(gone) = self.departed.remove(at)
        {
            return Admitted {
                id: gone.id,
                speech: gone.speech,
                returned: true,
            };
        }
        let id = self.born();
        Admitted {
            id,
            speech: Speech::default(),
            returned: false,
        }
    }

    /// An id nobody had.
    pub fn born(&mut self) -> MemberId {
        self.born += 1;
        MemberId(format!("m{}", self.born))
    }

    /// Removes a row that will not come back as a page does; returns it and the rows whose mark
    /// changed by it.
    pub fn take(&mut self, id: &MemberId) -> Option<(Row, Vec<Member>)> {
        let row = self.rows.remove(id)?;
        Some((row, self.mark()))
    }

    /// Adds a row; returns the rows whose mark changed by it.
    pub fn insert(&mut self, row: Row) -> Vec<Member> {
        let id = row.id.clone();
        self.rows.insert(id.clone(), row);
        let mut changed = self.mark();
        changed.retain(|member| member.id != id);
        changed
    }

    /// Removes a row; returns it and the rows whose mark changed by it. `remember` lets it come
    /// back.
    pub fn remove(&mut self, now: Duration, link: LinkId, remember: bool) -> Option<(Row, Vec<Member>)> {
        let id = self.rows.values().find(|row| row.link == Some(link))?.id.clone();
        let mut row = self.rows.remove(&id)?;
        if remember && row.trust != Trust::None {
            if self.departed.len() >= MAX_DEPARTED {
                self.departed.pop_front();
            }
            let gone = Departed {
                id,
                public_key: row.public_key.clone(),
                speech: std::mem::take(&mut row.speech),
                at: now,
            };
            self.departed.push_back(gone);
        }
        let changed = self.mark();
        Some((row, changed))
    }

    /// Recomputes who shares a key, a user id or a name; returns the rows that changed.
    pub fn mark(&mut self) -> Vec<Member> {
        let mut keys: BTreeMap<String, usize> = BTreeMap::new();
        let mut users: BTreeMap<String, usize> = BTreeMap::new();
        for row in self.rows.values() {
            *keys.entry(row.public_key.clone()).or_default() += 1;
            *users.entry(row.user_id.clone()).or_default() += 1;
        }
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for row in self.rows.values() {
            *names.entry(skeleton(&row.name)).or_default() += 1;
        }
        let mut changed = Vec::new();
        for row in self.rows.values_mut() {
            let shared = keys.get(&row.public_key) > Some(&1) || users.get(&row.user_id) > Some(&1);
            // A page's name proves nothing to begin with.
            let same_name = row.kind == MemberKind::Native && names.get(&skeleton(&row.name)) > Some(&1);
            if (row.same_key, row.marks.same_name) != (shared, same_name) {
                row.same_key = shared;
                row.marks.same_name = same_name;
                changed.push(row.shown());
            }
        }
        changed
    }

    /// The member `to` names: by id, or by a name that only one has.
    pub fn find(&self, to: &str) -> Result<MemberId, MemberError> {
        let id = MemberId(to.into());
        if self.rows.contains_key(&id) {
            return Ok(id);
        }
        let mut named = self.rows.values().filter(|row| row.name == to);
        match (named.next(), named.next()) {
            (Some(row), None) => Ok(row.id.clone()),
            (Some(_), Some(_)) => Err(MemberError::Several),
            (None, _) => Err(MemberError::Nobody),
        }
    }

    /// The name of the one member that claims `user_id` with a fitting signature.
    pub fn name_of(&self, user_id: &str) -> Option<&str> {
        let mut claimed = self
            .rows
            .values()
            .filter(|row| row.user_id == user_id && row.trust != Trust::None);
        match (claimed.next(), claimed.next()) {
            (Some(row), None) => Some(&row.name),
            _ => None,
        }
    }

    /// Forgets everybody.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.departed.clear();
    }
}
