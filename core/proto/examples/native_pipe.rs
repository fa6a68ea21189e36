//! One end of a native connection over a pipe, for `interop/python` to talk to.
//!
//! `native_pipe ROLE LINK FP_I FP_R WORD SEED`: `i` or `r`, an invite, two fingerprints, what Argon2id
//! made of the password or `-`, and a seed; all but the first two in hexadecimal. Frames cross on
//! standard input and output as `u32 length ‖ frame`. After the proofs it echoes, changes keys when
//! asked, compares codes and trusts them, exchanges sender keys, and leaves when the other end does.
//! Its last line on standard error is a JSON object that says how it ended.
//!
//! A tool for tests: its randomness comes from the command line and its clock stands still.

use data_encoding::HEXLOWER;
use dayfly_proto::crypto::{SigningKey, hash};
use dayfly_proto::identity::check::{Pair, SasMessage, SasRun, SasState};
use dayfly_proto::identity::native::handshake::{
    HandshakeError, Initiator, Mode, Password, Prologue, Responder, Secrets,
};
use dayfly_proto::identity::native::proof::{Caps, ProofError};
use dayfly_proto::identity::native::sender::{Place, ReceiverChain, SenderChain};
use dayfly_proto::identity::native::session::{Opened, Session};
use dayfly_proto::invite::Invite;
use dayfly_proto::invite::native::{NativeInvite, RoomKeys};
use dayfly_proto::secret::{SecretBytes, SecretString};
use dayfly_proto::timer::Now;
use dayfly_proto::wire::native::{
    Content, Event, EventId, Frame, Group, GroupHeader, SENDER_KEY_LEN, Skdm, group_plain, open_group_plain,
};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use serde_json::json;
use std::error::Error;
use std::io::{self, Read, Write};
use std::time::Duration;

type Failed = Box<dyn Error>;

const NOW: Now = Now {
    mono: Duration::ZERO,
    unix_ms: 1_790_000_000_000,
};
/// Comes back as it is.
const ECHO: u8 = 129;
/// "Please ask for new keys."
const ASK_FOR_KEYS: u8 = 130;
/// Longer than any frame.
const MAX_LEN: u32 = 1 << 17;

fn main() {
    let end = match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(report) => report,
        Err(error) => json!({ "end": error.to_string() }),
    };
    eprintln!("{end}");
}

fn send(frame: &[u8]) -> io::Result<()> {
    let len = u32::try_from(frame.len()).map_err(io::Error::other)?;
    let mut out = io::stdout().lock();
    out.write_all(&len.to_be_bytes())?;
    out.write_all(frame)?;
    out.flush()
}

fn receive() -> Result<Vec<u8>, Failed> {
    let mut input = io::stdin().lock();
    let mut len = [0; 4];
    input.read_exact(&mut len).map_err(|_| "closed")?;
    let len = u32::from_be_bytes(len);
    if len > MAX_LEN {
        return Err("a frame longer than any".into());
    }
    let mut frame = vec![0; usize::try_from(len)?];
    input.read_exact(&mut frame).map_err(|_| "closed")?;
    Ok(frame)
}

fn hex<const N: usize>(text: &str) -> Result<[u8; N], Failed> {
    let bytes = HEXLOWER.decode(text.as_bytes())?;
    bytes
        .try_into()
        .map_err(|_| "a length that is not expected".into())
}

fn run(args: &[String]) -> Result<serde_json::Value, Failed> {
    let [role, link, fp_i, fp_r, word, seed] = args else {
        return Err("ROLE LINK FP_I FP_R WORD SEED".into());
    };
    let Invite::Native(invite) = Invite::parse(link)? else {
        return Err("no invite to a native room".into());
    };
    let password = match word.as_str() {
        "-" => Password::None,
        word => Password::Word(SecretBytes::new(hex(word)?)),
    };
    let mut rng = ChaCha20Rng::from_seed(hex(seed)?);
    let room_id = invite.room_id();
    let keys = invite.keys();
    let prologue = Prologue {
        mode: Mode::Room,
        room_id: &room_id,
        generation: invite.generation,
        fp_initiator: &hex(fp_i)?,
        fp_responder: &hex(fp_r)?,
        context: &[],
    };
    let secrets = match role.as_str() {
        "i" => begin(&prologue, &keys, &password, &mut rng)?,
        _ => answer(&prologue, &keys, &password, &mut rng)?,
    };
    let key = SigningKey::generate(&mut rng);
    let (unproven, proof) = secrets.prove(&key, &room_id, Caps::NONE, None);
    send(&proof)?;
    let session = match unproven.check(&receive()?) {
        Ok((session, _)) => session,
        Err(ProofError::WrongPassword) => return Err("told of another password".into()),
        Err(error) => return Err(error.into()),
    };
    Talk {
        invite,
        keys,
        key,
        session,
        rng,
        sas: None,
        digits: String::new(),
        theirs: None,
        read: Vec::new(),
        echoed: 0,
    }
    .run()
}

