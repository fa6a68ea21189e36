//! The tracker client: one WebSocket per tracker, carrying any number of swarms and peer ids.
//!
//! Owns what is said to a tracker and what is taken from one (BEP 3 in JSON, as WebTorrent speaks
//! it); reads no session description. Connecting and coming back is the common client's.

use super::TrackerUrl;
use crate::rendezvous::client::{Client, Command, Dialect, Fault, Heard, Start, plain};
use crate::rendezvous::socket::{ClientOptions, Traffic, Trouble};
use crate::rendezvous::{MeetSink, Rendezvous};
use crate::task::Tasks;
use dayfly_proto::id::{BackendId, PeerId};
use dayfly_proto::room::{MeetEvent, SealedOffer};
use dayfly_proto::wire::web::topic::InfoHash;
use dayfly_proto::wire::web::tracker::{Announce, AnnounceEvent, ClientMessage, ServerMessage, TrackerOffer};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Swarm memberships of one client. Further ones are dropped; a room needs one an island.
const MAX_MEMBERSHIPS: usize = 64;

/// A client of one tracker. Dropping it says goodbye and closes the socket.
pub struct TrackerClient {
    url: TrackerUrl,
    client: Client,
}

impl TrackerClient {
    /// Begins to connect, and reports as `backend` at `sink`. The seed makes its back-off
    /// repeatable.
    #[must_use]
    pub fn start(
        tasks: &Tasks,
        backend: BackendId,
        url: TrackerUrl,
        options: ClientOptions,
        seed: [u8; 32],
        sink: MeetSink,
    ) -> Self {
        Self::start_counted(tasks, backend, url, options, seed, sink, Arc::default())
    }

    /// The same, counted together with others.
    pub(in crate::rendezvous) fn start_counted(
        tasks: &Tasks,
        backend: BackendId,
        url: TrackerUrl,
        options: ClientOptions,
        seed: [u8; 32],
        sink: MeetSink,
        traffic: Arc<Traffic>,
    ) -> Self {
        let start = Start {
            backend,
            url: url.clone(),
            options,
            seed,
            sink,
            traffic,
        };
        Self {
            url,
            client: connect(tasks, start),
        }
    }

    /// Which tracker.
    #[must_use]
    pub fn url(&self) -> &TrackerUrl {
        &self.url
    }

    /// Bytes received from the tracker so far, TLS and handshakes included.
    #[must_use]
    pub fn bytes_received(&self) -> u64 {
        self.client.bytes_received()
    }
}

impl Rendezvous for TrackerClient {
    fn announce(&mut self, topic: InfoHash, peer: PeerId, offers: Vec<SealedOffer>) {
        self.client.announce(topic, peer, offers);
    }

    fn reply(&mut self, topic: InfoHash, peer: PeerId, to: PeerId, offer_id: String, sealed: String) {
        self.client.reply(topic, peer, to, offer_id, sealed);
    }

    fn withdraw(&mut self, topic: InfoHash, peer: PeerId) {
        self.client.withdraw(topic, peer);
    }

    fn network_changed(&mut self) {
        self.client.network_changed();
    }

    fn rest(&mut self, resting: bool) {
        self.client.rest(resting);
    }

    fn bytes_sent(&self) -> u64 {
        self.client.bytes_sent()
    }
}

/// A connection that speaks as trackers do.
pub(in crate::rendezvous) fn connect(tasks: &Tasks, start: Start) -> Client {
    Client::start(tasks, "tracker client", start, Box::<TrackerDialect>::default())
}

/// What a tracker has been told, and what it has said.
#[derive(Default)]
struct TrackerDialect {
    memberships: BTreeSet<(InfoHash, PeerId)>,
    interval: Option<u32>,
    /// It has said yes once on this connection.
    welcome: bool,
}

impl Dialect for TrackerDialect {
    fn begin(&mut self) {
        self.memberships.clear();
        self.welcome = false;
    }

    fn say(&mut self, command: Command) -> Vec<String> {
        self.message(command).iter().map(ClientMessage::encode).collect()
    }

    fn hear(&mut self, text: &str) -> Result<Heard, Fault> {
        let message = ServerMessage::parse(text).map_err(|_| Fault::Garbage)?;
        let (info_hash, peer_id, offer_id, sealed, offer) = match message {
            // Later failures are about one message and harm nothing; a tracker that never said
            // yes has refused the room.
            ServerMessage::Failure { reason, .. } if !self.welcome => {
                return Err(Fault::Trouble(Trouble::Refusal(plain(&reason))));
            }
            ServerMessage::Announced { interval, .. } => {
                self.welcome = true;
                return Ok(self.interval(interval).into());
            }
            ServerMessage::Offer {
                info_hash,
                peer_id,
                offer_id,
                sdp,
            } => (info_hash, peer_id, offer_id, sdp, true),
            ServerMessage::Answer {
                info_hash,
                peer_id,
                offer_id,
                sdp,
            } => (info_hash, peer_id, offer_id, sdp, false),
            _ => return Ok(Heard::default()),
        };
        // A WebTorrent client in the same swarm has a binary id; it is nobody we could talk to.
        let (Some(topic), Some(from)) = (info_hash.info_hash(), peer_id.peer_id()) else {
            return Ok(Heard::default());
        };
        let member = self.memberships.iter().any(|(swarm, _)| *swarm == topic);
        if !member || self.memberships.contains(&(topic, from)) {
            return Ok(Heard::default());
        }
        let event = if offer {
            MeetEvent::Offer {
                topic,
                from,
                offer_id,
                sealed,
            }
        } else {
            MeetEvent::Answer {
                topic,
                from,
                offer_id,
                sealed,
            }
        };
        Ok(Some(event).into())
    }
}

impl TrackerDialect {
    /// What a command comes to; `None` beyond what one client may be in.
    fn message(&mut self, command: Command) -> Option<ClientMessage> {
        Some(match command {
            Command::Announce { topic, peer, offers } => {
                if self.memberships.len() >= MAX_MEMBERSHIPS && !self.memberships.contains(&(topic, peer)) {
                    return None;
                }
                self.memberships.insert((topic, peer));
                announce(topic, peer, None, offers)
            }
            Command::Reply {
                topic,
                peer,
                to,
                offer_id,
                sealed,
            } => ClientMessage::Answer {
                info_hash: topic.into(),
                peer_id: peer.into(),
                to_peer_id: to.into(),
                offer_id,
                sdp: sealed,
            },
            Command::Withdraw { topic, peer } => {
                self.memberships.remove(&(topic, peer));
                announce(topic, peer, Some(AnnounceEvent::Stopped), Vec::new())
            }
        })
    }

    /// What the tracker asks for, if it is new: between a second and a day.
    fn interval(&mut self, seconds: u32) -> Option<MeetEvent> {
        if seconds == 0 {
            return None;
        }
        let seconds = seconds.min(86_400);
        (self.interval.replace(seconds) != Some(seconds)).then_some(MeetEvent::Interval(seconds))
    }
}

/// An announce as pages write it: they ask for as many peers as they bring offers.
fn announce(
    topic: InfoHash,
    peer: PeerId,
    event: Option<AnnounceEvent>,
    offers: Vec<SealedOffer>,
) -> ClientMessage {
    let offers: Vec<TrackerOffer> = offers
        .into_iter()
        .map(|o| TrackerOffer {
            offer_id: o.id,
            sdp: o.sealed,
        })
        .collect();
    ClientMessage::Announce(Announce {
        info_hash: topic.into(),
        peer_id: peer.into(),
        event,
        left: None,
        numwant: u32::try_from(offers.len()).ok(),
        offers,
    })
}
