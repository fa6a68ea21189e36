//! The keys a connection has heard of: how an answer finds its way back, and who was given an
//! offer lately.

use dayfly_proto::id::{PEER_ID_LEN, PeerId};
use nostr::key::PublicKey;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// Keys remembered; the one met first is forgotten first.
const MAX_MET: usize = 256;

/// Keys that wait for an offer; the one that waits longest is forgotten first.
const MAX_OWED: usize = 64;

/// How long a key gets no second offer, doubled each time up to [`LONGEST_REST`].
const FIRST_REST: Duration = Duration::from_secs(10);
const LONGEST_REST: Duration = Duration::from_secs(40);

/// The keys of one swarm.
#[derive(Debug, Default)]
pub(super) struct Met {
    known: BTreeMap<PeerId, Known>,
    order: VecDeque<PeerId>,
    owed: VecDeque<PeerId>,
}

#[derive(Debug)]
struct Known {
    key: PublicKey,
    rests_until: Option<Instant>,
    rest: Duration,
}

impl Met {
    /// The peer id that stands for a key: the first 80 bits of it as text. Who finds a second key
    /// with the same ones gets that one's answers, which it cannot read.
    pub(super) fn id(key: &PublicKey) -> PeerId {
        PeerId::parse(&key.to_hex()[..PEER_ID_LEN]).expect("hexadecimal digits are an id")
    }

    /// Remembers a key.
    pub(super) fn meet(&mut self, key: PublicKey) -> PeerId {
        let id = Self::id(&key);
        if !self.known.contains_key(&id) {
            if self.order.len() >= MAX_MET
                && let Some(oldest) = self.order.pop_front()
            {
                self.known.remove(&oldest);
                self.owed.retain(|one| *one != oldest);
            }
            self.order.push_back(id);
            let known = Known {
                key,
                rests_until: None,
                rest: FIRST_REST,
            };
            self.known.insert(id, known);
        }
        id
    }

    /// The key behind an id.
    pub(super) fn key(&self, id: &PeerId) -> Option<PublicKey> {
        self.known.get(id).map(|known| known.key)
    }

    /// A hello was heard: an offer is owed, unless one was given lately.
    pub(super) fn owe(&mut self, id: PeerId, now: Instant) {
        let rests = self
            .known
            .get(&id)
            .is_none_or(|known| known.rests_until.is_some_and(|until| now < until));
        if rests || self.owed.contains(&id) {
            return;
        }
        if self.owed.len() >= MAX_OWED {
            self.owed.pop_front();
        }
        self.owed.push_back(id);
    }

    /// The next key to be given an offer, which then counts as given.
    pub(super) fn give(&mut self, now: Instant) -> Option<PublicKey> {
        let id = self.owed.pop_front()?;
        let known = self.known.get_mut(&id)?;
        known.rests_until = Some(now + known.rest);
        known.rest = (known.rest * 2).min(LONGEST_REST);
        Some(known.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nostr::key::{Keys, SecretKey};

    fn key(n: u16) -> PublicKey {
        let mut secret = [1; 32];
        secret[..2].copy_from_slice(&n.to_be_bytes());
        Keys::new(SecretKey::from_slice(&secret).unwrap()).public_key()
    }

    #[test]
    fn an_offer_is_given_and_then_none_for_a_while_longer_each_time() {
        let (mut met, start) = (Met::default(), Instant::now());
        let id = met.meet(key(1));
        let mut at = start;
        for rest in [10, 20, 40, 40] {
            met.owe(id, at);
            met.owe(id, at);
            assert_eq!(met.give(at), Some(key(1)));
            assert_eq!(met.give(at), None, "owed once");
            at += Duration::from_secs(rest) - Duration::from_millis(1);
            met.owe(id, at);
            assert_eq!(met.give(at), None, "it rests for {rest} s");
            at += Duration::from_millis(1);
        }
    }

    #[test]
    fn strangers_without_end_are_forgotten() {
        let (mut met, now) = (Met::default(), Instant::now());
        for n in 1..=1_000 {
            let id = met.meet(key(n));
            met.owe(id, now);
        }
        assert_eq!((met.known.len(), met.order.len()), (MAX_MET, MAX_MET));
        assert_eq!(met.owed.len(), MAX_OWED);
        assert_eq!(met.key(&Met::id(&key(1))), None);
        assert_eq!(met.key(&Met::id(&key(1_000))), Some(key(1_000)));
        let given = std::iter::from_fn(|| met.give(now)).count();
        assert_eq!(given, MAX_OWED);
    }
}
