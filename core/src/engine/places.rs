//! Where a room looks for its members: which back ends it starts, and with what.
//!
//! All of them run side by side and none is waited for. What a back end costs and who runs it is
//! said before (`defaults`); this file decides only which are started for which room.

use super::native::Door;
use super::setup::entropy;
use super::shared::Shared;
use super::{Error, ErrorKind, RoomOptions};
use crate::defaults;
use crate::link::Route;
use crate::net::Dialer;
use crate::rendezvous::nostr::{RelayUrl, start_nostr};
use crate::rendezvous::tracker::{ClientOptions, Tracker, TrackerClient, TrackerUrl, start_apart};
use crate::rendezvous::{MeetSink, Rendezvous, dht, lan};
use crate::task::Tasks;
use dayfly_proto::id::BackendId;
use dayfly_proto::room::Backend;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most DHT nodes that may be named.
const MAX_DHT_NODES: usize = 16;

/// The back ends of one room.
pub(super) struct Places {
    pub backends: BTreeMap<BackendId, Box<dyn Rendezvous>>,
    /// The same, as the room is told of them.
    pub listed: Vec<Backend>,
    /// A tracker of this room's own, which lives as long.
    pub embedded: Option<Tracker>,
}

impl Places {
    /// Starts every back end the room is to meet at. They report at `sink`.
    ///
    /// # Errors
    /// [`ErrorKind::BadOption`] for an address that cannot be, [`ErrorKind::System`] when a socket
    /// cannot be bound.
    pub async fn start(
        tasks: &Tasks,
        shared: &Arc<Shared>,
        door: &mut Door,
        options: &RoomOptions,
        dialer: &Dialer,
        sink: MeetSink,
    ) -> Result<Self, Error> {
        let mut places = Self {
            backends: BTreeMap::new(),
            listed: Vec::new(),
            embedded: embedded_tracker(options).await?,
        };
        let lan = if hides(options) { None } else { shared.lan()? };
        let relays = relay_urls(door, options)?;
        places.add_trackers(tasks, door, options, dialer, lan.is_some(), &sink)?;
        for url in relays {
            let (sink, seed, options) = (sink.clone(), entropy()?, patience(dialer));
            let text = url.as_str().to_owned();
            places.add("nostr", Some(text), |id| {
                Box::new(start_nostr(tasks, id, url, options, seed, sink))
            });
        }
        places.add_dht(tasks, shared, door, options, &sink)?;
        if let Some(lan) = lan {
            let (seed, apart) = (entropy()?, matches!(door, Door::Native(_)));
            places.add("lan", None, |id| {
                Box::new(lan::start(tasks, id, lan, apart, seed, sink))
            });
        }
        Ok(places)
    }

    /// Starts the back ends that short codes can be exchanged over: those that carry a message of
    /// 2,700 characters to one peer. A DHT does not.
    ///
    /// # Errors
    /// [`ErrorKind::BadOption`], [`ErrorKind::System`].
    pub fn start_for_code(
        tasks: &Tasks,
        shared: &Arc<Shared>,
        options: &RoomOptions,
        dialer: &Dialer,
        sink: MeetSink,
    ) -> Result<Self, Error> {
        let mut places = Self {
            backends: BTreeMap::new(),
            listed: Vec::new(),
            embedded: None,
        };
        let lan = if hides(options) { None } else { shared.lan()? };
        for url in tracker_urls(&mut Vec::new(), options, lan.is_some(), None)? {
            let (sink, seed) = (sink.clone(), entropy()?);
            let patience = ClientOptions {
                dialer: dialer.clone(),
                ..ClientOptions::default()
            };
            let text = url.as_str().to_owned();
            places.add("tracker", Some(text), |id| {
                Box::new(start_apart(tasks, id, url, patience, seed, sink))
            });
        }
        if let Some(lan) = lan {
            let seed = entropy()?;
            places.add("lan", None, |id| {
                Box::new(lan::start(tasks, id, lan, true, seed, sink))
            });
        }
        Ok(places)
    }

    fn add_trackers(
        &mut self,
        tasks: &Tasks,
        door: &mut Door,
        options: &RoomOptions,
        dialer: &Dialer,
        lan: bool,
        sink: &MeetSink,
    ) -> Result<(), Error> {
        for url in tracker_urls(door.trackers(), options, lan, self.embedded.as_ref())? {
            let (sink, seed, patience) = (sink.clone(), entropy()?, patience(dialer));
            let text = url.as_str().to_owned();
            let is_web = matches!(door, Door::Web(_));
            self.add("tracker", Some(text), |id| {
                if is_web {
                    Box::new(TrackerClient::start(tasks, id, url, patience, seed, sink))
                } else {
                    Box::new(start_apart(tasks, id, url, patience, seed, sink))
                }
            });
        }
        Ok(())
    }

    /// The DHT: for native rooms, since its items have no room for what pages say.
    fn add_dht(
        &mut self,
        tasks: &Tasks,
        shared: &Arc<Shared>,
        door: &mut Door,
        options: &RoomOptions,
        sink: &MeetSink,
    ) -> Result<(), Error> {
        // Empty where the room meets at the usual trackers.
        let usual = door.trackers().is_empty();
        let nodes = dht_nodes(options, usual)?;
        if nodes.is_empty() || matches!(door, Door::Web(_)) {
            return Ok(());
        }
        let (node, sink, seed) = (shared.dht.node(&nodes), sink.clone(), entropy()?);
        self.add("dht", None, |id| {
            Box::new(dht::start(tasks, id, node, seed, sink))
        });
        Ok(())
    }

