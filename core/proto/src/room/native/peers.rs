//! Who is met natively: one peer for each key, its sessions, its row.
//!
//! A row belongs to a key and not to a connection: it waits for two minutes when the last session
//! ends, and whoever comes back with the key gets it back, with its trust and its thread. Another
//! key is another member, whatever its name.
//!
//! Of two sessions with one key the one with the smaller sid stays, unless it is silent; the other
//! is read for two more seconds and closed.

use super::super::event::{Event, MemberKind, MemberState, Trust};
use super::super::limits::{MAX_MEMBERS, MAX_PEERS, MAX_QUEUED_FRAMES};
use super::super::members::{Marks, Pace, Row};
use super::super::speech::Speech;
use super::super::{Room, Timer, names};
use super::hello::Stage;
use super::parked::Away;
use super::roster::Entry;
use super::signals::Calls;
use super::{Native, NativeTimer};
use crate::crypto::PublicKey;
use crate::id::{LinkId, MemberId};
use crate::identity::native::did;
use crate::identity::native::handshake::Mode;
use crate::identity::native::proof::Proof;
use crate::identity::native::session::{Opened, Session, SessionError};
use crate::identity::web::{default_name, fingerprint};
use crate::secret::Private;
use crate::timer::Now;
use crate::wire::native::{Frame, Frontier, Refused};
use std::collections::VecDeque;
use std::time::Duration;
use zeroize::Zeroizing;

/// How long the session that is not needed is still read.
const DRAINED_AFTER: Duration = Duration::from_secs(2);

/// A session and what waits for it.
pub(in crate::room) struct Live {
    pub id: PublicKey,
    pub session: Session,
    /// The peer has said its name; nothing else counts before.
    greeted: bool,
    /// It said in it that it is in the background.
    pub(super) parked: bool,
    /// In which generation this device said in it what it knows.
    pub(super) asked: Option<u32>,
    /// What the peer said it knows, before it might hear anything.
    pub(super) unanswered: Option<Frontier>,
    /// Plaintexts that wait until keys have changed.
    waiting: VecDeque<Zeroizing<Vec<u8>>>,
}

/// A key that was met.
#[derive(Debug)]
pub(super) struct Peer {
    pub member: MemberId,
    /// Its sessions.
    pub links: Vec<LinkId>,
    /// It had a session that ended before the present one.
    pub known: bool,
    /// A person here compared codes with it.
    pub verified: bool,
    /// A person here said that codes differ.
    pub red: bool,
    pub blocked: bool,
    pub kept: Option<PublicKey>,
    /// The number of this person's sender key that it was given.
    pub has_key: u32,
    /// Up to which of this person's events it has them: in the room, in its thread.
    pub got: (u64, u64),
    /// Comparisons that went wrong after the code could be known.
    pub spent: u32,
    /// Whether it is in the background, and what it is owed.
    pub(super) away: Away,
    /// What is needed to reach it by way of others.
    pub(super) calls: Calls,
    /// When it was last here, to forget the oldest first.
    pub(super) seen_at: Duration,
}

impl Native {
    /// The row of a key, this person's own included.
    pub fn member_of(&self, id: &PublicKey) -> Option<MemberId> {
        if *id == self.id() {
            return Some(super::super::my_id());
        }
        self.peers.get(id).map(|peer| peer.member.clone())
    }

    /// The key behind a row.
    pub fn key_of(&self, member: &MemberId) -> Option<PublicKey> {
        let mut peers = self.peers.iter();
        peers.find(|(_, peer)| peer.member == *member).map(|(id, _)| *id)
    }

    /// Whether a key can be reached now, this person's own included.
    pub fn is_here(&self, id: &PublicKey) -> bool {
        *id == self.id() || self.peers.get(id).is_some_and(|peer| !peer.links.is_empty())
    }

    /// Whose session a connection carries.
    pub fn live_key(&self, link: LinkId) -> Option<PublicKey> {
        self.live(link).map(|live| live.id)
    }

    pub(super) fn live(&self, link: LinkId) -> Option<&Live> {
        match self.stages.get(&link) {
            Some(Stage::Live(live)) => Some(live),
            _ => None,
        }
    }

    pub(super) fn live_mut(&mut self, link: LinkId) -> Option<&mut Live> {
        match self.stages.get_mut(&link) {
            Some(Stage::Live(live)) => Some(live),
            _ => None,
        }
    }

