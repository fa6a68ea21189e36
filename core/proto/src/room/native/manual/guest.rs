//! The side of who wants to come in: from a code to the invite, on one connection.
//!
//! A [`Guest`] is driven as a room is: [`Guest::handle_link`], [`Guest::poll`] until it is empty,
//! [`Guest::handle_timeout`] by [`Guest::poll_timeout`]. It ends in one of two ways:
//! [`GuestOutput::Arrived`], after which [`Guest::into_room`] gives what a room is made of, or
//! [`GuestOutput::Over`]. Nothing but the connection is touched, and nothing is believed that did not
//! come from the certificate and the key in the host's code.

use super::super::hello::{HANDSHAKE_WITHIN, Terms};
use super::{Adopted, INVITE, READY, READY_WITHIN, REFUSED, terms};
use crate::crypto::{Chance, SigningKey};
use crate::description::Description;
use crate::id::LinkId;
use crate::identity::native::handshake::{
    HandshakeError, Initiator, InitiatorSent, MAX_FRAME_LEN, Password, Responder, ResponderSent, Secrets,
};
use crate::identity::native::proof::{Caps, ProofError};
use crate::identity::native::scrub_stack;
use crate::identity::native::session::{Opened, Session, Unproven};
use crate::invite::manual::{ManualCode, ManualHalf, ManualKeys};
use crate::invite::native::NativeInvite;
use crate::room::{Binding, LinkEvent, Via};
use crate::secret::SecretBytes;
use crate::timer::Now;
use rand_core::Rng;
use std::collections::VecDeque;
use std::time::Duration;

/// How long the answer may take to be described.
const DESCRIBED_WITHIN: Duration = Duration::from_secs(10);
/// How long an answer is shown: as long as the code that it answers may be good.
pub const ANSWER_LIVES: Duration = Duration::from_secs(600);
/// The largest frame that brings an invite.
const MAX_INVITE_FRAME: usize = 16 * 1024;
/// The connection's number: a guest has one.
const LINK: LinkId = LinkId(1);

/// What a guest wants done.
#[derive(Debug)]
pub enum GuestOutput {
    /// Show this code: the answer.
    Code(String),
    /// Send one message on the data channel.
    Send(Vec<u8>),
    /// The invite is here: see [`Guest::invite`], then make a room of it.
    Arrived,
    /// It came to nothing: close the connection.
    Over(GuestEnd),
}

/// Why a guest did not come in, in words for that person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GuestEnd {
    /// The code is an answer.
    #[error(
        "This code answers another one: it is for the device that showed the first. Ask for the code of a room."
    )]
    NotAnOffer,
    /// The stack could not describe a connection.
    #[error(
        "No connection could be prepared. Is this device on a network? Join the same network or hotspot."
    )]
    Undescribed,
    /// The answer was not taken, or no way leads there.
    #[error(
        "The other device did not connect. It may not have taken your code, it may have taken somebody else's instead, or the two are not on one network: ask to be shown a new code."
    )]
    Late,
    /// The certificate or key is not the one in the code.
    #[error(
        "The device that connected is not the one that showed you the code. Somebody may be in between: ask to be shown a new code, face to face."
    )]
    Stranger,
    /// The handshake failed.
    #[error("The other device did not keep to the protocol: {0}. Ask to be shown a new code.")]
    Handshake(#[from] HandshakeError),
    /// It proved nothing, or sent no invite.
    #[error("The other device connected and gave no invite that can be read. Ask to be shown a new code.")]
    NoInvite,
    /// The room is locked.
    #[error("The room is locked: nobody new is let in. Ask for it to be unlocked.")]
    Locked,
    /// The room is closed.
    #[error("The room is closed.")]
    Closed,
    /// Another reason.
    #[error("The other device does not let you in.")]
    Refused,
    /// The connection broke.
    #[error("The connection to the other device broke off. Ask to be shown a new code.")]
    Gone,
}

enum Step {
    Describing,
    Shown(ManualKeys),
    Asked(ManualKeys, Box<InitiatorSent>),
    Listening(ManualKeys, Binding),
    Answered(ManualKeys, Box<ResponderSent>),
    Proving(Box<Unproven>),
    Proved(Box<Session>),
    Arrived(Box<Session>, Box<NativeInvite>),
    Over,
}

/// A person who was shown a code and wants to come in.
pub struct Guest {
    offer: ManualCode,
    key: SigningKey,
    nonce: [u8; 16],
    chance: Chance,
    step: Step,
    deadline: Duration,
    open: Option<(Via, Binding)>,
    outputs: VecDeque<GuestOutput>,
}