    /// Gives the next back end its number and starts it. `kind` names it in topics and on screens.
    fn add(&mut self, kind: &str, url: Option<String>, start: impl FnOnce(BackendId) -> Box<dyn Rendezvous>) {
        let id = BackendId(u16::try_from(self.listed.len()).unwrap_or(u16::MAX));
        self.listed.push(Backend {
            id,
            kind: kind.to_owned(),
            url,
        });
        self.backends.insert(id, start(id));
    }
}

/// Whoever hides this device's address does not advertise it.
fn hides(options: &RoomOptions) -> bool {
    options.no_lan || options.proxy.is_some() || options.route == Some(Route::RelayOnly)
}

fn patience(dialer: &Dialer) -> ClientOptions {
    ClientOptions {
        dialer: dialer.clone(),
        ..ClientOptions::default()
    }
}

/// The relays of a native room: those the person named, else the public ones where the public
/// trackers are used too. Whoever names a tracker has chosen whom to trust.
fn relay_urls(door: &mut Door, options: &RoomOptions) -> Result<Vec<RelayUrl>, Error> {
    if matches!(door, Door::Web(_)) {
        return Ok(Vec::new());
    }
    let public = options.trackers.is_empty()
        && options.embedded_tracker.is_none()
        && !options.local
        && door.trackers().is_empty();
    let named = match &options.nostr {
        Some(named) => named.clone(),
        None if public => defaults::relays(),
        None => Vec::new(),
    };
    let mut seen = std::collections::BTreeSet::new();
    let urls = named.iter().map(|text| server(text, options.local));
    urls.filter(|url| {
        url.as_ref()
            .map_or(true, |url| seen.insert(url.as_str().to_owned()))
    })
    .collect()
}

/// An address that somebody named, if it can be dialled and, for a local room, is near.
fn server(text: &str, local: bool) -> Result<TrackerUrl, Error> {
    let url = TrackerUrl::parse(text).map_err(|error| Error::new(ErrorKind::BadOption, error.to_string()))?;
    if local && !crate::net::is_nearby(url.host()) {
        let sentence = format!("{} is not on this machine or its network.", url.host());
        return Err(Error::new(ErrorKind::BadOption, sentence)
            .hint("Leave out --local, or name a server by its local address."));
    }
    Ok(url)
}

async fn embedded_tracker(options: &RoomOptions) -> Result<Option<Tracker>, Error> {
    let Some(address) = options.embedded_tracker else {
        return Ok(None);
    };
    let bound = Tracker::bind(address, entropy()?).await;
    bound.map(Some).map_err(|error| {
        Error::system("The embedded tracker could not be started", &error)
            .hint("Another program may use that port: name another, or none.")
    })
}

/// Where the DHT is entered: what the person named, else the usual places. Whoever names a tracker,
/// stays local or hides behind a proxy or a relay (the DHT is UDP, which goes through neither) is not
/// led to strangers beside, and neither is whoever joins a room that meets at trackers of its own.
fn dht_nodes(options: &RoomOptions, usual: bool) -> Result<Vec<String>, Error> {
    let Some(named) = &options.dht else {
        let open = usual && !options.local && options.proxy.is_none();
        let open = open && options.route != Some(Route::RelayOnly);
        return Ok(if open { defaults::dht_nodes() } else { Vec::new() });
    };
    if named.len() > MAX_DHT_NODES {
        return Err(Error::new(
            ErrorKind::BadOption,
            format!("At most {MAX_DHT_NODES} DHT nodes can be named."),
        ));
    }
    for node in named {
        let host = node
            .rsplit_once(':')
            .filter(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port != 0))
            .map(|(host, _)| host)
            .ok_or_else(|| {
                Error::new(
                    ErrorKind::BadOption,
                    format!("{node} is not the address of a DHT node."),
                )
                .hint("An address is HOST:PORT, as in router.example.org:6881.")
            })?;
        if options.local && !crate::net::is_nearby(host) {
            return Err(Error::new(
                ErrorKind::BadOption,
                format!("The DHT node {node} is not on this machine or its network."),
            )
            .hint("Leave out --local, or the node."));
        }
    }
    Ok(named.clone())
}

/// Where to meet, and what the invite says of it: what the person named, else what the invite
/// holds, else the public ones, or none in a local room that meets on the LAN. An embedded tracker
/// of ours comes first.
fn tracker_urls(
    hints: &mut Vec<String>,
    options: &RoomOptions,
    lan: bool,
    embedded: Option<&Tracker>,
) -> Result<Vec<TrackerUrl>, Error> {
    let mut named: Vec<String> = embedded.map(|tracker| tracker.url()).into_iter().collect();
    if options.trackers.is_empty() {
        named.append(hints);
    } else {
        named.extend(options.trackers.iter().cloned());
    }
    let mut seen = std::collections::BTreeSet::new();
    named.retain(|url| seen.insert(url.clone()));
    hints.clone_from(&named);
    if named.is_empty() {
        let any = |named: &Option<Vec<String>>| named.as_ref().is_some_and(|named| !named.is_empty());
        if options.local && (lan || any(&options.dht) || any(&options.nostr)) {
            return Ok(Vec::new());
        }
        if options.local {
            return Err(Error::new(
                ErrorKind::BadOption,
                "A local room needs a tracker on this network.",
            )
            .hint("Join by the dayfly: link, which names the tracker, or name one yourself."));
        }
        named = defaults::trackers();
    }
    named.iter().map(|text| server(text, options.local)).collect()
}
