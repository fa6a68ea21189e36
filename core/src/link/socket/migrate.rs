//! A connection that moves: when this device or the peer's has another address, what the
//! connection sends goes another way, and the crate goes on believing in the old one.
//!
//! Decides and holds no socket ([`super::mover`] does). The rules:
//! 1. Whoever moves (the *seeker*) asks from every socket it has, old and new, at every address
//!    the peer was heard from or said it has, every [`PACE`] for [`SEEK`]: [`Wish::Test`].
//! 2. The first answer that comes from where it was asked is the seeker's new way, if the old one's
//!    address is gone. Otherwise the old way has [`PATIENCE`] to answer first.
//! 3. The seeker then asks that way to be used. The peer answers, and before it sends anything else
//!    there it asks back ([`Wish::Check`]): a request can be sent again by whoever saw it, from
//!    wherever he is, but only who has the password answers one that was never seen before.
//! 4. Moves are numbered by whoever makes them; of an earlier one than the last nothing follows. If
//!    both move at once, the side that leads in ICE has its way.
//! 5. What was sent just before a way is taken is sent again over it: DTLS drops what it has had
//!    already (RFC 6347, 4.1.2.6), and SCTP would wait a second or more before it tried.
//!
//! Where the crate sends within TURN's framing there is nothing to move: a relay knows this device
//! by its address. Limits of a network count as always: who is behind a NAT that admits only
//! addresses it was sent to before cannot be found from a new one.

use super::probe::{Asked, Codec, Id, Kind, Side, Wish, kind};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// Pause between two rounds of questions at first, and later.
const PACE: Duration = Duration::from_millis(100);
const SLOW_PACE: Duration = Duration::from_millis(400);
/// After so long the pace is slow.
const BRISK: Duration = Duration::from_secs(2);
/// How long the seeker looks for a way.
const SEEK: Duration = Duration::from_secs(12);
/// How long the old way may take to answer where its address still stands.
const PATIENCE: Duration = Duration::from_millis(300);
/// How long the peer is asked to use a way before it is taken that it does.
const INSIST: Duration = Duration::from_secs(3);
/// How often somebody is asked back.
const CHECKS: u8 = 10;
/// Of two sides that move at once the leading one's choice stands for so long.
const LEADS: Duration = Duration::from_secs(1);

/// Most questions in one round.
const MAX_QUESTIONS: usize = 32;
/// Most questions whose answers are waited for.
const MAX_WAITING: usize = 512;
/// Most addresses the peer is remembered at.
const MAX_HEARD: usize = 8;
/// Most addresses asked back at once.
const MAX_CHECKED: usize = 4;
/// Most of the peer's candidates.
const MAX_CANDIDATES: usize = 16;
/// Most sockets of our own, beside the crate's.
const MAX_EXTRA: usize = 6;
/// Requests of the peer's and of ours remembered, so that a repetition does nothing.
const MAX_SEEN: usize = 64;
const MAX_ISSUED: usize = 256;
/// Messages whose password is looked at, in a second.
const MAX_OPENED: u32 = 200;

/// What is sent again over a new way: datagrams, their length, their age.
const KEPT: usize = 32;
const KEPT_LEN: usize = 1500;
const KEPT_FOR: Duration = Duration::from_secs(8);

/// One of the connection's sockets, the crate's or our own.
pub(super) type Port = usize;

/// A way: from which socket to which address.
pub(super) type Way = (Port, SocketAddr);

/// Something to be sent: over which way, and what.
pub(super) type Parcel = (Way, Vec<u8>);

/// What to do with a datagram that arrived.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is the crate's, as it is.
    Pass,
    /// It is the crate's, as if it had come this way.
    As(Way),
    /// It is nobody else's business.
    Ours,
}

#[derive(Debug)]
struct Socket {
    ip: IpAddr,
    gone: bool,
    /// Not the crate's.
    extra: bool,
}

/// A search for a way.
#[derive(Debug)]
struct Seek {
    began: Instant,
    next: Instant,
    asked: HashMap<Id, Way>,
    /// A way that answered while the old one may still do so.
    other: Option<Way>,
    chosen: Option<(Way, Instant)>,
}

