//! What this network allows, in words: `dayfly doctor`.
//!
//! It asks the trackers and STUN servers it is given, and nobody else; it keeps nothing, prints
//! no address, and changes nothing. Every probe has a deadline and all run at once, so that the
//! slowest one is the whole wait.

mod nat;
mod stun;
mod verdict;

use crate::engine::clock;
use crate::link::{IceServer, allocation};
use crate::net::Dialer;
use crate::rendezvous::tracker::{ClientOptions, TrackerUrl, probe};
use crate::{defaults, link, net};
use futures_util::future::join_all;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout_at};

/// Waits between repetitions of a STUN request: packets get lost. About two seconds in all.
const STUN_WAITS: [Duration; 4] = [
    Duration::from_millis(250),
    Duration::from_millis(350),
    Duration::from_millis(500),
    Duration::from_millis(900),
];

/// Whom to ask.
#[derive(Clone)]
pub struct Targets {
    /// Addresses of trackers.
    pub trackers: Vec<String>,
    /// `HOST:PORT` or `stun:HOST:PORT`, port 3478 if none is named. Two of different operators make the NAT hint possible.
    pub stun: Vec<String>,
    /// Relays, each by the transport its address names.
    pub turn: Vec<IceServer>,
    /// How hosts are reached over TCP.
    pub dialer: Dialer,
    /// How long a tracker may take.
    pub patience: Duration,
}

impl Targets {
    /// The servers of [`defaults`].
    #[must_use]
    pub fn public() -> Self {
        Self {
            trackers: defaults::trackers(),
            stun: defaults::STUN.iter().map(|s| s.url.to_owned()).collect(),
            turn: Vec::new(),
            dialer: Dialer::default(),
            patience: ClientOptions::default().connect_deadline,
        }
    }

    /// Nobody: only this device itself is looked at.
    #[must_use]
    pub fn nobody() -> Self {
        Self {
            trackers: Vec::new(),
            stun: Vec::new(),
            ..Self::public()
        }
    }
}

/// Which question a finding answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum What {
    /// One tracker.
    Tracker,
    /// One STUN server.
    Stun,
    /// One relay over one transport.
    Turn,
    /// Whether UDP leaves this network and comes back.
    Udp,
    /// What kind of address translation stands between.
    Nat,
    /// Who gets in through that address translation.
    Filtering,
    /// Whether another address translation stands behind it.
    Cgnat,
    /// Whether this device reaches itself by its address outside.
    Hairpin,
    /// Whether IPv6 leaves this network and comes back.
    Ipv6,
    /// Whether other devices on the local network could reach this one.
    Lan,
    /// What all of it comes to: with whom connections will come about.
    Conclusion,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[cfg_attr(feature = "uniffi", derive(uniffi::Record))]
pub struct Finding {
    /// Which question.
    pub what: What,
    /// Whether this is good for meeting people.
    pub ok: bool,
    /// For people, with what to try when it is not ok.
    pub sentence: String,
}

fn finding(what: What, ok: bool, sentence: impl Into<String>) -> Finding {
    Finding {
        what,
        ok,
        sentence: sentence.into(),
    }
}

/// Asks everybody at once and says what was found: each tracker, each STUN server, each relay, UDP,
/// NAT and what is known of it, IPv6, LAN, and what it comes to, in this order. The seed makes the
/// STUN transaction ids.
pub async fn examine(targets: &Targets, seed: [u8; 32]) -> Vec<Finding> {
    let trackers = join_all(targets.trackers.iter().map(|url| tracker(url, targets.patience)));
    let now = clock::now().unix_ms / 1000;
    let relays = join_all(
        targets
            .turn
            .iter()
            .map(|server| relay(server, &targets.dialer, now)),
    );
    let asking = async {
        let answers = ask_stun(&targets.stun, seed).await;
        let behaviour = behaviour(&answers, seed).await;
        (answers, behaviour)
    };
    let (mut findings, relays, (answers, behaviour)) = tokio::join!(trackers, relays, asking);
    findings.extend(answers.iter().map(Answer::finding));
    findings.extend(relays);
    if !answers.is_empty() {
        findings.push(udp(&answers));
        findings.extend(nat(&answers));
        findings.extend(behaviour.findings(&answers));
        findings.push(ipv6(&answers));
    }
    findings.push(lan(net::lan_address()));
    if !(targets.stun.is_empty() && targets.turn.is_empty()) {
        let known = verdict::Known::of(&answers, &behaviour, &findings);
        findings.push(known.conclusion());
    }
    findings
}

