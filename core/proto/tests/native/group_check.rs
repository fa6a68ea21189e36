//! A group compares one code: it is made of numbers that nobody could choose, over a set that
//! everybody sees, whatever the order of arrival.

use crate::common::{ROOM, at, key, rng};
use dayfly_proto::crypto::{PublicKey, SigningKey, hash};
use dayfly_proto::identity::check::{
    Code, GROUP_STEPS, GroupCheck, GroupEnd, GroupError, GroupMessage, GroupState, MAX_GROUP, SCREEN,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::Rng;
use std::collections::{BTreeMap, HashMap, VecDeque};

const GENERATION: u32 = 4;

/// Members with a session between each two: what one says to another arrives in order, what
/// different ones say in any.
struct Party {
    keys: Vec<SigningKey>,
    checks: Vec<GroupCheck>,
    /// By sender and receiver.
    wires: BTreeMap<(usize, usize), VecDeque<GroupMessage>>,
    dice: ChaCha20Rng,
    /// Every refusal, and who refused.
    refused: Vec<(usize, GroupError)>,
    /// How many have shown their number, and how many commitments each had seen by then.
    commits_seen: Vec<usize>,
}

impl Party {
    fn new(size: u8, seed: u64) -> Self {
        let keys: Vec<_> = (1..=size).map(key).collect();
        Self {
            checks: keys
                .iter()
                .map(|key| GroupCheck::new(ROOM, key.public()))
                .collect(),
            commits_seen: vec![0; keys.len()],
            keys,
            wires: BTreeMap::new(),
            dice: rng(seed),
            refused: Vec::new(),
        }
    }

    fn id(&self, at: usize) -> PublicKey {
        self.keys[at].public()
    }

    fn here(&self, without: usize) -> Vec<PublicKey> {
        (0..self.keys.len())
            .filter(|at| *at != without)
            .map(|at| self.id(at))
            .collect()
    }

    fn begin(&mut self, who: usize) -> Result<(), GroupError> {
        let here = self.here(who);
        self.checks[who].begin(&self.keys[who], GENERATION, &here, at(0), &mut self.dice)
    }

    /// Puts what everybody has to say on the wires.
    fn collect(&mut self) {
        for from in 0..self.checks.len() {
            while let Some((to, message)) = self.checks[from].poll_message() {
                if matches!(message, GroupMessage::Reveal { .. }) {
                    let needed = self.keys.len() - 1;
                    assert!(
                        self.commits_seen[from] >= needed,
                        "a number before all commitments"
                    );
                }
                for id in to {
                    let to = self.keys.iter().position(|key| key.public() == id).unwrap();
                    self.wires
                        .entry((from, to))
                        .or_default()
                        .push_back(message.clone());
                }
            }
        }
    }

    fn deliver(&mut self, from: usize, to: usize, message: &GroupMessage) {
        if matches!(message, GroupMessage::Commit { .. }) {
            self.commits_seen[to] += 1;
        }
        let (sender, here) = (self.id(from), self.here(to));
        let taken = self.checks[to].handle(&sender, message, GENERATION, &here, at(0), &mut self.dice);
        if let Err(error) = taken {
            self.refused.push((to, error));
        }
    }

    /// Delivers in a random order until all wires are empty; `alter` sees every message.
    fn run_altered(&mut self, mut alter: impl FnMut(usize, usize, &mut GroupMessage)) {
        loop {
            self.collect();
            self.wires.retain(|_, wire| !wire.is_empty());
            let Some(pick) = self.dice.next_u64().checked_rem(self.wires.len() as u64) else {
                return;
            };
            let (&(from, to), wire) = self.wires.iter_mut().nth(pick as usize).unwrap();
            let mut message = wire.pop_front().unwrap();
            alter(from, to, &mut message);
            self.deliver(from, to, &message);
        }
    }

    fn run(&mut self) {
        self.run_altered(|_, _, _| ());
    }

    fn codes(&self) -> Vec<Code> {
        self.checks.iter().filter_map(code).collect()
    }
}

fn code(check: &GroupCheck) -> Option<Code> {
    match check.state() {
        GroupState::Compare(code) | GroupState::Confirmed(code) => Some(code),
        _ => None,
    }
}

#[test]
fn everybody_reads_the_same_code_in_groups_of_every_size() {
    for size in 2..=MAX_GROUP as u8 {
        let mut party = Party::new(size, size.into());
        party.begin(usize::from(size) / 2).unwrap();
        party.run();
        let codes = party.codes();
        assert_eq!(codes.len(), usize::from(size));
        assert!(codes.iter().all(|code| *code == codes[0]));
        for who in 0..usize::from(size) {
            assert_eq!(party.checks[who].others().count(), usize::from(size) - 1);
            party.checks[who].confirm().unwrap();
            assert_eq!(party.checks[who].confirm(), Err(GroupError::NotNow));
        }
        party.run();
        for check in &party.checks {
            assert_eq!(check.state(), GroupState::Ended(GroupEnd::Same));
        }
        assert_eq!(party.refused, []);
    }
    let mut alone = Party::new(1, 1);
    assert_eq!(alone.begin(0), Err(GroupError::Size));
    let mut crowd = Party::new(MAX_GROUP as u8 + 1, 1);
    assert_eq!(crowd.begin(0), Err(GroupError::Size));
}

#[test]
fn whatever_the_order_of_arrival_they_agree() {
    for seed in 0..200 {
        let mut party = Party::new(5, seed);
        party.begin(0).unwrap();
        party.run();
        assert_eq!(party.codes().len(), 5, "seed {seed}");
        assert!(
            party.codes().iter().all(|code| *code == party.codes()[0]),
            "seed {seed}"
        );
        assert_eq!(party.refused, [], "seed {seed}");
    }
}

#[test]
fn several_who_begin_at_once_end_up_in_one_check() {
    for seed in 0..200 {
        let mut party = Party::new(5, seed);
        // Commitments of the checks that lose come too, so they are not counted here.
        party.commits_seen = vec![4; 5];
        for who in [0, 2, 3] {
            party.begin(who).unwrap();
            assert_eq!(party.begin(who), Err(GroupError::NotNow));
        }
        party.run();
        assert_eq!(party.codes().len(), 5, "seed {seed}");
        assert!(
            party.codes().iter().all(|code| *code == party.codes()[0]),
            "seed {seed}"
        );
        assert_eq!(party.refused, [], "seed {seed}");
    }
}

/// How often members got as far as a code after one message was altered, and what was refused.
fn altered(alter: impl Fn(&mut GroupMessage) -> bool) -> (Party, usize) {
    let mut party = Party::new(4, 7);
    party.begin(0).unwrap();
    let mut hits = 0;
    party.run_altered(|_, to, message| {
        if to == 2 && hits == 0 && alter(message) {
            hits += 1;
        }
    });
    assert_eq!(hits, 1, "something was altered");
    let codes = party.codes().len();
    (party, codes)
}

#[test]
fn an_altered_field_is_refused_where_it_arrives() {
    type Alter = fn(&mut GroupMessage) -> bool;
    let proposal: [(&str, Alter); 4] = [
        ("number", |message| match message {
            GroupMessage::Propose(proposal) => {
                proposal.gcid[0] ^= 1;
                true
            }
            _ => false,
        }),
        ("generation", |message| match message {
            GroupMessage::Propose(proposal) => {
                proposal.generation += 1;
                true
            }
            _ => false,
        }),
        ("set", |message| match message {
            GroupMessage::Propose(proposal) => {
                proposal.ids.pop();
                true
            }
            _ => false,
        }),
        ("signature", |message| match message {
            GroupMessage::Propose(proposal) => {
                proposal.signature[63] ^= 1;
                true
            }
            _ => false,
        }),
    ];
    for (what, alter) in proposal {
        let (party, codes) = altered(alter);
        assert_eq!(party.refused, [(2, GroupError::BadSignature)], "{what}");
        assert_eq!(codes, 0, "{what}");
    }

    let (party, codes) = altered(|message| match message {
        GroupMessage::Commit { commit, .. } => {
            commit[0] ^= 1;
            true
        }
        _ => false,
    });
    assert_eq!(party.refused, [(2, GroupError::BadReveal)]);
    assert!(matches!(
        party.checks[2].state(),
        GroupState::Ended(GroupEnd::Forged(_))
    ));
    assert_eq!(codes, 0, "the others were told");

    let (party, codes) = altered(|message| match message {
        GroupMessage::Reveal { random, .. } => {
            random[31] ^= 1;
            true
        }
        _ => false,
    });
    assert_eq!(party.refused, [(2, GroupError::BadReveal)]);
    assert_eq!(codes, 0);

    // A commitment for another check belongs to none here, so the number after it has no place.
    let (party, codes) = altered(|message| match message {
        GroupMessage::Commit { gcid, .. } => {
            gcid[5] ^= 1;
            true
        }
        _ => false,
    });
    assert!(
        party
            .refused
            .iter()
            .all(|(who, error)| (*who, error) == (2, &GroupError::OutOfTurn))
    );
    assert!(codes < 4 && code(&party.checks[2]).is_none());
    // A number for another check never comes.
    let (party, codes) = altered(|message| match message {
        GroupMessage::Reveal { gcid, .. } => {
            gcid[5] ^= 1;
            true
        }
        _ => false,
    });
    assert_eq!(party.refused, []);
    assert!(codes < 4 && code(&party.checks[2]).is_none());
}

#[test]
fn who_sees_other_members_or_another_generation_takes_no_part() {
    let mut party = Party::new(3, 1);
    party.begin(0).unwrap();
    let Some((to, GroupMessage::Propose(proposal))) = party.checks[0].poll_message() else {
        panic!("a proposal is first")
    };
    assert_eq!(to, party.here(0));
    let proposer = party.id(0);
    let message = GroupMessage::Propose(proposal);
    let mut dice = rng(1);
    let stranger = key(9).public();
    let views = [
        (GENERATION, vec![proposer]),
        (GENERATION, vec![proposer, stranger]),
        (GENERATION, [party.here(1), vec![stranger]].concat()),
        (GENERATION + 1, party.here(1)),
    ];
    for (generation, here) in views {
        let check = &mut party.checks[1];
        let refused = check.handle(&proposer, &message, generation, &here, at(0), &mut dice);
        assert_eq!(refused, Err(GroupError::OtherView));
        assert_eq!(check.state(), GroupState::Idle);
        let Some((to, refusal @ GroupMessage::Cancel { .. })) = check.poll_message() else {
            panic!("the proposer is told")
        };
        assert_eq!(to, [proposer]);
        if generation != GENERATION {
            // And tells the others.
            let id = party.id(1);
            party.deliver(1, 0, &refusal);
            assert_eq!(party.checks[0].state(), GroupState::Ended(GroupEnd::Cancelled));
            let told = std::iter::from_fn(|| party.checks[0].poll_message())
                .last()
                .unwrap();
            assert!(matches!(told, (to, GroupMessage::Cancel { .. }) if to.contains(&id)));
        }
    }
    // Passed on by somebody else, it is not that one's.
    let id = party.id(2);
    let here = party.here(1);
    let refused = party.checks[1].handle(&id, &message, GENERATION, &here, at(0), &mut dice);
    assert_eq!(refused, Err(GroupError::BadSignature));
}

#[test]
fn steps_said_twice_or_by_others_are_refused() {
    let mut party = Party::new(3, 2);
    party.begin(0).unwrap();
    let mut said = Vec::new();
    party.run_altered(|from, to, message| said.push((from, to, message.clone())));
    let mut dice = rng(2);
    for (from, to, message) in &said {
        let (sender, here) = (party.id(*from), party.here(*to));
        let before = party.checks[*to].state();
        let again = party.checks[*to].handle(&sender, message, GENERATION, &here, at(0), &mut dice);
        match message {
            GroupMessage::Propose(_) => assert_eq!(again, Ok(())),
            _ => assert_eq!(again, Err(GroupError::OutOfTurn)),
        }
        assert_eq!(party.checks[*to].state(), before);
        // The same from somebody who takes no part.
        let stranger = key(9).public();
        let foreign = party.checks[*to].handle(&stranger, message, GENERATION, &here, at(0), &mut dice);
        assert!(matches!(
            foreign,
            Err(GroupError::OutOfTurn | GroupError::BadSignature)
        ));
        assert_eq!(party.checks[*to].state(), before);
    }
    // Somebody else's commitment cannot be opened as one's own: it names its author.
    let mut party = Party::new(3, 3);
    party.begin(0).unwrap();
    let mut stolen: HashMap<&str, [u8; 32]> = HashMap::new();
    party.run_altered(|from, to, message| match message {
        GroupMessage::Commit { commit, .. } if (from, to) == (0, 1) => {
            stolen.insert("commit", *commit);
        }
        GroupMessage::Commit { commit, .. } if (from, to) == (2, 1) => {
            if let Some(other) = stolen.get("commit") {
                *commit = *other;
                stolen.insert("done", *other);
            }
        }
        GroupMessage::Reveal { random, .. } if (from, to) == (0, 1) => {
            stolen.insert("random", *random);
        }
        GroupMessage::Reveal { random, .. } if (from, to) == (2, 1) => {
            if let Some(other) = stolen.get("random") {
                *random = *other;
            }
        }
        _ => {}
    });
    assert!(
        stolen.contains_key("done"),
        "the order of seed 3 lets the thief see it first"
    );
    assert_eq!(party.refused, [(1, GroupError::BadReveal)]);
}

#[test]
fn somebody_who_hears_another_code_is_heard() {
    let mut party = Party::new(4, 4);
    assert_eq!(party.checks[1].deny(), Err(GroupError::NotNow));
    party.begin(0).unwrap();
    party.run();
    party.checks[0].confirm().unwrap();
    party.checks[2].deny().unwrap();
    party.run();
    for check in &party.checks {
        assert_eq!(check.state(), GroupState::Ended(GroupEnd::Different));
    }
    // Who gives up ends it without an alarm.
    let mut party = Party::new(4, 5);
    party.begin(0).unwrap();
    party.run();
    party.checks[3].cancel();
    party.run();
    for check in &party.checks {
        assert_eq!(check.state(), GroupState::Ended(GroupEnd::Cancelled));
    }
    // Another can begin.
    party.commits_seen = vec![0; 4];
    party.begin(1).unwrap();
    party.run();
    assert_eq!(party.codes().len(), 4);
}

#[test]
fn every_wait_ends() {
    for silent in ["propose", "commit", "reveal"] {
        let mut party = Party::new(3, 6);
        party.begin(0).unwrap();
        party.commits_seen = vec![2; 3];
        // Nothing of the third arrives from some step on.
        for _ in 0..20 {
            party.collect();
            let wires: Vec<_> = party
                .wires
                .iter_mut()
                .filter_map(|(way, wire)| wire.pop_front().map(|message| (*way, message)))
                .collect();
            for ((from, to), message) in wires {
                let lost = match (&message, silent) {
                    (GroupMessage::Propose(_), "propose") => to == 2,
                    (GroupMessage::Commit { .. }, "propose" | "commit") => from == 2,
                    (GroupMessage::Reveal { .. }, _) => from == 2,
                    _ => false,
                };
                if !lost {
                    party.deliver(from, to, &message);
                }
            }
        }
        let check = &mut party.checks[0];
        assert_eq!(check.state(), GroupState::Waiting, "{silent}");
        assert_eq!(check.poll_timeout(), Some(GROUP_STEPS));
        check.handle_timeout(at(GROUP_STEPS.as_secs() - 1));
        assert_eq!(check.state(), GroupState::Waiting);
        check.handle_timeout(at(GROUP_STEPS.as_secs()));
        assert_eq!(check.state(), GroupState::Ended(GroupEnd::TimedOut), "{silent}");
        assert_eq!(check.poll_timeout(), None);
    }
    let mut party = Party::new(3, 6);
    party.begin(0).unwrap();
    party.run();
    party.checks[0].confirm().unwrap();
    assert_eq!(party.checks[0].poll_timeout(), Some(SCREEN));
    party.checks[0].handle_timeout(at(SCREEN.as_secs()));
    assert_eq!(party.checks[0].state(), GroupState::Ended(GroupEnd::TimedOut));
    party.run();
    assert_eq!(party.checks[1].state(), GroupState::Ended(GroupEnd::Cancelled));
}

/// A code as one might make it: a hash over the sorted keys, with no commitment.
fn code_of_keys(a: &PublicKey, b: &PublicKey, bits: u32) -> u64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    let digest = hash(&[b"a hash of the keys", &low.0, &high.0]);
    let first = u64::from_be_bytes(digest[..8].try_into().unwrap());
    first >> (64 - bits)
}

