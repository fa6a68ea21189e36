//! From an open connection to a session: queue, handshake, proof of identity.
//!
//! The DTLS client speaks first. At most eight handshakes are under way at once, further
//! connections wait for their turn within the ten seconds that each has; a connection has one
//! handshake, and any error ends it. Before message 1 has opened under the room's key a stranger
//! costs one hash and one decryption.
//!
//! In a room with a password every handshake that ends after a guess was possible is counted:
//! five, then one a minute. Past that no handshake is begun.

use super::super::event::{Event, NoticeCode, Via};
use super::super::io::{Binding, Output};
use super::super::limits::HALF_OPEN_HANDSHAKES;
use super::super::link::Phase;
use super::super::session::sentence;
use super::super::{Room, Timer};
use super::peers::Live;
use super::{Native, NativeTimer};
use crate::id::LinkId;
use crate::identity::native::handshake::{
    HandshakeError, Initiator, InitiatorSent, MAX_FRAME_LEN, Mode, Password, Prologue, Responder,
    ResponderSent, Secrets,
};
use crate::identity::native::proof::{Caps, KeptProof, ProofError};
use crate::identity::native::scrub_stack;
use crate::identity::native::session::{Session, Unproven};
use crate::secret::SecretBytes;
use crate::timer::Now;
use std::time::Duration;

/// How long a connection may take from opening to both proofs.
pub(super) const HANDSHAKE_WITHIN: Duration = Duration::from_secs(10);

/// How far a connection has come.
pub(in crate::room) enum Stage {
    /// It waits for its turn, with message 1 if that is there already.
    Queued(Option<Vec<u8>>),
    /// I: message 1 is out.
    Asked(Box<InitiatorSent>),
    /// R: message 1 is awaited.
    Listening,
    /// R: message 2 is out.
    Answered(Box<ResponderSent>),
    /// The handshake is through and our proof is out.
    Proving(Box<Unproven>),
    /// Between codes exchanged by hand: the invite is out, the guest is to come in.
    Invited(Box<Session>),
    /// A session.
    Live(Box<Live>),
}

impl Stage {
    fn is_handshake(&self) -> bool {
        matches!(
            self,
            Self::Asked(_) | Self::Listening | Self::Answered(_) | Self::Proving(_)
        )
    }
}

/// What a handshake is made with.
pub(super) struct Terms {
    pub mode: Mode,
    pub room_id: [u8; 32],
    pub generation: u32,
    pub psk: SecretBytes<32>,
    pub password: Password,
    pub binding: Binding,
    pub context: Vec<u8>,
}

impl Terms {
    pub fn prologue(&self) -> Prologue<'_> {
        let Binding {
            ours,
            theirs,
            dtls_client,
        } = &self.binding;
        let (fp_initiator, fp_responder) = if *dtls_client {
            (ours, theirs)
        } else {
            (theirs, ours)
        };
        Prologue {
            mode: self.mode,
            room_id: &self.room_id,
            generation: self.generation,
            fp_initiator,
            fp_responder,
            context: &self.context,
        }
    }
}

impl Native {
    /// Handshakes under way.
    pub fn handshakes(&self) -> usize {
        self.stages.values().filter(|stage| stage.is_handshake()).count()
    }

    fn has_password(&self) -> bool {
        matches!(self.password, Password::Word(_))
    }
}

impl Room {
    /// A connection of a native room is open.
    pub(in crate::room) fn greets(&mut self, now: Now, id: LinkId, via: Via, binding: Binding) {
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        if !matches!(link.phase, Phase::Connecting) || link.peer.is_none() {
            return;
        }
        if !self.manual_fits(id, &binding) {
            self.close_link(now, id);
            return;
        }
        let Some(link) = self.links.get_mut(&id) else {
            return;
        };
        link.via = Some(via);
        link.binding = Some(binding);
        link.phase = Phase::Native;
        self.timers.stop(&Timer::Opens(id));
        self.begin_native(now, id);
    }

    /// A connection is ready for a handshake: at once, or when it is its turn.
    pub(super) fn begin_native(&mut self, now: Now, id: LinkId) {
        let timer = Timer::Native(NativeTimer::Handshake(id));
        self.timers.set(timer, now.plus(HANDSHAKE_WITHIN));
        if self.native.handshakes() >= HALF_OPEN_HANDSHAKES {
            self.native.stages.insert(id, Stage::Queued(None));
        } else {
            self.shake_hands(now, id, None);
        }
    }