/// Somebody who asked for a way to be used, and is asked back.
#[derive(Debug)]
struct Checked {
    way: Way,
    round: u32,
    ids: VecDeque<Id>,
    next: Instant,
    left: u8,
}

fn issue(issued: &mut VecDeque<Id>, id: Id) {
    if issued.len() >= MAX_ISSUED {
        issued.pop_front();
    }
    issued.push_back(id);
}

/// The ways of one connection.
#[derive(Debug, Default)]
pub(super) struct Moving {
    ours: Option<Side>,
    theirs: Option<Side>,
    controlling: bool,
    codec: Option<Codec>,
    candidates: Vec<SocketAddr>,
    open: bool,
    sockets: BTreeMap<Port, Socket>,
    next_port: Port,
    /// Where the crate sends data, as it believes.
    believed: Option<Way>,
    /// Where it goes, if elsewhere.
    way: Option<Way>,
    /// Where the peer has shown that it has the password; the last one last.
    heard: VecDeque<SocketAddr>,
    seek: Option<Seek>,
    checked: VecDeque<Checked>,
    round: u32,
    their_round: u32,
    seen: VecDeque<(Id, SocketAddr)>,
    /// Requests made, so that late answers do not reach the crate.
    issued: VecDeque<Id>,
    opened: Option<(Instant, u32)>,
    kept: VecDeque<(Instant, Vec<u8>)>,
    outbox: Vec<Parcel>,
    /// A way was found since that was last asked.
    found: bool,
}

fn side(sdp: &str) -> Option<Side> {
    let value = |name: &str| sdp.lines().find_map(|line| line.strip_prefix(name));
    Some(Side {
        ufrag: value("a=ice-ufrag:")?.to_owned(),
        pwd: dayfly_proto::secret::SecretString::new(value("a=ice-pwd:")?.to_owned()),
    })
}

impl Moving {
    /// Takes our description; `leads` if it is the offer.
    pub(super) fn ours(&mut self, sdp: &str, leads: bool) {
        self.ours = side(sdp);
        self.controlling = leads;
        self.make_codec();
    }

    /// Takes the peer's description, of which only usable candidates are left.
    pub(super) fn theirs(&mut self, sdp: &str) {
        self.theirs = side(sdp);
        self.candidates.clear();
        for line in sdp.lines() {
            let Some(candidate) = line.strip_prefix("a=candidate:") else {
                continue;
            };
            let mut fields = candidate.split(' ').skip(4);
            let (ip, port) = (fields.next(), fields.next());
            let parsed = ip
                .and_then(|ip| ip.parse().ok())
                .zip(port.and_then(|port| port.parse().ok()));
            let Some((ip, port)) = parsed else { continue };
            let address = SocketAddr::new(ip, port);
            if !self.candidates.contains(&address) && self.candidates.len() < MAX_CANDIDATES {
                self.candidates.push(address);
            }
        }
        self.make_codec();
    }

    fn make_codec(&mut self) {
        let (Some(ours), Some(theirs)) = (&self.ours, &self.theirs) else {
            return;
        };
        self.codec = Codec::new(ours.clone(), theirs.clone(), self.controlling);
    }

    /// The channel is open: from now on the connection may move.
    pub(super) fn opened(&mut self) {
        self.open = true;
    }

    /// Adds a socket; `extra` if it is not the crate's.
    pub(super) fn add(&mut self, ip: IpAddr, extra: bool) -> Port {
        let port = self.next_port;
        self.next_port += 1;
        let gone = false;
        self.sockets.insert(port, Socket { ip, gone, extra });
        port
    }

    /// Where what the crate sends over `port` to `to` goes, if elsewhere.
    pub(super) fn way(&self, port: Port, to: SocketAddr) -> Option<Way> {
        self.way.filter(|_| self.believed == Some((port, to)))
    }

    /// Whether what arrives has to be looked at.
    pub(super) fn is_moved(&self) -> bool {
        self.way.is_some() || !self.heard.is_empty()
    }

