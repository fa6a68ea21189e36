//! `dayfly demo`: three members in one process meet over the embedded tracker, on this machine
//! alone, in a native room: they join by the picture of a QR code, talk, two of them compare codes,
//! and the third is removed. Everything shown is checked.

use crate::args::ReportArgs;
use crate::exit::Exit;
use crate::json::Row;
use crate::links::Links;
use crate::report::Report;
use dayfly_core::engine::{Engine, Error, ErrorKind, NativeOptions, RoomHandle, RoomOptions, Subscription};
use dayfly_core::proto::id::{MemberId, MessageId};
use dayfly_core::proto::invite::{Invite, qr};
use dayfly_core::proto::room::{
    CheckCommand, Command, Event, LeaveReason, MemberState, Message, SayOptions, Trust, VerificationState,
};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Longest wait for any single thing; on a working machine each takes a second or two.
const PATIENCE: Duration = Duration::from_secs(20);

/// What Eve thinks of Ada's message.
const REACTION: &str = "\u{1F44D}";

/// Shows it.
pub fn run(args: &ReportArgs) -> Exit {
    Report::run(args.json, |report| async move {
        report.remark("Three members in one process, over a tracker of their own, on this machine alone.");
        let start = Instant::now();
        let demo = Demo { report, last: start };
        Ok(match demo.show().await {
            Ok(()) => {
                let text = format!("The demo worked, in {}.", seconds(start.elapsed()));
                report.verdict(true, text)
            }
            Err(error) => report.verdict(false, format!("The demo failed: {}", error.message)),
        })
    })
}

struct Demo {
    report: Report,
    last: Instant,
}

impl Demo {
    async fn show(mut self) -> Result<(), Error> {
        let engine = Engine::start()?;
        let ada = engine
            .open_native(NativeOptions::default(), Member::options("Ada", true))
            .await?;
        let mut ada = Member::new("Ada", ada);
        self.step("Ada opens a native room.");

        let invite = self.picture(&ada)?;
        let mut bob = Member::enter(&engine, "Bob", invite.clone()).await?;
        let mut eve = Member::enter(&engine, "Eve", invite).await?;
        ada.meets(&["Bob", "Eve"]).await?;
        bob.meets(&["Ada", "Eve"]).await?;
        eve.meets(&["Ada", "Bob"]).await?;
        self.step("Bob and Eve join by it; each is connected with each, and each is new to each.");

        self.talk(&mut ada, &mut bob, &mut eve).await?;
        self.compare(&mut ada, &mut bob).await?;
        self.remove(&mut ada, &mut bob, eve).await?;

        bob.handle.leave().await;
        ada.misses("Bob", LeaveReason::Left).await?;
        ada.handle.leave().await;
        self.step("Bob and Ada leave. Nothing is left of the room.");
        Ok(())
    }

    /// Draws Ada's QR code and reads it back.
    fn picture(&mut self, ada: &Member) -> Result<Invite, Error> {
        let links = Links::of(ada.handle.invite());
        let picture = links
            .code()
            .ok_or_else(|| failed("the link is too long for a QR code"))?
            .png();
        let text = qr::decode_png(&picture).map_err(|error| failed(&error.to_string()))?;
        let invite = Invite::parse(&text).map_err(|error| failed(&error.to_string()))?;
        self.step(&format!(
            "Her QR code is drawn ({} bytes of PNG) and read back.",
            picture.len()
        ));
        Ok(invite)
    }

