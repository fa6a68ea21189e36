//! Meeting by two codes and nothing else: the side of who is in the room.
//!
//! A code is one connection's offer. Its answer says which offer it answers and who made it, and the
//! connection that comes about runs a handshake of its own (mode 3) between the two certificates and
//! the two keys in the codes. In that session the invite crosses:
//!
//! ```text
//! host → guest   1 ‖ record        the invite, as in a link
//! guest → host   2                 it is read, and whatever password it asks for is there
//! host → guest   3 ‖ why           no invite: 1 locked, 2 closed, 0 anything else
//! ```
//! After 2 the session is dropped and the room's own handshake (mode 1) follows on the same
//! connection, where both must prove the same keys once more. Both rows are *verified*, because each
//! person took the code from the other's hands. The guest is [`guest`].
//!
//! Each code is good for one answer and ten minutes. Refused are: an answer to another code, to one
//! that was answered already or is too old, one made on this device, and a device that is not the one
//! in the answer, by its certificate or its key. Web rooms have no such codes: what a page shows is a
//! page's, and a Dayfly's key there is bound to nothing a code could name.

mod guest;
#[cfg(test)]
mod tests;

pub use guest::{ANSWER_LIVES, Guest, GuestEnd, GuestOutput};

use super::super::event::NoticeCode;
use super::super::io::{Binding, Output};
use super::super::limits::{MAX_MANUAL, MAX_MEMBERS};
use super::super::link::{Link, PeerKey, Phase, Role};
use super::super::meeting::OPENS_WITHIN;
use super::super::{Room, Timer};
use super::hello::{Stage, Terms};
use super::roster::Entry;
use super::{Native, NativeTimer};
use crate::crypto::{PublicKey, SigningKey};
use crate::description::Description;
use crate::id::LinkId;
use crate::identity::native::handshake::{Mode, Password};
use crate::identity::native::proof::Proof;
use crate::identity::native::session::{Opened, Session};
use crate::invite::InviteError;
use crate::invite::manual::{ManualCode, ManualKeys};
use crate::room::Via;
use crate::timer::Now;
use rand_core::Rng;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

/// How long a code can be answered.
pub const OFFER_LIVES: Duration = Duration::from_secs(600);
/// How long who was given the invite may take to come in: a person may be typing a password.
pub const READY_WITHIN: Duration = Duration::from_secs(180);
/// Codes of which is remembered what became of them.
const MAX_SPENT: usize = 64;

const INVITE: u8 = 1;
const READY: u8 = 2;
const REFUSED: u8 = 3;

/// The connection over which a guest was given the invite, for the room that it makes of that.
#[derive(Clone)]
pub struct Adopted {
    /// The key that stood in the guest's code; it is this person's in the room.
    pub key: SigningKey,
    /// The connection's number, which the room goes on using.
    pub link: LinkId,
    /// Which way its bytes go.
    pub via: Via,
    /// What it is known by.
    pub binding: Binding,
    /// The key in the host's code.
    pub peer: PublicKey,
    /// The last frame of the session between the codes, to be sent first.
    pub ready: Vec<u8>,
}

impl fmt::Debug for Adopted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Adopted({:?})", self.link)
    }
}

/// Why an answer is not taken, in words for who scanned it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManualError {
    /// The room has ended.
    #[error("This room is over.")]
    Ended,
    /// In a web room.
    #[error("Codes are exchanged by hand in native rooms only: give a web room's link.")]
    NotNative,
    /// No code at all.
    #[error(transparent)]
    Code(#[from] InviteError),
    /// The first half where the second is wanted.
    #[error(
        "This code asks for an answer itself: the other device is showing its own room. Let it join with your code, and take the code that it then shows."
    )]
    NotAnAnswer,
    /// This device's own.
    #[error("This code was made here. Take the one that the other device shows.")]
    Own,
    /// Of another room or device, or forgotten.
    #[error("This code answers none that was shown here. Show a new code, and have that one answered.")]
    Unknown,
    /// The offer's time is over.
    #[error("This code answers one that is too old: each is good for ten minutes. Show a new one.")]
    Old,
    /// Somebody came in by that offer; the name, if there is a row.
    #[error(
        "The code that this one answers was answered before{}. A code is for one person: show a new one. If that was not who stands before you, somebody else has seen your code: remove them.",
        .0.as_ref().map_or_else(String::new, |name| format!(", by {name}"))
    )]
    Used(Option<String>),
    /// The room is locked.
    #[error("The room is locked: nobody new is let in. Unlock it first.")]
    Locked,
    /// No place.
    #[error("The room is full.")]
    Full,
    /// Too many codes are being answered at this moment.
    #[error("Several people are coming in by codes at this moment: wait until they are here.")]
    Busy,
}