    /// The crate sends a datagram, or several of them at once if not `single`.
    pub(super) fn sent(&mut self, way: Way, datagram: &[u8], single: bool, now: Instant) {
        match datagram.first() {
            // DTLS, SRTP (RFC 7983).
            Some(20..=63 | 128..=191) => {
                if self.believed != Some(way) {
                    // The crate has found another way by itself, or its first.
                    self.believed = Some(way);
                    self.way = None;
                }
            }
            // TURN's channels.
            Some(64..=79) => {
                self.believed = None;
                self.way = None;
                return;
            }
            _ => return,
        }
        if single && datagram.first() == Some(&23) && datagram.len() <= KEPT_LEN {
            let full = self.kept.len() >= KEPT;
            let mut bytes =
                if full { self.kept.pop_front() } else { None }.map_or_else(Vec::new, |kept| kept.1);
            bytes.clear();
            bytes.extend_from_slice(datagram);
            self.kept.push_back((now, bytes));
        }
    }

    /// This device has these addresses now. Returns those that want a socket; look with
    /// [`Moving::seek`] once they have one.
    pub(super) fn addresses(&mut self, addresses: &[IpAddr]) -> Vec<IpAddr> {
        for socket in self.sockets.values_mut() {
            socket.gone = !addresses.contains(&socket.ip);
        }
        let used = self.way.map(|(port, _)| port);
        self.sockets
            .retain(|port, socket| !(socket.extra && socket.gone) || used == Some(*port));
        let mut free = MAX_EXTRA.saturating_sub(self.sockets.values().filter(|socket| socket.extra).count());
        let mut wanted = Vec::new();
        for ip in addresses {
            let has = self
                .sockets
                .values()
                .any(|socket| socket.ip == *ip && !socket.gone);
            if !has && free > 0 && !wanted.contains(ip) {
                wanted.push(*ip);
                free -= 1;
            }
        }
        wanted
    }

    /// Whether a socket is still of use.
    pub(super) fn has(&self, port: Port) -> bool {
        self.sockets.contains_key(&port)
    }

    /// Where data goes now.
    fn current(&self) -> Option<Way> {
        self.way.or(self.believed)
    }

    fn is_gone(&self, port: Port) -> bool {
        self.sockets.get(&port).is_none_or(|socket| socket.gone)
    }

    /// Begins to look for a way.
    pub(super) fn seek(&mut self, now: Instant) {
        if !self.open || self.believed.is_none() {
            return;
        }
        self.round += 1;
        self.seek = Some(Seek {
            began: now,
            next: now,
            asked: HashMap::new(),
            other: None,
            chosen: None,
        });
        self.fire(now);
    }

    /// When [`Moving::fire`] is due.
    pub(super) fn due(&self) -> Option<Instant> {
        let checked = self.checked.iter().map(|checked| checked.next);
        checked.chain(self.seek.as_ref().map(|seek| seek.next)).min()
    }

    /// Whether a way was found since the last call: the connection lives.
    pub(super) fn take_found(&mut self) -> bool {
        std::mem::take(&mut self.found)
    }

    /// What is to be sent.
    pub(super) fn outbox(&mut self) -> Vec<Parcel> {
        std::mem::take(&mut self.outbox)
    }

    /// Does what is due.
    pub(super) fn fire(&mut self, now: Instant) {
        let Some(codec) = self.codec.clone() else {
            self.seek = None;
            self.checked.clear();
            return;
        };
        for checked in &mut self.checked {
            if checked.next <= now {
                checked.left = checked.left.saturating_sub(1);
                checked.next = now + PACE;
                if let Some((id, request)) = codec.request(self.round, Wish::Check) {
                    checked.ids.push_back(id);
                    issue(&mut self.issued, id);
                    self.outbox.push((checked.way, request));
                }
            }
        }
        self.checked.retain(|checked| checked.left > 0);
        if self.seek.as_ref().is_some_and(|seek| seek.next <= now) {
            self.ask(&codec, now);
        }
    }

