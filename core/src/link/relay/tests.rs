//! The relay against the client that our links use, and against clients nobody would use.

use super::{AllocationId, RelayOutput, RelayServer, limits};
use bytes::BytesMut;
use dayfly_proto::secret::SecretString;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use rtc_stun::message::{Message, TransactionId};
use rtc_turn::client::{Client, ClientConfig, Event};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

const RELAY: &str = "203.0.113.9:40000";
const PEER: &str = "198.51.100.7:5000";
const NOW: Duration = Duration::from_secs(1_000);

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn password(text: &str) -> SecretString {
    SecretString::new(text.into())
}

fn server() -> RelayServer {
    let mut server = RelayServer::new(vec![address(RELAY).ip()], false, [7; 32]).unwrap();
    server.grant("nora", &password("secret"), NOW + Duration::from_secs(3_600));
    server
}

/// A client of `rtc-turn` and the relay, joined by a wire without loss.
struct World {
    server: RelayServer,
    client: Client,
    me: SocketAddr,
    now: Duration,
    sent: Vec<(SocketAddr, Vec<u8>)>,
    opened: Vec<AllocationId>,
    closed: Vec<AllocationId>,
    spent: bool,
    started: Instant,
}

impl World {
    fn new(server: RelayServer, username: &str, word: &str) -> Self {
        let me = address("192.0.2.33:1234");
        let config = ClientConfig {
            stun_serv_addr: RELAY.into(),
            turn_serv_addr: RELAY.into(),
            local_addr: me,
            transport_protocol: TransportProtocol::UDP,
            username: username.into(),
            password: word.into(),
            realm: String::new(),
            software: String::new(),
            rto_in_ms: 0,
            allocation_refresh_interval_cap: None,
        };
        let client = Client::new(config, rtc::crypto::default_provider().unwrap()).unwrap();
        Self {
            server,
            client,
            me,
            now: NOW,
            sent: Vec::new(),
            opened: Vec::new(),
            closed: Vec::new(),
            spent: false,
            started: Instant::now(),
        }
    }

    fn instant(&self) -> Instant {
        self.started + (self.now - NOW)
    }

    /// Carries datagrams until nothing moves; gives what the client reports.
    fn run(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            let mut moved = false;
            while let Some(out) = self.client.poll_write() {
                moved = true;
                self.server.handle_datagram(self.now, self.me, &out.message);
            }
            while let Some(output) = self.server.poll() {
                moved = true;
                match output {
                    RelayOutput::ToClient { to, bytes } => {
                        assert_eq!(to, self.me);
                        let read = TaggedBytesMut {
                            now: self.instant(),
                            transport: TransportContext {
                                local_addr: self.me,
                                peer_addr: address(RELAY),
                                ecn: None,
                                transport_protocol: TransportProtocol::UDP,
                            },
                            message: BytesMut::from(&bytes[..]),
                        };
                        self.client.handle_read(read).unwrap();
                    }
                    RelayOutput::ToPeer { to, data, .. } => self.sent.push((to, data)),
                    RelayOutput::Open { id, v6 } => {
                        assert!(!v6);
                        self.opened.push(id);
                        self.server.opened(id, Some(address("203.0.113.9:50001")));
                    }
                    RelayOutput::Close { id } => self.closed.push(id),
                    RelayOutput::Spent => self.spent = true,
                }
            }
            while let Some(event) = self.client.poll_event() {
                moved = true;
                events.push(event);
            }
            if !moved {
                return events;
            }
        }
    }

    /// Asks for an address; gives it, if there is one.
    fn allocate(&mut self) -> Option<SocketAddr> {
        self.client.allocate(self.instant()).unwrap();
        self.run().into_iter().find_map(|event| match event {
            Event::AllocateResponse(_, relayed) => Some(relayed),
            _ => None,
        })
    }

    /// Asks to hear from an address; whether it may.
    fn permit(&mut self, relayed: SocketAddr, peer: &str) -> bool {
        let now = self.instant();
        self.client
            .relay(relayed)
            .unwrap()
            .create_permission(now, address(peer))
            .unwrap();
        self.run()
            .iter()
            .any(|event| matches!(event, Event::CreatePermissionResponse(..)))
    }

    fn send(&mut self, relayed: SocketAddr, peer: &str, data: &[u8]) {
        let now = self.instant();
        self.client
            .relay(relayed)
            .unwrap()
            .send_to(now, data, address(peer))
            .unwrap();
    }
}

