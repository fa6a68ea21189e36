//! What one link's relays do: whether to wait for them, what to say of them, and what it means for
//! the link when one is lost.

use super::addresses::{RelayServer, Servers};
use super::runtime::LinkRuntime;
use super::sdp::Setup;
use super::setup::Gathered;
use super::task::{Out, Over, because};
use crate::link::socket::{Progress, RelayTrouble, Relays, TurnWatch};
use dayfly_proto::room::LinkEvent;
use std::collections::BTreeSet;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::watch;
use webrtc::peer_connection::{PeerConnection, RTCIceCandidateType, RTCIceServer};

/// The relays of one link.
pub(super) struct LinkRelays {
    /// Whose each of them is.
    hosts: Vec<String>,
    addresses: Vec<SocketAddr>,
    /// Hosts whose names stand for nothing.
    unknown: Vec<String>,
    watch: Arc<TurnWatch>,
    progress: watch::Receiver<Vec<Progress>>,
    /// Hosts that something was said of.
    told: BTreeSet<String>,
}

impl LinkRelays {
    /// Puts the relays under the runtime's sockets. Returns what the stack is to be told of all
    /// servers.
    pub(super) fn of(
        servers: Servers,
        bind: &[SocketAddr],
        runtime: &LinkRuntime,
    ) -> (Self, Vec<RTCIceServer>) {
        let v4 = bind.iter().any(SocketAddr::is_ipv4);
        let ways = servers.relays.iter().map(|relay| relay.way.clone()).collect();
        let relays = Arc::new(Relays::new(ways, v4, Arc::clone(runtime.base())));
        let mut list: Vec<RTCIceServer> = Vec::new();
        if !servers.stun.is_empty() {
            list.push(RTCIceServer {
                urls: servers
                    .stun
                    .iter()
                    .map(|address| format!("stun:{address}"))
                    .collect(),
                ..RTCIceServer::default()
            });
        }
        let addresses = relays.addresses().to_vec();
        for (relay, address) in servers.relays.iter().zip(&addresses) {
            let RelayServer {
                username, credential, ..
            } = relay;
            list.push(RTCIceServer {
                urls: vec![format!("turn:{address}?transport=udp")],
                username: username.clone(),
                credential: credential.expose().to_owned(),
            });
        }
        let watch = Arc::clone(relays.watch());
        if !addresses.is_empty() {
            runtime.use_relays(relays);
        }
        let of_link = Self {
            hosts: servers.relays.into_iter().map(|relay| relay.host).collect(),
            addresses,
            unknown: servers.unknown,
            progress: watch.subscribe(),
            watch,
            told: BTreeSet::new(),
        };
        (of_link, list)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.addresses.is_empty()
    }

    /// Where the stack finds them.
    pub(super) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Whether one is there that has not yet said whether it relays.
    pub(super) fn any_answers(&self) -> bool {
        self.progress.borrow().contains(&Progress::Answers)
    }

    /// Resolves once no relay is left to hope for; at once where there is none.
    pub(super) async fn all_failed(&self) {
        let failed = |all: &Vec<Progress>| all.iter().all(|p| matches!(p, Progress::Failed(_)));
        // An error would mean that the watch is gone, but it is held here.
        let _ = self.progress.clone().wait_for(failed).await;
    }

    /// Resolves once nothing more can come: everything is gathered, or a relay relays and none is
    /// being asked.
    pub(super) async fn all_settled(&self, mut gathered: watch::Receiver<Gathered>) {
        let settled = |all: &Vec<Progress>| {
            let open = |p: &Progress| matches!(p, Progress::Asked | Progress::Answers);
            !all.is_empty() && !all.iter().any(open)
        };
        let mut progress = self.progress.clone();
        tokio::select! {
            _ = gathered.wait_for(|g| g.complete) => {}
            _ = progress.wait_for(settled) => {}
        }
    }