/// One code that was shown.
#[derive(Debug)]
struct Exchange {
    nonce: [u8; 16],
    /// Once the connection is described.
    offer: Option<ManualCode>,
    /// Once it is answered.
    taken: Option<Taken>,
}

/// An answer that was taken.
#[derive(Debug, Clone)]
struct Taken {
    keys: ManualKeys,
    guest: PublicKey,
    fingerprint: [u8; 32],
    /// A connection came about.
    opened: bool,
}

#[derive(Debug, Clone)]
enum Spent {
    Answered(PublicKey),
    Old,
}

/// The codes of a room.
#[derive(Debug, Default)]
pub(super) struct Manual {
    /// By the connection that each was made for, until the room's own handshake begins.
    exchanges: BTreeMap<LinkId, Exchange>,
    /// Whose connection it must turn out to be.
    expected: BTreeMap<LinkId, PublicKey>,
    spent: VecDeque<([u8; 16], Spent)>,
}

impl Manual {
    fn taken(&self, id: LinkId) -> Option<&Taken> {
        self.exchanges.get(&id)?.taken.as_ref()
    }

    fn spend(&mut self, offer: &ManualCode, how: Spent) {
        if self.spent.len() >= MAX_SPENT {
            self.spent.pop_front();
        }
        self.spent.push_back((offer.name(), how));
    }

    /// What a connection's handshake is made with, before the invite has crossed.
    pub fn terms(&self, id: LinkId, binding: Binding) -> Option<Terms> {
        self.taken(id).map(|taken| terms(&taken.keys, binding))
    }

    /// What stands for the room there.
    pub fn room_id(&self, id: LinkId) -> Option<[u8; 32]> {
        self.taken(id).map(|taken| taken.keys.room_id)
    }

    /// Whether the connection is still between codes.
    pub fn has(&self, id: LinkId) -> bool {
        self.exchanges.contains_key(&id)
    }

    /// Takes note that a key was proved on a connection. `Some(true)` if it is the one that stood in
    /// a code, `None` if none did.
    pub fn meets(&mut self, id: LinkId, key: &PublicKey) -> Option<bool> {
        self.expected.remove(&id).map(|expected| expected == *key)
    }
}

fn terms(keys: &ManualKeys, binding: Binding) -> Terms {
    Terms {
        mode: Mode::Manual,
        room_id: keys.room_id,
        generation: 0,
        psk: keys.psk.clone(),
        password: Password::None,
        binding,
        context: Vec::new(),
    }
}

impl Native {
    /// Exchanges that were answered and whose guest is not in yet.
    fn coming(&self) -> usize {
        let exchanges = self.manual.exchanges.values();
        exchanges.filter(|exchange| exchange.taken.is_some()).count()
    }
}

impl Room {
    /// Makes a code for one guest, good for ten minutes. [`Output::ManualCode`] follows with its
    /// text for the connection that is returned. Of more than [`MAX_MANUAL`] the oldest that nobody
    /// has answered is taken back.
    ///
    /// # Errors
    /// [`ManualError`].
    pub fn manual_offer(&mut self, now: Now) -> Result<LinkId, ManualError> {
        self.may_exchange()?;
        if self.native.manual.exchanges.len() >= MAX_MANUAL {
            let unanswered = |(_, exchange): &(&LinkId, &Exchange)| exchange.taken.is_none();
            let mut exchanges = self.native.manual.exchanges.iter();
            // Numbers rise, so the first is the oldest.
            let oldest = exchanges.find(unanswered).map(|(id, _)| *id);
            let oldest = oldest.ok_or(ManualError::Busy)?;
            self.close_link(now, oldest);
        }
        let mut nonce = [0; 16];
        self.keys.fill_bytes(&mut nonce);
        let offer_id = self.token20();
        let id = self.add_link(Link::new(Role::Manual, offer_id, now.mono));
        let exchange = Exchange {
            nonce,
            offer: None,
            taken: None,
        };
        self.native.manual.exchanges.insert(id, exchange);
        let timer = Timer::Native(NativeTimer::ManualOffer(id));
        self.timers.set(timer, now.plus(OFFER_LIVES));
        self.out(Output::Offer { link: id });
        Ok(id)
    }

    fn may_exchange(&self) -> Result<(), ManualError> {
        if self.ended {
            return Err(ManualError::Ended);
        }
        if !self.is_native() {
            return Err(ManualError::NotNative);
        }
        if self.info().locked {
            return Err(ManualError::Locked);
        }
        if self.members.len() + self.native.coming() >= MAX_MEMBERS {
            return Err(ManualError::Full);
        }
        Ok(())
    }

