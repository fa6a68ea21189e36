//! A world of hosts, guests and whoever is between them, with a virtual clock and seeded chance.

use super::*;
use crate::identity::code::{Answered, C1, Cid, CodeKeys, Joining, Message, Nameplate, open, seal, slots};
use crate::invite::Invite;
use crate::invite::native::{NativeInvite, RoomOptionsWire, Topic};
use crate::room::{MeetEvent, alphanumeric};
use crate::secret::SecretString;
use crate::timer::Now;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;

const TRACKER: BackendId = BackendId(0);
const TRIP: Duration = Duration::from_millis(40);
/// Where the clock starts: within a slot, and with room for clocks that are behind.
const EPOCH_MS: u64 = 1_800_000_000_000;

enum Party {
    Host(CodeHost, Vec<CodeHostEvent>),
    Guest(CodeGuest, Vec<CodeGuestEvent>),
}

type Place = (InfoHash, PeerId);

/// One tracker and everybody at it.
struct World {
    rng: ChaCha20Rng,
    now: Duration,
    parties: Vec<(Party, i64)>,
    /// Who is in which swarm under which id.
    seats: BTreeMap<Place, usize>,
    queue: BTreeMap<(Duration, u64), (usize, MeetEvent)>,
    sent: u64,
    /// Answers every ask with beacons of its own and every C1 with a guess.
    squatter: bool,
    /// Every box that crossed: topic, sender, text.
    recorded: Vec<(InfoHash, PeerId, PeerId, String)>,
    /// Boxes of these kinds get lost, so many times.
    lose: u32,
}

fn invite() -> Invite {
    let mut rng = ChaCha20Rng::seed_from_u64(77);
    Invite::Native(
        NativeInvite::create(&mut rng, RoomOptionsWire::default())
            .unwrap()
            .0,
    )
}

fn places() -> Vec<CodePlace> {
    vec![CodePlace {
        backend: TRACKER,
        kind: "tracker".into(),
    }]
}

impl World {
    fn new(seed: u64) -> Self {
        println!("seed {seed}");
        Self {
            rng: ChaCha20Rng::seed_from_u64(seed),
            now: Duration::from_secs(100),
            parties: Vec::new(),
            seats: BTreeMap::new(),
            queue: BTreeMap::new(),
            sent: 0,
            squatter: false,
            recorded: Vec::new(),
            lose: 0,
        }
    }

    fn now_of(&self, skew_ms: i64) -> Now {
        let since = u64::try_from(self.now.as_millis()).unwrap();
        Now {
            mono: self.now,
            unix_ms: (EPOCH_MS + since).saturating_add_signed(skew_ms),
        }
    }

    fn seed(&mut self) -> [u8; 32] {
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        seed
    }

    fn add(&mut self, party: Party, skew_ms: i64) -> usize {
        self.parties.push((party, skew_ms));
        let number = self.parties.len() - 1;
        self.deliver(self.now, number, MeetEvent::Up);
        number
    }

    fn host(&mut self, skew_ms: i64) -> usize {
        let seed = self.seed();
        self.host_from(seed, skew_ms)
    }

    fn host_from(&mut self, seed: [u8; 32], skew_ms: i64) -> usize {
        let host = CodeHost::new(CodeLanguage::English, places(), self.now_of(skew_ms), seed);
        self.add(Party::Host(host, Vec::new()), skew_ms)
    }

    fn guest(&mut self, code: &str, skew_ms: i64) -> usize {
        let code = ShortCode::parse(code).unwrap();
        let seed = self.seed();
        let guest = CodeGuest::new(code, places(), self.now_of(skew_ms), seed);
        self.add(Party::Guest(guest, Vec::new()), skew_ms)
    }

    fn deliver(&mut self, at: Duration, to: usize, event: MeetEvent) {
        self.sent += 1;
        self.queue.insert((at, self.sent), (to, event));
    }

