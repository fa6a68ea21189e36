//! Boards over a made-up DHT and a made-up clock: they meet, move, are bounded and grow quiet.

use super::super::item::VALUE_LEN;
use super::*;
use data_encoding::BASE64;

const START_MS: u64 = 1_790_000_000_000;

fn topic() -> InfoHash {
    InfoHash::parse("0123456789abcdefghij").unwrap()
}

fn id(number: usize) -> PeerId {
    PeerId::parse(&format!("peer{number:016}")).unwrap()
}

/// A room that makes offers and answers whatever it is told, once for each peer.
struct Room {
    board: Board,
    made: usize,
    offers: Vec<(String, Duration)>,
    /// Whom it is connected with, and since when.
    met: BTreeMap<PeerId, Duration>,
    announce_at: Duration,
}

/// What stands in the DHT, who is there, and what time it is.
struct World {
    mono: Duration,
    cells: BTreeMap<Cell, (i64, Vec<u8>)>,
    rooms: Vec<Room>,
    reads: u64,
    writes: u64,
}

impl World {
    fn new(rooms: usize) -> Self {
        let mut world = Self {
            mono: Duration::ZERO,
            cells: BTreeMap::new(),
            rooms: Vec::new(),
            reads: 0,
            writes: 0,
        };
        for number in 0..rooms {
            world.enter(number);
        }
        world
    }

    fn now(&self) -> Now {
        Now {
            mono: self.mono,
            unix_ms: START_MS + u64::try_from(self.mono.as_millis()).unwrap(),
        }
    }

    fn enter(&mut self, number: usize) {
        self.rooms.push(Room {
            board: Board::new(self.now(), topic(), id(number)),
            made: 0,
            offers: Vec::new(),
            met: BTreeMap::new(),
            announce_at: self.mono,
        });
    }

    fn write(&mut self, write: Write) -> u32 {
        self.writes += 1;
        let Write { cell, seq, value } = write;
        assert!(value.is_empty() || value.len() == VALUE_LEN);
        let stands = self.cells.get(&cell).is_some_and(|(old, _)| *old >= seq);
        if !stands {
            self.cells.insert(cell, (seq, value));
        }
        u32::from(!stands)
    }

    /// A tenth of a second.
    fn step(&mut self) {
        self.mono += Duration::from_millis(100);
        let now = self.now();
        for at in 0..self.rooms.len() {
            let me = id_of(&self.rooms[at]);
            let room = &mut self.rooms[at];
            room.offers
                .retain(|(_, made)| now.mono.saturating_sub(*made) < Duration::from_secs(90));
            while room.offers.len() < 3 {
                room.made += 1;
                room.offers
                    .push((format!("{}{:04}", &me.as_str()[4..], room.made), now.mono));
                room.announce_at = room.announce_at.min(now.mono + Duration::from_millis(250));
            }
            if now.mono >= room.announce_at {
                room.announce_at = now.mono + Duration::from_secs(20);
                let offers = room.offers.iter().map(|(id, _)| SealedOffer {
                    id: id.clone(),
                    sealed: BASE64.encode(&[7; 900]),
                });
                room.board.announce(now, offers.collect());
            }
            let cells = room.board.reads(now);
            self.reads += cells.len() as u64;
            for cell in cells {
                let found = self.cells.get(&cell).cloned();
                for event in self.rooms[at].board.read(now, cell, found) {
                    self.told(at, event);
                }
            }
            for write in self.rooms[at].board.writes(now) {
                let (cell, seq) = (write.cell, write.seq);
                let stored = self.write(write);
                self.rooms[at].board.wrote(now, cell, seq, stored);
            }
        }
    }

    fn told(&mut self, at: usize, event: MeetEvent) {
        let now = self.now();
        let room = &mut self.rooms[at];
        match event {
            MeetEvent::Offer { from, offer_id, .. } => {
                if !room.met.contains_key(&from) {
                    room.board.reply(now, from, &offer_id, BASE64.encode(&[8; 900]));
                }
            }
            MeetEvent::Answer { from, offer_id, .. } => {
                let Some(taken) = room.offers.iter().position(|(id, _)| *id == offer_id) else {
                    return;
                };
                room.offers.remove(taken);
                if room.met.insert(from, now.mono).is_none() {
                    let me = id_of(room);
                    let other = self.rooms.iter_mut().find(|room| id_of(room) == from);
                    other
                        .expect("an answer comes from somebody")
                        .met
                        .insert(me, now.mono);
                }
            }
            _ => panic!("a board says nothing else"),
        }
    }

    /// Runs until all know all; how long that took.
    fn meet(&mut self, limit: Duration) -> Option<Duration> {
        let since = self.mono;
        while self.mono - since < limit {
            self.step();
            let others = self.rooms.len() - 1;
            if self.rooms.iter().all(|room| room.met.len() == others) {
                return Some(self.mono - since);
            }
        }
        None
    }

    fn run(&mut self, time: Duration) {
        let until = self.mono + time;
        while self.mono < until {
            self.step();
        }
    }
}