impl Guest {
    /// The connection's number.
    pub const LINK: LinkId = LINK;

    /// Begins with the code that was shown. Make a connection that answers [`Guest::offer_sdp`].
    /// `seed` is 32 bytes nobody can guess.
    ///
    /// # Errors
    /// [`GuestEnd::NotAnOffer`].
    pub fn new(offer: ManualCode, now: Now, seed: [u8; 32]) -> Result<Self, GuestEnd> {
        if offer.half() != ManualHalf::Offer {
            return Err(GuestEnd::NotAnOffer);
        }
        let mut chance = Chance::new(SecretBytes::new(seed));
        let key = SigningKey::generate(&mut chance);
        let mut nonce = [0; 16];
        chance.fill_bytes(&mut nonce);
        Ok(Self {
            offer,
            key,
            nonce,
            chance,
            step: Step::Describing,
            deadline: now.plus(DESCRIBED_WITHIN),
            open: None,
            outputs: VecDeque::new(),
        })
    }

    /// The offer's SDP text, from the code.
    #[must_use]
    pub fn offer_sdp(&self) -> String {
        self.offer.description.to_sdp()
    }

    /// The next thing to be done; `None` when it waits.
    pub fn poll(&mut self) -> Option<GuestOutput> {
        self.outputs.pop_front()
    }