    fn ask(&mut self, codec: &Codec, now: Instant) {
        let Some(mut seek) = self.seek.take() else { return };
        let age = now.saturating_duration_since(seek.began);
        if seek.chosen.is_none()
            && age >= PATIENCE
            && let Some(other) = seek.other
        {
            self.choose(&mut seek, other, now);
        }
        seek.next = now + if age < BRISK { PACE } else { SLOW_PACE };
        match seek.chosen {
            Some((_, at)) if now.saturating_duration_since(at) > INSIST => return,
            Some((way, _)) => {
                if let Some((id, request)) = codec.request(self.round, Wish::Use) {
                    issue(&mut self.issued, id);
                    self.outbox.push((way, request));
                }
            }
            None if age > SEEK => return,
            None => {
                for way in self.ways() {
                    if seek.asked.len() >= MAX_WAITING {
                        break;
                    }
                    if let Some((id, request)) = codec.request(self.round, Wish::Test) {
                        seek.asked.insert(id, way);
                        issue(&mut self.issued, id);
                        self.outbox.push((way, request));
                    }
                }
            }
        }
        self.seek = Some(seek);
    }

    /// Every way that could lead to the peer, the likeliest first.
    fn ways(&self) -> Vec<Way> {
        let mut targets: Vec<SocketAddr> = self.current().map(|(_, to)| to).into_iter().collect();
        let believed = self.believed.map(|(_, to)| to);
        for target in self.heard.iter().rev().chain(&believed).chain(&self.candidates) {
            if !targets.contains(target) {
                targets.push(*target);
            }
        }
        let mut ways = Vec::new();
        for target in targets {
            for (port, socket) in &self.sockets {
                let fits = socket.ip.is_ipv4() == target.is_ipv4()
                    && socket.ip.is_loopback() == target.ip().is_loopback();
                if !socket.gone && fits {
                    ways.push((*port, target));
                }
            }
        }
        ways.truncate(MAX_QUESTIONS);
        ways
    }

    fn choose(&mut self, seek: &mut Seek, way: Way, now: Instant) {
        seek.chosen = Some((way, now));
        seek.next = now;
        self.found = true;
        self.take(way, now);
    }

    /// Data goes this way from now on, and what may have been lost goes once more.
    fn take(&mut self, way: Way, now: Instant) {
        if self.current() == Some(way) {
            return;
        }
        self.way = (self.believed != Some(way)).then_some(way);
        for (at, datagram) in &self.kept {
            if now.saturating_duration_since(*at) < KEPT_FOR {
                self.outbox.push((way, datagram.clone()));
            }
        }
    }

    fn hear(&mut self, from: SocketAddr) {
        self.heard.retain(|heard| *heard != from);
        if self.heard.len() >= MAX_HEARD {
            self.heard.pop_front();
        }
        self.heard.push_back(from);
    }

    /// A datagram arrived at `port` from `from`.
    pub(super) fn received(&mut self, port: Port, from: SocketAddr, datagram: &[u8], now: Instant) -> Taken {
        match kind(datagram) {
            Some(Kind::Request) if self.codec.is_some() => {
                self.asked(port, from, datagram, now);
                return Taken::Ours;
            }
            Some(Kind::Answer(id)) if self.waits_for(id) => {
                self.answered((port, from), id, datagram, now);
                return Taken::Ours;
            }
            Some(Kind::Answer(id)) if self.issued.contains(&id) => return Taken::Ours,
            _ => {}
        }
        let extra = self.sockets.get(&port).is_none_or(|socket| socket.extra);
        let Some(believed) = self.believed else {
            return if extra { Taken::Ours } else { Taken::Pass };
        };
        if (port, from) == believed {
            return Taken::Pass;
        }
        let known =
            from == believed.1 || self.heard.contains(&from) || self.way.is_some_and(|(_, to)| to == from);
        if extra {
            return if known { Taken::As(believed) } else { Taken::Ours };
        }
        // The crate knows the peer's candidates itself, and checks them.
        let data = matches!(datagram.first(), Some(20..=63 | 128..=191));
        if known && (data || self.way == Some((port, from)) || !self.candidates.contains(&from)) {
            Taken::As(believed)
        } else {
            Taken::Pass
        }
    }

    fn waits_for(&self, id: Id) -> bool {
        self.seek
            .as_ref()
            .is_some_and(|seek| seek.asked.contains_key(&id))
            || self.checked.iter().any(|checked| checked.ids.contains(&id))
    }