    fn keys_of(&self, topic: InfoHash) -> Option<(CodeKeys, Topic)> {
        self.parties.iter().find_map(|(party, skew)| {
            let code = match party {
                Party::Host(host, _) => host.code().nameplate(),
                Party::Guest(guest, _) => guest.code_for_tests().nameplate(),
            };
            let keys = CodeKeys::of(code);
            let slots = slots(self.now_of(*skew).unix_ms);
            let found = slots.map(|slot| keys.topic("tracker", slot));
            let topic = found.into_iter().find(|found| InfoHash::from(*found) == topic)?;
            Some((keys, topic))
        })
    }

    /// What the squatter makes of a box that reached it.
    fn squat(&mut self, topic: InfoHash, from: PeerId, offer_id: &str, sealed: &str) {
        let Some((keys, name)) = self.keys_of(topic) else {
            return;
        };
        let Ok(message) = open(&keys, &name, sealed) else {
            return;
        };
        let mut cid = [0; 16];
        self.rng.fill_bytes(&mut cid);
        let answer = match message {
            Message::Ask => Message::Beacon { host: cid },
            Message::C1(c1) => {
                let guess = SecretString::new("1234-guess-guess".into());
                Message::C2(Answered::answer(&guess, &c1, &mut self.rng).unwrap().0)
            }
            _ => return,
        };
        let sealed = seal(&keys, &name, &answer, &mut self.rng);
        let me = PeerId::parse("squatter-squatter-00").unwrap();
        if let Some(to) = self.seats.get(&(topic, from)).copied() {
            let event = MeetEvent::Answer {
                topic,
                from: me,
                offer_id: offer_id.to_owned(),
                sealed,
            };
            self.deliver(self.now + TRIP / 2, to, event);
        }
    }

    /// Carries out what everybody wants.
    fn settle(&mut self) {
        for number in 0..self.parties.len() {
            loop {
                let now = self.now_of(self.parties[number].1);
                let output = match &mut self.parties[number].0 {
                    Party::Host(host, events) => {
                        if host.wants_invite() {
                            host.give(now, &invite().to_record());
                        }
                        match host.poll() {
                            Some(CodeOutput::Event(event)) => {
                                events.push(event);
                                continue;
                            }
                            other => other.map(plain),
                        }
                    }
                    Party::Guest(guest, events) => match guest.poll() {
                        Some(CodeOutput::Event(event)) => {
                            events.push(event);
                            continue;
                        }
                        other => other.map(plain),
                    },
                };
                let Some(output) = output else { break };
                self.carry(number, output);
            }
        }
    }

    fn carry(&mut self, number: usize, output: CodeOutput<()>) {
        match output {
            CodeOutput::Announce {
                topic, peer, offers, ..
            } => {
                self.seats.insert((topic, peer), number);
                let mut others: Vec<(PeerId, usize)> = self
                    .seats
                    .iter()
                    .filter(|((swarm, id), _)| *swarm == topic && *id != peer)
                    .map(|((_, id), party)| (*id, *party))
                    .collect();
                for offer in offers {
                    self.recorded.push((topic, peer, peer, offer.sealed.clone()));
                    if self.squatter {
                        self.squat(topic, peer, &offer.id, &offer.sealed);
                    }
                    if others.is_empty() {
                        continue;
                    }
                    let (_, to) = others.swap_remove(self.rng.next_u32() as usize % others.len());
                    let event = MeetEvent::Offer {
                        topic,
                        from: peer,
                        offer_id: offer.id,
                        sealed: offer.sealed,
                    };
                    self.deliver(self.now + TRIP, to, event);
                }
            }
            CodeOutput::Reply {
                topic,
                peer,
                to,
                offer_id,
                sealed,
                ..
            } => {
                self.recorded.push((topic, peer, to, sealed.clone()));
                if self.lose > 0 {
                    self.lose -= 1;
                    return;
                }
                if to.as_str().starts_with("squatter") {
                    return self.squat(topic, peer, &offer_id, &sealed);
                }
                if let Some(party) = self.seats.get(&(topic, to)).copied() {
                    let event = MeetEvent::Answer {
                        topic,
                        from: peer,
                        offer_id,
                        sealed,
                    };
                    self.deliver(self.now + TRIP, party, event);
                }
            }
            CodeOutput::Withdraw { topic, peer, .. } => {
                self.seats.remove(&(topic, peer));
            }
            CodeOutput::Event(()) => {}
        }
    }