    /// Keys with a session.
    pub(super) fn connected(&self) -> Vec<PublicKey> {
        let connected = self.peers.iter().filter(|(_, peer)| !peer.links.is_empty());
        connected.map(|(id, _)| *id).collect()
    }

    /// Keys with a session over which names were exchanged, blocked ones aside.
    pub(super) fn here(&self) -> Vec<PublicKey> {
        let greeted = |peer: &Peer| {
            peer.links
                .iter()
                .any(|link| self.live(*link).is_some_and(|live| live.greeted))
        };
        self.peers
            .iter()
            .filter(|(_, peer)| !peer.blocked && greeted(peer))
            .map(|(id, _)| *id)
            .collect()
    }
}

impl Room {
    /// The session that serves for a key: the one with the smallest sid that is not silent.
    pub(super) fn primary(&self, id: &PublicKey) -> Option<LinkId> {
        let peer = self.native.peers.get(id)?;
        peer.links.iter().copied().min_by_key(|link| {
            let silent = self.links.get(link).is_none_or(|link| link.silent);
            (silent, self.native.live(*link).map(|live| *live.session.sid()))
        })
    }

    /// A peer has proved its key.
    pub(super) fn proven(&mut self, now: Now, id: LinkId, mut session: Session, proof: &Proof) {
        let signal_key = session.take_signal_key();
        let Some((generation, via)) = self.links.get(&id).map(|link| (link.generation, link.via)) else {
            return;
        };
        let key = proof.id;
        let in_person = match self.manual_meets(now, id, &key) {
            Some(false) => return,
            Some(true) => true,
            None => false,
        };
        let live = Live {
            id: key,
            session,
            greeted: false,
            parked: false,
            asked: None,
            unanswered: None,
            waiting: VecDeque::new(),
        };
        self.native.stages.insert(id, Stage::Live(Box::new(live)));
        if self.is_refused(now, &name_of(&key)) {
            self.stats.refused += 1;
            self.drop_session(now, id);
            return;
        }
        let refusal = match self.native.roster.entry(&key, generation) {
            Entry::Welcome | Entry::Behind => None,
            Entry::Removed => Some(Refused::Removed),
            Entry::Moved => Some(Refused::Moved),
            Entry::Locked => Some(Refused::Locked),
            Entry::Closed => Some(Refused::Closed),
        };
        let is_new = !self.native.peers.contains_key(&key);
        let full = is_new && (self.members.len() >= MAX_MEMBERS || !self.remember_more());
        if let Some(refusal) = refusal.or(full.then_some(Refused::Full)) {
            self.stats.refused += 1;
            self.refuse_session(now, id, &key, refusal);
            return;
        }
        // A page was let in already; in a native room this is where one comes in.
        if is_new && self.is_native() && !self.admissions.take(now.mono, 1) {
            self.stats.dropped += 1;
            self.drop_session(now, id);
            return;
        }
        if is_new {
            let member = match self.row_of(id) {
                Some(member) => member,
                None => self.members.born(),
            };
            let peer = Peer {
                member,
                links: Vec::new(),
                known: self.native.roster.is_known(&key),
                verified: false,
                red: false,
                blocked: false,
                kept: None,
                has_key: 0,
                got: (0, 0),
                spent: 0,
                away: Away::default(),
                calls: Calls::default(),
                seen_at: now.mono,
            };
            self.native.peers.insert(key, peer);
            self.native.roster.admit(key);
        }
        let row = self.row_of(id);
        let Some(peer) = self.native.peers.get_mut(&key) else {
            return;
        };
        if let Some(row) = row {
            peer.member = row;
        }
        let first = peer.links.is_empty();
        peer.links.push(id);
        peer.seen_at = now.mono;
        if in_person {
            (peer.verified, peer.red) = (true, false);
        }
        peer.kept = proof.kept.or(peer.kept);
        if let Some(signal_key) = signal_key {
            peer.calls.learn(signal_key);
        }
        self.native.ledger.met(key);
        if first {
            self.native.roster.session_opened(&key, generation);
        }
        if let Some(link) = self.links.get_mut(&id) {
            link.via = via;
            if let Some(peer) = link.peer {
                self.attempt_succeeded(peer);
            }
        }
        if !self.is_native() {
            self.turns_native(id, &key);
        }
        self.show_peer(&key);
        self.begin_session(now, id);
        self.settle_sessions(now, &key);
        self.woken(now, &key);
    }

