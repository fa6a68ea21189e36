//! Support for tests of whole rooms: engines on this machine over an embedded tracker.

#![allow(dead_code, reason = "each test file uses its part")]

use dayfly_core::engine::{Engine, NativeOptions, RoomHandle, RoomOptions, Subscription};
use dayfly_core::proto::invite::{Access, Invite, Island, WebInvite};
use dayfly_core::proto::room::{Event, Member, MemberKind, Message};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Longer than anything on this machine takes, even a busy one.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A public web room of that name on an island nobody else is on.
pub fn web(room: &str) -> Invite {
    let island = Island::at("http://localhost:3000").expect("an origin");
    Invite::Web(WebInvite::new(room, Access::Public, vec![island], Vec::new()).expect("a room"))
}

/// Options of a room within this machine; the opener brings the tracker.
pub fn local(name: &str, opener: bool) -> RoomOptions {
    RoomOptions {
        name: name.into(),
        local: true,
        no_lan: true,
        embedded_tracker: opener.then_some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        ..RoomOptions::default()
    }
}

/// A member of a test room: its handle, and what it has been told so far.
pub struct Person {
    pub room: RoomHandle,
    pub events: Subscription,
    pub seen: Vec<Event>,
}

impl Person {
    pub async fn enter(engine: &Engine, invite: &Invite, options: RoomOptions) -> Self {
        let room = engine
            .enter(invite.clone(), options)
            .await
            .expect("the room can be entered");
        let events = room.subscribe();
        Self {
            room,
            events,
            seen: Vec::new(),
        }
    }

    /// Opens a native room, with a tracker of its own.
    pub async fn open(engine: &Engine, native: NativeOptions, options: RoomOptions) -> Self {
        let room = engine
            .open_native(native, options)
            .await
            .expect("the room can be opened");
        let events = room.subscribe();
        Self {
            room,
            events,
            seen: Vec::new(),
        }
    }

    /// Waits for an event and gives what `pick` makes of it; events passed over stay in `seen`.
    pub async fn wait<T>(&mut self, what: &str, mut pick: impl FnMut(&Event) -> Option<T>) -> T {
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                let event = self.events.next().await?;
                let picked = pick(&event);
                self.seen.push(event);
                if picked.is_some() {
                    return picked;
                }
            }
        });
        match found.await {
            Ok(Some(found)) => found,
            Ok(None) => panic!("the room ended while waiting for {what}; seen: {:#?}", self.seen),
            Err(_) => panic!("waited too long for {what}; seen: {:#?}", self.seen),
        }
    }

    pub async fn joined(&mut self, name: &str) -> Member {
        self.wait(&format!("{name} to join"), |event| match event {
            Event::MemberJoined { member } if member.name == name => Some(member.clone()),
            Event::Reset { snapshot } => snapshot.members.iter().find(|m| m.name == name).cloned(),
            _ => None,
        })
        .await
    }

    /// Waits until a member of a web room turns out to be a Dayfly.
    pub async fn speaks_natively(&mut self, name: &str) {
        self.wait(&format!("{name} to speak natively"), |event| match event {
            Event::MemberChanged { member } if member.name == name && member.kind == MemberKind::Native => {
                Some(())
            }
            _ => None,
        })
        .await;
    }

    pub async fn hears(&mut self, text: &str) -> Message {
        self.wait(&format!("{text:?}"), |event| match event {
            Event::Message { message } if message.text == text => Some(message.clone()),
            _ => None,
        })
        .await
    }
}