    /// Lets time pass until nothing more happens before `until`.
    fn run(&mut self, seconds: u64) {
        let until = self.now + Duration::from_secs(seconds);
        self.settle();
        loop {
            let timeouts = self.parties.iter().filter_map(|(party, _)| match party {
                Party::Host(host, _) => host.poll_timeout(),
                Party::Guest(guest, _) => guest.poll_timeout(),
            });
            let first = self.queue.keys().next().map(|(at, _)| *at);
            let Some(next) = timeouts.chain(first).min().filter(|next| *next <= until) else {
                break;
            };
            self.now = self.now.max(next);
            if let Some(entry) = self.queue.first_entry()
                && entry.key().0 <= self.now
            {
                let (to, event) = entry.remove();
                self.hand(to, event);
            }
            for number in 0..self.parties.len() {
                let now = self.now_of(self.parties[number].1);
                match &mut self.parties[number].0 {
                    Party::Host(host, _) => host.handle_timeout(now),
                    Party::Guest(guest, _) => guest.handle_timeout(now),
                }
            }
            self.settle();
        }
        self.now = until;
    }

    fn hand(&mut self, to: usize, event: MeetEvent) {
        let now = self.now_of(self.parties[to].1);
        match &mut self.parties[to].0 {
            Party::Host(host, _) => host.handle_meet(now, TRACKER, event),
            Party::Guest(guest, _) => guest.handle_meet(now, TRACKER, event),
        }
    }

    fn told_host(&self, number: usize) -> &[CodeHostEvent] {
        match &self.parties[number].0 {
            Party::Host(_, events) => events,
            Party::Guest(..) => panic!("a guest"),
        }
    }

    fn told_guest(&self, number: usize) -> &[CodeGuestEvent] {
        match &self.parties[number].0 {
            Party::Guest(_, events) => events,
            Party::Host(..) => panic!("a host"),
        }
    }

    fn host_of(&self, number: usize) -> &CodeHost {
        match &self.parties[number].0 {
            Party::Host(host, _) => host,
            Party::Guest(..) => panic!("a guest"),
        }
    }

    fn has_invite(&self, number: usize) -> bool {
        match &self.parties[number].0 {
            Party::Guest(guest, _) => guest.invite() == Some(&invite()),
            Party::Host(..) => panic!("a host"),
        }
    }

    /// The code on the screen.
    fn shown(&self, number: usize) -> String {
        let shown = self.told_host(number).iter().rev().find_map(|event| match event {
            CodeHostEvent::Shown { code } => Some(code.clone()),
            _ => None,
        });
        shown.expect("a code is shown")
    }

    fn end_of(&self, number: usize) -> Option<CodeEnd> {
        match self.told_host(number).last() {
            Some(CodeHostEvent::Ended { reason }) => Some(*reason),
            _ => None,
        }
    }

    fn failure_of(&self, number: usize) -> Option<CodeFailure> {
        match self.told_guest(number).last() {
            Some(CodeGuestEvent::Failed { reason }) => Some(*reason),
            _ => None,
        }
    }

    /// A stranger in the host's swarm, who says what it likes; what comes back to it is recorded.
    fn say_to_host(&mut self, host: usize, from: &str, message: &Message) {
        let ((topic, _), _) = self.seats.iter().find(|(_, party)| **party == host).unwrap();
        let topic = *topic;
        let (keys, name) = self.keys_of(topic).unwrap();
        let sealed = seal(&keys, &name, message, &mut self.rng);
        let event = MeetEvent::Offer {
            topic,
            from: PeerId::parse(from).unwrap(),
            offer_id: alphanumeric(&mut self.rng, 20),
            sealed,
        };
        self.hand(host, event);
        self.settle();
    }

