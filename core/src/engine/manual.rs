//! Meeting by codes that people carry: the host's side is its room's; the guest's is here, from the
//! code it was shown to a room that goes on with the same connection.
//!
//! A guest runs on the network thread and decides nothing: [`Guest`] does. It ends when whoever holds
//! the [`ManualJoin`] drops it, when its room runs, or on `panic`.

use super::command::Command;
use super::native::Door;
use super::setup::{LINK_EVENTS, dialer, entropy, ice_servers};
use super::{Engine, Enter, Error, ErrorKind, KeptIdentity, Request, RoomHandle, RoomOptions, clock};
use crate::link::{Link, LinkConfig, LinkSink, Stack, WebRtcStack};
use dayfly_proto::id::LinkId;
use dayfly_proto::invite::Invite;
use dayfly_proto::invite::manual::ManualCode as Code;
use dayfly_proto::invite::qr::{self, Matrix};
use dayfly_proto::room::{ANSWER_LIVES, Guest, GuestEnd, GuestOutput, LinkEvent, ManualError};
use dayfly_proto::secret::SecretString;
use tokio::sync::{mpsc, oneshot};

/// Waits for a room that may be asked for at once.
const WAITS: usize = 4;

/// A code to be shown: as a picture, and as text for whoever cannot scan. Both hold addresses of
/// this device.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct ManualCode {
    /// The text, which may be sent by any means: `dayfly:…`.
    pub text: String,
    /// The same as a QR code.
    pub matrix: Matrix,
}

impl ManualCode {
    fn of(text: String) -> Result<Self, Error> {
        let matrix = qr::encode(&text)?;
        Ok(Self { text, matrix })
    }
}

/// Somebody who was shown a code and shows another in return. Dropping it gives up.
#[derive(Debug)]
pub struct ManualJoin {
    code: ManualCode,
    waits: mpsc::Sender<Wait>,
    engine: Engine,
    /// As they were given.
    options: RoomOptions,
}

/// Somebody waits for the room.
pub(super) struct Wait {
    password: Option<SecretString>,
    reply: oneshot::Sender<Result<super::setup::Entered, Error>>,
}

/// Where the code goes, with the way on which the room is waited for.
type Shown = oneshot::Sender<Result<(String, mpsc::Sender<Wait>), Error>>;

/// What a guest begins with.
pub(super) struct Ask {
    code: Code,
    options: RoomOptions,
    kept: Option<KeptIdentity>,
    reply: Shown,
}

/// The connection over which an invite came, for the room that goes on with it.
pub(super) struct Live {
    pub link: Box<dyn Link>,
    pub sink: LinkSink,
    pub events: mpsc::Receiver<(LinkId, LinkEvent)>,
}

impl Engine {
    /// Takes the code that a room's member shows, its text or what was scanned, and makes the one to
    /// show in return; a few seconds at most. Nothing but the two devices is contacted, and whatever
    /// STUN and TURN servers `options` name.
    ///
    /// # Errors
    /// [`ErrorKind::BadInvite`] for another text, [`ErrorKind::BadOption`], [`ErrorKind::System`]
    /// when no connection can be prepared.
    pub async fn join_manual(&self, text: &str, options: RoomOptions) -> Result<ManualJoin, Error> {
        self.join_manual_as(text, options, None).await
    }

    /// The same, and shows each member in private who this person is in every room.
    ///
    /// # Errors
    /// As [`Engine::join_manual`].
    pub async fn join_manual_as(
        &self,
        text: &str,
        options: RoomOptions,
        kept: Option<KeptIdentity>,
    ) -> Result<ManualJoin, Error> {
        let code = Code::parse(text)?;
        let (reply, answer) = oneshot::channel();
        let asked = options.clone();
        let ask = Ask {
            code,
            options,
            kept,
            reply,
        };
        self.requests
            .try_send(Request::Manual(Box::new(ask)))
            .map_err(|_| Error::busy())?;
        let (text, waits) = answer.await.map_err(|_| Error::ended())??;
        Ok(ManualJoin {
            code: ManualCode::of(text)?,
            waits,
            engine: self.clone(),
            options: asked,
        })
    }
}

impl ManualJoin {
    /// What to show in return.
    #[must_use]
    pub fn answer(&self) -> &ManualCode {
        &self.code
    }

    /// Waits until the other device has taken the answer and let this one in: ten minutes at most.
    /// Dropping the wait does not give up; it can be waited again.
    ///
    /// # Errors
    /// [`ErrorKind::NeedsPassword`] where the room has a password and none is given: ask for it and
    /// call again, within three minutes. [`ErrorKind::Unreachable`] when nobody connected,
    /// [`ErrorKind::NotAllowed`] when it was somebody else or this device is not let in, and as
    /// [`Engine::enter`].
    pub async fn room(&self, password: Option<SecretString>) -> Result<RoomHandle, Error> {
        let (reply, entered) = oneshot::channel();
        let wait = Wait { password, reply };
        self.waits.send(wait).await.map_err(|_| Error::ended())?;
        let entered = entered.await.map_err(|_| Error::ended())??;
        Ok(self.engine.handle(entered, &self.options))
    }
}

impl RoomHandle {
    /// Makes a code that one person can come in by, without any server: show it, and give what that
    /// person shows in return to [`RoomHandle::manual_answer`]. Good for ten minutes; of five the
    /// oldest is taken back.
    ///
    /// # Errors
    /// [`ErrorKind::NotAllowed`] outside native rooms and in a locked one, [`ErrorKind::Busy`],
    /// [`ErrorKind::System`] when no connection can be prepared, [`ErrorKind::Ended`].
    pub async fn manual_offer(&self) -> Result<ManualCode, Error> {
        let text = self.ask(|reply| Command::ManualOffer { reply }).await?;
        ManualCode::of(text)
    }