/// The `count`th key that a member in the middle makes up for one side.
fn made_up(side: u8, count: u64) -> PublicKey {
    let mut seed = [side; 32];
    seed[..8].copy_from_slice(&count.to_be_bytes());
    SigningKey::from_seed(&seed).public()
}

/// Two made-up keys, one shown to A and one to B, with which both read the same code.
fn forge(bits: u32) -> (PublicKey, PublicKey) {
    let (a, b) = (key(1).public(), key(2).public());
    let shown_to_a: HashMap<u64, u64> = (0..1 << (bits / 2))
        .map(|count| (code_of_keys(&a, &made_up(0xaa, count), bits), count))
        .collect();
    (0..)
        .find_map(|count| {
            let shown_to_b = made_up(0xbb, count);
            let met = shown_to_a.get(&code_of_keys(&b, &shown_to_b, bits))?;
            Some((made_up(0xaa, *met), shown_to_b))
        })
        .expect("keys do not run out")
}

fn assert_forged(bits: u32) {
    let (a, b) = (key(1).public(), key(2).public());
    let (to_a, to_b) = forge(bits);
    assert_eq!(code_of_keys(&a, &to_a, bits), code_of_keys(&b, &to_b, bits));
}

/// Why the code is not a hash of the keys: met in the middle, one for 26 bits takes 2¹³ keys a
/// side. `DAYFLY_FORGE_BITS=42` does the same for all of it, in a few minutes.
#[test]
fn a_code_that_is_a_hash_of_the_keys_is_forged() {
    let bits = std::env::var("DAYFLY_FORGE_BITS").map_or(26, |bits| bits.parse().unwrap());
    assert_forged(bits);
}

