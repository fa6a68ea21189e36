//! The relay itself, without a socket, a clock or chance of its own: datagrams in, datagrams out.
//!
//! A client proves with each request that it knows credentials that were given to it, asks for an
//! address others can send to, and names those it will hear from. It refuses to hear from or send
//! to this device, its network, and whatever is no address of the open internet, unless the room
//! keeps to this machine and its network (`local`). What it relays it cannot read: ICE, DTLS and
//! the session are between the two ends.

use super::budget::{Bucket, Budget, Verdict};
use super::message::{self, Crypto, Incoming};
use super::{AllocationId, RelayOutput, Usage, limits};
use dayfly_proto::secret::SecretString;
use rtc_stun::attributes::{
    ATTR_CHANNEL_NUMBER, ATTR_DATA, ATTR_LIFETIME, ATTR_NONCE, ATTR_REALM, ATTR_REQUESTED_ADDRESS_FAMILY,
    ATTR_REQUESTED_TRANSPORT, ATTR_USERNAME, AttrType,
};
use rtc_stun::error_code::{
    CODE_ADDR_FAMILY_NOT_SUPPORTED, CODE_ALLOC_MISMATCH, CODE_ALLOC_QUOTA_REACHED, CODE_BAD_REQUEST,
    CODE_FORBIDDEN, CODE_INSUFFICIENT_CAPACITY, CODE_STALE_NONCE, CODE_UNAUTHORIZED, CODE_UNKNOWN_ATTRIBUTE,
    CODE_UNSUPPORTED_TRANS_PROTO, CODE_WRONG_CREDENTIALS, ErrorCode,
};
use rtc_stun::message::{
    CLASS_INDICATION, CLASS_REQUEST, METHOD_ALLOCATE, METHOD_CHANNEL_BIND, METHOD_CREATE_PERMISSION,
    METHOD_REFRESH, METHOD_SEND, Message, Setter,
};
use rtc_stun::xoraddr::XorMappedAddress;
use rtc_turn::proto::lifetime::Lifetime;
use rtc_turn::proto::relayaddr::RelayedAddress;
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use zeroize::Zeroizing;

/// The number of the one transport that is relayed (UDP).
const UDP: u8 = 17;

/// Credentials that somebody holds.
struct Grant {
    /// What the holder signs with.
    key: Zeroizing<Vec<u8>>,
    until: Duration,
}

/// An address that somebody else can send to.
struct Allocation {
    client: SocketAddr,
    username: String,
    key: Zeroizing<Vec<u8>>,
    /// The request that made it: it may come twice.
    request: Message,
    /// Known once the socket is there.
    relayed: Option<SocketAddr>,
    until: Duration,
    permissions: BTreeMap<IpAddr, Duration>,
    channels: BTreeMap<u16, (SocketAddr, Duration)>,
}

/// A relay for members of one room. Times are of one clock that only goes forward.
pub struct RelayServer {
    crypto: Crypto,
    /// What nonces are made with.
    secret: Zeroizing<[u8; 32]>,
    own: Vec<IpAddr>,
    local: bool,
    grants: BTreeMap<String, Grant>,
    allocations: BTreeMap<AllocationId, Allocation>,
    by_client: BTreeMap<SocketAddr, AllocationId>,
    next: u64,
    budget: Budget,
    strangers: Bucket,
    outputs: VecDeque<RelayOutput>,
    spent_told: bool,
}

impl std::fmt::Debug for RelayServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RelayServer({} allocations)", self.allocations.len())
    }
}

impl RelayServer {
    /// A relay on this device's addresses `own`. With `local` it also serves addresses of this
    /// machine and its network. `None` if the links' cryptography is not to be had.
    #[must_use]
    pub fn new(own: Vec<IpAddr>, local: bool, seed: [u8; 32]) -> Option<Self> {
        let provider = rtc::crypto::default_provider().ok()?;
        Some(Self {
            crypto: Crypto(provider),
            secret: Zeroizing::new(seed),
            own,
            local,
            grants: BTreeMap::new(),
            allocations: BTreeMap::new(),
            by_client: BTreeMap::new(),
            next: 0,
            budget: Budget::new(limits::BYTES_PER_SECOND, limits::BURST, limits::BYTES_IN_ALL),
            strangers: Bucket::new(limits::STRANGERS_PER_SECOND, limits::STRANGERS_PER_SECOND),
            outputs: VecDeque::new(),
            spent_told: false,
        })
    }

    /// Leaves `bytes` to be relayed in all, instead of what is usual.
    #[must_use]
    pub fn with_bytes(mut self, bytes: u64) -> Self {
        self.budget = Budget::new(limits::BYTES_PER_SECOND, limits::BURST, bytes);
        self
    }