    /// Whoever was asked and has not answered by now is silent.
    pub(super) fn out_of_patience(&self) {
        self.watch.out_of_patience();
    }

    /// Says of each relay that no way leads to what the matter is: once.
    pub(super) async fn tell(&mut self, out: &Out<'_>) -> Result<(), Over> {
        for (host, trouble) in self.troubles() {
            if self.told.insert(host.clone()) {
                let sentence = format!("The relay at {host} {trouble}.");
                out.tell(LinkEvent::Relay { sentence }).await?;
            }
        }
        Ok(())
    }

    /// Hosts of which every way has failed, each with what says most.
    fn troubles(&self) -> Vec<(String, RelayTrouble)> {
        let progress = self.progress.borrow();
        let mut found: Vec<(String, RelayTrouble)> = Vec::new();
        for host in self.hosts.iter().collect::<BTreeSet<_>>() {
            let ways = self.hosts.iter().zip(progress.iter());
            let ways = ways.filter(|(of, _)| *of == host);
            let failed: Option<Vec<RelayTrouble>> = ways
                .map(|(_, progress)| match progress {
                    Progress::Failed(trouble) => Some(*trouble),
                    _ => None,
                })
                .collect();
            let worst = failed.and_then(|all| all.into_iter().min_by_key(|trouble| reticence(*trouble)));
            if let Some(trouble) = worst.filter(|trouble| *trouble != RelayTrouble::Lost) {
                found.push((host.clone(), trouble));
            }
        }
        let unknown = self.unknown.iter().filter(|host| !self.hosts.contains(host));
        found.extend(unknown.map(|host| (host.clone(), RelayTrouble::NotFound)));
        found
    }

    /// Says what becomes of the relays, and ends the link when the one it leads through is lost, or
    /// the one an offer names that nobody has answered yet.
    pub(super) async fn watch(
        &mut self,
        out: &Out<'_>,
        connection: &dyn PeerConnection,
        setup: watch::Receiver<Option<Setup>>,
    ) -> Over {
        if self.is_empty() {
            return pending().await;
        }
        loop {
            if let Err(over) = self.tell(out).await {
                return over;
            }
            let (mut lost, mut left) = (None, false);
            for (host, progress) in self.hosts.iter().zip(self.progress.borrow_and_update().iter()) {
                match progress {
                    Progress::Failed(RelayTrouble::Lost) => lost = Some(host.clone()),
                    Progress::Relays => left = true,
                    _ => {}
                }
            }
            if let Some(host) = lost.filter(|_| !left) {
                let unanswered = setup.borrow().is_none();
                if unanswered || leads_through_ours(connection).await {
                    return because(format!("The relay at {host} {}.", RelayTrouble::Lost));
                }
            }
            if self.progress.changed().await.is_err() {
                return pending().await;
            }
        }
    }
}

/// How little a trouble says: of two ways to one relay, one that was refused says more than one
/// that did not answer.
fn reticence(trouble: RelayTrouble) -> u8 {
    match trouble {
        RelayTrouble::Lost => 0,
        RelayTrouble::Refused | RelayTrouble::Forbidden => 1,
        RelayTrouble::Quota | RelayTrouble::Busy | RelayTrouble::Other(_) => 2,
        RelayTrouble::Certificate => 3,
        RelayTrouble::Protocol | RelayTrouble::Proxy => 4,
        RelayTrouble::Closed => 5,
        RelayTrouble::Silent => 6,
        RelayTrouble::NotFound => 7,
    }
}

/// Whether the chosen way leads through a relay of this side's.
async fn leads_through_ours(connection: &dyn PeerConnection) -> bool {
    let Some(sctp) = connection.sctp().await else {
        return false;
    };
    let ice = sctp.transport().ice_transport();
    let pair = ice.get_selected_candidate_pair().await.ok().flatten();
    pair.is_some_and(|pair| pair.local().typ == RTCIceCandidateType::Relay)
}