    /// The connection of a code is described: here is the code.
    pub(in crate::room) fn manual_described(&mut self, now: Now, id: LinkId, sdp: &str) {
        let me = self.native.id();
        let described = Description::from_sdp(sdp);
        let (Some(exchange), Ok(description)) = (self.native.manual.exchanges.get_mut(&id), described) else {
            self.close_link(now, id);
            return;
        };
        let code = ManualCode::offer(me, exchange.nonce, description);
        let text = code.text();
        exchange.offer = Some(code);
        if let Some(link) = self.links.get_mut(&id) {
            link.phase = Phase::Shown;
        }
        self.out(Output::ManualCode {
            link: id,
            text: Some(text),
        });
    }

    /// Takes the answer to a code that was shown here. That somebody came in is told by events.
    ///
    /// # Errors
    /// [`ManualError`].
    pub fn manual_answer(&mut self, now: Now, text: &str) -> Result<(), ManualError> {
        self.may_exchange()?;
        let answer = ManualCode::parse(text)?;
        let Some(answers) = answer.answers else {
            let own = answer.id == self.native.id();
            return Err(if own {
                ManualError::Own
            } else {
                ManualError::NotAnAnswer
            });
        };
        if answer.id == self.native.id() {
            return Err(ManualError::Own);
        }
        let is_it = |exchange: &Exchange| {
            exchange
                .offer
                .as_ref()
                .is_some_and(|offer| offer.name() == answers)
        };
        let mut exchanges = self.native.manual.exchanges.iter();
        let found = exchanges.find(|(_, exchange)| is_it(exchange)).map(|(id, _)| *id);
        let Some(id) = found else {
            let spent = self
                .native
                .manual
                .spent
                .iter()
                .rev()
                .find(|(name, _)| *name == answers);
            return Err(match spent {
                None => ManualError::Unknown,
                Some((_, Spent::Old)) => ManualError::Old,
                Some((_, Spent::Answered(by))) => ManualError::Used(self.name_of_guest(by)),
            });
        };
        let Some(exchange) = self.native.manual.exchanges.get_mut(&id) else {
            return Err(ManualError::Unknown);
        };
        if let Some(taken) = &exchange.taken {
            let guest = taken.guest;
            return Err(ManualError::Used(self.name_of_guest(&guest)));
        }
        let Some(offer) = exchange.offer.clone() else {
            return Err(ManualError::Unknown);
        };
        exchange.taken = Some(Taken {
            keys: ManualKeys::derive(&offer, &answer),
            guest: answer.id,
            fingerprint: answer.description.fingerprint,
            opened: false,
        });
        self.native.manual.spend(&offer, Spent::Answered(answer.id));
        let key = PeerKey::tagged(self.native.tag(&answer.id));
        if let Some(link) = self.links.get_mut(&id) {
            link.peer = Some(key);
            link.phase = Phase::Connecting;
            link.since = now.mono;
        }
        self.timers.stop(&Timer::Native(NativeTimer::ManualOffer(id)));
        self.timers.set(Timer::Opens(id), now.plus(OPENS_WITHIN));
        let answer = answer.description.to_sdp();
        self.out(Output::Accept { link: id, answer });
        Ok(())
    }

    fn name_of_guest(&self, key: &PublicKey) -> Option<String> {
        let member = self.native.member_of(key)?;
        self.members.get(&member).map(|row| row.name.clone())
    }

    /// Nobody answered in time.
    pub(super) fn manual_old(&mut self, now: Now, id: LinkId) {
        self.close_link(now, id);
    }

    /// Whether the connection that opened is the one in the code, if it was made for one.
    pub(super) fn manual_fits(&mut self, id: LinkId, binding: &Binding) -> bool {
        let exchange = self.native.manual.exchanges.get_mut(&id);
        let Some(taken) = exchange.and_then(|exchange| exchange.taken.as_mut()) else {
            return true;
        };
        taken.opened = true;
        let fits = taken.fingerprint == binding.theirs;
        if !fits {
            self.native.manual.exchanges.remove(&id);
            self.stranger();
        }
        fits
    }