    /// What each side says first.
    fn begin_session(&mut self, now: Now, id: LinkId) {
        if self.meeting.parking.is_parked() {
            // First, so that nobody is shown to be back who is not.
            self.send_frame(now, id, &Frame::Parked { on: true });
        }
        let name = Private(self.me.name.clone());
        self.send_frame(now, id, &Frame::Profile { name });
        self.begin_sync(now, id);
        if self.me.typing {
            self.send_frame(
                now,
                id,
                &Frame::Typing {
                    on: true,
                    direct: false,
                },
            );
        }
    }

    /// Makes room for one more key; false if all that are remembered are here.
    fn remember_more(&mut self) -> bool {
        if self.native.peers.len() < MAX_PEERS {
            return true;
        }
        let away = self
            .native
            .peers
            .iter()
            .filter(|(_, peer)| {
                peer.links.is_empty() && !peer.blocked && self.members.get(&peer.member).is_none()
            })
            .min_by_key(|(_, peer)| peer.seen_at)
            .map(|(id, _)| *id);
        away.is_some_and(|id| self.native.peers.remove(&id).is_some())
    }

    /// Says why a peer is sent away, and sends it away.
    pub(super) fn refuse_session(&mut self, now: Now, id: LinkId, key: &PublicKey, why: Refused) {
        if why == Refused::Removed {
            // It is shown that it was the owner who did it.
            self.send_ops(now, id, key);
        }
        self.send_frame(now, id, &Frame::Refused(why));
        self.drop_session(now, id);
    }

    /// Ends a session, and its connection with it: the next begins anew.
    pub(super) fn drop_session(&mut self, now: Now, id: LinkId) {
        self.close_link(now, id);
    }

    /// Of several sessions with one key, those that are not needed end soon.
    pub(in crate::room) fn settle_sessions(&mut self, now: Now, key: &PublicKey) {
        if !self.is_native() {
            // Which of two connections stays is settled as among pages.
            return;
        }
        let Some(stays) = self.primary(key) else { return };
        let links = self.native.peers.get(key).map(|peer| peer.links.clone());
        for link in links.unwrap_or_default() {
            let timer = Timer::Native(NativeTimer::Drained(link));
            let silent = self.links.get(&link).is_none_or(|link| link.silent);
            if link == stays {
                self.timers.stop(&timer);
            } else if !silent && self.timers.get(&timer).is_none() {
                self.timers.set(timer, now.plus(DRAINED_AFTER));
            }
        }
        let (via, silent) = match self.links.get(&stays) {
            Some(link) => (link.via, link.silent),
            None => return,
        };
        let Some(member) = self.native.peers.get(key).map(|peer| peer.member.clone()) else {
            return;
        };
        let Some(row) = self.members.get_mut(&member) else {
            return;
        };
        let state = if silent {
            MemberState::Reconnecting
        } else if self.native.is_parked(key) {
            MemberState::Background
        } else {
            MemberState::Here
        };
        let news = (row.state, row.via) != (state, via);
        row.link = Some(stays);
        row.state = state;
        row.via = via;
        if news {
            let member = row.shown();
            self.event(Event::MemberChanged { member });
        }
        self.timers.stop(&Timer::Native(NativeTimer::Gone(member)));
    }

    /// A session that is not needed ends, once codes are no longer compared in it.
    pub(super) fn drained(&mut self, now: Now, id: LinkId) {
        if self.native.checks.uses(id) {
            let timer = Timer::Native(NativeTimer::Drained(id));
            self.timers.set(timer, now.plus(DRAINED_AFTER));
        } else {
            self.drop_session(now, id);
        }
    }

    /// A frame on the channel that native frames take.
    pub(in crate::room) fn native_frame(&mut self, now: Now, id: LinkId, bytes: &[u8]) {
        self.stats.bytes_received += bytes.len() as u64;
        self.heard(now, id);
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        if !link.affords(now.mono, bytes.len()) {
            self.native_misbehaved(now, id, "It sent more than a Dayfly ever does.");
            return;
        }
        let Some(live) = self.native.live_mut(id) else {
            self.handshake_frame(now, id, bytes);
            return;
        };
        let opened = live.session.open(now, bytes);
        let (key, greeted) = (live.id, live.greeted);
        match opened {
            Ok(Opened::Control) => self.session_moves(now, id),
            Ok(Opened::App(plain)) => {
                self.session_moves(now, id);
                self.stays_awake(now);
                match Frame::decode(&plain) {
                    Ok(Some(frame)) if greeted || may_come_first(&frame) => {
                        self.hear_frame(now, id, &key, frame)
                    }
                    Ok(Some(_)) => self.native_misbehaved(now, id, "It spoke before it said its name."),
                    // Of a later version, and not needed to understand the rest.
                    Ok(None) => self.stats.dropped += 1,
                    Err(_) => self.native_misbehaved(now, id, "It sent what no Dayfly sends."),
                }
            }
            Err(SessionError::Expired) => self.drop_session(now, id),
            Err(_) => self.native_misbehaved(now, id, "It sent what does not open in this session."),
        }
    }