#[test]
fn the_links_client_sends_and_hears_through_it() {
    let mut world = World::new(server(), "nora", "secret");
    let relayed = world.allocate().expect("an address");
    assert_eq!(relayed, address("203.0.113.9:50001"));
    assert!(world.permit(relayed, PEER));
    world.send(relayed, PEER, b"one");
    world.run();
    // By then a channel is bound.
    world.send(relayed, PEER, b"two");
    world.run();
    assert_eq!(
        world.sent,
        [(address(PEER), b"one".to_vec()), (address(PEER), b"two".to_vec())]
    );

    let id = world.opened[0];
    // Another port of a permitted address is heard, as behind a symmetric NAT.
    for (from, data) in [(PEER, b"back".as_slice()), ("198.51.100.7:9", b"elsewhere")] {
        world.server.from_peer(world.now, id, address(from), data);
        let heard = world.run();
        let told = heard.iter().any(
            |event| matches!(event, Event::DataIndicationOrChannelData(_, peer, bytes) if *peer == address(from) && bytes[..] == *data),
        );
        assert!(told, "{from}");
    }
    // A stranger is not.
    world
        .server
        .from_peer(world.now, id, address("198.51.100.8:1"), b"hello");
    assert!(world.run().is_empty());
    assert_eq!(world.server.usage().members, 1);
    assert_eq!(world.server.usage().bytes, 3 + 3 + 4 + 9);

    let now = world.instant();
    world.client.relay(relayed).unwrap().close(now).unwrap();
    world.run();
    assert_eq!(world.closed, [id]);
}

#[test]
fn without_credentials_there_is_nothing() {
    for (username, word) in [("nora", "wrong"), ("nils", "secret"), ("", "")] {
        let mut world = World::new(server(), username, word);
        let allocated = world.client.allocate(world.instant()).is_ok() && {
            let events = world.run();
            events
                .iter()
                .any(|event| matches!(event, Event::AllocateResponse(..)))
        };
        assert!(!allocated && world.opened.is_empty(), "{username}");
    }
}

#[test]
fn credentials_end_and_what_was_asked_for_with_them() {
    let mut world = World::new(server(), "nora", "secret");
    world.allocate().unwrap();
    world.server.revoke("nora");
    world.run();
    assert_eq!(world.closed, world.opened);

    let mut world = World::new(server(), "nora", "secret");
    world.allocate().unwrap();
    world.now += limits::LIFETIME;
    world.server.handle_timeout(world.now);
    world.run();
    assert_eq!(world.closed, world.opened, "nobody refreshed it");
    world.now += Duration::from_secs(3_600);
    world.server.handle_timeout(world.now);
    assert_eq!(world.server.poll_timeout(), None);
    assert_eq!(world.allocate(), None);
}

#[test]
fn it_reaches_the_open_internet_and_nothing_nearer() {
    let mut world = World::new(server(), "nora", "secret");
    let relayed = world.allocate().unwrap();
    for closer in [
        "127.0.0.1:22",
        "10.0.0.1:80",
        "192.168.1.1:53",
        "169.254.1.1:1",
        "100.64.0.1:1",
        "0.0.0.0:1",
        "255.255.255.255:9",
        "224.0.0.251:5353",
        "203.0.113.9:40000",
        "240.0.0.1:1",
    ] {
        assert!(!world.permit(relayed, closer), "{closer}");
    }
    assert!(world.permit(relayed, PEER));

    // A room that keeps to this machine keeps to it.
    let mut server = RelayServer::new(vec![address("127.0.0.1:0").ip()], true, [7; 32]).unwrap();
    server.grant("nora", &password("secret"), NOW + Duration::from_secs(60));
    let mut world = World::new(server, "nora", "secret");
    let relayed = world.allocate().unwrap();
    assert!(world.permit(relayed, "127.0.0.1:5000"));
    assert!(!world.permit(relayed, "224.0.0.251:5353"));
}

#[test]
fn the_budget_ends_it() {
    let mut world = World::new(server().with_bytes(2_000), "nora", "secret");
    let relayed = world.allocate().unwrap();
    assert!(world.permit(relayed, PEER));
    for _ in 0..3 {
        world.send(relayed, PEER, &[1; 900]);
        world.run();
    }
    assert_eq!(world.sent.len(), 2);
    assert!(world.spent);
    assert_eq!(world.closed, world.opened);
    let mut again = World::new(world.server, "nora", "secret");
    assert_eq!(again.allocate(), None);
}

