//! What all rooms of an engine share of the local network: one embedded tracker, advertised under
//! one name, and one look around for others.
//!
//! It runs while at least one room holds it. The name is made up each time it begins and the
//! tracker's port is any free one, so that neither leads from one day to the next. When the
//! device's address changes both begin anew.
//!
//! The shell's code is called on a thread of its own, since it may block or throw.

use super::discovery::{DiscoveryError, LocalDiscovery, SERVICE_TYPE};
use super::findings::{DiscoverySink, Findings, Instance};
use crate::rendezvous::tracker::Tracker;
use crate::task::Tasks;
use crate::{net, thread};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::mpsc as threads;
use std::time::Duration;
use tokio::sync::{Notify, oneshot, watch};
use tokio::time::sleep;

/// How long what failed is left alone, unless the device says that its network changed.
const AGAIN_AFTER: Duration = Duration::from_secs(15);

/// The network as rooms see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum View {
    /// Not known yet.
    Starting,
    /// There is none, for a reason that a person can read.
    Trouble(String),
    /// It can be used.
    Open {
        /// This device's own tracker.
        own: Instance,
        /// The others', by name.
        others: Vec<Instance>,
    },
}

/// The local network of one engine. Dropping the last reference takes the tracker down and the
/// name off the network.
#[derive(Debug)]
pub struct LanService {
    view: watch::Receiver<View>,
    look: Arc<Notify>,
    _alive: oneshot::Sender<()>,
}

impl LanService {
    /// Begins to serve, advertise and look around. The seed makes its names.
    #[must_use]
    pub fn start(tasks: &Tasks, discovery: Arc<dyn LocalDiscovery>, seed: [u8; 32]) -> Arc<Self> {
        let (shown, view) = watch::channel(View::Starting);
        let (alive, dropped) = oneshot::channel();
        let look = Arc::new(Notify::new());
        let run = Run {
            discovery: Foreign::start(discovery),
            rng: ChaCha20Rng::from_seed(seed),
            shown,
            look: Arc::clone(&look),
        };
        tasks.spawn("lan", run.until(dropped)).detach();
        Arc::new(Self {
            view,
            look,
            _alive: alive,
        })
    }

    pub(super) fn view(&self) -> watch::Receiver<View> {
        self.view.clone()
    }

    /// Finds out whether this device has still the address it had, and tries what failed again.
    pub fn look(&self) {
        self.look.notify_one();
    }
}

/// The shell's code on its own thread. Dropping it ends the search.
struct Foreign(threads::Sender<Call>);

enum Call {
    Begin {
        instance: String,
        port: u16,
        sink: DiscoverySink,
    },
    Stop,
}

impl Foreign {
    fn start(discovery: Arc<dyn LocalDiscovery>) -> Self {
        let (calls, waiting) = threads::channel();
        let run = move || {
            while let Ok(call) = waiting.recv() {
                match call {
                    Call::Begin { instance, port, sink } => begin(&*discovery, &instance, port, &sink),
                    Call::Stop => drop(thread::contained(|| discovery.stop())),
                }
            }
            thread::contained(|| discovery.stop());
        };
        // Without a thread the calls go nowhere, which shows at the first one.
        let _ = thread::run("dayfly-discovery", run);
        Self(calls)
    }

    fn call(&self, call: Call) -> Result<(), DiscoveryError> {
        self.0.send(call).map_err(|_| DiscoveryError::Failed)
    }
}

fn begin(discovery: &dyn LocalDiscovery, instance: &str, port: u16, sink: &DiscoverySink) {
    let mut told = Err(DiscoveryError::Failed);
    thread::contained(|| {
        told = discovery
            .browse(SERVICE_TYPE, sink.clone())
            .and_then(|()| discovery.advertise(SERVICE_TYPE, instance, port));
    });
    if let Err(error) = told {
        sink.failed(error);
    }
}

struct Run {
    discovery: Foreign,
    rng: ChaCha20Rng,
    shown: watch::Sender<View>,
    look: Arc<Notify>,
}

impl Run {
    async fn until(mut self, dropped: oneshot::Receiver<()>) {
        let forever = async {
            loop {
                let trouble = self.stay().await;
                let _ = self.discovery.call(Call::Stop);
                if let Some(sentence) = trouble {
                    self.shown.send_replace(View::Trouble(sentence));
                    tokio::select! {
                        () = self.look.notified() => {}
                        () = sleep(AGAIN_AFTER) => {}
                    }
                }
            }
        };
        tokio::select! {
            () = forever => {}
            _ = dropped => {}
        }
    }

    /// One stay on one network, until it is another one (`None`) or something fails.
    async fn stay(&mut self) -> Option<String> {
        let Some(ip) = net::lan_address() else {
            return Some("this device is not on a local network".into());
        };
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        let tracker = match Tracker::bind(SocketAddr::new(ip, 0), seed).await {
            Ok(tracker) => tracker,
            Err(error) => return Some(format!("nothing can listen on the local network: {error}")),
        };
        let own = Instance {
            name: format!("{:016x}", self.rng.next_u64()),
            addresses: vec![tracker.local_addr()],
        };
        let findings = Findings::default();
        let begin = Call::Begin {
            instance: own.name.clone(),
            port: tracker.local_addr().port(),
            sink: findings.sink(),
        };
        if let Err(error) = self.discovery.call(begin) {
            return Some(error.to_string());
        }
        self.shown.send_replace(View::Open {
            own: own.clone(),
            others: Vec::new(),
        });
        loop {
            tokio::select! {
                () = findings.changed() => {}
                () = self.look.notified() => {
                    if net::lan_address() != Some(ip) {
                        return None;
                    }
                }
            }
            if let Some(error) = findings.take_failure() {
                return Some(error.to_string());
            }
            let others = others(findings.known(), &own, ip);
            self.shown.send_if_modified(|view| {
                let new = View::Open {
                    own: own.clone(),
                    others,
                };
                let changed = *view != new;
                *view = new;
                changed
            });
        }
    }
}

/// All but this device's own, under whatever name.
fn others(known: Vec<Instance>, own: &Instance, ip: IpAddr) -> Vec<Instance> {
    let mut others = known;
    others.retain_mut(|instance| {
        let port = own.addresses[0].port();
        instance
            .addresses
            .retain(|address| !(address.ip() == ip && address.port() == port));
        instance.name != own.name && !instance.addresses.is_empty()
    });
    others
}
