//! The only place that names a third party: who is contacted by default, who runs it, and what
//! it learns. Shells show these sentences before the first announce; nothing is contacted sooner.
//!
//! No relay (TURN) is here: whoever relays sees who talks to whom and when, and nobody runs one
//! for strangers that we could vouch for.

/// A service of somebody else's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThirdParty {
    /// `wss://HOST…` for a tracker or relay, `stun:HOST:PORT` for a STUN server, `HOST:PORT` for a
    /// DHT node.
    pub url: &'static str,
    /// Who runs it, as far as is publicly known.
    pub operator: &'static str,
    /// What it learns about whoever uses it: a sentence.
    pub learns: &'static str,
}

const TRACKER_LEARNS: &str = "Each learns your internet address, how long you are in the room, and a code made from \
the room's name, by which it sees who else is there; whoever guesses the name can check the guess. None can read \
what is said.";

const RELAY_LEARNS: &str = "Each learns your internet address, how long you are in the room, and a code that changes by \
the hour, by which it sees who else is there and who answers whom. None can tell the room's name or read what is said.";

const STUN_LEARNS: &str =
    "Each learns your internet address and that you are about to connect to somebody; not to whom.";

/// What the local network learns of a room that does not keep away from it, for shells that find
/// others there.
pub const LAN_LEARNS: &str = "Devices on this device's own network see that a Dayfly is here, under a made-up name; \
those that have the invite see that it is in this room.";
const DHT_LEARNS: &str = "The nodes at which it is entered, and some dozens of strangers' computers that hold the \
notes, learn your internet address and that somebody there reads and writes notes under keys that look random, for \
as long as the room lasts; they change by the hour. None can read a note, change one, or tell which room it is of.";

/// Where the Mainline DHT is entered, in case nothing is known of it yet: long-lived nodes of
/// different people. After that any of its millions of nodes may be asked.
pub const DHT: [ThirdParty; 4] = [
    ThirdParty {
        url: "router.bittorrent.com:6881",
        operator: "Rainberry, Inc., makers of BitTorrent",
        learns: DHT_LEARNS,
    },
    ThirdParty {
        url: "dht.transmissionbt.com:6881",
        operator: "the Transmission project",
        learns: DHT_LEARNS,
    },
    ThirdParty {
        url: "dht.libtorrent.org:25401",
        operator: "Arvid Norberg, author of libtorrent",
        learns: DHT_LEARNS,
    },
    ThirdParty {
        url: "relay.pkarr.org:6881",
        operator: "the Pkarr project, authors of the DHT library used here",
        learns: DHT_LEARNS,
    },
];

/// The trackers of web rooms: the four that Chitchatter's pages announce to, in their order
/// (Trystero 0.25.3). A page can be met at these and nowhere else.
pub const TRACKERS: [ThirdParty; 4] = [
    ThirdParty {
        url: "wss://open.ftorrent.com",
        operator: "the ftorrent project, one person",
        learns: TRACKER_LEARNS,
    },
    ThirdParty {
        url: "wss://tracker.webtorrent.dev",
        operator: "the WebTorrent community; its operator does not give a name",
        learns: TRACKER_LEARNS,
    },
    ThirdParty {
        url: "wss://tracker.openwebtorrent.com",
        operator: "the OpenWebTorrent project, volunteers",
        learns: TRACKER_LEARNS,
    },
    ThirdParty {
        url: "wss://tracker.btorrent.xyz",
        operator: "Diego R. Baquero, author of BTorrent",
        learns: TRACKER_LEARNS,
    },
];

/// The Nostr relays of native rooms: large ones of different operators that pass ephemeral events
/// on. Pages do not use them.
pub const RELAYS: [ThirdParty; 3] = [
    ThirdParty {
        url: "wss://relay.damus.io",
        operator: "Damus Nostr Inc.",
        learns: RELAY_LEARNS,
    },
    ThirdParty {
        url: "wss://nos.lol",
        operator: "one person, under a pseudonym",
        learns: RELAY_LEARNS,
    },
    ThirdParty {
        url: "wss://relay.primal.net",
        operator: "Primal Systems Inc.",
        learns: RELAY_LEARNS,
    },
];

