//! Whom a room would contact and what they learn, in sentences: for a person to read beforehand.

use super::RoomOptions;
use crate::defaults;
use crate::link::Route;

const NEARBY: &str = "Nothing beyond this device and its network is contacted.";

/// Whom a room of these options would contact, and what they learn: one paragraph an item. `trackers`
/// are those that its invite names; `native` says that it is a native room.
#[must_use]
pub fn whom_it_contacts(options: &RoomOptions, trackers: &[String], native: bool) -> Vec<String> {
    let relay_only = options.route == Some(Route::RelayOnly);
    let lan = !(options.no_lan || options.proxy.is_some() || relay_only);
    if options.local {
        let found = lan.then(|| defaults::LAN_LEARNS.to_owned());
        return std::iter::once(NEARBY.to_owned()).chain(found).collect();
    }
    let mut said = defaults::before_first_announce();
    if !trackers.is_empty()
        && let Some(first) = said.first_mut()
    {
        *first = format!(
            "To meet the others, this device asks the trackers that the link names: {}. They learn \
             its internet address and how long it is in the room; they cannot read what is said.",
            trackers.join(", ")
        );
    }
    if options.dht.is_some()
        || options.proxy.is_some()
        || !trackers.is_empty()
        || !options.trackers.is_empty()
        || relay_only
    {
        // The person chose the nodes, or it is not entered.
        said.retain(|sentence| *sentence != defaults::before_the_dht());
    }
    if (options.ice_servers.is_some() || relay_only) && said.len() > 1 {
        // The person chose who is asked for the address, or nobody is.
        said.remove(1);
    }
    if relay_only && let Some(last) = said.last_mut() {
        *last = "Members of the room learn the relay's address and not this device's. The relay learns \
                 this device's address, the addresses of what it relays for, when and how much; it \
                 cannot read what is said. Nobody else is contacted."
            .to_owned();
    }
    if lan {
        let at = said.len().saturating_sub(1);
        said.insert(at, defaults::LAN_LEARNS.to_owned());
    }
    if native && options.nostr.is_none() && options.trackers.is_empty() && trackers.is_empty() {
        said.insert(1, defaults::before_first_relay());
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(options: RoomOptions, trackers: &[&str], native: bool) -> String {
        let trackers: Vec<_> = trackers.iter().map(|url| (*url).to_owned()).collect();
        whom_it_contacts(&options, &trackers, native).join("\n")
    }

    #[test]
    fn what_is_left_out_is_not_said_to_be_contacted() {
        let all = said(RoomOptions::default(), &[], true);
        for party in [
            defaults::TRACKERS[0],
            defaults::RELAYS[0],
            defaults::STUN[0],
            defaults::DHT[0],
        ] {
            assert!(all.contains(party.operator), "{}", party.url);
        }
        assert!(!said(RoomOptions::default(), &[], false).contains(defaults::RELAYS[0].operator));
        let named = said(RoomOptions::default(), &["wss://t.example"], true);
        assert!(named.contains("wss://t.example") && !named.contains(defaults::TRACKERS[0].operator));
        let relayed = RoomOptions {
            route: Some(Route::RelayOnly),
            ..RoomOptions::default()
        };
        let relayed = said(relayed, &[], true);
        assert!(!relayed.contains(defaults::STUN[0].operator) && !relayed.contains(defaults::LAN_LEARNS));
        let local = RoomOptions {
            local: true,
            ..RoomOptions::default()
        };
        assert_eq!(
            said(local, &[], true),
            format!("{NEARBY}\n{}", defaults::LAN_LEARNS)
        );
    }
}