#[test]
fn a_second_is_worth_so_many_bytes() {
    let mut world = World::new(server(), "nora", "secret");
    let relayed = world.allocate().unwrap();
    assert!(world.permit(relayed, PEER));
    let id = world.opened[0];
    let flood = |world: &mut World| {
        let before = world.server.usage().bytes;
        for _ in 0..2_000 {
            world.server.from_peer(world.now, id, address(PEER), &[2; 1_000]);
            while world.server.poll().is_some() {}
        }
        world.server.usage().bytes - before
    };
    assert!(flood(&mut world) <= limits::BURST);
    world.now += Duration::from_secs(1);
    let second = flood(&mut world);
    assert!((limits::BYTES_PER_SECOND - 1_000..=limits::BYTES_PER_SECOND).contains(&second));
}

#[test]
fn one_member_does_not_take_all_addresses() {
    let mut server = server();
    let mut opened = 0;
    for port in 0..100 {
        let mut world = World::new(server, "nora", "secret");
        world.me = address(&format!("192.0.2.33:{}", 2_000 + port));
        // So slowly that nobody is left without an answer for being a stranger still.
        world.now = NOW + Duration::from_millis(50) * port;
        // The client puts its own idea of its address nowhere but in what it reports.
        opened += usize::from(world.allocate().is_some());
        server = world.server;
    }
    assert_eq!(opened, limits::ALLOCATIONS_EACH);
    for port in 0..100 {
        let name = format!("member {}", port / 10);
        server.grant(&name, &password("secret"), NOW + Duration::from_secs(60));
        let mut world = World::new(server, &name, "secret");
        world.me = address(&format!("192.0.2.34:{}", 2_000 + port));
        world.now = NOW + Duration::from_secs(5) + Duration::from_millis(50) * port;
        opened += usize::from(world.allocate().is_some());
        server = world.server;
    }
    assert_eq!(opened, limits::ALLOCATIONS);
}

#[test]
fn strangers_get_few_answers() {
    let mut server = server();
    let mut answers = 0;
    for at in 0..1_000_u32 {
        let mut message = Message::new();
        message
            .build(&[
                Box::new(TransactionId([at as u8; 12])),
                Box::new(rtc_turn::proto::allocate_request()),
            ])
            .unwrap();
        let from = SocketAddr::from(([198, 51, 100, 1], 1_000 + at as u16));
        server.handle_datagram(NOW, from, &message.raw);
        while let Some(output) = server.poll() {
            assert!(matches!(output, RelayOutput::ToClient { to, .. } if to == from));
            answers += 1;
        }
    }
    assert_eq!(answers, limits::STRANGERS_PER_SECOND);
}

/// What a hostile client may send: what a real one does, with bytes changed, cut off and added.
/// Nothing may panic, grow beyond its bound, or reach an address that was not named.
fn body(seed: u64) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let mut world = World::new(server(), "nora", "secret");
    let mut recorded: Vec<Vec<u8>> = Vec::new();
    let relayed = world.allocate().unwrap();
    assert!(world.permit(relayed, PEER));
    let now = world.instant();
    let _ = world.client.allocate(now);
    world.send(relayed, PEER, b"data");
    while let Some(out) = world.client.poll_write() {
        recorded.push(out.message.to_vec());
    }
    recorded.push(super::message::on_channel(0x4000, b"data"));
    for _ in 0..400 {
        let mut bytes = recorded[rng.next_u32() as usize % recorded.len()].clone();
        for _ in 0..rng.next_u32() % 6 {
            let at = rng.next_u32() as usize % bytes.len().max(1);
            match rng.next_u32() % 4 {
                0 => bytes.truncate(at),
                1 => bytes.insert(at.min(bytes.len()), rng.next_u32() as u8),
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = rng.next_u32() as u8;
                    }
                }
            }
        }
        let from = if rng.next_u32() % 2 == 0 {
            world.me
        } else {
            address("192.0.2.99:77")
        };
        world.now += Duration::from_millis(u64::from(rng.next_u32() % 3_000));
        world.server.handle_datagram(world.now, from, &bytes);
        world.server.handle_timeout(world.now);
        let mut outputs = 0;
        while let Some(output) = world.server.poll() {
            outputs += 1;
            match output {
                RelayOutput::ToPeer { to, .. } => assert_eq!(to.ip(), address(PEER).ip()),
                RelayOutput::ToClient { to, .. } => assert!(to == world.me || to == from),
                _ => {}
            }
        }
        assert!(outputs <= 3);
    }
}

#[test]
fn hostile_datagrams_are_endured() {
    for seed in 0..60 {
        println!("seed {seed}");
        body(seed);
    }
}
