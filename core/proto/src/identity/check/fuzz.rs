//! Fuzz body of the runs: any order of taps, messages, times and invented messages.

use super::{
    Code, GroupCheck, GroupMessage, GroupState, Pair, Proposal, SasEnd, SasMessage, SasRun, SasState, scan,
};
use crate::crypto::{PublicKey, SigningKey};
use crate::identity::native::Role;
use crate::timer::Now;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use std::collections::VecDeque;
use std::time::Duration;

const ROOM: [u8; 32] = [7; 32];
/// The most messages one input may cause: to each of the others a refusal, a commitment, a number.
const MAX_SAID: usize = 8;

struct Script<'a>(std::slice::Iter<'a, u8>);

impl Script<'_> {
    fn byte(&mut self) -> u8 {
        self.0.next().copied().unwrap_or(0)
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }
}

/// A list of operations for one pair, for one group, and as a scanned text.
///
/// # Panics
/// If a run that ended goes on, says too much, or two untouched ends see different codes.
pub fn runs(data: &[u8]) {
    pair(&mut Script(data.iter()));
    group(&mut Script(data.iter()));
    let text = String::from_utf8_lossy(data);
    let [ours, theirs] = [[1; 32], [2; 32]].map(PublicKey);
    for text in [text.clone().into_owned(), format!("dayfly-check:{text}")] {
        let _ = scan(&text, &ROOM, &[3; 32], &ours, &theirs);
    }
}

fn pair(script: &mut Script<'_>) {
    let mut rng = ChaCha20Rng::seed_from_u64(script.byte().into());
    let [i, r] = [[1; 32], [2; 32]].map(PublicKey);
    let mut run = |ours, theirs, role| {
        let pair = Pair {
            h: [3; 32],
            room_id: ROOM,
            ours,
            theirs,
            role,
        };
        SasRun::new(pair, &mut rng)
    };
    let mut ends = [run(i, r, Role::Initiator), run(r, i, Role::Responder)];
    let mut wires = [VecDeque::new(), VecDeque::new()];
    let mut seconds = 0;
    let mut untouched = true;
    while let Some(op) = script.0.next() {
        let who = usize::from(op & 1);
        let now = Now {
            mono: Duration::from_secs(seconds),
            unix_ms: 0,
        };
        let before = ends[who].state();
        match op >> 1 & 7 {
            0 => {
                let _ = ends[who].tap(now);
            }
            1 => {
                let _ = ends[who].confirm();
            }
            2 if op & 0x80 != 0 => {
                let _ = ends[who].deny();
            }
            2 => ends[who].cancel(),
            3 => {
                seconds += u64::from(script.byte());
                ends[who].handle_timeout(Now {
                    mono: Duration::from_secs(seconds),
                    unix_ms: 0,
                });
            }
            4 => {
                untouched = false;
                let bytes = script.bytes();
                let message = match script.byte() % 7 {
                    0 => SasMessage::Ask,
                    1 => SasMessage::Commit {
                        suite: bytes[0] % 3,
                        commit: bytes,
                    },
                    2 => SasMessage::Answer(bytes),
                    3 => SasMessage::Reveal(bytes),
                    4 => SasMessage::Same(bytes),
                    5 => SasMessage::No,
                    _ => SasMessage::Cancel,
                };
                let _ = ends[who].handle(&message, now);
            }
            _ => {
                let arrived: Option<SasMessage> = wires[who].pop_front();
                if let Some(message) = arrived {
                    let _ = ends[who].handle(&message, now);
                }
            }
        }
        let mut said = 0;
        while let Some(message) = ends[who].poll_message() {
            wires[1 - who].push_back(message);
            said += 1;
            assert!(said <= MAX_SAID, "a step says little");
        }
        if let SasState::Ended(end) = before {
            assert_eq!(ends[who].state(), SasState::Ended(end), "what ended stays so");
        }
        if let SasState::Ended(_) = ends[who].state() {
            assert_eq!(ends[who].poll_timeout(), None, "nothing waits after the end");
        }
        if untouched {
            let codes = [&ends[0], &ends[1]].map(code);
            if let [Some(a), Some(b)] = codes {
                assert!(a == b, "two ends of one session see one code");
            }
            let forged = SasState::Ended(SasEnd::Forged);
            assert!(
                ends.iter().all(|end| end.state() != forged),
                "nobody forged anything"
            );
        }
    }
}