/// The same member in the middle against ours: a check with each side, under a key of its choice
/// on each. It sees a side's numbers only once its own are settled there, and what it could
/// choose, the keys, it must choose before.
#[test]
fn a_member_in_the_middle_of_a_group_has_no_more_than_luck() {
    // In 24 bits (four symbols): the forgery above has 26 in a blink.
    let short = |code: &Code| {
        code.emoji[..4]
            .iter()
            .fold(0_u32, |sum, emoji| sum << 6 | u32::from(*emoji))
    };
    let (a, b) = (key(1), key(2));
    let mut met = 0;
    let mut dice = rng(8);
    for count in 0..2_000 {
        let read = |victim: &SigningKey, made_up: &SigningKey, dice: &mut ChaCha20Rng| {
            let ids = [victim.public(), made_up.public()];
            let mut checks = ids.map(|id| GroupCheck::new(ROOM, id));
            checks[0]
                .begin(victim, GENERATION, &ids[1..], at(0), dice)
                .unwrap();
            loop {
                let mut quiet = true;
                for from in 0..2 {
                    while let Some((_, message)) = checks[from].poll_message() {
                        quiet = false;
                        let to = 1 - from;
                        checks[to]
                            .handle(&ids[from], &message, GENERATION, &ids[from..=from], at(0), dice)
                            .unwrap();
                    }
                }
                if quiet {
                    return code(&checks[0]).unwrap();
                }
            }
        };
        let mut seed = [0xcc; 32];
        seed[..8].copy_from_slice(&u64::to_be_bytes(count));
        let m = SigningKey::from_seed(&seed);
        met += u32::from(short(&read(&a, &m, &mut dice)) == short(&read(&b, &m, &mut dice)));
    }
    assert_eq!(met, 0);
}