    /// Gives the session what it wants to send, and sets its next time.
    pub(super) fn session_moves(&mut self, now: Now, id: LinkId) {
        loop {
            let Some(Stage::Live(live)) = self.native.stages.get_mut(&id) else {
                return;
            };
            match live.session.poll_frame(now, &mut self.keys) {
                Ok(Some(frame)) => self.put(id, frame),
                Ok(None) => break,
                Err(_) => {
                    self.drop_session(now, id);
                    return;
                }
            }
        }
        while let Some(live) = self.native.live_mut(id) {
            if live.session.budget() == 0 {
                break;
            }
            let Some(plain) = live.waiting.pop_front() else {
                break;
            };
            match live.session.seal(now, &plain) {
                Ok(frame) => self.put(id, frame),
                Err(_) => {
                    self.drop_session(now, id);
                    return;
                }
            }
        }
        let timer = Timer::Native(NativeTimer::Session(id));
        match self.native.live(id).and_then(|live| live.session.poll_timeout()) {
            Some(at) => self.timers.set(timer, at),
            None => self.timers.stop(&timer),
        }
    }

    /// A session's time has come.
    pub(super) fn session_due(&mut self, now: Now, id: LinkId) {
        let Some(live) = self.native.live_mut(id) else {
            return;
        };
        match live.session.handle_timeout(now) {
            Ok(()) => self.session_moves(now, id),
            Err(_) => self.drop_session(now, id),
        }
    }

    /// Sends a frame in a session; it waits if keys must change first.
    pub(super) fn send_frame(&mut self, now: Now, id: LinkId, frame: &Frame) {
        let Some(live) = self.native.live_mut(id) else {
            return;
        };
        if live.waiting.len() >= MAX_QUEUED_FRAMES {
            // Half of what was to be said would be missing, and the next session begins by asking.
            self.drop_session(now, id);
            return;
        }
        live.waiting.push_back(frame.encode());
        self.session_moves(now, id);
    }

    /// Sends a frame to a key over the session that serves.
    pub(in crate::room) fn post(&mut self, now: Now, key: &PublicKey, frame: &Frame) {
        if let Some(link) = self.primary(key) {
            self.send_frame(now, link, frame);
        }
    }

    /// Sends a frame to everybody here.
    pub(in crate::room) fn post_all(&mut self, now: Now, frame: &Frame) {
        for key in self.native.here() {
            self.post(now, &key, frame);
        }
    }

    /// Tells every Dayfly the name this person has now.
    pub(in crate::room) fn tell_profile(&mut self, now: Now) {
        self.introduce_me();
        if !self.is_native() {
            // It is said as pages say it.
            return;
        }
        let name = Private(self.me.name.clone());
        self.post_all(now, &Frame::Profile { name });
    }

    /// Gives the ledger this person's name, which is what an `@` finds.
    pub(in crate::room) fn introduce_me(&mut self) {
        let (me, name) = (self.native.id(), self.me.name.clone());
        let effects = self.native.ledger.introduce(me, super::super::my_id(), name);
        self.effects(effects);
    }

    /// Says goodbye in every session.
    pub(in crate::room) fn say_goodbye(&mut self, now: Now) {
        self.post_all(now, &Frame::Leave);
    }