    /// The messages that crossed so far.
    fn messages(&self) -> Vec<Message> {
        let opened = self.recorded.iter().filter_map(|(topic, _, _, text)| {
            let (keys, name) = self.keys_of(*topic)?;
            open(&keys, &name, text).ok()
        });
        opened.collect()
    }

    fn cid_of(&self, host: usize) -> Cid {
        let Party::Host(host, _) = &self.parties[host].0 else {
            panic!("a guest")
        };
        host.cid_for_tests()
    }
}

fn plain<E>(output: CodeOutput<E>) -> CodeOutput<()> {
    match output {
        CodeOutput::Announce {
            backend,
            topic,
            peer,
            offers,
        } => CodeOutput::Announce {
            backend,
            topic,
            peer,
            offers,
        },
        CodeOutput::Reply {
            backend,
            topic,
            peer,
            to,
            offer_id,
            sealed,
        } => CodeOutput::Reply {
            backend,
            topic,
            peer,
            to,
            offer_id,
            sealed,
        },
        CodeOutput::Withdraw { backend, topic, peer } => CodeOutput::Withdraw { backend, topic, peer },
        CodeOutput::Event(_) => panic!("events are taken before"),
    }
}

/// The same number and another pair of words.
fn other_words(code: &str) -> String {
    let number = code.split('-').next().unwrap();
    let seeds =
        (0..).map(|seed| ShortCode::draw(CodeLanguage::English, &mut ChaCha20Rng::seed_from_u64(seed)));
    let words = seeds.map(|drawn| drawn.text().expose().split_once('-').unwrap().1.to_owned());
    let other = words
        .map(|words| format!("{number}-{words}"))
        .find(|other| other != code);
    other.unwrap()
}

#[test]
fn the_code_passes_the_invite_once_and_is_over() {
    for seed in 0..20 {
        let mut world = World::new(seed);
        let host = world.host(0);
        world.run(4);
        let code = world.shown(host);
        let guest = world.guest(&code, 0);
        let began = world.now;
        world.run(1);
        assert!(world.has_invite(guest), "within a second of {began:?}");
        assert_eq!(world.end_of(host), Some(CodeEnd::Done));
        assert_eq!(world.told_guest(guest).last(), Some(&CodeGuestEvent::Done));
        world.run(60);
        assert!(world.host_of(host).is_over());
        let late = world.guest(&code, 0);
        world.run(60);
        assert_eq!(world.failure_of(late), Some(CodeFailure::NobodyThere));
        assert!(world.seats.is_empty(), "nobody stays behind: {:?}", world.seats);
    }
}

#[test]
fn clocks_ten_minutes_apart_meet_at_any_moment_of_a_slot() {
    for (seed, skew) in [(1, -600_000), (2, 600_000), (3, 300_000), (4, -450_000)] {
        for offset in [0, 280, 301, 590] {
            let mut world = World::new(seed);
            world.now += Duration::from_secs(offset);
            let host = world.host(skew);
            world.run(4);
            let code = world.shown(host);
            let guest = world.guest(&code, 0);
            world.run(40);
            assert!(world.has_invite(guest), "{skew} {offset}");
        }
    }
}

#[test]
fn a_code_is_found_when_a_slot_changes_and_expires_after_ten_minutes() {
    let mut world = World::new(5);
    let host = world.host(0);
    world.run(590);
    let guest = world.guest(&world.shown(host), 0);
    world.run(5);
    assert!(world.has_invite(guest));
    let other = world.host(0);
    world.run(604);
    assert_eq!(world.end_of(other), Some(CodeEnd::Expired));
    assert!(world.host_of(other).is_over());
}