/// STUN servers of two operators, so that neither is indispensable, and so that what they answer
/// can be compared.
pub const STUN: [ThirdParty; 2] = [
    ThirdParty {
        url: "stun:stun.cloudflare.com:3478",
        operator: "Cloudflare, Inc.",
        learns: STUN_LEARNS,
    },
    ThirdParty {
        url: "stun:stun.l.google.com:19302",
        operator: "Google LLC",
        learns: STUN_LEARNS,
    },
];

/// Addresses of the default trackers.
#[must_use]
pub fn trackers() -> Vec<String> {
    TRACKERS.iter().map(|t| t.url.to_owned()).collect()
}

/// Addresses at which the DHT is entered by default.
#[must_use]
pub fn dht_nodes() -> Vec<String> {
    DHT.iter().map(|node| node.url.to_owned()).collect()
}

/// Addresses of the default relays.
#[must_use]
pub fn relays() -> Vec<String> {
    RELAYS.iter().map(|t| t.url.to_owned()).collect()
}

/// The default STUN servers, as a link takes them.
#[must_use]
pub fn ice_servers() -> Vec<crate::link::IceServer> {
    STUN.iter()
        .map(|s| crate::link::IceServer::stun(s.url.to_owned()))
        .collect()
}

/// Of [`before_first_announce`], the paragraph about the DHT.
#[must_use]
pub fn before_the_dht() -> String {
    format!(
        "In rooms that pages do not share it also leaves sealed notes in a public directory, the Mainline DHT, which \
         it enters at: {}. {DHT_LEARNS}",
        list(&DHT)
    )
}

fn list(parties: &[ThirdParty]) -> String {
    let names: Vec<String> = parties
        .iter()
        .map(|p| format!("{} ({})", host(p.url), p.operator))
        .collect();
    names.join(", ")
}

/// What a shell says besides before a native room's first announce, if the relays are used too.
#[must_use]
pub fn before_first_relay() -> String {
    format!(
        "So that the room does not hang on the trackers, it asks Nostr relays too: {}. {RELAY_LEARNS}",
        list(&RELAYS)
    )
}

/// What a shell says before the first public announce: who will be contacted and what they
/// learn, one paragraph an item.
#[must_use]
pub fn before_first_announce() -> Vec<String> {
    vec![
        format!(
            "To meet the others, this device asks public trackers: {}. {TRACKER_LEARNS}",
            list(&TRACKERS)
        ),
        format!(
            "To be reachable, it asks what its address looks like from outside: {}. {STUN_LEARNS}",
            list(&STUN)
        ),
        before_the_dht(),
        "Members of the room learn each other's internet addresses. Nobody else is contacted.".to_owned(),
    ]
}

/// The host in a tracker's or STUN server's address.
fn host(url: &str) -> &str {
    let rest = url
        .split_once("://")
        .map_or_else(|| url.split_once(':').map_or(url, |(_, r)| r), |(_, r)| r);
    rest.split([':', '/']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rendezvous::tracker::TrackerUrl;

    #[test]
    fn every_default_is_well_formed_and_named_to_the_person() {
        let said = format!("{} {}", before_first_announce().join(" "), before_first_relay());
        for party in TRACKERS.iter().chain(&RELAYS).chain(&STUN).chain(&DHT) {
            assert!(said.contains(host(party.url)), "{}", party.url);
            assert!(said.contains(party.operator) && !party.learns.is_empty());
        }
        for tracker in TRACKERS.iter().chain(&RELAYS) {
            assert_eq!(
                TrackerUrl::parse(tracker.url).map(|u| u.to_string()).as_deref(),
                Ok(tracker.url)
            );
        }
        assert_ne!(STUN[0].operator, STUN[1].operator);
    }
}