    /// A handshake has ended, one way or the other: the next in the queue has its turn.
    pub(super) fn next_handshake(&mut self, now: Now) {
        while self.native.handshakes() < HALF_OPEN_HANDSHAKES {
            let queued = |(id, stage): (&LinkId, &Stage)| matches!(stage, Stage::Queued(_)).then_some(*id);
            let Some(id) = self.native.stages.iter().find_map(queued) else {
                return;
            };
            let Some(Stage::Queued(early)) = self.native.stages.remove(&id) else {
                return;
            };
            self.shake_hands(now, id, early);
        }
    }

    fn terms(&self, id: LinkId) -> Option<Terms> {
        let link = self.links.get(&id)?;
        if let Some(terms) = self.native.manual.terms(id, link.binding?) {
            return Some(terms);
        }
        let (psk, context) = match &self.native.web_psk {
            Some(psk) => (psk.clone(), self.web_context(id)?),
            None => (self.native.roster.keys(link.generation)?.psk.clone(), Vec::new()),
        };
        Some(Terms {
            mode: self.native.mode,
            room_id: self.native.room_id,
            generation: link.generation,
            psk,
            password: self.native.password.clone(),
            binding: link.binding?,
            context,
        })
    }

    fn shake_hands(&mut self, now: Now, id: LinkId, early: Option<Vec<u8>>) {
        let Some(terms) = self.terms(id) else {
            self.end_handshake(now, id);
            return;
        };
        if self.native.has_password() && self.native.guesses.ready_at() > now.mono {
            let wait = self.native.guesses.ready_at() - now.mono;
            self.password_limited(now, wait);
            self.end_handshake(now, id);
            return;
        }
        if terms.binding.dtls_client {
            let (sent, frame) =
                Initiator::start(&terms.prologue(), &terms.psk, &terms.password, &mut self.keys);
            self.native.stages.insert(id, Stage::Asked(Box::new(sent)));
            self.put(id, frame);
        } else {
            self.native.stages.insert(id, Stage::Listening);
        }
        if let Some(frame) = early {
            self.handshake_frame(now, id, &frame);
        }
    }

    /// A frame before there is a session.
    pub(super) fn handshake_frame(&mut self, now: Now, id: LinkId, frame: &[u8]) {
        let Some(stage) = self.native.stages.remove(&id) else {
            self.stats.dropped += 1;
            return;
        };
        if frame.len() > MAX_FRAME_LEN && !matches!(stage, Stage::Live(_)) {
            self.handshake_failed(now, id, HandshakeError::Malformed, false);
            return;
        }
        match stage {
            Stage::Queued(None) => {
                self.native.stages.insert(id, Stage::Queued(Some(frame.to_vec())));
            }
            Stage::Queued(Some(_)) => self.handshake_failed(now, id, HandshakeError::Malformed, false),
            Stage::Listening => {
                let Some(terms) = self.terms(id) else {
                    self.end_handshake(now, id);
                    return;
                };
                let read = Responder::read(
                    &terms.prologue(),
                    &terms.psk,
                    &terms.password,
                    &mut self.keys,
                    frame,
                );
                match read {
                    Ok((sent, answer)) => {
                        self.native.stages.insert(id, Stage::Answered(Box::new(sent)));
                        self.put(id, answer);
                    }
                    Err(error) => self.handshake_failed(now, id, error, false),
                }
            }
            Stage::Asked(sent) => match sent.read(frame) {
                Ok((secrets, answer)) => {
                    self.put(id, answer);
                    self.prove(id, secrets);
                }
                Err(error) => self.handshake_failed(now, id, error, false),
            },
            Stage::Answered(sent) => match sent.read(frame) {
                Ok(secrets) => self.prove(id, secrets),
                Err(error) => self.handshake_failed(now, id, error, true),
            },
            Stage::Proving(unproven) => match unproven.check(frame) {
                Ok((session, proof)) if self.native.manual.has(id) => {
                    self.manual_proven(now, id, session, &proof);
                    self.next_handshake(now);
                }
                Ok((session, proof)) => {
                    self.timers.stop(&Timer::Native(NativeTimer::Handshake(id)));
                    self.proven(now, id, session, &proof);
                    self.next_handshake(now);
                }
                Err(ProofError::WrongPassword) => {
                    self.handshake_failed(now, id, HandshakeError::WrongPassword, true);
                }
                Err(_) => self.handshake_failed(now, id, HandshakeError::Malformed, true),
            },
            Stage::Invited(session) => self.manual_frame(now, id, *session, frame),
            Stage::Live(live) => {
                self.native.stages.insert(id, Stage::Live(live));
            }
        }
    }