    /// A peer says its name: it is here, or it is called otherwise now.
    pub(super) fn profile(&mut self, now: Now, id: LinkId, key: &PublicKey, name: &str) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        match link.gauges.names.measure(now.mono) {
            Pace::Fair => {}
            Pace::Fast => {
                self.stats.dropped += 1;
                return;
            }
            Pace::Abuse => {
                self.native_misbehaved(now, id, "It changed its name without end.");
                return;
            }
        }
        let name = match names::clean(name) {
            name if name.is_empty() => default_name(&name_of(key)),
            name => name,
        };
        if let Some(live) = self.native.live_mut(id) {
            live.greeted = true;
        }
        let parked = self.native.live(id).is_some_and(|live| live.parked);
        if let Some(peer) = self.native.peers.get_mut(key) {
            peer.away.parked = parked;
        }
        let Some(peer) = self.native.peers.get(key) else {
            return;
        };
        if !self.is_native() {
            // The row is a page's, and so is its name.
            let member = peer.member.clone();
            if let Some(name) = self.members.get(&member).map(|row| row.name.clone()) {
                let effects = self.native.ledger.introduce(*key, member, name);
                self.effects(effects);
            }
            self.greet_member(now, key);
            return;
        }
        let kept = peer.kept.as_ref().map(did::encode);
        let member = peer.member.clone();
        let blocked = peer.blocked;
        let effects = self.native.ledger.introduce(*key, member.clone(), name.clone());
        self.effects(effects);
        self.timers.stop(&Timer::Native(NativeTimer::Empty));
        if let Some(row) = self.members.get_mut(&member) {
            if row.name != name {
                row.name = name;
                let member = row.shown();
                self.event(Event::MemberChanged { member });
            }
            self.mark_members();
            self.settle_sessions(now, key);
            self.lends_relay(now, key);
            return;
        }
        let row = Row {
            id: member.clone(),
            link: Some(id),
            user_id: name_of(key),
            public_key: name_of(key),
            name,
            fingerprint: fingerprint(key.as_bytes()),
            kind: MemberKind::Native,
            trust: self.trust_of(key),
            state: MemberState::Here,
            via: self.links.get(&id).and_then(|link| link.via),
            islands: Vec::new(),
            same_key: false,
            marks: Marks {
                owner: self.native.roster.is_owner(key),
                muted: self.native.roster.is_muted(key),
                blocked,
                kept,
                ..Marks::default()
            },
            speech: Speech::default(),
            types: [false, false],
            told_typing: false,
        };
        let marked = self.members.insert(row);
        if let Some(row) = self.members.get(&member) {
            let member = row.shown();
            self.event(Event::MemberJoined { member });
        }
        for member in marked {
            self.event(Event::MemberChanged { member });
        }
        self.settle_sessions(now, key);
        self.owner_moves(key);
        // What was said before it had said its name may go to it now.
        self.greet_member(now, key);
        self.lends_relay(now, key);
    }

    /// What is shown as checked about a key.
    pub(super) fn trust_of(&self, key: &PublicKey) -> Trust {
        match self.native.peers.get(key) {
            Some(peer) if peer.red => Trust::None,
            Some(peer) if peer.verified => Trust::Verified,
            _ if self.native.mode == Mode::Web => Trust::Unverified,
            Some(peer) if peer.known => Trust::Known,
            _ => Trust::New,
        }
    }

    /// Shows a row as it stands now, if that is news.
    pub(super) fn show_peer(&mut self, key: &PublicKey) {
        let trust = self.trust_of(key);
        let Some(peer) = self.native.peers.get(key) else {
            return;
        };
        let blocked = peer.blocked;
        let hidden = blocked || self.native.roster.is_muted(key);
        self.native.ledger.hide(*key, hidden);
        let (owner, muted) = (self.native.roster.is_owner(key), self.native.roster.is_muted(key));
        let Some(row) = self.members.get_mut(&peer.member) else {
            return;
        };
        let before = row.shown();
        row.trust = trust;
        row.marks.blocked = blocked;
        row.marks.owner = owner;
        row.marks.muted = muted;
        let member = row.shown();
        if member != before {
            self.event(Event::MemberChanged { member });
        }
    }

    /// Marks rows that could be taken for each other, and says which changed.
    pub(super) fn mark_members(&mut self) {
        for member in self.members.mark() {
            self.event(Event::MemberChanged { member });
        }
    }
}

/// What may come before a name: a refusal, and that its app is in the background.
fn may_come_first(frame: &Frame) -> bool {
    matches!(
        frame,
        Frame::Profile { .. } | Frame::Refused(_) | Frame::Op { .. } | Frame::Parked { .. }
    )
}

/// A key as text.
pub(super) fn name_of(key: &PublicKey) -> String {
    data_encoding::HEXLOWER.encode(key.as_bytes())
}
