//! What the findings come to: with whom a connection will come about, and what to try where none
//! does.

use super::{Answer, Behaviour, Finding, Mapping, What, finding, nat};

/// How this device's network looks from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ways {
    /// Nobody was asked.
    Unasked,
    /// No answer over UDP.
    Blocked,
    /// An address of its own.
    Open,
    /// One address outside for everybody; who gets in is known or not.
    Friendly(Option<nat::Filtering>),
    /// Another port for each destination.
    Symmetric,
    /// IPv6 alone.
    Only6,
}

/// What is known.
pub(super) struct Known {
    ways: Ways,
    relay: Option<bool>,
    v6: bool,
    lan: bool,
}

impl Known {
    pub(super) fn of(answers: &[Answer], behaviour: &Behaviour, findings: &[Finding]) -> Self {
        let any = |what: What| {
            let mut of = findings
                .iter()
                .filter(|f| f.what == what)
                .map(|f| f.ok)
                .peekable();
            of.peek().is_some().then(|| of.any(|ok| ok))
        };
        let v6 = answers.iter().any(|a| a.v6.is_some());
        let mappings: Vec<Mapping> = answers.iter().filter_map(|a| a.v4).collect();
        let ways = match mappings.split_first() {
            None if answers.is_empty() => Ways::Unasked,
            None if v6 => Ways::Only6,
            None => Ways::Blocked,
            Some((first, _)) if first.inside == Some(first.outside) => Ways::Open,
            Some((first, others)) if others.iter().all(|o| o.outside == first.outside) => {
                Ways::Friendly(behaviour.filtering)
            }
            Some(_) => Ways::Symmetric,
        };
        Self {
            ways,
            relay: any(What::Turn),
            v6,
            lan: any(What::Lan).unwrap_or(false),
        }
    }

    pub(super) fn conclusion(&self) -> Finding {
        let (direct, words) = match self.ways {
            Ways::Unasked => (
                true,
                "nobody was asked what this network looks like from outside, so nothing is known of direct \
                 connections; name a STUN server (--stun) to know",
            ),
            Ways::Open => (true, "direct connections will work with nearly everybody"),
            Ways::Friendly(Some(nat::Filtering::Open)) => (
                true,
                "direct connections will work with nearly everybody whose network lets UDP through",
            ),
            Ways::Friendly(_) => (
                true,
                "direct connections will work with most people; not with those whose network gives each \
                 destination another port, as some mobile networks do",
            ),
            Ways::Symmetric => (
                false,
                "direct connections will work only with people on open networks; with others on home or mobile \
                 networks they will mostly fail",
            ),
            Ways::Only6 => (
                false,
                "only IPv6 leaves this network: direct connections will work with people who have IPv6 too, and \
                 with nobody else",
            ),
            Ways::Blocked => (
                false,
                "no direct connection to people elsewhere will work from here",
            ),
        };
        let next = match (direct, self.relay) {
            (_, Some(true)) => "; the relay takes over where no direct way is found",
            (true, Some(false)) => {
                "; no relay named works, so where that fails nothing takes over: see above"
            }
            (true, None) => "",
            (false, _) if self.ways == Ways::Blocked => {
                "; try another network, or a relay over TLS on port 443 (--turn turns:HOST:443), which gets through \
                 nearly everywhere"
            }
            (false, _) if self.v6 => "; try a relay (--turn), or meet people who have IPv6",
            (false, _) => "; try a relay (--turn), or another network",
        };
        let near = match (direct, self.lan) {
            (false, true) => "; people on this same network can be met (--lan)",
            _ => "",
        };
        let ok = direct || self.relay == Some(true);
        finding(What::Conclusion, ok, format!("{words}{next}{near}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(ways: Ways, relay: Option<bool>) -> (bool, String) {
        let known = Known {
            ways,
            relay,
            v6: false,
            lan: true,
        };
        let f = known.conclusion();
        assert_eq!(f.what, What::Conclusion);
        (f.ok, f.sentence)
    }

    #[test]
    fn whatever_does_not_work_says_what_to_try() {
        for ways in [Ways::Blocked, Ways::Symmetric, Ways::Only6] {
            for relay in [None, Some(false)] {
                let (ok, sentence) = said(ways, relay);
                assert!(
                    !ok && sentence.contains("--turn") && sentence.contains("--lan"),
                    "{sentence}"
                );
            }
            let (ok, sentence) = said(ways, Some(true));
            assert!(ok && sentence.contains("the relay takes over"), "{sentence}");
        }
        for ways in [
            Ways::Open,
            Ways::Friendly(None),
            Ways::Friendly(Some(nat::Filtering::ByPort)),
        ] {
            assert!(said(ways, None).0, "{ways:?}");
        }
        assert!(said(Ways::Blocked, None).1.contains("turns:HOST:443"));
    }
}
