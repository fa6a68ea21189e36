//! Whoever carries the signalling of a native room, or sits on the connection itself, gets
//! nothing: descriptions altered on their way are refused and nothing is said over what they
//! lead to; a handshake carried between two connections ends at its first message.

mod common;
mod links;

use common::{Person, local};
use dayfly_core::engine::{Engine, NativeOptions, RoomOptions};
use dayfly_core::proto::identity::native::handshake::{
    HandshakeError, Initiator, Mode, Password, Prologue, Responder,
};
use dayfly_core::proto::invite::Invite;
use dayfly_core::proto::room::{Binding, Event, SayOptions};
use dayfly_core::proto::secret::SecretBytes;
use futures_util::{SinkExt, StreamExt};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;

/// What the carrier does, and how often it did.
#[derive(Default)]
struct Carrier {
    honest: AtomicBool,
    altered: AtomicUsize,
}

impl Carrier {
    /// Alters every description in a message: one bit of what is sealed. More it could not aim
    /// at, since it cannot read them.
    fn alter(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for (name, field) in fields {
                    match field {
                        Value::String(text) if name == "sdp" => {
                            let at = text.len() / 2;
                            let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
                            text.replace_range(at..=at, other);
                            self.altered.fetch_add(1, Ordering::Relaxed);
                        }
                        field => self.alter(field),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.alter(item)),
            _ => {}
        }
    }

    fn carry(&self, message: Message) -> Message {
        let Message::Text(text) = &message else {
            return message;
        };
        if self.honest.load(Ordering::Relaxed) {
            return message;
        }
        let mut value: Value = serde_json::from_str(text).expect("trackers speak JSON");
        self.alter(&mut value);
        Message::text(value.to_string())
    }
}

/// A tracker in between: what comes in goes to `tracker`, and back.
async fn between(tracker: String, carrier: Arc<Carrier>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("ws://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(pass(stream, tracker.clone(), carrier.clone()));
        }
    });
    url
}

async fn pass(stream: TcpStream, tracker: String, carrier: Arc<Carrier>) {
    let Ok(client) = tokio_tungstenite::accept_async(stream).await else {
        return;
    };
    let Ok((server, _)) = tokio_tungstenite::connect_async(tracker).await else {
        return;
    };
    let (mut to_client, mut from_client) = client.split();
    let (mut to_server, mut from_server) = server.split();
    loop {
        let sent = tokio::select! {
            Some(Ok(message)) = from_client.next() => to_server.send(carrier.carry(message)).await,
            Some(Ok(message)) = from_server.next() => to_client.send(carrier.carry(message)).await,
            else => return,
        };
        if sent.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn altered_descriptions_lead_nowhere() {
    let (one, two) = (
        Engine::start().expect("a thread"),
        Engine::start().expect("a thread"),
    );
    let mut ada = Person::open(&one, NativeOptions::default(), local("Ada", true)).await;
    let Invite::Native(invite) = ada.room.invite().clone() else {
        panic!("a native room")
    };
    let carrier = Arc::new(Carrier::default());
    let url = between(invite.trackers[0].clone(), Arc::clone(&carrier)).await;
    let options = RoomOptions {
        trackers: vec![url],
        ..local("Bob", false)
    };
    let mut bob = Person::enter(&two, &Invite::Native(invite), options).await;
    ada.room
        .say("for members only".into(), SayOptions::default())
        .await
        .expect("kept for later");

    let enough = async {
        while carrier.altered.load(Ordering::Relaxed) < 6 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(common::PATIENCE, enough)
        .await
        .expect("offers are announced");
    for person in [&ada, &bob] {
        let stats = person.room.stats().await.expect("the room lasts");
        assert_eq!((stats.links, stats.bytes_sent, stats.bytes_received), (0, 0, 0));
        let snapshot = person.room.snapshot().await.expect("the room lasts");
        assert!(snapshot.members.is_empty(), "{:?}", snapshot.members);
    }
    let counted = async {
        while ada.room.stats().await.expect("the room lasts").refused == 0
            && bob.room.stats().await.expect("the room lasts").refused == 0
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(common::PATIENCE, counted)
        .await
        .expect("what was altered is counted");

    // The same carrier, honest now: nothing but its alterations kept them apart.
    carrier.honest.store(true, Ordering::Relaxed);
    ada.joined("Bob").await;
    bob.hears("for members only").await;
    let joined = bob
        .seen
        .iter()
        .filter(|event| matches!(event, Event::MemberJoined { .. }));
    assert!(joined.count() <= 1);
}

/// The prologue of whoever knows its connection by `binding`.
fn with_prologue<T>(binding: Binding, work: impl FnOnce(&Prologue<'_>) -> T) -> T {
    let (fp_initiator, fp_responder) = if binding.dtls_client {
        (&binding.ours, &binding.theirs)
    } else {
        (&binding.theirs, &binding.ours)
    };
    work(&Prologue {
        mode: Mode::Room,
        room_id: &[7; 32],
        generation: 0,
        fp_initiator,
        fp_responder,
        context: b"",
    })
}

/// Two links that know each other: the one that began DTLS, and the other.
async fn pair() -> ((links::End, Binding), (links::End, Binding)) {
    let stack = links::stack();
    let (mut a, mut b) = links::negotiated(&stack).await;
    let (of_a, of_b) = (a.opened().await, b.opened().await);
    if of_a.dtls_client {
        ((a, of_a), (b, of_b))
    } else {
        ((b, of_b), (a, of_a))
    }
}

/// Somebody who has the invite makes both members connect to them, and carries a handshake from
/// one connection to the other without a change.
#[tokio::test]
async fn a_handshake_does_not_fit_another_connection() {
    let mut rng = ChaCha20Rng::from_seed([5; 32]);
    let psk = SecretBytes::new([9; 32]);
    for relayed in [false, true] {
        let ((ada, of_ada), (mut in_between, near)) = pair().await;
        let first = with_prologue(of_ada, |prologue| {
            Initiator::start(prologue, &psk, &Password::None, &mut rng).1
        });
        ada.send(first.clone()).await;
        let mut got = in_between.frame().await;
        assert_eq!(got, first);
        let mut bound = near;
        let mut open = None;
        if relayed {
            let ((far, _), (mut bob, of_bob)) = pair().await;
            far.send(got).await;
            got = bob.frame().await;
            bound = of_bob;
            open = Some((far, bob));
        }
        let read = with_prologue(bound, |prologue| {
            Responder::read(prologue, &psk, &Password::None, &mut rng, &got).map(drop)
        });
        match (relayed, read) {
            (false, Ok(())) | (true, Err(HandshakeError::OtherRoom)) => {}
            (_, other) => panic!("relayed: {relayed}, {other:?}"),
        }
        drop(open);
    }
}