    async fn talk(&mut self, ada: &mut Member, bob: &mut Member, eve: &mut Member) -> Result<(), Error> {
        let hello = ada
            .handle
            .say("Hello to both of you.".into(), SayOptions::default())
            .await?;
        for other in [&mut *bob, &mut *eve] {
            other.hears("Ada", "Hello to both of you.", false).await?;
        }
        self.step("Ada speaks; both hear her.");

        bob.handle
            .direct("Eve".into(), "Only for you.".into(), SayOptions::default())
            .await?;
        eve.hears("Bob", "Only for you.", true).await?;
        bob.handle
            .say("And this for all.".into(), SayOptions::default())
            .await?;
        // What comes after the direct message proves that Ada did not get it.
        ada.hears("Bob", "And this for all.", false).await?;
        if ada.heard.iter().any(|message| message.direct) {
            return Err(failed("Ada got a message that was not for her"));
        }
        self.step("Bob sends Eve a direct message; Ada does not get it.");

        let react = Command::React {
            id: hello.clone(),
            emoji: REACTION.into(),
            on: true,
        };
        eve.handle.command(react).await?;
        ada.until("Ada did not see Eve's reaction", |me| {
            me.reactions
                .iter()
                .any(|(id, emoji)| *id == hello && emoji == REACTION)
        })
        .await?;
        self.step(&format!("Eve puts {REACTION} on Ada's message; Ada sees it."));
        Ok(())
    }

    /// Compares codes as two people would, who read them to each other.
    async fn compare(&mut self, ada: &mut Member, bob: &mut Member) -> Result<(), Error> {
        let verify = |member: &str| CheckCommand::Verify {
            member: member.into(),
        };
        ada.handle.check(verify("Bob")).await?;
        bob.until("Bob was not asked to compare codes", |me| me.asked)
            .await?;
        bob.handle.check(verify("Ada")).await?;
        for one in [&mut *ada, &mut *bob] {
            let what = format!("{} was shown no code", one.name);
            one.until(&what, |me| me.code.is_some()).await?;
        }
        let code = ada.code.clone().unwrap_or_default();
        if bob.code.as_ref() != Some(&code) {
            return Err(failed("Ada and Bob were shown different codes"));
        }
        self.step(&format!("Ada and Bob compare codes. Both see: {code}."));
        let confirm = |member: &str| CheckCommand::VerifyConfirm {
            member: member.into(),
        };
        ada.handle.check(confirm("Bob")).await?;
        bob.handle.check(confirm("Ada")).await?;
        for (one, other) in [(ada, "Bob"), (bob, "Ada")] {
            let what = format!("{other} did not become verified to {}", one.name);
            one.until(&what, |me| me.verified.iter().any(|name| name == other))
                .await?;
        }
        self.step("Both say that it is the same: Ada and Bob are verified to each other.");
        Ok(())
    }

    async fn remove(&mut self, ada: &mut Member, bob: &mut Member, mut eve: Member) -> Result<(), Error> {
        ada.handle
            .command(Command::Remove { member: "Eve".into() })
            .await?;
        eve.until("Eve was not told that she was removed", |me| me.removed)
            .await?;
        bob.misses("Eve", LeaveReason::Removed).await?;
        ada.handle
            .say("Now between the two of us.".into(), SayOptions::default())
            .await?;
        bob.hears("Ada", "Now between the two of us.", false).await?;
        if eve
            .heard
            .iter()
            .any(|message| message.text.starts_with("Now between"))
        {
            return Err(failed("Eve heard what was said after she was removed"));
        }
        self.step("Ada, who owns the room, removes Eve; the room has a new secret, and Eve hears no more.");
        Ok(())
    }

    fn step(&mut self, text: &str) {
        let now = Instant::now();
        let took = now - self.last;
        self.last = now;
        let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let row = Row::Step {
            text: text.into(),
            ms,
        };
        self.report.tell(&row, &format!("{:>8}  {text}", seconds(took)));
    }
}

/// One member of the demo, with what it saw so far.
struct Member {
    name: &'static str,
    handle: RoomHandle,
    events: Subscription,
    here: Vec<(MemberId, String)>,
    left: Vec<(String, LeaveReason)>,
    heard: Vec<Message>,
    reactions: Vec<(MessageId, String)>,
    verified: Vec<String>,
    /// Somebody wants to compare codes.
    asked: bool,
    /// What is to be compared, in words and digits.
    code: Option<String>,
    removed: bool,
}