fn begin(
    prologue: &Prologue<'_>,
    keys: &RoomKeys,
    password: &Password,
    rng: &mut ChaCha20Rng,
) -> Result<Secrets, Failed> {
    let (sent, first) = Initiator::start(prologue, &keys.psk, password, rng);
    send(&first)?;
    let (secrets, third) = sent.read(&receive()?).map_err(|error| told(error, 2))?;
    send(&third)?;
    Ok(secrets)
}

fn answer(
    prologue: &Prologue<'_>,
    keys: &RoomKeys,
    password: &Password,
    rng: &mut ChaCha20Rng,
) -> Result<Secrets, Failed> {
    let (sent, second) =
        Responder::read(prologue, &keys.psk, password, rng, &receive()?).map_err(|error| told(error, 1))?;
    send(&second)?;
    sent.read(&receive()?).map_err(|error| told(error, 3))
}

/// Tells the other end what it may know, and says where it failed.
fn told(error: HandshakeError, message: u8) -> Failed {
    if let Some(frame) = error.answer() {
        // It may have gone already.
        let _ = send(&frame);
    }
    match error {
        HandshakeError::OtherRoom => format!("another room, at message {message}").into(),
        HandshakeError::WrongPassword => format!("another password, at message {message}").into(),
        other => other.into(),
    }
}

struct Talk {
    invite: NativeInvite,
    keys: RoomKeys,
    key: SigningKey,
    session: Session,
    rng: ChaCha20Rng,
    sas: Option<SasRun>,
    digits: String,
    theirs: Option<ReceiverChain>,
    read: Vec<String>,
    echoed: u32,
}

impl Talk {
    fn run(mut self) -> Result<serde_json::Value, Failed> {
        loop {
            self.control()?;
            let Opened::App(content) = self.session.open(NOW, &receive()?)? else {
                continue;
            };
            match content.first() {
                Some(&ECHO) => {
                    self.echoed += 1;
                    self.seal(&content)?;
                }
                Some(&ASK_FOR_KEYS) => self.session.rekey_now(),
                _ => match Frame::decode(&content)? {
                    Some(Frame::Leave) => break,
                    Some(frame) => self.frame(frame)?,
                    None => return Err("a type that nobody knows".into()),
                },
            }
        }
        Ok(json!({
            "end": "left", "echoed": self.echoed, "epoch": self.session.epoch(), "digits": self.digits, "read": self.read,
        }))
    }

    /// Sends what the session itself has to say.
    fn control(&mut self) -> Result<(), Failed> {
        while let Some(frame) = self.session.poll_frame(NOW, &mut self.rng)? {
            send(&frame)?;
        }
        Ok(())
    }

    fn seal(&mut self, content: &[u8]) -> Result<(), Failed> {
        let frame = self.session.seal(NOW, content)?;
        send(&frame)?;
        self.control()
    }

    fn frame(&mut self, frame: Frame) -> Result<(), Failed> {
        let sas = match frame {
            Frame::SasAsk => SasMessage::Ask,
            Frame::Sas1 { suite, commit } => SasMessage::Commit { suite, commit },
            Frame::Sas2(number) => SasMessage::Answer(number),
            Frame::Sas3(number) => SasMessage::Reveal(number),
            Frame::Sas4(tag) => SasMessage::Same(tag),
            Frame::SenderKey(skdm) => return self.sender_key(&skdm),
            Frame::Group(group) => return self.group(&group),
            _ => return Err("a frame that this test does not use".into()),
        };
        self.compare(&sas)
    }