fn code(run: &SasRun) -> Option<Code> {
    match run.state() {
        SasState::Compare(code) | SasState::Confirmed(code) => Some(code),
        _ => None,
    }
}

fn group(script: &mut Script<'_>) {
    let mut rng = ChaCha20Rng::seed_from_u64(script.byte().into());
    let keys = [1, 2, 3].map(|seed| SigningKey::from_seed(&[seed; 32]));
    let ids = [0, 1, 2].map(|at: usize| keys[at].public());
    let mut checks = ids.map(|id| GroupCheck::new(ROOM, id));
    let mut wires: [VecDeque<(usize, GroupMessage)>; 3] = Default::default();
    let mut seconds = 0;
    let mut last_gcid = [0; 16];
    while let Some(op) = script.0.next() {
        let who = usize::from(op & 3) % 3;
        let here: Vec<_> = ids.iter().copied().filter(|id| *id != ids[who]).collect();
        let now = Now {
            mono: Duration::from_secs(seconds),
            unix_ms: 0,
        };
        let check = &mut checks[who];
        match op >> 2 & 7 {
            0 => {
                let _ = check.begin(&keys[who], 1, &here, now, &mut rng);
            }
            1 => {
                let _ = check.confirm();
            }
            2 if op & 0x80 != 0 => {
                let _ = check.deny();
            }
            2 => check.cancel(),
            3 => {
                seconds += u64::from(script.byte());
                check.handle_timeout(Now {
                    mono: Duration::from_secs(seconds),
                    unix_ms: 0,
                });
            }
            4 => {
                let from = here[usize::from(script.byte()) % 2];
                let gcid = if script.byte() & 1 == 0 {
                    last_gcid
                } else {
                    script.bytes()
                };
                let message = match script.byte() % 6 {
                    0 => GroupMessage::Propose(Proposal {
                        gcid,
                        generation: script.byte().into(),
                        ids: ids[..usize::from(script.byte()) % 4].to_vec(),
                        signature: script.bytes(),
                    }),
                    1 => GroupMessage::Commit {
                        gcid,
                        commit: script.bytes(),
                    },
                    2 => GroupMessage::Reveal {
                        gcid,
                        random: script.bytes(),
                    },
                    3 => GroupMessage::Same { gcid },
                    4 => GroupMessage::Cancel { gcid },
                    _ => GroupMessage::No { gcid },
                };
                let _ = check.handle(&from, &message, 1, &here, now, &mut rng);
            }
            _ => {
                if let Some((from, message)) = wires[who].pop_front() {
                    let _ = check.handle(&ids[from], &message, 1, &here, now, &mut rng);
                }
            }
        }
        let mut said = 0;
        while let Some((to, message)) = checks[who].poll_message() {
            said += 1;
            assert!(said <= MAX_SAID, "a step says little");
            if let GroupMessage::Propose(proposal) = &message {
                last_gcid = proposal.gcid;
            }
            for (at, id) in ids.iter().enumerate() {
                if to.contains(id) {
                    assert_ne!(at, who, "nobody talks to itself");
                    wires[at].push_back((who, message.clone()));
                }
            }
        }
        let is_going_on = !matches!(checks[who].state(), GroupState::Idle | GroupState::Ended(_));
        assert_eq!(
            checks[who].poll_timeout().is_some(),
            is_going_on,
            "every wait ends"
        );
    }
}
