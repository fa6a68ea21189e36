//! Whoever has the invite can open connections and say nothing, and whoever knows a topic can send
//! junk to it: at most eight handshakes are under way at once, junk costs no connection and gets
//! no answer, and an honest member comes in within thirty seconds all the same.

use super::world::{World, boxed, certificate, each_seed, ms, secs};
use data_encoding::BASE64;
use dayfly_proto::id::PeerId;
use dayfly_proto::identity::native::handshake::{Initiator, Mode, Password, Prologue};
use dayfly_proto::invite::native::{NativeInvite, RoomOptionsWire, Signal, SignalKind, seal};
use dayfly_proto::room::MeetEvent;
use dayfly_proto::room::limits::{HALF_OPEN_HANDSHAKES, MAX_HALF_OPEN, MAX_POOLED};
use dayfly_proto::secret::SecretBytes;
use dayfly_proto::wire::web::topic::InfoHash;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

/// Somebody with the invite and no manners.
struct Squatter {
    phantom: usize,
    invite: NativeInvite,
    rng: ChaCha20Rng,
}

impl Squatter {
    fn new(world: &mut World, invite: &NativeInvite) -> Self {
        let seed = world.random(u64::MAX);
        Self {
            phantom: world.phantom(),
            invite: invite.clone(),
            rng: ChaCha20Rng::seed_from_u64(seed),
        }
    }

    fn peer(&mut self) -> PeerId {
        let text: String = (0..20)
            .map(|_| char::from(b'a' + self.rng.next_u32() as u8 % 26))
            .collect();
        PeerId::parse(&text).expect("20 letters are an id")
    }

    /// Offers a connection as yet another member, in a box that opens.
    fn offers(&mut self, world: &mut World, seat: usize) {
        let keys = self.invite.keys();
        let now = world.now();
        let topic = keys.topic("tracker", keys.slots(now.unix_ms).now);
        let mut from = [0; 16];
        self.rng.fill_bytes(&mut from[..15]);
        let signal = Signal {
            from,
            to: [0; 16],
            kind: SignalKind::Offer,
            time: now.unix_ms,
            body: boxed(&world.phantom_offer(self.phantom)),
        };
        let sealed = seal(&keys, &topic, &signal, &mut self.rng).expect("it is short");
        self.sends(world, seat, topic.into(), sealed);
    }

    fn sends(&mut self, world: &mut World, seat: usize, topic: InfoHash, sealed: String) {
        let from = self.peer();
        let offer_id = self.peer().as_str().to_owned();
        world.signal(
            seat,
            MeetEvent::Offer {
                topic,
                from,
                offer_id,
                sealed,
            },
        );
    }

    /// Message 1 of a handshake under `psk` on the connection between the two ends.
    fn first_message(&mut self, psk: &SecretBytes<32>, (room, own): (u64, u64)) -> Vec<u8> {
        let prologue = Prologue {
            mode: Mode::Room,
            room_id: &self.invite.room_id(),
            generation: 0,
            fp_initiator: &certificate(own),
            fp_responder: &certificate(room),
            context: &[],
        };
        Initiator::start(&prologue, psk, &Password::None, &mut self.rng).1
    }
}

#[test]
fn two_hundred_half_open_connections_keep_eight_handshakes_and_let_a_member_in() {
    each_seed(3, |world| {
        let (invite, seats) = world.native_room(2, RoomOptionsWire::default());
        let seat = seats[1];
        let mut squatter = Squatter::new(world, &invite);
        let psk = invite.keys().psk;
        let (mut opened, mut most, mut honest) = (Vec::new(), 0, None);
        let start = world.mono;
        let mut joined = None;
        while opened.len() < 200 || world.mono < start + secs(40) {
            if opened.len() < 200 {
                squatter.offers(world, seat);
            }
            world.run(ms(100));
            let fresh: Vec<(u64, u64)> = world
                .phantom_opens(squatter.phantom)
                .into_iter()
                .filter(|pair| !opened.contains(pair))
                .collect();
            for pair in fresh {
                // It begins as a member does, and then falls silent: the costliest way.
                let frame = squatter.first_message(&psk, pair);
                world.phantom_sends(pair.0, frame);
                opened.push(pair);
            }
            let answered = opened
                .iter()
                .filter(|(room, own)| world.is_there(*room) && world.phantom_got(*own) > 0);
            most = most.max(answered.count());
            assert!(most <= HALF_OPEN_HANDSHAKES, "{most} handshakes at once");
            let stats = world.room(seat).stats();
            assert!(stats.connecting as usize <= MAX_HALF_OPEN);
            if honest.is_none() && opened.len() >= 60 {
                honest = Some((world.enter_native(&invite, "honest", None), world.mono));
            }
            if let (Some((honest, since)), None) = (honest, joined)
                && world.names(seat).contains(&"honest".to_owned())
                && world.names(honest).len() == 2
            {
                joined = Some(world.mono - since);
            }
            assert!(
                world.mono < start + secs(120),
                "only {} ever opened",
                opened.len()
            );
        }
        assert_eq!(most, HALF_OPEN_HANDSHAKES, "the bound was never reached");
        let joined = joined.expect("the honest member came in during it");
        eprintln!(
            "{} half-open, an honest member came in after {joined:?}",
            opened.len()
        );
        assert!(joined <= secs(30), "{joined:?}");
        world.run(secs(30));
        let left = opened.iter().filter(|(room, _)| world.is_there(*room)).count();
        assert_eq!(left, 0, "half-open connections stay");
        assert_eq!(world.open_links(seat), 2);
    });
}