#[test]
fn of_two_hosts_on_one_number_the_second_draws_again() {
    // Two that draw one number, and nothing else alike.
    let draw = |n: u32| {
        let mut seed = [0; 32];
        seed[..4].copy_from_slice(&n.to_be_bytes());
        let code = ShortCode::draw(CodeLanguage::English, &mut ChaCha20Rng::from_seed(seed));
        (code.nameplate(), seed)
    };
    let mut drawn = BTreeMap::new();
    let (one, two) = (0..)
        .map(draw)
        .find_map(|(number, seed)| Some((drawn.insert(number, seed)?, seed)))
        .unwrap();
    let mut world = World::new(6);
    let first = world.host_from(one, 0);
    world.run(10);
    let second = world.host_from(two, 0);
    world.run(10);
    assert_ne!(
        world.shown(first)[..4],
        world.shown(second)[..4],
        "another number"
    );
    assert!(!world.told_host(first).contains(&CodeHostEvent::Interference));
    // Both at once: both hear it.
    let mut world = World::new(7);
    let (first, second) = (world.host_from(one, 0), world.host_from(two, 0));
    world.run(10);
    assert_ne!(world.shown(first)[..4], world.shown(second)[..4]);
}

#[test]
fn lost_messages_cost_seconds_and_no_guess() {
    for lose in 1..=6 {
        let mut world = World::new(8);
        let host = world.host(0);
        world.run(4);
        let guest = world.guest(&world.shown(host), 0);
        world.lose = lose;
        world.run(30);
        assert!(world.has_invite(guest), "{lose} lost");
        assert_eq!(world.end_of(host), Some(CodeEnd::Done));
    }
}

#[test]
fn three_wrong_guesses_end_the_code_and_are_told() {
    let mut world = World::new(9);
    let host = world.host(0);
    world.run(4);
    let code = world.shown(host);
    for guess in 1..=3 {
        let guest = world.guest(&other_words(&code), 0);
        world.run(12);
        assert_eq!(world.failure_of(guest), Some(CodeFailure::WrongWords), "{guess}");
        assert!(
            world
                .told_host(host)
                .contains(&CodeHostEvent::WrongGuess { guess, of: 3 })
        );
        assert_eq!(world.end_of(host).is_some(), guess == 3);
    }
    assert_eq!(world.end_of(host), Some(CodeEnd::Guessed));
    let right = world.guest(&code, 0);
    world.run(61);
    assert!(
        world.failure_of(right).is_some(),
        "the right words are of no use any more"
    );
}

/// A wrong word, or two, is not the end.
#[test]
fn the_right_words_work_after_two_wrong_ones() {
    let mut world = World::new(10);
    let host = world.host(0);
    world.run(4);
    let code = world.shown(host);
    for _ in 0..2 {
        world.guest(&other_words(&code), 0);
        world.run(12);
    }
    let guest = world.guest(&code, 0);
    world.run(2);
    assert!(world.has_invite(guest));
}

#[test]
fn a_squatter_on_every_number_is_said_to_both_and_learns_nothing() {
    let mut world = World::new(11);
    world.squatter = true;
    let host = world.host(0);
    world.run(60);
    assert_eq!(world.end_of(host), Some(CodeEnd::Taken));
    // It comes after the code is shown: the guest's three tries are taken by it, or not.
    let mut seen = std::collections::BTreeSet::new();
    for seed in 12..18 {
        let mut world = World::new(seed);
        let host = world.host(0);
        world.run(4);
        let code = world.shown(host);
        world.squatter = true;
        let guest = world.guest(&code, 0);
        world.run(61);
        let tried = world
            .messages()
            .iter()
            .filter_map(|message| match message {
                Message::C1(c1) => Some(c1.host),
                _ => None,
            })
            .collect::<std::collections::BTreeSet<_>>();
        assert!(tried.len() <= MAX_HOSTS, "{}", tried.len());
        seen.insert(world.has_invite(guest));
        if !world.has_invite(guest) {
            assert_eq!(world.failure_of(guest), Some(CodeFailure::Interference));
        }
        let several = |event: &CodeGuestEvent| matches!(event, CodeGuestEvent::Found { hosts } if *hosts > 1);
        assert!(world.has_invite(guest) || world.told_guest(guest).iter().any(several));
        let said = world
            .failure_of(guest)
            .map(|reason| format!("{} {}", reason.sentence(), reason.hint()));
        assert!(said.is_none_or(
            |said| said.contains("somebody else answers for this code") && said.contains("QR code")
        ));
    }
    assert!(seen.contains(&false), "the nearer squatter wins at least once");
}