    /// Whether another message's password may be looked at.
    fn affords(&mut self, now: Instant) -> bool {
        let (since, count) = self.opened.get_or_insert((now, 0));
        if now.saturating_duration_since(*since) >= Duration::from_secs(1) {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        *count <= MAX_OPENED
    }

    fn asked(&mut self, port: Port, from: SocketAddr, datagram: &[u8], now: Instant) {
        let Some(codec) = self.codec.clone().filter(|_| self.affords(now)) else {
            return;
        };
        let Some(Asked { id, round, wish }) = codec.asked(datagram) else {
            return;
        };
        // From another address it may be the one that the sender really has.
        if self.seen.contains(&(id, from)) {
            return;
        }
        if self.seen.len() >= MAX_SEEN {
            self.seen.pop_front();
        }
        self.seen.push_back((id, from));
        // Of a move that is done nothing follows elsewhere.
        if round <= self.their_round && wish != Wish::Check && self.current() != Some((port, from)) {
            return;
        }
        let way = (port, from);
        // Who asks back asks where it was asked from. Elsewhere, an answer would help whoever passes
        // questions on to be taken for this device.
        let chosen = self
            .seek
            .as_ref()
            .and_then(|seek| seek.chosen)
            .map(|(way, _)| way);
        if wish == Wish::Check && chosen != Some(way) && self.current() != Some(way) {
            return;
        }
        if let Some(answer) = codec.answer(id, from) {
            self.outbox.push((way, answer));
        }
        match wish {
            Wish::Test => self.hear(from),
            Wish::Check => {
                self.hear(from);
                // It has understood.
                if chosen == Some(way) {
                    self.seek = None;
                }
            }
            Wish::Use => {
                self.hear(from);
                self.check_back(way, round, now);
            }
        }
    }

    fn check_back(&mut self, way: Way, round: u32, now: Instant) {
        let under_way = |checked: &Checked| checked.way == way && checked.round == round;
        if !self.open || self.checked.iter().any(under_way) {
            return;
        }
        self.checked.retain(|checked| checked.way != way);
        if self.checked.len() >= MAX_CHECKED {
            self.checked.pop_front();
        }
        self.checked.push_back(Checked {
            way,
            round,
            ids: VecDeque::new(),
            next: now,
            left: CHECKS,
        });
        self.fire(now);
    }

    fn answered(&mut self, way: Way, id: Id, datagram: &[u8], now: Instant) {
        let Some(codec) = self.codec.clone().filter(|_| self.affords(now)) else {
            return;
        };
        if !codec.answered(datagram) {
            return;
        }
        if let Some(at) = self.checked.iter().position(|checked| checked.ids.contains(&id)) {
            if self.checked[at].way == way
                && let Some(checked) = self.checked.remove(at)
            {
                self.follow(way, checked.round, now);
            }
            return;
        }
        let Some(mut seek) = self.seek.take() else { return };
        // From elsewhere it is no answer, and takes nothing from the one that may still come: whoever
        // repeats a question from its own address gets an answer, too, and could be faster.
        if seek.asked.get(&id) == Some(&way) {
            seek.asked.remove(&id);
            self.hear(way.1);
            let current = self.current();
            if seek.chosen.is_none() {
                if current == Some(way) || current.is_none_or(|(port, _)| self.is_gone(port)) {
                    self.choose(&mut seek, way, now);
                } else {
                    seek.other.get_or_insert(way);
                }
            }
        }
        self.seek = Some(seek);
        self.fire(now);
    }

    /// The peer has shown that it is at the end of a way it asked for.
    fn follow(&mut self, way: Way, round: u32, now: Instant) {
        let leads = self.controlling
            && self.seek.as_ref().is_some_and(|seek| {
                seek.chosen.is_some_and(|((port, _), at)| {
                    now.saturating_duration_since(at) < LEADS && !self.is_gone(port)
                })
            });
        self.hear(way.1);
        if round <= self.their_round || leads {
            return;
        }
        self.their_round = round;
        self.take(way, now);
    }
}

#[cfg(test)]
mod tests;
