//! Thinning of connectivity checks.
//!
//! The crate nominates a pair only when its check timer fires, so that timer is set short; but it
//! then checks every address of the peer's every time, and those addresses are the peer's word.
//! So the first checks to an address that has not answered pass, later ones less and less often.
//! An address that answers starts again.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Pauses after the first, second … check to an address that stays silent; the last one repeats.
const PAUSES: [Duration; 8] = [
    Duration::from_millis(40),
    Duration::from_millis(40),
    Duration::from_millis(80),
    Duration::from_millis(80),
    Duration::from_millis(160),
    Duration::from_millis(160),
    Duration::from_millis(320),
    Duration::from_millis(500),
];

/// Most silent addresses one socket checks. Beyond it, new ones are not checked.
const MAX_SILENT: usize = 64;

/// The addresses one socket checks.
#[derive(Debug, Default)]
pub(super) struct Checks {
    silent: HashMap<(SocketAddr, u64), (usize, Instant)>,
}

impl Checks {
    /// Whether a check to `to` may go out now; `through` tells apart what one TURN server is given
    /// for several addresses (`record::through`), of which each has its turn.
    pub(super) fn may_send(&mut self, to: SocketAddr, through: u64, now: Instant) -> bool {
        let full = self.silent.len() >= MAX_SILENT;
        match self.silent.get_mut(&(to, through)) {
            Some((_, next)) if now < *next => false,
            Some((sent, next)) => {
                *sent = (*sent + 1).min(PAUSES.len() - 1);
                *next = now + PAUSES[*sent];
                true
            }
            None if full => false,
            None => {
                self.silent.insert((to, through), (0, now + PAUSES[0]));
                true
            }
        }
    }

    /// Something arrived from `from`. Returns whether any address is still silent.
    pub(super) fn heard(&mut self, from: SocketAddr) -> bool {
        self.silent.retain(|(to, _), _| *to != from);
        !self.silent.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silent_addresses_are_checked_less_and_less() {
        let (mut checks, start) = (Checks::default(), Instant::now());
        let to: SocketAddr = "192.0.2.1:9".parse().unwrap();
        let sent = (0..1000)
            .filter(|tick| checks.may_send(to, 0, start + Duration::from_millis(20 * tick)))
            .count();
        // 20 s: eight in the first 1.4 s, then two a second. As the crate ships: one in 200 ms.
        assert!((40..50).contains(&sent), "{sent}");

        assert!(!checks.heard(to));
        assert!(checks.may_send(to, 0, start + Duration::from_secs(20)));
    }

    #[test]
    fn addresses_behind_one_server_do_not_wait_for_each_other() {
        let (mut checks, now) = (Checks::default(), Instant::now());
        let server: SocketAddr = "192.0.2.1:3478".parse().unwrap();
        assert!((0..5).all(|through| checks.may_send(server, through, now)));
        assert!((0..5).all(|through| !checks.may_send(server, through, now)));
        assert!(!checks.heard(server));
    }

    #[test]
    fn a_peer_cannot_name_more_addresses_than_are_remembered() {
        let (mut checks, now) = (Checks::default(), Instant::now());
        let allowed = (0..1000u16)
            .filter(|port| checks.may_send(([192, 0, 2, 1], port + 1).into(), 0, now))
            .count();
        assert_eq!(allowed, MAX_SILENT);
    }
}