/// What a joiner without the code would like: that the host shows first what it has.
#[test]
fn a_silent_guesser_gets_shares_and_never_a_confirmation() {
    let mut world = World::new(19);
    let host = world.host(0);
    world.run(4);
    let guess = SecretString::new(other_words(&world.shown(host)));
    for n in 0..200_u8 {
        let joining = Joining::start(&guess, world.cid_of(host), [n; 16], &mut world.rng);
        let c1 = Message::C1(joining.c1().clone());
        world.say_to_host(host, "guesser-guesser-0000", &c1);
        world.run(1);
    }
    let host_says = world
        .messages()
        .into_iter()
        .filter(|message| !matches!(message, Message::Beacon { .. } | Message::Ask | Message::C2(_)));
    assert_eq!(host_says.count(), 0);
    assert!(
        !world
            .told_host(host)
            .iter()
            .any(|event| matches!(event, CodeHostEvent::WrongGuess { .. }))
    );
    assert!(
        world.told_host(host).contains(&CodeHostEvent::Trying),
        "it is seen"
    );
    // And an honest guest still gets in.
    let guest = world.guest(&world.shown(host), 0);
    world.run(25);
    assert!(world.has_invite(guest));
}

#[test]
fn a_late_confirmation_is_nobodys() {
    let mut world = World::new(20);
    let host = world.host(0);
    world.run(4);
    let code = SecretString::new(world.shown(host));
    let joiner = [5; 16];
    let joining = Joining::start(&code, world.cid_of(host), joiner, &mut world.rng);
    let c1 = Message::C1(joining.c1().clone());
    world.say_to_host(host, "stranger-stranger-00", &c1);
    let c2 = world.messages().into_iter().find_map(|message| match message {
        Message::C2(c2) => Some(c2),
        _ => None,
    });
    let tag = joining.read(&c2.unwrap()).unwrap().tag();
    let c3 = Message::C3 {
        host: world.cid_of(host),
        joiner,
        tag,
    };
    world.run(25);
    // Another exchange makes the stale one go.
    let other = Joining::start(&code, world.cid_of(host), [6; 16], &mut world.rng);
    let c1 = Message::C1(other.c1().clone());
    world.say_to_host(host, "stranger-stranger-01", &c1);
    world.say_to_host(host, "stranger-stranger-00", &c3);
    assert_eq!(world.end_of(host), None);
    assert!(
        !world
            .messages()
            .iter()
            .any(|message| matches!(message, Message::C4 { .. }))
    );
    // After the end nothing is answered either.
    world.run(600);
    assert_eq!(world.end_of(host), Some(CodeEnd::Expired));
}

#[test]
fn messages_played_again_change_nothing() {
    let mut world = World::new(21);
    let host = world.host(0);
    world.run(4);
    let code = world.shown(host);
    let wrong = world.guest(&other_words(&code), 0);
    world.run(12);
    assert_eq!(world.failure_of(wrong), Some(CodeFailure::WrongWords));
    let recorded = world.messages();
    for _ in 0..5 {
        for message in &recorded {
            // The host's own beacon comes back too, as a stranger's would.
            world.say_to_host(host, "replayer-replayer-00", message);
            world.run(1);
        }
    }
    let guesses = world
        .told_host(host)
        .iter()
        .filter(|event| matches!(event, CodeHostEvent::WrongGuess { .. }));
    assert_eq!(guesses.count(), 1, "one guess, however often it is played");
    assert!(!world.told_host(host).contains(&CodeHostEvent::Interference));
    let guest = world.guest(&code, 0);
    world.run(10);
    assert!(world.has_invite(guest));
}

#[test]
fn another_host_that_comes_later_is_told() {
    let mut world = World::new(22);
    let host = world.host(0);
    world.run(4);
    world.say_to_host(host, "stranger-stranger-00", &Message::Beacon { host: [7; 16] });
    world.say_to_host(host, "stranger-stranger-00", &Message::Beacon { host: [8; 16] });
    let said = world
        .told_host(host)
        .iter()
        .filter(|event| **event == CodeHostEvent::Interference);
    assert_eq!(said.count(), 1);
}