    /// Both keys are proved between codes: the guest gets the invite.
    pub(super) fn manual_proven(&mut self, now: Now, id: LinkId, mut session: Session, proof: &Proof) {
        let Some(taken) = self.native.manual.taken(id) else {
            return;
        };
        if taken.guest != proof.id {
            self.native.manual.exchanges.remove(&id);
            self.stranger();
            self.close_link(now, id);
            return;
        }
        let generation = self.native.roster.generation();
        let refused = match self.native.roster.entry(&proof.id, generation) {
            Entry::Welcome | Entry::Behind => None,
            Entry::Locked => Some(1),
            Entry::Closed => Some(2),
            Entry::Moved | Entry::Removed => Some(0),
        };
        let (Some(invite), None) = (self.invite(), refused) else {
            if let Ok(frame) = session.seal(now, &[REFUSED, refused.unwrap_or(0)]) {
                self.put(id, frame);
            }
            self.close_link(now, id);
            return;
        };
        let mut plain = zeroize::Zeroizing::new(vec![INVITE]);
        plain.extend(invite.to_record().iter());
        let Ok(frame) = session.seal(now, &plain) else {
            self.close_link(now, id);
            return;
        };
        if let Some(link) = self.links.get_mut(&id) {
            link.generation = invite.generation;
        }
        self.native.stages.insert(id, Stage::Invited(Box::new(session)));
        self.put(id, frame);
        let timer = Timer::Native(NativeTimer::Handshake(id));
        self.timers.set(timer, now.plus(READY_WITHIN));
    }

    /// A frame of who was given the invite: it comes in, or the connection ends.
    pub(super) fn manual_frame(&mut self, now: Now, id: LinkId, mut session: Session, frame: &[u8]) {
        let ready = match session.open(now, frame) {
            Ok(Opened::App(plain)) => plain.as_slice() == [READY],
            Ok(Opened::Control) | Err(_) => false,
        };
        let exchange = self.native.manual.exchanges.get(&id);
        let (true, Some(guest)) = (ready, exchange.and_then(|e| e.taken.as_ref()).map(|t| t.guest)) else {
            self.stats.refused += 1;
            self.close_link(now, id);
            return;
        };
        self.native.manual.exchanges.remove(&id);
        self.native.manual.expected.insert(id, guest);
        self.begin_native(now, id);
    }

    /// Takes over the connection on which this device was given the invite.
    pub(in crate::room) fn adopt(&mut self, now: Now, adopted: Adopted) {
        let Adopted {
            key: _,
            link: id,
            via,
            binding,
            peer,
            ready,
        } = adopted;
        let offer_id = self.token20();
        let mut link = Link::new(Role::Manual, offer_id, now.mono);
        link.peer = Some(PeerKey::tagged(self.native.tag(&peer)));
        link.generation = self.native.roster.generation();
        link.via = Some(via);
        link.binding = Some(binding);
        link.phase = Phase::Native;
        self.next_link = self.next_link.max(id.0);
        self.links.insert(id, link);
        self.native.manual.expected.insert(id, peer);
        self.put(id, ready);
        self.begin_native(now, id);
    }

    /// What a proved key makes of an exchange by codes: false if it is somebody else's.
    pub(super) fn manual_meets(&mut self, now: Now, id: LinkId, key: &PublicKey) -> Option<bool> {
        let meets = self.native.manual.meets(id, key)?;
        if !meets {
            self.stranger();
            self.drop_session(now, id);
        }
        Some(meets)
    }

    fn stranger(&mut self) {
        self.stats.refused += 1;
        self.notice(
            NoticeCode::Refused,
            "Whoever connected is not who showed the code, so it was turned away. Somebody may be in between: \
             show a new code, face to face.",
        );
    }

    /// A connection is gone: so is the code that it was made for.
    pub(super) fn manual_gone(&mut self, id: LinkId) {
        self.timers.stop(&Timer::Native(NativeTimer::ManualOffer(id)));
        let expected = self.native.manual.expected.remove(&id);
        let Some(exchange) = self.native.manual.exchanges.remove(&id) else {
            if expected.is_some() && !self.ended {
                self.notice(
                    NoticeCode::Refused,
                    "The codes were right, and the two devices did not come together in the room all the same. If it \
                     has a password, compare it; then exchange new codes.",
                );
            }
            return;
        };
        match (&exchange.offer, &exchange.taken) {
            (None, _) => self.out(Output::ManualCode { link: id, text: None }),
            (Some(offer), None) => self.native.manual.spend(offer, Spent::Old),
            (Some(_), Some(taken)) => {
                let (code, sentence) = if taken.opened {
                    (
                        NoticeCode::Refused,
                        "Whoever answered your code connected and did not come in. Show a new code if it is to try again.",
                    )
                } else {
                    (
                        NoticeCode::Unreachable,
                        "The device that answered your code cannot be reached from here. Put both on one network, or \
                         let one of them open a hotspot for the other; then show a new code.",
                    )
                };
                self.notice(code, sentence);
            }
        }
    }
}