/// Asks one relay for an allocation.
async fn relay(server: &IceServer, dialer: &Dialer, unix_seconds: u64) -> Finding {
    let parsed = match link::server::parse(server) {
        Ok(parsed) => parsed,
        Err(error) => return finding(What::Turn, false, error.to_string()),
    };
    let (host, transport) = (parsed.host, parsed.transport);
    match allocation::allocate(server, dialer, unix_seconds).await {
        Ok(took) => finding(
            What::Turn,
            true,
            format!(
                "the relay at {host} relays over {transport}, ready in {} ms",
                took.as_millis()
            ),
        ),
        Err(trouble) => finding(
            What::Turn,
            false,
            format!("the relay at {host}, over {transport}, {trouble}"),
        ),
    }
}

/// What servers tell of the address translation beyond its mapping.
#[derive(Default)]
struct Behaviour {
    filtering: Option<nat::Filtering>,
    hairpin: Option<bool>,
}

/// Looks at the address translation from the first server that answered over IPv4 and, for its
/// filtering, from the first that can answer from elsewhere.
async fn behaviour(answers: &[Answer], seed: [u8; 32]) -> Behaviour {
    let mut rng = ChaCha8Rng::from_seed(seed);
    rng.set_stream(1);
    let mut id = || {
        let mut id: stun::TransactionId = [0; 12];
        rng.fill_bytes(&mut id);
        id
    };
    let translated = |answer: &&Answer| answer.v4.is_some_and(|m| m.inside != Some(m.outside));
    let servers: Vec<SocketAddr> = answers
        .iter()
        .filter(translated)
        .filter_map(|answer| answer.v4_at)
        .collect();
    let Some(first) = servers.first() else {
        return Behaviour::default();
    };
    let probes = servers.iter().map(|server| (*server, [id(), id(), id()]));
    let probes: Vec<_> = probes.collect();
    let filtering = join_all(
        probes
            .into_iter()
            .map(|(server, ids)| nat::filtering(server, ids)),
    );
    let (filtering, hairpin) = tokio::join!(filtering, nat::hairpin(*first, [id(), id()]));
    Behaviour {
        filtering: filtering.into_iter().flatten().next(),
        hairpin,
    }
}

impl Behaviour {
    fn findings(&self, answers: &[Answer]) -> Vec<Finding> {
        let mut found = Vec::new();
        if let Some(filtering) = self.filtering {
            let (ok, sentence) = match filtering {
                nat::Filtering::Open => (
                    true,
                    "it lets anybody in once this device has sent something: people behind stricter networks \
                     reach it",
                ),
                nat::Filtering::ByAddress => (
                    true,
                    "it lets in whom this device has sent something to, which is enough for direct connections",
                ),
                nat::Filtering::ByPort => (
                    true,
                    "it lets in only the exact address and port that this device has sent something to: direct \
                     connections work unless the other side's network gives each destination another port; then \
                     a relay helps (--turn)",
                ),
            };
            found.push(finding(What::Filtering, ok, sentence));
        }
        let mappings: Vec<Mapping> = answers.iter().filter_map(|a| a.v4).collect();
        let shared = |ip: IpAddr| matches!(ip, IpAddr::V4(v4) if nat::is_shared(v4));
        if mappings
            .iter()
            .any(|m| m.inside.is_some_and(|inside| shared(inside.ip())))
        {
            found.push(finding(
                What::Cgnat,
                false,
                "this device has an address that providers share out among customers: ports cannot be opened \
                 here by hand; direct connections may still work, else IPv6 on both sides or a relay (--turn)",
            ));
        } else if mappings
            .iter()
            .any(|m| m.inside != Some(m.outside) && nat::is_inner(m.outside.ip()))
        {
            found.push(finding(
                What::Cgnat,
                false,
                "the address outside is itself an inner one: two address translations stand one behind the \
                 other, or the server asked is on this network; ask one on the internet (--stun)",
            ));
        }
        if let Some(hairpin) = self.hairpin {
            let sentence = if hairpin {
                "this network leads a device back to itself by its outer address, so people on one network \
                 always find each other"
            } else {
                "this network does not lead a device back to itself by its outer address, which is usual: people \
                 on one network meet by their inner ones"
            };
            found.push(finding(What::Hairpin, hairpin, sentence));
        }
        found
    }
}

async fn tracker(text: &str, patience: Duration) -> Finding {
    let url = match TrackerUrl::parse(text) {
        Ok(url) => url,
        Err(error) => return finding(What::Tracker, false, format!("{text:?}: {error}")),
    };
    let options = ClientOptions {
        connect_deadline: patience,
        ..ClientOptions::default()
    };
    match probe(&url, &options).await {
        Ok(took) => finding(
            What::Tracker,
            true,
            format!("{} answers in {} ms", url.host(), took.as_millis()),
        ),
        Err(trouble) => finding(What::Tracker, false, format!("{} {trouble}", url.host())),
    }
}

/// What one STUN server said, by family of addresses.
struct Answer {
    host: String,
    resolved: bool,
    /// Where it was asked over IPv4.
    v4_at: Option<SocketAddr>,
    v4: Option<Mapping>,
    v6: Option<Mapping>,
    has_v6: bool,
}

