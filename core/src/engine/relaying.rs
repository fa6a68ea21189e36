//! Relaying for others: starting this device's relay, and using the relays of members.

use super::setup::entropy;
use super::{Error, ErrorKind, RoomOptions, clock};
use crate::link::IceServer;
use crate::link::relay::{Relay, RelayEvent, RelayOptions, is_open};
use crate::task::Tasks;
use dayfly_proto::room::RelayAccess;
use tokio::sync::mpsc;

/// Starts the relay of a room whose person agreed to one. `None` too where this device has no
/// address that others could reach.
///
/// # Errors
/// [`ErrorKind::BadOption`] in a room that is not native, [`ErrorKind::System`] when no socket can
/// be bound.
pub(super) async fn start(
    tasks: &Tasks,
    options: &RoomOptions,
    native: bool,
    events: mpsc::Sender<RelayEvent>,
) -> Result<Option<Relay>, Error> {
    if !options.relay_for_others {
        return Ok(None);
    }
    if !native {
        return Err(Error::new(
            ErrorKind::BadOption,
            "Only native rooms have members that relay for others.",
        )
        .hint("Leave out relaying, or open a native room."));
    }
    let how = RelayOptions {
        local: options.local,
        seed: entropy()?,
        clock: || clock::now().mono,
    };
    let started = Relay::start(tasks, how, events).await;
    started.map_err(|error| Error::system("The relay for others could not be started", &error))
}

/// Members' relays as servers of a link. Addresses that are not of the open internet are left out,
/// unless the room keeps to this machine and its network: a member is not to have us knock there.
pub(super) fn servers(relays: Vec<RelayAccess>, local: bool) -> Vec<IceServer> {
    let mut servers = Vec::new();
    for relay in relays {
        let usable = relay
            .addresses
            .iter()
            .filter(|address| local || is_open(address.ip()));
        servers.extend(usable.map(|address| {
            let url = format!("turn:{address}?transport=udp");
            IceServer::turn(url, relay.username.clone(), relay.password.clone())
        }));
    }
    servers
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfly_proto::secret::SecretString;

    #[test]
    fn a_member_cannot_have_us_knock_nearby() {
        let relay = RelayAccess {
            addresses: [
                "192.168.1.1:53",
                "127.0.0.1:22",
                "203.0.113.9:4000",
                "[2001:db8::1]:4000",
            ]
            .map(|address| address.parse().expect("an address"))
            .to_vec(),
            username: "u".into(),
            password: SecretString::new("p".into()),
        };
        let urls = |local| -> Vec<String> {
            servers(vec![relay.clone()], local)
                .into_iter()
                .map(|server| server.url)
                .collect()
        };
        assert_eq!(
            urls(false),
            [
                "turn:203.0.113.9:4000?transport=udp",
                "turn:[2001:db8::1]:4000?transport=udp"
            ]
        );
        assert_eq!(urls(true).len(), 4);
    }
}