fn id_of(room: &Room) -> PeerId {
    room.board.me
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn two_meet_at_once_and_five_soon() {
    for (rooms, limit) in [(2, 20), (5, 90)] {
        let mut world = World::new(rooms);
        let took = world.meet(secs(300));
        println!("{rooms} boards: {took:?}, {} reads", world.reads);
        assert!(took.is_some_and(|took| took < secs(limit)), "{rooms}: {took:?}");
    }
}

#[test]
fn whoever_comes_later_is_found() {
    let mut world = World::new(2);
    world.meet(secs(60)).expect("two meet");
    world.run(secs(600));
    world.enter(2);
    let took = world.meet(secs(400)).expect("the third is met");
    println!("a third, ten minutes later: {took:?}");
    assert!(took < secs(240), "{took:?}");
}

#[test]
fn a_room_that_is_quiet_reads_little_and_one_that_sleeps_nothing() {
    let mut world = World::new(2);
    world.meet(secs(60)).expect("two meet");
    world.run(secs(300));
    let (reads, writes) = (world.reads, world.writes);
    world.run(secs(3600));
    let hourly = (world.reads - reads) / 2;
    println!(
        "an hour of quiet: {hourly} readings, {} writings",
        (world.writes - writes) / 2
    );
    assert!(hourly < 400, "{hourly}");
    for room in &mut world.rooms {
        room.announce_at = Duration::MAX;
        room.offers = vec![(String::new(), Duration::MAX); 3];
    }
    world.run(secs(200));
    let reads = world.reads;
    world.run(secs(3600));
    assert_eq!(world.reads, reads, "nothing is read without announces");
    assert!(world.rooms[0].board.due(world.now()).is_none());
}

#[test]
fn who_lost_each_other_meet_again() {
    let mut world = World::new(2);
    world.meet(secs(60)).expect("two meet");
    world.run(secs(900));
    for room in &mut world.rooms {
        room.met.clear();
        // What a room does that has lost somebody: it announces what it has, out of turn.
        room.announce_at = world.mono;
    }
    world.step();
    for room in &mut world.rooms {
        room.announce_at = world.mono + secs(3);
    }
    let took = world.meet(secs(300)).expect("they meet again");
    println!("lost and found: {took:?}");
    assert!(took < secs(30), "{took:?}");
}

#[test]
fn whoever_is_overwritten_moves() {
    let mut world = World::new(1);
    world.run(secs(3));
    let first = world.rooms[0].board.own.expect("a slot");
    let cell = Cell {
        slot: first,
        kind: Kind::Offer,
    };
    let seq = world.cells[&cell].0 + 1000;
    world.cells.insert(cell, (seq, b"junk".to_vec()));
    world.run(secs(6));
    let second = world.rooms[0].board.own.expect("another slot");
    assert_ne!(first, second);
    assert_eq!(world.cells[&cell].1, b"junk", "what is not ours stays");
    world.enter(1);
    assert!(world.meet(secs(60)).is_some());
}

#[test]
fn junk_in_every_slot_delays() {
    let mut world = World::new(2);
    let unix = i64::try_from(START_MS).unwrap();
    for slot in 0..SLOTS {
        for kind in [Kind::Offer, Kind::Answer] {
            let junk = (unix - 1000, vec![9; VALUE_LEN]);
            world.cells.insert(Cell { slot, kind }, junk);
        }
    }
    let took = world.meet(secs(120));
    println!("junk in all slots: {took:?}");
    assert!(took.is_some());
}

#[test]
fn the_greatest_number_in_every_slot_shuts_the_board_and_costs_nothing() {
    let mut world = World::new(2);
    for slot in 0..SLOTS {
        for kind in [Kind::Offer, Kind::Answer] {
            world
                .cells
                .insert(Cell { slot, kind }, (i64::MAX, vec![9; VALUE_LEN]));
        }
    }
    assert_eq!(world.meet(secs(120)), None);
    assert_eq!(world.writes, 0);
    // Only the sweeps go on: a slot's number is never forgotten by us.
    let reads = world.reads;
    world.run(secs(600));
    assert!(world.reads - reads < 600, "{}", world.reads - reads);
}

#[test]
fn names_without_end_are_bounded() {
    let mut world = World::new(1);
    world.run(secs(2));
    let mut told = 0;
    for number in 0..2_000_usize {
        let now = world.now();
        let value = Item {
            kind: Kind::Offer,
            from: id(100 + number),
            to: None,
            offer_id: id(number),
            sealed: BASE64.encode(&[1; 900]),
        };
        let cell = Cell {
            slot: 15,
            kind: Kind::Offer,
        };
        let seq = unix(now) + i64::try_from(number).unwrap();
        let board = &mut world.rooms[0].board;
        told += board.read(now, cell, Some((seq, value.encode().unwrap()))).len();
        assert!(board.peers.len() <= MAX_PEERS && board.told.len() <= MAX_TOLD);
        board.reply(
            now,
            id(100 + number),
            id(number).as_str(),
            BASE64.encode(&[2; 900]),
        );
        assert!(board.replies.len() <= MAX_REPLIES);
        world.mono += Duration::from_millis(100);
    }
    assert!(told > 100, "they are told, which is the room's to bound");
    // Two hundred seconds of it: fast no longer than is allowed.
    let board = &world.rooms[0].board;
    assert!(board.stirs <= 1 && board.fast_until <= world.mono + STIR);
}

#[test]
fn a_box_is_told_once() {
    let mut world = World::new(1);
    world.run(secs(2));
    let item = Item {
        kind: Kind::Offer,
        from: id(9),
        to: Some(id(0)),
        offer_id: id(5),
        sealed: BASE64.encode(&[1; 900]),
    };
    let cell = Cell {
        slot: 15,
        kind: Kind::Offer,
    };
    let mut told = 0;
    for again in 0..20 {
        let now = world.now();
        let value = item.encode().unwrap();
        let board = &mut world.rooms[0].board;
        told += board.read(now, cell, Some((unix(now) + again, value))).len();
    }
    assert_eq!(told, 1);
}