#[derive(Clone, Copy)]
struct Mapping {
    outside: SocketAddr,
    inside: Option<SocketAddr>,
    took: Duration,
}

impl Answer {
    fn finding(&self) -> Finding {
        let host = &self.host;
        match self.v4.or(self.v6) {
            Some(m) => finding(
                What::Stun,
                true,
                format!("{host} answers in {} ms", m.took.as_millis()),
            ),
            None if !self.resolved => finding(
                What::Stun,
                false,
                format!("{host} is not found: check its name, and whether this device has internet"),
            ),
            None => finding(
                What::Stun,
                false,
                format!("{host} does not answer: try another server (--stun), or another network"),
            ),
        }
    }
}

async fn ask_stun(servers: &[String], seed: [u8; 32]) -> Vec<Answer> {
    let mut rng = ChaCha8Rng::from_seed(seed);
    let resolved = join_all(servers.iter().map(|server| async move {
        // What a server sees of TLS says nothing of UDP, so it is asked over UDP.
        let server = server.strip_prefix("stuns:").unwrap_or(server);
        let server = server.strip_prefix("stun:").unwrap_or(server);
        let server = server.trim_start_matches("//");
        // RFC 8489 section 8.1.
        let server = if server.contains(':') {
            server.to_owned()
        } else {
            format!("{server}:3478")
        };
        let server = server.as_str();
        let host = server
            .rsplit_once(':')
            .map_or(server, |(host, _)| host)
            .to_owned();
        let looked_up = tokio::time::timeout(Duration::from_secs(3), tokio::net::lookup_host(server)).await;
        let all: Vec<SocketAddr> = match looked_up {
            Ok(Ok(addresses)) => addresses.collect(),
            Ok(Err(_)) | Err(_) => Vec::new(),
        };
        (host, all)
    }))
    .await;
    let first = |v6: bool| -> Vec<Option<SocketAddr>> {
        resolved
            .iter()
            .map(|(_, all)| all.iter().copied().find(|a| a.is_ipv6() == v6))
            .collect()
    };
    let (v4, v6) = (first(false), first(true));
    let ids = |rng: &mut ChaCha8Rng| {
        let mut draw = || {
            let mut id = [0; 12];
            rng.fill_bytes(&mut id);
            id
        };
        v4.iter().map(|_| draw()).collect::<Vec<_>>()
    };
    let (ids_v4, ids_v6) = (ids(&mut rng), ids(&mut rng));
    let (v4_said, v6_said) = tokio::join!(
        ask_from(Ipv4Addr::UNSPECIFIED.into(), &v4, &ids_v4),
        ask_from(Ipv6Addr::UNSPECIFIED.into(), &v6, &ids_v6),
    );
    resolved
        .into_iter()
        .enumerate()
        .map(|(i, (host, all))| Answer {
            host,
            resolved: !all.is_empty(),
            v4_at: v4[i],
            v4: v4_said.get(&i).copied(),
            v6: v6_said.get(&i).copied(),
            has_v6: v6[i].is_some(),
        })
        .collect()
}

/// Asks every server from **one** socket, as only then do their answers tell how the NAT maps.
async fn ask_from(
    local: IpAddr,
    servers: &[Option<SocketAddr>],
    ids: &[stun::TransactionId],
) -> BTreeMap<usize, Mapping> {
    let mut said = BTreeMap::new();
    let expected = servers.iter().flatten().count();
    let Ok(socket) = UdpSocket::bind((local, 0)).await else {
        return said;
    };
    let port = socket.local_addr().map(|a| a.port()).unwrap_or_default();
    let start = Instant::now();
    let mut until = start;
    for wait in STUN_WAITS {
        until += wait;
        for (i, server) in servers.iter().enumerate() {
            if let Some(server) = server
                && !said.contains_key(&i)
            {
                // Unreachable now may be reachable at the next repetition.
                drop(socket.send_to(&stun::request(&ids[i]), server).await);
            }
        }
        let mut packet = [0; 1500];
        while said.len() < expected {
            let (n, from) = match timeout_at(until, socket.recv_from(&mut packet)).await {
                Err(_) => break,
                // An ICMP error of one server; the others may still answer.
                Ok(Err(_)) => continue,
                Ok(Ok(received)) => received,
            };
            let matching = (0..servers.len())
                .filter(|i| servers[*i] == Some(from))
                .find_map(|i| Some((i, stun::answer(&packet[..n], &ids[i])?)));
            if let Some((i, outside)) = matching {
                let inside = route_to(from).await.map(|ip| SocketAddr::new(ip, port));
                said.entry(i).or_insert(Mapping {
                    outside,
                    inside,
                    took: start.elapsed(),
                });
            }
        }
        if said.len() == expected {
            break;
        }
    }
    said
}