    /// Takes the answer to a code of this room. That the person came in is told by events.
    ///
    /// # Errors
    /// [`ErrorKind::BadInvite`] with the reason for any other text, and for an answer to a code that
    /// is used or too old; [`ErrorKind::NotAllowed`], [`ErrorKind::Busy`], [`ErrorKind::Ended`].
    pub async fn manual_answer(&self, text: String) -> Result<(), Error> {
        self.ask(|reply| Command::ManualAnswer { text, reply }).await
    }
}

impl From<ManualError> for Error {
    fn from(error: ManualError) -> Self {
        let kind = match error {
            ManualError::Ended => return Self::ended(),
            ManualError::Code(error) => return error.into(),
            ManualError::NotNative | ManualError::Locked | ManualError::Full => ErrorKind::NotAllowed,
            ManualError::Busy => ErrorKind::Busy,
            ManualError::NotAnAnswer
            | ManualError::Own
            | ManualError::Unknown
            | ManualError::Old
            | ManualError::Used(_) => ErrorKind::BadInvite,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<GuestEnd> for Error {
    fn from(end: GuestEnd) -> Self {
        let kind = match end {
            GuestEnd::NotAnOffer => ErrorKind::BadInvite,
            GuestEnd::Undescribed => ErrorKind::System,
            GuestEnd::Late | GuestEnd::Gone => ErrorKind::Unreachable,
            GuestEnd::Stranger
            | GuestEnd::Handshake(_)
            | GuestEnd::NoInvite
            | GuestEnd::Locked
            | GuestEnd::Closed
            | GuestEnd::Refused => ErrorKind::NotAllowed,
        };
        Self::new(kind, end.to_string())
    }
}

/// No code could be had for want of a network.
pub(super) fn undescribed() -> Error {
    GuestEnd::Undescribed.into()
}

/// Serves one guest to the end, which is the room to be entered, if it comes to that.
pub(super) async fn attend(ask: Ask) -> Option<Enter> {
    let Ask {
        code,
        options,
        kept,
        reply,
    } = ask;
    let begun = begin(code, &options);
    let (mut guest, mut live) = match begun {
        Ok(begun) => begun,
        Err(error) => {
            let _ = reply.send(Err(error));
            return None;
        }
    };
    let mut reply = Some(reply);
    let (waits_in, mut waits) = mpsc::channel(WAITS);
    let mut waits_in = Some(waits_in);
    let mut waiting: Option<Wait> = None;
    loop {
        while let Some(output) = guest.poll() {
            match output {
                GuestOutput::Code(text) => {
                    let (Some(reply), Some(waits_in)) = (reply.take(), waits_in.take()) else {
                        continue;
                    };
                    if reply.send(Ok((text, waits_in))).is_err() {
                        live.link.close();
                        return None;
                    }
                }
                GuestOutput::Send(frame) => {
                    if live.link.send(frame).is_err() {
                        guest.handle_link(clock::now(), LinkEvent::Congested);
                    }
                }
                GuestOutput::Arrived => {}
                GuestOutput::Over(end) => {
                    live.link.close();
                    refuse(&Error::from(end), reply, waiting, waits).await;
                    return None;
                }
            }
        }
        if let Some(invite) = guest.invite()
            && let Some(Wait { password, reply }) = waiting.take()
            // Whoever has ceased to wait may begin again.
            && !reply.is_closed()
        {
            let options = RoomOptions {
                password: password.or_else(|| options.password.clone()),
                ..options.clone()
            };
            match Door::of(Invite::Native(invite.clone()), &options, kept.clone()) {
                Ok(mut door) => {
                    let (_, adopted) = guest.into_room(clock::now())?;
                    door.adopt(adopted);
                    return Some(Enter {
                        door,
                        options,
                        live: Some(live),
                        reply,
                    });
                }
                Err(error) => {
                    let _ = reply.send(Err(error));
                }
            }
        }
        let late = async {
            match guest.poll_timeout() {
                Some(at) => super::sleep(at.saturating_sub(clock::now().mono)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some((_, event)) = live.events.recv() => guest.handle_link(clock::now(), event),
            wait = waits.recv(), if waits_in.is_none() => match wait {
                Some(wait) => {
                    if let Some(before) = waiting.replace(wait) {
                        let _ = before.reply.send(Err(Error::busy()));
                    }
                }
                None => {
                    live.link.close();
                    return None;
                }
            },
            () = late => guest.handle_timeout(clock::now()),
        }
    }
}

fn begin(code: Code, options: &RoomOptions) -> Result<(Guest, Live), Error> {
    let guest = Guest::new(code, clock::now(), entropy()?)?;
    let config = LinkConfig {
        ice_servers: ice_servers(options)?,
        loopback: options.local,
        route: options.route.unwrap_or_default(),
        native: false,
        patience: Some(ANSWER_LIVES),
        dialer: dialer(options)?,
    };
    let (sink, events) = mpsc::channel(LINK_EVENTS);
    let link = WebRtcStack::new().answer(Guest::LINK, guest.offer_sdp(), &config, sink.clone());
    Ok((guest, Live { link, sink, events }))
}

/// Tells everybody who asks how it ended, until nobody can.
async fn refuse(error: &Error, reply: Option<Shown>, waiting: Option<Wait>, mut waits: mpsc::Receiver<Wait>) {
    if let Some(reply) = reply {
        let _ = reply.send(Err(error.clone()));
        return;
    }
    let mut next = waiting;
    loop {
        if let Some(wait) = next {
            let _ = wait.reply.send(Err(error.clone()));
        }
        next = match waits.recv().await {
            Some(wait) => Some(wait),
            None => return,
        };
    }
}
