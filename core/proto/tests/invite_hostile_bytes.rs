//! No bytes break a promise of the invite readers: valid links, records, URLs and pictures, cut,
//! flipped and spliced from a fixed seed, run through the fuzz bodies.

use dayfly_proto::invite::native::{HistoryPolicy, NativeInvite, RoomOptionsWire};
use dayfly_proto::invite::{Access, Invite, Island, LockedInvite, WebInvite, fuzz, qr};
use dayfly_proto::secret::SecretString;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// A small generator (xorshift64), so that a failing round can be run again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    fn mutate(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut data = seed.to_vec();
        for _ in 0..=self.below(3) {
            let at = self.below(data.len());
            match self.below(5) {
                0 => data.truncate(at),
                1 => data.insert(at, self.below(256) as u8),
                2 => data.extend_from_within(at..),
                3 if !data.is_empty() => data[at] = [0, 0x7f, 0x80, 0xff, b'%', b'#'][self.below(6)],
                _ if !data.is_empty() => data[at] ^= 1 << self.below(8),
                _ => {}
            }
        }
        data
    }
}

fn seeds() -> Vec<Invite> {
    let islands = || {
        vec![
            Island::chitchatter(),
            Island::at("http://[::1]:3000").expect("a seed is valid"),
        ]
    };
    let secret = Access::private_from_secret(SecretString::new("any text".into())).expect("a seed is valid");
    let hash = Access::private_from_password("r", &SecretString::new("p".into())).expect("a seed is valid");
    let trackers = || vec!["wss://t.example".to_string()];
    vec![
        Invite::Web(WebInvite::new("r", Access::Public, islands(), vec![]).expect("a seed is valid")),
        Invite::Web(WebInvite::new("r 2", secret, islands(), trackers()).expect("a seed is valid")),
        Invite::Web(WebInvite::new("r", hash, islands(), trackers()).expect("a seed is valid")),
        Invite::Locked(LockedInvite::new("é%/", islands(), trackers()).expect("a seed is valid")),
        Invite::Native(native(trackers())),
    ]
}

fn native(trackers: Vec<String>) -> NativeInvite {
    let options = RoomOptionsWire {
        history: HistoryPolicy::Items(20),
        expire_seconds: 60,
        ..RoomOptionsWire::default()
    };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (invite, _) = NativeInvite::create(&mut rng, options).expect("a seed is valid");
    invite.with_hints("r", trackers).expect("a seed is valid")
}

/// The bytes in a link, as the record's fuzz body takes them.
fn record(invite: &Invite) -> Vec<u8> {
    let link = invite.link();
    let payload = link.split_once(':').expect("a link has a scheme").1;
    data_encoding::BASE32_NOPAD
        .decode(payload.as_bytes())
        .expect("a link is Base32")
}

#[test]
fn records_and_their_bodies() {
    let mut dice = Dice(1);
    for invite in seeds() {
        let whole = record(&invite);
        let body = &whole[4..whole.len() - 4];
        for _ in 0..4000 {
            fuzz::record(&dice.mutate(&whole));
            fuzz::record(&dice.mutate(body));
        }
    }
}

#[test]
fn links_and_urls() {
    let mut dice = Dice(2);
    for invite in seeds() {
        for text in invite.urls().into_iter().chain([invite.link()]) {
            for _ in 0..1500 {
                fuzz::link(&dice.mutate(text.as_bytes()));
            }
        }
    }
}

#[test]
fn pictures_and_frames() {
    let mut dice = Dice(3);
    let matrix = qr::encode(&seeds()[0].link()).unwrap();
    let picture = matrix.png();
    for _ in 0..300 {
        fuzz::png(&dice.mutate(&picture));
    }
    let side = matrix.size() + 8;
    let mut frame = vec![side as u8, 0];
    frame.extend((0..side * side).map(|at| {
        let (x, y) = ((at % side).wrapping_sub(4), (at / side).wrapping_sub(4));
        if matrix.dark(x, y) { 0 } else { 255 }
    }));
    for _ in 0..300 {
        fuzz::luma(&dice.mutate(&frame));
    }
    for length in 0..60 {
        fuzz::code(&dice.mutate(&vec![b'A'; length]));
    }
}