/// The own address that packets to `target` leave from. Sends nothing.
async fn route_to(target: SocketAddr) -> Option<IpAddr> {
    let any: IpAddr = if target.is_ipv4() {
        Ipv4Addr::UNSPECIFIED.into()
    } else {
        Ipv6Addr::UNSPECIFIED.into()
    };
    let socket = UdpSocket::bind((any, 0)).await.ok()?;
    socket.connect(target).await.ok()?;
    Some(socket.local_addr().ok()?.ip())
}

fn udp(answers: &[Answer]) -> Finding {
    if answers.iter().any(|a| a.v4.is_some() || a.v6.is_some()) {
        return finding(What::Udp, true, "UDP leaves this network and comes back");
    }
    finding(
        What::Udp,
        false,
        "no answer came back over UDP: this network blocks it, or there is no internet. Calls and rooms with \
         people elsewhere will not connect; try another network, or a relay (--turn)",
    )
}

fn nat(answers: &[Answer]) -> Option<Finding> {
    let mappings: Vec<Mapping> = answers.iter().filter_map(|a| a.v4).collect();
    let (first, others) = mappings.split_first()?;
    if first.inside == Some(first.outside) {
        return Some(finding(
            What::Nat,
            true,
            "this device has a public address of its own: anybody can connect to it",
        ));
    }
    if others.is_empty() {
        return Some(finding(
            What::Nat,
            true,
            "there is address translation; what kind cannot be told from a single answer",
        ));
    }
    Some(if others.iter().all(|o| o.outside == first.outside) {
        finding(
            What::Nat,
            true,
            "the address translation here is of the friendly kind: direct connections usually work",
        )
    } else {
        finding(
            What::Nat,
            false,
            "the address translation here gives each destination another port: direct connections to people in \
             networks like this one fail; a relay (--turn) helps, or IPv6 on both sides",
        )
    })
}

fn ipv6(answers: &[Answer]) -> Finding {
    if answers.iter().any(|a| a.v6.is_some()) {
        return finding(What::Ipv6, true, "IPv6 works");
    }
    if answers.iter().any(|a| a.has_v6) {
        return finding(
            What::Ipv6,
            false,
            "IPv6 does not leave this network; that is usual and mostly harmless",
        );
    }
    finding(
        What::Ipv6,
        false,
        "IPv6 could not be tried: none of the servers asked has such an address",
    )
}

fn lan(address: Option<IpAddr>) -> Finding {
    match address {
        Some(_) => finding(
            What::Lan,
            true,
            "this device is on a local network: Dayflies on it meet without an internet, unless it keeps its devices apart or blocks multicast; then open with --lan",
        ),
        None => finding(
            What::Lan,
            false,
            "this device has no address on a local network, so nobody can be met on one: join a Wi-Fi or open a hotspot",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(outside: &str, inside: &str) -> Option<Mapping> {
        let (outside, inside) = (outside.parse().unwrap(), inside.parse().ok());
        Some(Mapping {
            outside,
            inside,
            took: Duration::from_millis(7),
        })
    }

    fn server(v4: Option<Mapping>) -> Answer {
        Answer {
            host: "stun.example".into(),
            resolved: true,
            v4_at: None,
            v4,
            v6: None,
            has_v6: false,
        }
    }

    #[test]
    fn the_nat_is_told_from_two_answers_of_one_socket() {
        let inside = "192.168.1.2:5000";
        let ok = |answers: &[Answer]| nat(answers).map(|f| f.ok);
        let friendly = [
            server(mapping("192.0.2.1:7000", inside)),
            server(mapping("192.0.2.1:7000", inside)),
        ];
        assert_eq!(ok(&friendly), Some(true));
        let symmetric = [
            server(mapping("192.0.2.1:7000", inside)),
            server(mapping("192.0.2.1:7001", inside)),
        ];
        assert_eq!(ok(&symmetric), Some(false));
        assert!(nat(&symmetric).unwrap().sentence.contains("--turn"));
        let open = [server(mapping("192.0.2.1:5000", "192.0.2.1:5000"))];
        assert!(nat(&open).unwrap().sentence.contains("public address"));
        assert_eq!(ok(&[server(None)]), None);
    }

    #[test]
    fn no_finding_prints_an_address() {
        let answers = [server(mapping("192.0.2.1:7000", "10.0.0.9:5000"))];
        let mut all = vec![udp(&answers), ipv6(&answers), lan("10.0.0.9".parse().ok())];
        all.extend(nat(&answers));
        all.push(answers[0].finding());
        for f in all {
            assert!(
                !f.sentence.contains("192.0.2.1") && !f.sentence.contains("10.0.0.9"),
                "{}",
                f.sentence
            );
        }
    }
}