    /// When [`Guest::handle_timeout`] is to be called; `None` once it is over.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        (!matches!(self.step, Step::Over)).then_some(self.deadline)
    }

    /// Gives up if it is time to.
    pub fn handle_timeout(&mut self, now: Now) {
        if now.mono < self.deadline {
            return;
        }
        let end = match self.step {
            Step::Over => return,
            Step::Describing => GuestEnd::Undescribed,
            Step::Shown(_) => GuestEnd::Late,
            Step::Arrived(..) => GuestEnd::Gone,
            _ => GuestEnd::NoInvite,
        };
        self.end(end);
    }

    /// The invite, once it is there.
    #[must_use]
    pub fn invite(&self) -> Option<&NativeInvite> {
        match &self.step {
            Step::Arrived(_, invite) => Some(invite),
            _ => None,
        }
    }

    /// What a room is made of that goes on with the connection; `None` before
    /// [`GuestOutput::Arrived`] or after the end.
    #[must_use]
    pub fn into_room(self, now: Now) -> Option<(NativeInvite, Adopted)> {
        let Step::Arrived(mut session, invite) = self.step else {
            return None;
        };
        let (via, binding) = self.open?;
        let ready = session.seal(now, &[READY]).ok()?;
        let adopted = Adopted {
            key: self.key,
            link: LINK,
            via,
            binding,
            peer: self.offer.id,
            ready,
        };
        Some((*invite, adopted))
    }

    /// Takes what the connection reports.
    pub fn handle_link(&mut self, now: Now, event: LinkEvent) {
        match event {
            LinkEvent::Described { sdp } => self.described(now, &sdp),
            LinkEvent::Open { via, binding } => self.opened(now, via, binding),
            LinkEvent::Path { via } => {
                if let Some(open) = &mut self.open {
                    open.0 = via;
                }
            }
            LinkEvent::Frame(frame) => self.frame(now, &frame),
            LinkEvent::Closed { .. } | LinkEvent::Congested => {
                let end = match self.step {
                    Step::Over => return,
                    Step::Describing => GuestEnd::Undescribed,
                    Step::Shown(_) => GuestEnd::Late,
                    _ => GuestEnd::Gone,
                };
                self.end(end);
            }
            LinkEvent::Relay { .. }
            | LinkEvent::NativeOpen
            | LinkEvent::NativeFrame(_)
            | LinkEvent::Renegotiated { .. }
            | LinkEvent::Silent
            | LinkEvent::Heard => {}
        }
    }

    fn end(&mut self, end: GuestEnd) {
        self.step = Step::Over;
        self.outputs.push_back(GuestOutput::Over(end));
    }

    fn described(&mut self, now: Now, sdp: &str) {
        if !matches!(self.step, Step::Describing) {
            return;
        }
        let Ok(description) = Description::from_sdp(sdp) else {
            self.end(GuestEnd::Undescribed);
            return;
        };
        let answer = ManualCode::answer(&self.offer, self.key.public(), self.nonce, description);
        self.step = Step::Shown(ManualKeys::derive(&self.offer, &answer));
        self.deadline = now.plus(ANSWER_LIVES);
        self.outputs.push_back(GuestOutput::Code(answer.text()));
    }

    fn opened(&mut self, now: Now, via: Via, binding: Binding) {
        let step = std::mem::replace(&mut self.step, Step::Over);
        let Step::Shown(keys) = step else {
            self.step = step;
            return;
        };
        if binding.theirs != self.offer.description.fingerprint {
            self.end(GuestEnd::Stranger);
            return;
        }
        self.open = Some((via, binding));
        self.deadline = now.plus(HANDSHAKE_WITHIN);
        self.step = if binding.dtls_client {
            let terms = terms(&keys, binding);
            let (sent, frame) =
                Initiator::start(&terms.prologue(), &terms.psk, &Password::None, &mut self.chance);
            self.outputs.push_back(GuestOutput::Send(frame));
            Step::Asked(keys, Box::new(sent))
        } else {
            Step::Listening(keys, binding)
        };
    }

    fn frame(&mut self, now: Now, frame: &[u8]) {
        let most = match self.step {
            Step::Proved(_) => MAX_INVITE_FRAME,
            _ => MAX_FRAME_LEN,
        };
        if frame.len() > most {
            self.end(GuestEnd::NoInvite);
            return;
        }
        let step = std::mem::replace(&mut self.step, Step::Over);
        match self.step_on(now, step, frame) {
            Ok(step) => self.step = step,
            Err(end) => self.end(end),
        }
    }

    fn step_on(&mut self, now: Now, step: Step, frame: &[u8]) -> Result<Step, GuestEnd> {
        Ok(match step {
            Step::Listening(keys, binding) => {
                let terms: Terms = terms(&keys, binding);
                let (sent, answer) = Responder::read(
                    &terms.prologue(),
                    &terms.psk,
                    &Password::None,
                    &mut self.chance,
                    frame,
                )?;
                self.outputs.push_back(GuestOutput::Send(answer));
                Step::Answered(keys, Box::new(sent))
            }
            Step::Asked(keys, sent) => {
                let (secrets, answer) = sent.read(frame)?;
                self.outputs.push_back(GuestOutput::Send(answer));
                self.prove(&keys, secrets)
            }
            Step::Answered(keys, sent) => {
                let secrets = sent.read(frame)?;
                self.prove(&keys, secrets)
            }
            Step::Proving(unproven) => match unproven.check(frame) {
                Ok((session, proof)) if proof.id == self.offer.id => Step::Proved(Box::new(session)),
                Ok(_) | Err(ProofError::Own) => return Err(GuestEnd::Stranger),
                Err(_) => return Err(GuestEnd::NoInvite),
            },
            Step::Proved(session) => self.invited(now, session, frame)?,
            // Nothing is to come before the room answers, or before the connection is open.
            Step::Arrived(..) | Step::Describing | Step::Shown(_) => return Err(GuestEnd::NoInvite),
            Step::Over => Step::Over,
        })
    }

    fn prove(&mut self, keys: &ManualKeys, secrets: Secrets) -> Step {
        scrub_stack();
        let (unproven, frame) = secrets.prove(&self.key, &keys.room_id, Caps::NONE, None);
        self.outputs.push_back(GuestOutput::Send(frame));
        Step::Proving(Box::new(unproven))
    }

    fn invited(&mut self, now: Now, mut session: Box<Session>, frame: &[u8]) -> Result<Step, GuestEnd> {
        let Ok(Opened::App(plain)) = session.open(now, frame) else {
            return Err(GuestEnd::NoInvite);
        };
        match plain.split_first() {
            Some((&INVITE, record)) => {
                let invite = NativeInvite::from_record(record).map_err(|_| GuestEnd::NoInvite)?;
                self.deadline = now.plus(READY_WITHIN);
                self.outputs.push_back(GuestOutput::Arrived);
                Ok(Step::Arrived(session, Box::new(invite)))
            }
            Some((&REFUSED, [1])) => Err(GuestEnd::Locked),
            Some((&REFUSED, [2])) => Err(GuestEnd::Closed),
            Some((&REFUSED, [_])) => Err(GuestEnd::Refused),
            _ => Err(GuestEnd::NoInvite),
        }
    }
}

/// It holds keys and addresses.
impl std::fmt::Debug for Guest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Guest([private])")
    }
}

#[cfg(test)]
impl Guest {
    /// Proves another key than the one in its code.
    pub fn with_key(&mut self, key: SigningKey) {
        self.key = key;
    }
}