    /// Our person agrees to compare, and always sees equal codes.
    fn compare(&mut self, message: &SasMessage) -> Result<(), Failed> {
        let pair = Pair {
            h: *self.session.h(),
            room_id: self.invite.room_id(),
            ours: self.key.public(),
            theirs: self.session.peer(),
            role: self.session.role(),
        };
        let mut run = match self.sas.take() {
            Some(run) => run,
            None => SasRun::new(pair, &mut self.rng),
        };
        run.handle(message, NOW)?;
        if run.state() == SasState::Asked {
            run.tap(NOW)?;
        }
        if let SasState::Compare(code) = run.state() {
            self.digits = code.digits_text();
            run.confirm()?;
        }
        while let Some(message) = run.poll_message() {
            let frame = match message {
                SasMessage::Ask => Frame::SasAsk,
                SasMessage::Commit { suite, commit } => Frame::Sas1 { suite, commit },
                SasMessage::Answer(number) => Frame::Sas2(number),
                SasMessage::Reveal(number) => Frame::Sas3(number),
                SasMessage::Same(tag) => Frame::Sas4(tag),
                SasMessage::No => Frame::SasNo,
                SasMessage::Cancel => Frame::SasCancel,
            };
            self.seal(&frame.encode())?;
        }
        self.sas = Some(run);
        Ok(())
    }

    /// Takes the other end's key.
    fn sender_key(&mut self, skdm: &Skdm) -> Result<(), Failed> {
        if skdm.author != self.session.peer() {
            return Err("somebody else's sender key".into());
        }
        let plain = skdm.open(&self.invite.room_id(), &self.keys.skdm)?;
        self.theirs = Some(ReceiverChain::from_key(&*plain)?);
        Ok(())
    }

    /// Reads what the other end said; after the third it says three things itself.
    fn group(&mut self, group: &Group) -> Result<(), Failed> {
        let room_id = self.invite.room_id();
        let chain = self.theirs.as_mut().ok_or("a message before its key")?;
        let place = Place {
            room_id: &room_id,
            generation: group.header.generation,
            author: &group.header.author,
        };
        let event = chain.open_event(place, group.header.n, &group.sealed, |plain| {
            let (event, signature) = open_group_plain(plain).map_err(|_| "no event")?;
            if event.author == group.header.author && event.verify(&signature) {
                Ok(event)
            } else {
                Err("another author, or no valid signature")
            }
        })?;
        let Content::Text { text, .. } = event.content else {
            return Err("no text".into());
        };
        self.read.push(text.expose().to_owned());
        if self.read.len() == 3 {
            self.speak()
        } else {
            Ok(())
        }
    }

    /// A sender key and three texts, the second overtaking the first.
    fn speak(&mut self) -> Result<(), Failed> {
        let (room_id, generation) = (self.invite.room_id(), self.invite.generation);
        let author = self.key.public();
        let mut chain = SenderChain::new(1, NOW, &mut self.rng);
        let plain: [u8; SENDER_KEY_LEN] = chain.key().as_slice().try_into()?;
        let mut salt = [0; 16];
        self.rng.fill_bytes(&mut salt);
        let skdm = Skdm::seal(&room_id, generation, &self.keys.skdm, &self.key, salt, &plain);
        self.seal(&Frame::SenderKey(skdm).encode())?;
        let (mut prev, mut frames) = ([0; 32], Vec::new());
        for seq in 1..=3 {
            let event = Event {
                room_id,
                generation,
                author,
                seq,
                prev,
                time: NOW.unix_ms,
                flags: 0,
                reference: EventId::NONE,
                content: Content::Text {
                    text: SecretString::new(format!("from Rust {seq}")),
                    life: 0,
                },
            };
            prev = hash(&[&event.encode()]);
            let place = Place {
                room_id: &room_id,
                generation,
                author: &author,
            };
            let sealed = chain.seal_event(place, &group_plain(&event, &event.sign(&self.key)))?;
            frames.push(Frame::Group(Group {
                header: GroupHeader {
                    generation,
                    author,
                    skid: sealed.skid,
                    n: sealed.n,
                },
                sealed: sealed.bytes,
            }));
        }
        frames.swap(0, 1);
        for frame in frames {
            self.seal(&frame.encode())?;
        }
        Ok(())
    }
}