impl Member {
    fn options(name: &str, opens: bool) -> RoomOptions {
        RoomOptions {
            name: name.into(),
            local: true,
            embedded_tracker: opens.then(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
            ..RoomOptions::default()
        }
    }

    async fn enter(engine: &Engine, name: &'static str, invite: Invite) -> Result<Self, Error> {
        let handle = engine.enter(invite, Self::options(name, false)).await?;
        Ok(Self::new(name, handle))
    }

    fn new(name: &'static str, handle: RoomHandle) -> Self {
        Self {
            name,
            events: handle.subscribe(),
            handle,
            here: Vec::new(),
            left: Vec::new(),
            heard: Vec::new(),
            reactions: Vec::new(),
            verified: Vec::new(),
            asked: false,
            code: None,
            removed: false,
        }
    }

    /// Waits until all of `names` are connected and known by name.
    async fn meets(&mut self, names: &[&str]) -> Result<(), Error> {
        let what = format!("{} did not meet {}", self.name, names.join(" and "));
        self.until(&what, |me| {
            names.iter().all(|name| me.here.iter().any(|(_, n)| n == name))
        })
        .await
    }

    async fn hears(&mut self, from: &str, text: &str, direct: bool) -> Result<(), Error> {
        let what = format!("{} did not hear {from}", self.name);
        self.until(&what, |me| {
            me.heard
                .iter()
                .any(|m| m.name == from && m.text == text && m.direct == direct)
        })
        .await
    }

    async fn misses(&mut self, name: &str, reason: LeaveReason) -> Result<(), Error> {
        let what = format!("{} did not see {name} go", self.name);
        let gone = (name.to_owned(), reason);
        self.until(&what, |me| me.left.contains(&gone)).await
    }

    async fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) -> Result<(), Error> {
        let wait = async {
            while !done(self) {
                match self.events.next().await {
                    Some(event) => self.observe(event),
                    None => return Err(failed("a room ended by itself")),
                }
            }
            Ok(())
        };
        timeout(PATIENCE, wait)
            .await
            .unwrap_or_else(|_| Err(failed(what)))
    }

    fn observe(&mut self, event: Event) {
        match event {
            Event::MemberJoined { member } | Event::MemberChanged { member } => {
                self.here.retain(|(id, _)| *id != member.id);
                if member.trust == Trust::Verified {
                    self.verified.push(member.name.clone());
                }
                if member.state == MemberState::Here {
                    self.here.push((member.id, member.name));
                }
            }
            Event::MemberLeft { id, reason, .. } => {
                if let Some(at) = self.here.iter().position(|(here, _)| *here == id) {
                    self.left.push((self.here.remove(at).1, reason));
                }
            }
            Event::Message { message } => self.heard.push(message),
            Event::MessageChanged {
                id,
                reactions: Some(reactions),
                ..
            } => {
                let put = reactions.into_iter().map(|r| (id.clone(), r.emoji));
                self.reactions.extend(put);
            }
            Event::Verification {
                state: VerificationState::Asked,
                ..
            } => self.asked = true,
            Event::Verification {
                state: VerificationState::Compare,
                emoji,
                digits,
                ..
            } => {
                let names: Vec<_> = emoji.unwrap_or_default().into_iter().map(|e| e.name).collect();
                self.code = Some(format!("{} ({})", names.join(", "), digits.unwrap_or_default()));
            }
            Event::Removed { .. } => self.removed = true,
            Event::Reset { snapshot } => {
                for member in snapshot.members {
                    self.observe(Event::MemberJoined { member });
                }
                self.heard.extend(snapshot.messages);
            }
            _ => {}
        }
    }
}

fn failed(why: &str) -> Error {
    Error {
        kind: ErrorKind::Internal,
        message: format!("{why}."),
        hint: None,
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}