    /// The secrets are there: our proof goes out.
    fn prove(&mut self, id: LinkId, secrets: Secrets) {
        scrub_stack();
        // Between codes the room is not yet agreed on; who one is elsewhere is shown within it.
        let between = self.native.manual.room_id(id);
        let kept = self.native.kept.as_ref().filter(|_| between.is_none());
        let kept = kept.map(|key| KeptProof { key, hardware: None });
        let room_id = between.unwrap_or(self.native.room_id);
        let (unproven, frame) = secrets.prove(&self.native.key, &room_id, Caps::NONE, kept);
        self.native.stages.insert(id, Stage::Proving(Box::new(unproven)));
        self.put(id, frame);
    }

    /// A handshake went wrong; `guessed` if the other side may have tried a password by it.
    fn handshake_failed(&mut self, now: Now, id: LinkId, error: HandshakeError, guessed: bool) {
        self.stats.refused += 1;
        if let Some(frame) = error.answer() {
            self.put(id, frame);
        }
        if guessed {
            self.guessed(now);
        }
        match error {
            HandshakeError::WrongPassword => {
                if let Some(peer) = self.links.get(&id).and_then(|link| link.peer) {
                    self.wrong_password(now, peer);
                }
            }
            HandshakeError::Version { ours, theirs } => {
                if self.meeting.may_tell_of_refusal(now) {
                    let which = if theirs.max < ours.min { "older" } else { "newer" };
                    self.notice(
                        NoticeCode::Version,
                        &format!("Somebody's Dayfly is {which} than yours, and the two do not understand each other: one of you must update."),
                    );
                }
            }
            HandshakeError::OtherRoom | HandshakeError::Malformed => {}
            error => {
                if self.meeting.may_tell_of_refusal(now) {
                    self.notice(
                        NoticeCode::Refused,
                        &format!("Somebody was refused. {}", sentence(&error)),
                    );
                }
            }
        }
        self.end_handshake(now, id);
    }

    /// Somebody may have tried a password.
    fn guessed(&mut self, now: Now) {
        if self.native.has_password() {
            self.native.guesses.take(now.mono, 1);
        }
    }

    /// A connection closed before its session began; in a room with a password that is as good as
    /// a guess if the peer had what it needed to check one.
    pub(super) fn handshake_gone(&mut self, now: Now, stage: &Stage) {
        if matches!(stage, Stage::Proving(_)) {
            self.guessed(now);
        }
    }

    /// The handshake has taken too long.
    pub(super) fn handshake_late(&mut self, now: Now, id: LinkId) {
        if let Some(stage) = self.native.stages.remove(&id) {
            self.handshake_gone(now, &stage);
        }
        self.end_handshake(now, id);
    }

    fn password_limited(&mut self, now: Now, wait: Duration) {
        if self.meeting.may_tell_of_refusal(now) {
            self.event(Event::Limited {
                what: "password".into(),
                seconds: u32::try_from(wait.as_secs().saturating_add(1)).unwrap_or(u32::MAX),
            });
        }
    }

    /// In a native room the connection is closed; in a web room its other channel goes on.
    fn end_handshake(&mut self, now: Now, id: LinkId) {
        self.native.stages.remove(&id);
        self.timers.stop(&Timer::Native(NativeTimer::Handshake(id)));
        if self.is_native() {
            self.close_link(now, id);
        } else {
            self.no_native(now, id);
        }
        self.next_handshake(now);
    }

    /// Sends bytes on the channel that native frames take.
    pub(super) fn put(&mut self, link: LinkId, frame: Vec<u8>) {
        self.stats.bytes_sent += frame.len() as u64;
        self.out(if self.is_native() {
            Output::Send { link, frame }
        } else {
            Output::SendNative { link, frame }
        });
    }
}