#[test]
fn ten_thousand_junk_offers_make_no_connection_and_a_member_comes_in_meanwhile() {
    each_seed(2, |world| {
        let (invite, seats) = world.native_room(2, RoomOptionsWire::default());
        let seat = seats[1];
        let (other, _) = NativeInvite::create(&mut ChaCha20Rng::seed_from_u64(7), RoomOptionsWire::default())
            .expect("the options are fine");
        let mut squatter = Squatter::new(world, &invite);
        let keys = invite.keys();
        let topic = keys.topic("tracker", keys.slots(world.now().unix_ms).now);
        let before = world.room(seat).stats();
        let mut honest = None;
        let mut joined = None;
        for n in 0..10_000 {
            let sealed = if n % 2 == 0 {
                let mut junk = vec![0; [900, 2_000, 17, 4_000][n / 2 % 4]];
                squatter.rng.fill_bytes(&mut junk);
                BASE64.encode(&junk)
            } else {
                // A box of the right form, for another room.
                let signal = Signal {
                    from: [1; 16],
                    to: [0; 16],
                    kind: SignalKind::Offer,
                    time: world.now().unix_ms,
                    body: boxed(&world.phantom_offer(squatter.phantom)),
                };
                seal(&other.keys(), &topic, &signal, &mut squatter.rng).expect("it is short")
            };
            squatter.sends(world, seat, topic.into(), sealed);
            // A thousand a second for five seconds, then fewer.
            world.run(ms(if n < 5_000 { 1 } else { 8 }));
            if n == 100 {
                honest = Some((world.enter_native(&invite, "honest", None), world.mono));
            }
            if let (Some((honest, since)), None) = (honest, joined)
                && n % 20 == 0
                && world.names(seat).len() == 2
                && world.names(honest).len() == 2
            {
                joined = Some(world.mono - since);
            }
            if n % 500 == 0 {
                assert!(
                    world.all_links(seat) <= MAX_POOLED + 4,
                    "{}",
                    world.all_links(seat)
                );
            }
        }
        assert!(
            world.phantom_opens(squatter.phantom).is_empty(),
            "junk was answered"
        );
        let after = world.room(seat).stats();
        let counted = after.refused + after.dropped - before.refused - before.dropped;
        eprintln!("10,000 junk offers: {counted} counted; an honest member came in after {joined:?}");
        assert!(counted >= 10_000);
        assert!(joined.expect("the honest member came in during it") <= secs(30));
    });
}

#[test]
fn a_first_message_that_does_not_open_gets_not_one_byte() {
    each_seed(5, |world| {
        let (invite, seats) = world.native_room(1, RoomOptionsWire::default());
        let seat = seats[0];
        let mut squatter = Squatter::new(world, &invite);
        let psk = invite.keys().psk;
        let mut pairs = Vec::new();
        for _ in 0..5 {
            squatter.offers(world, seat);
            world.run(ms(300));
            pairs.extend(world.phantom_opens(squatter.phantom));
        }
        assert_eq!(pairs.len(), 5);
        let honest = squatter.first_message(&psk, pairs[0]);
        let mut junk = vec![0; honest.len()];
        squatter.rng.fill_bytes(&mut junk);
        junk[0] = honest[0];
        let mut flipped = squatter.first_message(&psk, pairs[2]);
        let last = flipped.len() - 1;
        flipped[last] ^= 1;
        let other_room = squatter.first_message(&SecretBytes::new([9; 32]), pairs[3]);
        // Of another connection: the fingerprints differ.
        let relayed = squatter.first_message(&psk, pairs[0]);
        for (pair, frame) in pairs[1..].iter().zip([junk, flipped, other_room, relayed]) {
            world.phantom_sends(pair.0, frame);
        }
        world.phantom_sends(pairs[0].0, honest);
        world.run(secs(1));
        for (room, own) in &pairs[1..] {
            assert_eq!(world.phantom_got(*own), 0, "junk got an answer");
            assert!(!world.is_there(*room), "the connection stayed");
        }
        // Whereas an honest one is answered.
        assert_eq!(world.phantom_got(pairs[0].1), 1);
    });
}
