//! Dayflies among pages: a native session beside the channel that pages speak on.
//!
//! A field in what a Dayfly says of itself tells the others; pages pass over it. Once both sides
//! have said it, each opens a second channel, and the handshake runs there, bound to the web
//! identities of both. What keys it is public, so the session proves nothing but that it is the
//! same key on this connection: the label is *unverified* until people compare codes.
//!
//! Whoever strips the field keeps two Dayflies pages to each other. It cannot do so later: a user
//! id that once was native and is not any more is shown as such, and what would be said to it alone
//! is not said. A direct message to a Dayfly goes through the session or not at all. What is said
//! to the whole room is said as pages say it, to everybody alike: pages hear it anyway, and one line
//! must not stand under two ids.

use super::super::event::{Event, MemberKind, NoticeCode};
use super::super::io::Output;
use super::super::limits::MAX_REMEMBERED;
use super::super::{Room, Timer};
use super::hello::HANDSHAKE_WITHIN;
use super::{Native, NativeTimer};
use crate::crypto::{PublicKey, hash, put_lp};
use crate::id::{LinkId, MemberId};
use crate::identity::web::fingerprint;
use crate::timer::Now;

/// The version that a Dayfly names in a web room. It never changes: what both speak is settled in
/// the handshake.
pub(in crate::room) const VERSION: u8 = 1;

impl Native {
    /// Whether a web user id was native here before.
    pub fn sticks(&self, user_id: &str) -> bool {
        self.sticky.iter().any(|other| other == user_id)
    }
}

impl Room {
    /// Opens the channel for native frames if both sides have said that they speak so.
    pub(in crate::room) fn offer_native(&mut self, now: Now, id: LinkId) {
        let both = self.me.identity.is_some()
            && self.links.get(&id).is_some_and(|link| link.speaks_native)
            && self.members.of(id).is_some();
        let timer = Timer::Native(NativeTimer::Handshake(id));
        if both && !self.native.stages.contains_key(&id) && self.timers.get(&timer).is_none() {
            self.timers.set(timer, now.plus(HANDSHAKE_WITHIN));
            self.out(Output::OpenNative { link: id });
        }
    }

    /// The channel is open on both sides.
    pub(in crate::room) fn native_open(&mut self, now: Now, id: LinkId) {
        let timer = Timer::Native(NativeTimer::Handshake(id));
        if self.is_native() || self.native.stages.contains_key(&id) || self.timers.get(&timer).is_none() {
            self.stats.dropped += 1;
            return;
        }
        self.begin_native(now, id);
    }

    /// What binds a native handshake to the web identities of both sides.
    pub(super) fn web_context(&self, id: LinkId) -> Option<Vec<u8>> {
        let link = self.links.get(&id)?;
        let row = self.members.iter().find(|row| row.link == Some(id))?;
        let me = self.me.identity.as_ref()?;
        let (ours, theirs) = ((&me.user_id, &me.public_key), (&row.user_id, &row.public_key));
        let (i, r) = if link.binding?.dtls_client {
            (ours, theirs)
        } else {
            (theirs, ours)
        };
        let mut context = Vec::new();
        put_lp(&mut context, i.0.as_bytes());
        put_lp(&mut context, r.0.as_bytes());
        context.extend(hash(&[i.1.as_bytes()]));
        context.extend(hash(&[r.1.as_bytes()]));
        Some(context)
    }

    /// A peer does not speak natively after all: it stays a page, unless it was more before.
    pub(super) fn no_native(&mut self, _now: Now, id: LinkId) {
        if let Some(link) = self.links.get_mut(&id) {
            link.speaks_native = false;
        }
        let Some(row) = self.members.of(id) else { return };
        let (user_id, name) = (row.user_id.clone(), row.name.clone());
        if !self.native.sticks(&user_id) {
            return;
        }
        if let Some(row) = self.members.of(id) {
            row.marks.was_native = true;
            let member = row.shown();
            self.event(Event::MemberChanged { member });
        }
        self.tell_was_native(&name);
    }

    pub(in crate::room) fn tell_was_native(&mut self, name: &str) {
        self.notice(
            NoticeCode::WasNative,
            &format!(
                "{name} was a Dayfly earlier and speaks as a page now. It may be somebody else, or somebody keeps \
                 the two of you from speaking privately; nothing is said to it alone any more."
            ),
        );
    }

    /// The row of a page turns out to be a Dayfly's.
    pub(super) fn turns_native(&mut self, id: LinkId, key: &PublicKey) {
        let trust = self.trust_of(key);
        let Some(row) = self.members.of(id) else { return };
        row.kind = MemberKind::Native;
        row.trust = trust;
        row.fingerprint = fingerprint(key.as_bytes());
        row.marks.was_native = false;
        let (member, user_id) = (row.shown(), row.user_id.clone());
        self.event(Event::MemberChanged { member });
        if !self.native.sticks(&user_id) {
            if self.native.sticky.len() >= MAX_REMEMBERED {
                self.native.sticky.pop_front();
            }
            self.native.sticky.push_back(user_id);
        }
    }

    /// The connection's row, in a web room.
    pub(super) fn row_of(&mut self, id: LinkId) -> Option<MemberId> {
        self.members.of(id).map(|row| row.id.clone())
    }

    /// Whether what is said to this row alone goes through a session or not at all, and whether
    /// that can be now: `None` for a page.
    pub(in crate::room) fn alone_with(&self, member: &MemberId) -> Option<bool> {
        let row = self.members.get(member)?;
        if row.marks.was_native {
            return Some(false);
        }
        if row.kind == MemberKind::Native {
            return Some(true);
        }
        let link = row.link?;
        let under_way = self.native.stages.contains_key(&link)
            || self
                .timers
                .get(&Timer::Native(NativeTimer::Handshake(link)))
                .is_some();
        under_way.then_some(false)
    }
}