    /// Lets whoever holds these credentials ask for addresses until `until`; again with the same
    /// name prolongs them. Beyond [`limits::GRANTS`] nothing is granted.
    pub fn grant(&mut self, username: &str, password: &SecretString, until: Duration) {
        if self.grants.len() >= limits::GRANTS && !self.grants.contains_key(username) {
            return;
        }
        if let Some(key) = self.crypto.key(username, password.expose()) {
            let key = Zeroizing::new(key);
            self.grants.insert(username.to_owned(), Grant { key, until });
        }
    }

    /// Ends credentials, and what was asked for with them.
    pub fn revoke(&mut self, username: &str) {
        self.grants.remove(username);
        let theirs = self
            .allocations
            .iter()
            .filter(|(_, held)| held.username == username);
        for id in theirs.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.end(id);
        }
    }

    /// What is to be done next.
    pub fn poll(&mut self) -> Option<RelayOutput> {
        self.outputs.pop_front()
    }

    /// When [`Self::handle_timeout`] wants to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Duration> {
        let grants = self.grants.values().map(|grant| grant.until);
        grants
            .chain(self.allocations.values().map(|held| held.until))
            .min()
    }

    /// Ends what has run out.
    pub fn handle_timeout(&mut self, now: Duration) {
        let gone = |until: Duration| until <= now;
        let grants = self.grants.iter().filter(|(_, grant)| gone(grant.until));
        for username in grants.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            self.revoke(&username);
        }
        let over = self.allocations.iter().filter(|(_, held)| gone(held.until));
        for id in over.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.end(id);
        }
        for held in self.allocations.values_mut() {
            held.permissions.retain(|_, until| *until > now);
            held.channels.retain(|_, (_, until)| *until > now);
        }
    }

    /// What was relayed, and for how many just now.
    #[must_use]
    pub fn usage(&self) -> Usage {
        let mut names: Vec<&str> = self.allocations.values().map(|held| &*held.username).collect();
        names.sort_unstable();
        names.dedup();
        Usage {
            bytes: self.budget.used(),
            members: names.len(),
        }
    }

    /// Takes a datagram that came to the relay's own address.
    pub fn handle_datagram(&mut self, now: Duration, from: SocketAddr, bytes: &[u8]) {
        match message::read(bytes) {
            Some(Incoming::Message(message)) if message.typ.class == CLASS_REQUEST => {
                self.request(now, from, message);
            }
            Some(Incoming::Message(message))
                if message.typ.class == CLASS_INDICATION && message.typ.method == METHOD_SEND =>
            {
                let Some(&id) = self.by_client.get(&from) else {
                    return;
                };
                if message::unknown(&message).is_some() {
                    return;
                }
                if let (Some([peer]), Ok(data)) =
                    (message::peers(&message).as_deref(), message.get(ATTR_DATA))
                {
                    self.send(now, id, *peer, data);
                }
            }
            Some(Incoming::Channel(number, data)) => {
                let Some(&id) = self.by_client.get(&from) else {
                    return;
                };
                let channel = self
                    .allocations
                    .get(&id)
                    .and_then(|held| held.channels.get(&number));
                if let Some((peer, until)) = channel.copied()
                    && until > now
                {
                    self.send(now, id, peer, data);
                }
            }
            _ => {}
        }
    }

    /// The socket asked for by [`RelayOutput::Open`] is there, or cannot be had.
    pub fn opened(&mut self, id: AllocationId, relayed: Option<SocketAddr>) {
        let Some(held) = self.allocations.get_mut(&id) else {
            // It was given up meanwhile.
            self.outputs.push_back(RelayOutput::Close { id });
            return;
        };
        held.relayed = relayed;
        if relayed.is_some() {
            self.answer_allocation(id);
            return;
        }
        let (client, request, key) = (held.client, held.request.clone(), held.key.clone());
        let refusal = message::error(
            &self.crypto,
            &request,
            CODE_INSUFFICIENT_CAPACITY,
            None,
            Some(&key),
        );
        self.tell(client, refusal);
        self.end(id);
    }

    /// Takes a datagram that came to a relayed address.
    pub fn from_peer(&mut self, now: Duration, id: AllocationId, from: SocketAddr, data: &[u8]) {
        let Some(held) = self.allocations.get(&id) else {
            return;
        };
        let permitted = held.permissions.get(&from.ip()).is_some_and(|until| *until > now);
        if !permitted || held.until <= now || data.len() > limits::DATAGRAM {
            return;
        }
        let (client, key) = (held.client, *self.secret);
        let mut channels = held.channels.iter();
        let channel = channels.find(|(_, (peer, until))| *peer == from && *until > now);
        let framed = match channel.map(|(number, _)| *number) {
            Some(number) => Some(message::on_channel(number, data)),
            None => {
                let tag = self.crypto.tag(&key, &[&now.as_nanos().to_be_bytes(), data]);
                let id = tag.and_then(|tag| tag.first_chunk().copied());
                id.and_then(|id| message::indication(&self.crypto, id, from, data))
            }
        };
        if self.affords(now, data.len()) {
            self.tell(client, framed);
        }
    }

    /// Sends what a client gave to an address it named.
    fn send(&mut self, now: Duration, id: AllocationId, peer: SocketAddr, data: Vec<u8>) {
        let Some(held) = self.allocations.get(&id) else {
            return;
        };
        let permitted = held.permissions.get(&peer.ip()).is_some_and(|until| *until > now);
        if !permitted || held.relayed.is_none() || held.until <= now || data.len() > limits::DATAGRAM {
            return;
        }
        if self.affords(now, data.len()) {
            self.put(RelayOutput::ToPeer { id, to: peer, data });
        }
    }

    /// Counts a datagram; ends everything once nothing is left.
    fn affords(&mut self, now: Duration, bytes: usize) -> bool {
        match self.budget.spend(now, bytes) {
            Verdict::Pass => true,
            Verdict::Drop => false,
            Verdict::Spent => {
                self.grants.clear();
                for id in self.allocations.keys().copied().collect::<Vec<_>>() {
                    self.end(id);
                }
                if !self.spent_told {
                    self.spent_told = true;
                    self.outputs.push_back(RelayOutput::Spent);
                }
                false
            }
        }
    }

    fn request(&mut self, now: Duration, from: SocketAddr, mut request: Message) {
        let (key, username) = match self.identify(now, from, &mut request) {
            Ok(known) => known,
            Err(code) => {
                if !self.strangers.take(now, 1) {
                    return;
                }
                let nonce = matches!(code, CODE_UNAUTHORIZED | CODE_STALE_NONCE)
                    .then(|| self.nonce(now, from))
                    .flatten();
                let answer = message::error(&self.crypto, &request, code, nonce, None);
                self.tell(from, answer);
                return;
            }
        };
        let done = if message::unknown(&request).is_some() {
            Err(CODE_UNKNOWN_ATTRIBUTE)
        } else {
            match request.typ.method {
                METHOD_ALLOCATE => self.allocate(now, from, &request, &username, &key),
                METHOD_REFRESH => self.refresh(now, from, &request, &username),
                METHOD_CREATE_PERMISSION => self.permit(now, from, &request, &username),
                METHOD_CHANNEL_BIND => self.bind(now, from, &request, &username),
                _ => Err(CODE_BAD_REQUEST),
            }
        };
        let answer = match done {
            Ok(Some(attributes)) => message::success(&self.crypto, &request, &key, attributes),
            // It follows once a socket is there.
            Ok(None) => return,
            Err(code) => message::error(&self.crypto, &request, code, None, Some(&key)),
        };
        self.tell(from, answer);
    }

    /// Who asks, by credentials (RFC 8489 section 9.2.4).
    fn identify(
        &self,
        now: Duration,
        from: SocketAddr,
        request: &mut Message,
    ) -> Result<(Zeroizing<Vec<u8>>, String), ErrorCode> {
        let username = message::text(request, ATTR_USERNAME).ok_or(CODE_UNAUTHORIZED)?;
        let nonce = message::text(request, ATTR_NONCE).ok_or(CODE_UNAUTHORIZED)?;
        if message::text(request, ATTR_REALM).as_deref() != Some(message::REALM) {
            return Err(CODE_UNAUTHORIZED);
        }
        if !self.is_fresh(now, from, &nonce) {
            return Err(CODE_STALE_NONCE);
        }
        let grant = self.grants.get(&username).filter(|grant| grant.until > now);
        let key = grant.ok_or(CODE_UNAUTHORIZED)?.key.clone();
        if !self.crypto.is_signed(request, &key) {
            return Err(CODE_UNAUTHORIZED);
        }
        Ok((key, username))
    }

    /// A nonce for one client: when it ends, in seconds, and a tag that only we can make.
    fn nonce(&self, now: Duration, client: SocketAddr) -> Option<String> {
        self.nonce_until((now + limits::NONCE).as_secs(), client)
    }

    fn nonce_until(&self, until: u64, client: SocketAddr) -> Option<String> {
        let named = client.to_string();
        let tag = self
            .crypto
            .tag(&*self.secret, &[&until.to_be_bytes(), named.as_bytes()])?;
        let tag = u64::from_be_bytes(*tag.first_chunk()?);
        Some(format!("{until:x}-{tag:016x}"))
    }

    fn is_fresh(&self, now: Duration, client: SocketAddr, nonce: &str) -> bool {
        let until = nonce
            .split_once('-')
            .and_then(|(until, _)| u64::from_str_radix(until, 16).ok());
        until.is_some_and(|until| {
            until > now.as_secs() && self.nonce_until(until, client).as_deref() == Some(nonce)
        })
    }

    fn allocate(
        &mut self,
        now: Duration,
        from: SocketAddr,
        request: &Message,
        username: &str,
        key: &Zeroizing<Vec<u8>>,
    ) -> Result<Option<Vec<Box<dyn Setter>>>, ErrorCode> {
        if let Some(id) = self.by_client.get(&from).copied() {
            let again = |held: &Allocation| held.request.transaction_id == request.transaction_id;
            return match self.allocations.get(&id) {
                // Our answer was lost, or is still to come.
                Some(held) if again(held) && held.username == username => {
                    self.answer_allocation(id);
                    Ok(None)
                }
                _ => Err(CODE_ALLOC_MISMATCH),
            };
        }
        match request.get(ATTR_REQUESTED_TRANSPORT).as_deref() {
            Ok([UDP, _, _, _]) => {}
            Ok(_) => return Err(CODE_UNSUPPORTED_TRANS_PROTO),
            Err(_) => return Err(CODE_BAD_REQUEST),
        }
        let family = if from.is_ipv4() { 1 } else { 2 };
        if let Ok(wanted) = request.get(ATTR_REQUESTED_ADDRESS_FAMILY)
            && wanted.first() != Some(&family)
        {
            return Err(CODE_ADDR_FAMILY_NOT_SUPPORTED);
        }
        let theirs = self.allocations.values().filter(|held| held.username == username);
        if theirs.count() >= limits::ALLOCATIONS_EACH
            || self.allocations.len() >= limits::ALLOCATIONS
            || self.budget.is_spent()
        {
            return Err(CODE_ALLOC_QUOTA_REACHED);
        }
        let id = AllocationId(self.next);
        self.next += 1;
        let held = Allocation {
            client: from,
            username: username.to_owned(),
            key: key.clone(),
            request: request.clone(),
            relayed: None,
            until: now + limits::LIFETIME,
            permissions: BTreeMap::new(),
            channels: BTreeMap::new(),
        };
        self.allocations.insert(id, held);
        self.by_client.insert(from, id);
        self.outputs.push_back(RelayOutput::Open {
            id,
            v6: from.is_ipv6(),
        });
        Ok(None)
    }

    /// Tells a client its relayed address, if there is one already.
    fn answer_allocation(&mut self, id: AllocationId) {
        let Some(held) = self.allocations.get(&id) else {
            return;
        };
        let Some(relayed) = held.relayed else { return };
        let client = held.client;
        let attributes: Vec<Box<dyn Setter>> = vec![
            Box::new(RelayedAddress {
                ip: relayed.ip(),
                port: relayed.port(),
            }),
            Box::new(Lifetime(limits::LIFETIME)),
            Box::new(XorMappedAddress {
                ip: client.ip(),
                port: client.port(),
            }),
        ];
        let answer = message::success(&self.crypto, &held.request, &held.key, attributes);
        self.tell(client, answer);
    }

    /// The client's allocation, if it was made with the same credentials.
    fn held(
        &mut self,
        from: SocketAddr,
        username: &str,
    ) -> Result<(AllocationId, &mut Allocation), ErrorCode> {
        let id = *self.by_client.get(&from).ok_or(CODE_ALLOC_MISMATCH)?;
        let held = self.allocations.get_mut(&id).ok_or(CODE_ALLOC_MISMATCH)?;
        if held.username != username {
            return Err(CODE_WRONG_CREDENTIALS);
        }
        Ok((id, held))
    }

    fn refresh(
        &mut self,
        now: Duration,
        from: SocketAddr,
        request: &Message,
        username: &str,
    ) -> Result<Option<Vec<Box<dyn Setter>>>, ErrorCode> {
        let (id, held) = self.held(from, username)?;
        let wanted = number(request, ATTR_LIFETIME);
        let lifetime = if wanted == Some(0) {
            self.end(id);
            Duration::ZERO
        } else {
            held.until = now + limits::LIFETIME;
            limits::LIFETIME
        };
        Ok(Some(vec![Box::new(Lifetime(lifetime))]))
    }

    fn permit(
        &mut self,
        now: Duration,
        from: SocketAddr,
        request: &Message,
        username: &str,
    ) -> Result<Option<Vec<Box<dyn Setter>>>, ErrorCode> {
        let peers = message::peers(request).ok_or(CODE_BAD_REQUEST)?;
        if peers.is_empty() {
            return Err(CODE_BAD_REQUEST);
        }
        if !peers.iter().all(|peer| self.may_reach(from, peer.ip())) {
            return Err(CODE_FORBIDDEN);
        }
        let (_, held) = self.held(from, username)?;
        held.permissions.retain(|_, until| *until > now);
        for peer in peers {
            held.permit(now, peer.ip())?;
        }
        Ok(Some(Vec::new()))
    }

    fn bind(
        &mut self,
        now: Duration,
        from: SocketAddr,
        request: &Message,
        username: &str,
    ) -> Result<Option<Vec<Box<dyn Setter>>>, ErrorCode> {
        let number = number(request, ATTR_CHANNEL_NUMBER).map(|number| (number >> 16) as u16);
        let number = number
            .filter(|number| (0x4000..=0x4FFF).contains(number))
            .ok_or(CODE_BAD_REQUEST)?;
        let peers = message::peers(request).ok_or(CODE_BAD_REQUEST)?;
        let [peer] = peers[..] else {
            return Err(CODE_BAD_REQUEST);
        };
        if !self.may_reach(from, peer.ip()) {
            return Err(CODE_FORBIDDEN);
        }
        let (_, held) = self.held(from, username)?;
        held.channels.retain(|_, (_, until)| *until > now);
        let taken =
            |(other, (bound, _)): (&u16, &(SocketAddr, Duration))| (*other == number) != (*bound == peer);
        if held.channels.iter().any(taken) {
            return Err(CODE_BAD_REQUEST);
        }
        if held.channels.len() >= limits::CHANNELS && !held.channels.contains_key(&number) {
            return Err(CODE_INSUFFICIENT_CAPACITY);
        }
        held.permit(now, peer.ip())?;
        held.channels.insert(number, (peer, now + limits::CHANNEL));
        Ok(Some(Vec::new()))
    }

    /// Whether a client at `client` may exchange datagrams with `peer`.
    fn may_reach(&self, client: SocketAddr, peer: IpAddr) -> bool {
        peer.is_ipv4() == client.is_ipv4()
            && is_unicast(peer)
            && (self.local || (is_open(peer) && !self.own.contains(&peer)))
    }

    /// Gives an allocation up.
    fn end(&mut self, id: AllocationId) {
        if let Some(held) = self.allocations.remove(&id) {
            self.by_client.remove(&held.client);
            self.outputs.push_back(RelayOutput::Close { id });
        }
    }

    fn tell(&mut self, to: SocketAddr, bytes: Option<Vec<u8>>) {
        if let Some(bytes) = bytes {
            self.put(RelayOutput::ToClient { to, bytes });
        }
    }

    /// Queues a datagram, of which the oldest is lost when there are too many.
    fn put(&mut self, output: RelayOutput) {
        if self.outputs.len() >= limits::OUTPUTS {
            let datagram = |output: &RelayOutput| {
                matches!(output, RelayOutput::ToClient { .. } | RelayOutput::ToPeer { .. })
            };
            if let Some(oldest) = self.outputs.iter().position(datagram) {
                self.outputs.remove(oldest);
            }
        }
        self.outputs.push_back(output);
    }
}

impl Allocation {
    fn permit(&mut self, now: Duration, peer: IpAddr) -> Result<(), ErrorCode> {
        if self.permissions.len() >= limits::PERMISSIONS && !self.permissions.contains_key(&peer) {
            return Err(CODE_INSUFFICIENT_CAPACITY);
        }
        self.permissions.insert(peer, now + limits::PERMISSION);
        Ok(())
    }
}

/// A number of four bytes.
fn number(message: &Message, kind: AttrType) -> Option<u32> {
    let value = message.get(kind).ok()?;
    value.try_into().ok().map(u32::from_be_bytes)
}

/// Whether one device could have this address.
fn is_unicast(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => !v4.is_unspecified() && !v4.is_broadcast() && !v4.is_multicast(),
        IpAddr::V6(v6) => !v6.is_unspecified() && !v6.is_multicast() && v6.to_ipv4_mapped().is_none(),
    }
}

/// Whether an address is of the open internet: not of this machine, this network, or a carrier's.
#[must_use]
pub fn is_open(ip: IpAddr) -> bool {
    let closed = match ip {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_loopback()
                || v4.is_private()
                || v4.is_link_local()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    };
    is_unicast(ip) && !closed
}
