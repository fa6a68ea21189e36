//! What goes into a room and what comes out of it, beside the words of a person.

use super::event::{Event, Via};
use crate::id::{BackendId, LinkId, PeerId};
use crate::secret::SecretString;
use crate::wire::web::topic::InfoHash;
use std::net::SocketAddr;
use std::time::Duration;

/// What a place to meet reports to the room.
#[derive(Debug)]
pub enum MeetEvent {
    /// It answers; the room may announce there.
    Up,
    /// It failed and will be tried again; the sentence says how and when.
    Waiting(String),
    /// It is given up.
    Down(String),
    /// How often it wants to be announced to, in seconds, as it said itself.
    Interval(u32),
    /// What is said here arrives only after this long, at most: a notice board is read now and
    /// then. The room waits so much longer for answers, up to a minute each way.
    Delay(Duration),
    /// A peer offers a connection.
    Offer {
        /// The swarm.
        topic: InfoHash,
        /// Who says so; unproven.
        from: PeerId,
        /// To be repeated in the answer.
        offer_id: String,
        /// The sealed session description.
        sealed: String,
    },
    /// A peer answers an offer of ours.
    Answer {
        /// The swarm.
        topic: InfoHash,
        /// Who says so; unproven.
        from: PeerId,
        /// Which offer.
        offer_id: String,
        /// The sealed session description.
        sealed: String,
    },
}

/// What a link reports to the room.
#[derive(Debug)]
pub enum LinkEvent {
    /// The local description is complete: gathering ended or its second was up.
    Described {
        /// The SDP text, candidates inline.
        sdp: String,
    },
    /// A renegotiation was answered; the answer goes back over the data channel.
    Renegotiated {
        /// The SDP text.
        sdp: String,
    },
    /// The data channel is open.
    Open {
        /// Which way the bytes go.
        via: Via,
        /// What a handshake is bound to.
        binding: Binding,
    },
    /// The negotiated channel for native frames takes frames, after [`Output::OpenNative`]. It
    /// says nothing of the other side. Web rooms only.
    NativeOpen,
    /// One message from that channel.
    NativeFrame(Vec<u8>),
    /// The path changed.
    Path {
        /// Which way the bytes go now.
        via: Via,
    },
    /// One message from the data channel.
    Frame(Vec<u8>),
    /// Nothing was heard for a few seconds; the connection may come back.
    Silent,
    /// The other side is heard again.
    Heard,
    /// The send queue is full: the frame was not taken.
    Congested,
    /// A relay does not do what it is there for; the connection may come about without it.
    Relay {
        /// For people: which relay, what is the matter, what to try.
        sentence: String,
    },
    /// It is over, whatever the reason; no event follows for this link.
    Closed {
        /// A sentence for people.
        reason: String,
    },
}

/// What tells one connection from every other, read off the live connection: nothing here comes
/// from a session description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding {
    /// SHA-256 of this side's DER certificate, which is made anew for each connection.
    pub ours: [u8; 32],
    /// SHA-256 of the DER certificate the other side proved to own in DTLS.
    pub theirs: [u8; 32],
    /// This side was the DTLS client. It begins the handshake.
    pub dtls_client: bool,
}

/// The way to a member's relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayAccess {
    /// Where it listens, one to four.
    pub addresses: Vec<SocketAddr>,
    /// What it asks for.
    pub username: String,
    /// The same.
    pub password: SecretString,
}

/// An offer to be announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedOffer {
    /// 20 characters, new for each offer.
    pub id: String,
    /// The sealed session description.
    pub sealed: String,
}

/// What the room wants done.
#[derive(Debug)]
pub enum Output {
    /// Make a connection and an offer for it; `Described` follows.
    Offer {
        /// Its number from now on.
        link: LinkId,
    },
    /// Make a connection that answers this offer; `Described` follows.
    Answer {
        /// Its number from now on.
        link: LinkId,
        /// The offer's SDP text, from a peer.
        offer: String,
        /// Members' relays to ask for an address, beside the servers every connection asks: the
        /// peer was not reached without. Their addresses are those members' word.
        relays: Vec<RelayAccess>,
        /// How much longer than usual the answer may be on its way.
        delay: Duration,
    },
    /// Give the answer to an offer of ours to its connection.
    Accept {
        /// The connection.
        link: LinkId,
        /// The answer's SDP text, from a peer.
        answer: String,
    },
    /// Answer an offer that came over the open connection; `Renegotiated` follows.
    Renegotiate {
        /// The connection.
        link: LinkId,
        /// The offer's SDP text, from a peer.
        offer: String,
    },
    /// Send one message on the data channel.
    Send {
        /// The connection.
        link: LinkId,
        /// The bytes.
        frame: Vec<u8>,
    },
    /// Open the negotiated channel for native frames (id 1023, label `dayfly`, ordered, reliable);
    /// `NativeOpen` follows, then the frames that came before it was asked for: four at most,
    /// with more the link ends. Web rooms only.
    OpenNative {
        /// The connection.
        link: LinkId,
    },
    /// Send one message on that channel, not before `NativeOpen`. It shares the connection's queue with [`Output::Send`].
    SendNative {
        /// The connection.
        link: LinkId,
        /// The bytes.
        frame: Vec<u8>,
    },
    /// Close the connection once what was sent before is out. No event is owed for it.
    Close {
        /// The connection.
        link: LinkId,
    },
    /// Announce these offers in a swarm.
    Announce {
        /// Where.
        backend: BackendId,
        /// The swarm.
        topic: InfoHash,
        /// As whom.
        peer: PeerId,
        /// With what; may be empty.
        offers: Vec<SealedOffer>,
    },
    /// Send an answer to the peer that made an offer.
    Reply {
        /// Where.
        backend: BackendId,
        /// The swarm.
        topic: InfoHash,
        /// As whom.
        peer: PeerId,
        /// To whom.
        to: PeerId,
        /// Which offer.
        offer_id: String,
        /// The sealed session description.
        sealed: String,
    },
    /// A code for an exchange by hand is ready to be shown, or cannot be had.
    ManualCode {
        /// The connection that [`super::Room::manual_offer`] named.
        link: LinkId,
        /// Its text; `None` if the connection could not be described.
        text: Option<String>,
    },
    /// Leave a swarm: announced as stopped where that exists.
    Withdraw {
        /// Where.
        backend: BackendId,
        /// The swarm.
        topic: InfoHash,
        /// As whom.
        peer: PeerId,
    },
    /// Let whoever has these credentials use this device's relay, or go on using it.
    RelayGrant {
        /// New for each member.
        username: String,
        /// The same.
        password: SecretString,
        /// From now on.
        lifetime: Duration,
    },
    /// Take such credentials back, and what was relayed with them.
    RelayRevoke {
        /// Which.
        username: String,
    },
    /// Close the sockets of a place to meet and open none, or look for it again, after which it
    /// reports that it is up as at first. Native rooms in the background only.
    Rest {
        /// Which.
        backend: BackendId,
        /// From now on.
        resting: bool,
    },
    /// Tell the person.
    Event(Event),
}