#[test]
fn ten_thousand_boxes_of_junk_are_bounded() {
    let mut world = World::new(23);
    let host = world.host(0);
    world.run(4);
    let code = world.shown(host);
    let words = SecretString::new(other_words(&code));
    let template = Joining::start(&words, world.cid_of(host), [0; 16], &mut world.rng)
        .c1()
        .clone();
    for n in 0..10_000_u32 {
        let mut joiner = [0; 16];
        joiner[..4].copy_from_slice(&n.to_be_bytes());
        let message = match n % 4 {
            0 => Message::Ask,
            1 => Message::C1(C1 {
                joiner,
                ..template.clone()
            }),
            2 => Message::C3 {
                host: template.host,
                joiner,
                tag: [1; 32],
            },
            _ => Message::Refusal { joiner },
        };
        world.say_to_host(host, "flooder-flooder-0000", &message);
        if n % 1000 == 999 {
            world.run(1);
        }
    }
    let answered = world.host_of(host).answered();
    assert!(answered <= 25, "{answered} answered in ten seconds");
    assert!(world.host_of(host).kept() <= 32);
    assert!(world.recorded.len() < 200, "{} boxes sent", world.recorded.len());
    assert_eq!(world.end_of(host), None, "nobody guessed");
    world.run(25);
    let guest = world.guest(&code, 0);
    world.run(10);
    assert!(world.has_invite(guest));
}

#[test]
fn boxes_that_were_altered_or_belong_elsewhere_reach_nobody() {
    let mut world = World::new(24);
    let host = world.host(0);
    world.run(4);
    let number = world.host_of(host).code().nameplate();
    let elsewhere = CodeKeys::of(
        Nameplate::new(if number == Nameplate::new(1).unwrap() {
            2
        } else {
            1
        })
        .unwrap(),
    );
    let ((topic, _), _) = world.seats.iter().find(|(_, party)| **party == host).unwrap();
    let topic = *topic;
    let sent = world.recorded.len();
    for sealed in [
        String::new(),
        "A".repeat(2668),
        "é".repeat(1334),
        seal(
            &elsewhere,
            &elsewhere.topic("tracker", 1),
            &Message::Ask,
            &mut world.rng,
        ),
    ] {
        let event = MeetEvent::Offer {
            topic,
            from: PeerId::parse("stranger-stranger-00").unwrap(),
            offer_id: "x".into(),
            sealed,
        };
        world.hand(host, event);
        world.settle();
    }
    assert_eq!(world.recorded.len(), sent, "no answer");
}

#[test]
fn without_a_place_to_meet_both_say_so() {
    let mut world = World::new(25);
    let host = world.host(0);
    world.queue.clear();
    world.run(20);
    assert_eq!(world.told_host(host), [CodeHostEvent::Unreached]);
    let code = ShortCode::draw(CodeLanguage::German, &mut world.rng);
    let guest = world.guest(code.text().expose(), 0);
    world.queue.clear();
    world.run(25);
    assert_eq!(world.failure_of(guest), Some(CodeFailure::Unreached));
    let lonely = world.guest(code.text().expose(), 0);
    world.run(25);
    assert_eq!(world.failure_of(lonely), Some(CodeFailure::NobodyThere));
}

/// Every end says what to do.
#[test]
fn sentences_end_and_advise() {
    for reason in [
        CodeFailure::Unreached,
        CodeFailure::NobodyThere,
        CodeFailure::WrongWords,
        CodeFailure::Interference,
        CodeFailure::Silent,
        CodeFailure::BadInvite,
    ] {
        assert!(
            reason.sentence().ends_with('.') && reason.hint().contains("link"),
            "{reason:?}"
        );
    }
    for reason in [CodeEnd::Guessed, CodeEnd::Taken, CodeEnd::TooLong] {
        assert!(reason.sentence().contains("QR code"), "{reason:?}");
    }
}
