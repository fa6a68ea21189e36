//! `dayfly demo`: three members in one process meet over the embedded tracker, on this machine
//! alone. The second and third join by the picture of a QR code. Everything shown is checked.

use crate::args::ReportArgs;
use crate::exit::Exit;
use crate::json::Row;
use crate::links::Links;
use crate::report::Report;
use dayfly_core::engine::{Engine, Error, ErrorKind, RoomHandle, RoomOptions, Subscription};
use dayfly_core::proto::id::MemberId;
use dayfly_core::proto::invite::{Access, Invite, Island, WebInvite, qr};
use dayfly_core::proto::room::{Event, LeaveReason, MemberState, Message};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::time::{Instant, timeout};

/// Longest wait for any single thing; on a working machine each takes a second or two.
const PATIENCE: Duration = Duration::from_secs(20);

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
        let invite = WebInvite::new(
            &dayfly_core::engine::room_name()?,
            Access::Public,
            vec![Island::chitchatter()],
            Vec::new(),
        )
        .map_err(|error| crate::open::bad_option(&error))?;
        let mut ada = Member::enter(&engine, "Ada", Invite::Web(invite), true).await?;
        self.step("Ada opens a room.");

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

        let mut bob = Member::enter(&engine, "Bob", invite.clone(), false).await?;
        let mut eve = Member::enter(&engine, "Eve", invite, false).await?;
        ada.meets(&["Bob", "Eve"]).await?;
        bob.meets(&["Ada", "Eve"]).await?;
        eve.meets(&["Ada", "Bob"]).await?;
        self.step("Bob and Eve join by it; each is connected with each.");

        ada.handle
            .say("Hello to both of you.".into(), Default::default())
            .await?;
        for other in [&mut bob, &mut eve] {
            other.hears("Ada", "Hello to both of you.", false).await?;
        }
        self.step("Ada speaks; both hear her.");

        bob.handle
            .direct("Eve".into(), "Only for you.".into(), Default::default())
            .await?;
        eve.hears("Bob", "Only for you.", true).await?;
        bob.handle
            .say("And this for all.".into(), Default::default())
            .await?;
        // What comes after the direct message proves that Ada did not get it.
        ada.hears("Bob", "And this for all.", false).await?;
        if ada.heard.iter().any(|message| message.direct) {
            return Err(failed("Ada got a message that was not for her"));
        }
        self.step("Bob sends Eve a direct message; Ada does not get it.");

        eve.handle.leave().await;
        ada.misses("Eve").await?;
        bob.misses("Eve").await?;
        self.step("Eve leaves; the others see her go.");

        bob.handle.leave().await;
        ada.misses("Bob").await?;
        ada.handle.leave().await;
        self.step("Bob and Ada leave. Nothing is left of the room.");
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
}

impl Member {
    async fn enter(engine: &Engine, name: &'static str, invite: Invite, opens: bool) -> Result<Self, Error> {
        let options = RoomOptions {
            name: name.into(),
            trackers: Vec::new(),
            ice_servers: None,
            local: true,
            embedded_tracker: opens.then(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
            password: None,
        };
        let handle = engine.enter(invite, options).await?;
        let events = handle.subscribe();
        Ok(Self {
            name,
            handle,
            events,
            here: Vec::new(),
            left: Vec::new(),
            heard: Vec::new(),
        })
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

    async fn misses(&mut self, name: &str) -> Result<(), Error> {
        let what = format!("{} did not see {name} leave", self.name);
        let gone = (name.to_owned(), LeaveReason::Left);
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
