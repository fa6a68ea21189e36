//! Members that relay datagrams for two who cannot reach each other.
//!
//! A device whose person agreed gives each member of a native room credentials at its own relay,
//! in its session, and takes them back when the member goes or is blocked. Others keep them and use
//! them for one thing: answering a peer that was not reached before. It refuses to offer them to
//! anybody else, and relays without being asked nothing at all.

use super::super::event::NoticeCode;
use super::super::io::{Output, RelayAccess};
use super::super::link::PeerKey;
use super::super::{Room, Timer, alphanumeric};
use super::NativeTimer;
use crate::crypto::PublicKey;
use crate::secret::SecretString;
use crate::timer::Now;
use crate::wire::native::{Frame, RelayGrant};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

/// How long credentials are good, unless they are prolonged.
const LIFETIME: Duration = Duration::from_secs(3_600);
/// When they are prolonged.
const PROLONG: Duration = Duration::from_secs(2_700);
/// Most relays of members that one answer is given.
const MAX_TRIED: usize = 2;
/// Longest that credentials from others are believed to be good.
const MAX_LIFETIME: Duration = Duration::from_secs(86_400);

/// Credentials at this device's relay.
struct Given {
    username: String,
    password: SecretString,
}

/// Credentials at somebody else's.
struct Held {
    grant: RelayGrant,
    until: Duration,
    /// An attempt was made with it.
    used: bool,
}

/// What is known of relays.
#[derive(Default)]
pub(super) struct Relays {
    /// Where this device relays; empty if it does not.
    own: Vec<SocketAddr>,
    given: BTreeMap<PublicKey, Given>,
    held: BTreeMap<PublicKey, Held>,
}

impl Room {
    /// This device relays for others at these addresses from now on, at most
    /// [`crate::wire::native::MAX_RELAY_ADDRESSES`] of them; at none, it ceases to. Native rooms only.
    pub fn relays_at(&mut self, now: Now, mut addresses: Vec<SocketAddr>) {
        if !self.is_native() || self.ended {
            return;
        }
        addresses.truncate(crate::wire::native::MAX_RELAY_ADDRESSES);
        self.native.relays.own = addresses;
        if self.native.relays.own.is_empty() {
            self.relaying_ends(now, Frame::RelayEnd { spent: false });
            self.notice(
                NoticeCode::NoRelay,
                "This device has no address of its own on the open internet, so nobody can be \
                 relayed through it. The room works as it does otherwise.",
            );
            return;
        }
        for key in self.native.here() {
            self.lends_relay(now, &key);
        }
        self.timers
            .set(Timer::Native(NativeTimer::Relays), now.plus(PROLONG));
    }

    /// What this device was to relay in all has been relayed.
    pub fn relay_spent(&mut self, now: Now) {
        if self.native.relays.own.is_empty() {
            return;
        }
        self.native.relays.own.clear();
        self.relaying_ends(now, Frame::RelayEnd { spent: true });
        self.notice(
            NoticeCode::RelaySpent,
            "You have relayed as much for others in this room as one room may; those who were \
             connected through you lose their connection. Enter the room again to go on relaying.",
        );
    }

    /// Tells everybody, and takes all credentials back.
    fn relaying_ends(&mut self, now: Now, frame: Frame) {
        self.timers.stop(&Timer::Native(NativeTimer::Relays));
        for (key, given) in std::mem::take(&mut self.native.relays.given) {
            self.out(Output::RelayRevoke {
                username: given.username,
            });
            self.post(now, &key, &frame);
        }
    }

    /// Gives a member credentials, or prolongs them.
    pub(super) fn lends_relay(&mut self, now: Now, key: &PublicKey) {
        let addresses = self.native.relays.own.clone();
        let blocked = self.native.peers.get(key).is_none_or(|peer| peer.blocked);
        if addresses.is_empty() || blocked {
            return;
        }
        if !self.native.relays.given.contains_key(key) {
            let given = Given {
                username: alphanumeric(&mut self.rng, 16),
                password: SecretString::new(alphanumeric(&mut self.keys, 24)),
            };
            self.native.relays.given.insert(*key, given);
        }
        let Some(given) = self.native.relays.given.get(key) else {
            return;
        };
        let (username, password) = (given.username.clone(), given.password.clone());
        let seconds = u32::try_from(LIFETIME.as_secs()).unwrap_or(u32::MAX);
        self.out(Output::RelayGrant {
            username: username.clone(),
            password: password.clone(),
            lifetime: LIFETIME,
        });
        let grant = RelayGrant {
            seconds,
            addresses,
            username,
            password,
        };
        self.post(now, key, &Frame::Relay(grant));
    }

    /// Credentials are prolonged for those who are here.
    pub(super) fn relays_due(&mut self, now: Now) {
        for key in self.native.here() {
            self.lends_relay(now, &key);
        }
        self.timers
            .set(Timer::Native(NativeTimer::Relays), now.plus(PROLONG));
    }

    /// A member is gone, or not wanted any more: neither relays for the other.
    pub(super) fn relays_part(&mut self, key: &PublicKey) {
        self.native.relays.held.remove(key);
        if let Some(given) = self.native.relays.given.remove(key) {
            self.out(Output::RelayRevoke {
                username: given.username,
            });
        }
    }

    /// A member lets this device use its relay.
    pub(super) fn relay_lent(&mut self, now: Now, key: &PublicKey, grant: RelayGrant) {
        if !self.is_native() {
            self.stats.dropped += 1;
            return;
        }
        let lifetime = Duration::from_secs(grant.seconds.into()).min(MAX_LIFETIME);
        let until = now.mono + lifetime;
        let used = self.native.relays.held.get(key).is_some_and(|held| held.used);
        self.native.relays.held.insert(*key, Held { grant, until, used });
    }

    /// A member ceases to relay.
    pub(super) fn relay_withdrawn(&mut self, key: &PublicKey, spent: bool) {
        let held = self.native.relays.held.remove(key);
        if !spent || !held.is_some_and(|held| held.used) {
            return;
        }
        let row = self
            .native
            .peers
            .get(key)
            .and_then(|peer| self.members.get(&peer.member));
        let name = row.map_or_else(|| "A member".to_owned(), |row| row.name.clone());
        self.notice(
            NoticeCode::RelaySpent,
            &format!(
                "{name} relayed for you, and has relayed as much as one room may. Whoever you \
                 reached through it is out of reach now; a TURN server on either side would help."
            ),
        );
    }

    /// The relays to answer `peer` with: none, unless an attempt with it has failed or is taking
    /// long.
    pub(in crate::room) fn relays_for(&mut self, now: Now, peer: PeerKey) -> Vec<RelayAccess> {
        if !self.is_native() || !self.was_not_reached(peer) {
            return Vec::new();
        }
        let here = self.native.here();
        let mut tried = Vec::new();
        for (key, held) in &mut self.native.relays.held {
            // The relay of somebody who is not here is hardly there either.
            let usable = held.until > now.mono && here.contains(key);
            if usable && tried.len() < MAX_TRIED {
                held.used = true;
                tried.push(RelayAccess {
                    addresses: held.grant.addresses.clone(),
                    username: held.grant.username.clone(),
                    password: held.grant.password.clone(),
                });
            }
        }
        tried
    }
}
