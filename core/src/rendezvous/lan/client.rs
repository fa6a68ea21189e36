//! What one room has of the local network: a client of this device's own tracker and of a few
//! others', which together look to the room like one place to meet.
//!
//! 1. Joined are this device's own tracker and, of those found, the [`MAX_JOINED`] with the
//!    bytewise smallest names: devices that see the same network thus choose the same. An address
//!    counts [`MAX_JOINED_PER_ADDRESS`] times at most, and one that cannot be reached gives its
//!    place to the next, so that a device that announces a thousand of itself is in nobody's way.
//! 2. Offers are dealt out over the others' trackers, each to one, and none to one's own: whoever
//!    comes there brings offers. What could not be dealt, because nobody was there yet, waits for
//!    the first who is.
//! 3. An answer goes back to the tracker that brought the offer.

use super::findings::Instance;
use super::service::{LanService, View};
use crate::rendezvous::apart::start_with;
use crate::rendezvous::client::Start;
use crate::rendezvous::queued::{Order, Queued};
use crate::rendezvous::socket::Traffic;
use crate::rendezvous::tracker::{self, ClientOptions, TrackerClient, TrackerUrl};
use crate::rendezvous::{MeetSink, Rendezvous};
use crate::task::{Tasks, WeakTasks};
use dayfly_proto::id::{BackendId, PeerId};
use dayfly_proto::room::{MeetEvent, SealedOffer};
use dayfly_proto::wire::web::topic::InfoHash;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// Others' trackers joined at once.
pub const MAX_JOINED: usize = 8;

/// Of those, at one address.
pub const MAX_JOINED_PER_ADDRESS: usize = 2;

/// Reports of the trackers that wait; a tracker whose report finds no place waits.
const REPORTS: usize = 64;

/// Swarms of one room. Further ones are not announced here.
const MAX_SWARMS: usize = 16;

/// Offers whose way back is remembered; the oldest is forgotten first.
const MAX_ROUTES: usize = 128;

/// First pause before a tracker that failed is tried again, doubled each time.
const LEFT_ALONE: Duration = Duration::from_secs(15);

/// Longest such pause.
const LEFT_ALONE_MOST: Duration = Duration::from_secs(600);

/// How long somebody on the same network may take to accept a connection.
const CONNECT: Duration = Duration::from_secs(2);

/// Begins to meet on the network of `service`, and reports as `backend` at `sink`. `apart` gives
/// every swarm a socket of its own. The seed makes back-offs repeatable. Dropping what it returns
/// says goodbye at every tracker.
#[must_use]
pub fn start(
    tasks: &Tasks,
    backend: BackendId,
    service: Arc<LanService>,
    apart: bool,
    seed: [u8; 32],
    sink: MeetSink,
) -> Queued {
    let traffic = Arc::new(Traffic::default());
    let (queued, queue) = Queued::new("the local network", Arc::clone(&traffic));
    let (reports_in, reports) = mpsc::channel(REPORTS);
    let run = Run {
        backend,
        sink,
        service,
        dial: Dial {
            tasks: tasks.downgrade(),
            apart,
            rng: ChaCha8Rng::from_seed(seed),
            traffic: Arc::clone(&traffic),
            reports: reports_in,
        },
        joined: BTreeMap::new(),
        number: 0,
        swarms: BTreeMap::new(),
        failed: BTreeMap::new(),
        routes: VecDeque::new(),
        turn: 0,
        told: Told::Nothing,
        resting: false,
    };
    tasks.spawn("lan client", run.forever(queue, reports)).detach();
    queued
}

/// How trackers are joined.
struct Dial {
    tasks: WeakTasks,
    apart: bool,
    rng: ChaCha8Rng,
    traffic: Arc<Traffic>,
    reports: MeetSink,
}

impl Dial {
    /// `None` once the room has ended, or for an address that no tracker's can be.
    fn join(&mut self, number: u16, address: SocketAddr) -> Option<Box<dyn Rendezvous>> {
        let tasks = self.tasks.upgrade()?;
        let url = TrackerUrl::parse(&format!("ws://{address}")).ok()?;
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        let patience = ClientOptions {
            connect_deadline: CONNECT,
            ..ClientOptions::default()
        };
        let (id, sink, traffic) = (BackendId(number), self.reports.clone(), Arc::clone(&self.traffic));
        Some(if self.apart {
            let start = Start {
                backend: id,
                url,
                options: patience,
                seed,
                sink,
                traffic,
            };
            Box::new(start_with(&tasks, start, tracker::connect))
        } else {
            Box::new(TrackerClient::start_counted(
                &tasks, id, url, patience, seed, sink, traffic,
            ))
        })
    }
}

/// A tracker that was joined.
struct Joined {
    instance: Instance,
    /// Which of its addresses.
    at: usize,
    client: Box<dyn Rendezvous>,
    own: bool,
    up: bool,
}

/// A tracker that failed.
struct Failed {
    times: u32,
    until: Instant,
}

/// What the room was last told.
#[derive(PartialEq, Eq)]
enum Told {
    Nothing,
    Up,
    Trouble(String),
}

struct Run {
    backend: BackendId,
    sink: MeetSink,
    service: Arc<LanService>,
    dial: Dial,
    /// By number. Numbers are given in turn, so that a late report of one left is nobody's.
    joined: BTreeMap<u16, Joined>,
    number: u16,
    /// The room's swarms, and the offers of each that nobody has got yet.
    swarms: BTreeMap<(InfoHash, PeerId), Vec<SealedOffer>>,
    failed: BTreeMap<Instance, Failed>,
    /// Which tracker brought an offer: of whom, its id, the tracker's number.
    routes: VecDeque<(PeerId, String, u16)>,
    /// Where dealing begins next time.
    turn: usize,
    told: Told,
    /// No tracker is joined.
    resting: bool,
}

impl Run {
    async fn forever(
        mut self,
        mut queue: mpsc::Receiver<Order>,
        mut reports: mpsc::Receiver<(BackendId, MeetEvent)>,
    ) {
        let mut view = self.service.view();
        view.mark_changed();
        let mut serves = true;
        loop {
            let now = Instant::now();
            let again = self.failed.values().map(|failed| failed.until);
            let again = again.filter(|until| *until > now).min();
            let event = tokio::select! {
                order = queue.recv() => match order {
                    Some(order) => {
                        let wakes = matches!(order, Order::Rest(false));
                        self.obey(order);
                        if wakes {
                            self.follow(&view.borrow().clone(), serves)
                        } else {
                            None
                        }
                    }
                    None => break,
                },
                // Never over: this task holds a sender itself.
                Some((BackendId(number), event)) = reports.recv() => self.report(number, event),
                changed = view.changed(), if serves => {
                    serves = changed.is_ok();
                    self.follow(&view.borrow_and_update().clone(), serves)
                }
                () = sleep_until(again.unwrap_or(now)), if again.is_some() => {
                    self.follow(&view.borrow().clone(), serves)
                }
            };
            if let Some(event) = event
                && self.sink.send((self.backend, event)).await.is_err()
            {
                break;
            }
        }
        // The goodbyes are out once every client has dropped its way to report.
        let Self {
            dial, joined, sink, ..
        } = self;
        drop((dial, joined));
        while reports.recv().await.is_some() {}
        drop(sink);
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Announce(topic, peer, offers) => {
                // The device may have moved without a word; the room announces every 20 s.
                self.service.look();
                self.announce((topic, peer), offers);
            }
            Order::Reply {
                topic,
                peer,
                to,
                offer_id,
                sealed,
            } => {
                let route = self
                    .routes
                    .iter()
                    .rfind(|(from, id, _)| *from == to && *id == offer_id);
                if let Some((_, _, number)) = route
                    && let Some(joined) = self.joined.get_mut(number)
                {
                    joined.client.reply(topic, peer, to, offer_id, sealed);
                }
            }
            Order::Withdraw(topic, peer) => {
                self.swarms.remove(&(topic, peer));
                for joined in self.joined.values_mut() {
                    joined.client.withdraw(topic, peer);
                }
            }
            Order::Rest(resting) => {
                self.resting = resting;
                self.joined.clear();
                self.swarms.clear();
                self.told = Told::Nothing;
            }
            Order::Hurry => {
                self.failed.clear();
                self.service.look();
                for joined in self.joined.values_mut() {
                    joined.client.network_changed();
                }
            }
        }
    }

    /// Announces a swarm at every tracker that answers, dealing out the offers.
    fn announce(&mut self, swarm: (InfoHash, PeerId), offers: Vec<SealedOffer>) {
        if self.swarms.len() >= MAX_SWARMS && !self.swarms.contains_key(&swarm) {
            log::warn!("a room is in too many swarms at once; one is not announced on the local network");
            return;
        }
        let takers = self.joined.values().filter(|joined| joined.up && !joined.own);
        let takers = takers.count();
        let mut hands = vec![Vec::new(); takers];
        let held = self.swarms.entry(swarm).or_default();
        if takers == 0 {
            if !offers.is_empty() {
                *held = offers;
            }
        } else {
            held.clear();
            for (at, offer) in offers.into_iter().enumerate() {
                hands[(self.turn + at) % takers].push(offer);
            }
            self.turn = self.turn.wrapping_add(1);
        }
        let mut hands = hands.into_iter();
        for joined in self.joined.values_mut().filter(|joined| joined.up) {
            let hand = if joined.own { None } else { hands.next() };
            joined.client.announce(swarm.0, swarm.1, hand.unwrap_or_default());
        }
    }

    /// What one tracker reports, as the room should hear it.
    fn report(&mut self, number: u16, event: MeetEvent) -> Option<MeetEvent> {
        let joined = self.joined.get_mut(&number)?;
        match event {
            MeetEvent::Up => {
                joined.up = true;
                for (swarm, held) in &mut self.swarms {
                    let offers = if joined.own {
                        Vec::new()
                    } else {
                        std::mem::take(held)
                    };
                    joined.client.announce(swarm.0, swarm.1, offers);
                }
                self.tell(Told::Up)
            }
            // One's own is on this very device: its client tries again by itself.
            MeetEvent::Waiting(_) if joined.own => {
                joined.up = false;
                None
            }
            MeetEvent::Waiting(_) | MeetEvent::Down(_) => {
                self.fail(number);
                self.follow(&self.service.view().borrow().clone(), true)
            }
            // A tracker elsewhere on the network sets nobody's pace.
            MeetEvent::Interval(_) | MeetEvent::Delay(_) => None,
            MeetEvent::Offer {
                topic,
                from,
                offer_id,
                sealed,
            } => {
                if self.routes.len() >= MAX_ROUTES {
                    self.routes.pop_front();
                }
                self.routes.push_back((from, offer_id.clone(), number));
                Some(MeetEvent::Offer {
                    topic,
                    from,
                    offer_id,
                    sealed,
                })
            }
            MeetEvent::Answer { .. } => Some(event),
        }
    }

    /// Leaves a tracker that does not work, for its next address or for a while.
    fn fail(&mut self, number: u16) {
        let Some(joined) = self.joined.remove(&number) else {
            return;
        };
        let next = joined.at + 1;
        if !joined.up && next < joined.instance.addresses.len() {
            self.join(joined.instance, next, false);
            return;
        }
        let failed = self.failed.entry(joined.instance).or_insert(Failed {
            times: 0,
            until: Instant::now(),
        });
        let pause = LEFT_ALONE.saturating_mul(1 << failed.times.min(8));
        failed.until = Instant::now() + pause.min(LEFT_ALONE_MOST);
        failed.times += 1;
    }

    fn join(&mut self, instance: Instance, at: usize, own: bool) {
        let number = self.number;
        self.number = number.wrapping_add(1);
        let Some(client) = self.dial.join(number, instance.addresses[at]) else {
            return;
        };
        let joined = Joined {
            instance,
            at,
            client,
            own,
            up: false,
        };
        self.joined.insert(number, joined);
    }

    /// Joins and leaves trackers as the network looks now.
    fn follow(&mut self, view: &View, serves: bool) -> Option<MeetEvent> {
        if self.resting {
            return None;
        }
        let (own, others) = match view {
            _ if !serves => {
                self.joined.clear();
                return self.tell(Told::Trouble("the search for devices has ended".into()));
            }
            View::Starting => return None,
            View::Trouble(sentence) => {
                self.joined.clear();
                return self.tell(Told::Trouble(sentence.clone()));
            }
            View::Open { own, others } => (own, others),
        };
        self.failed.retain(|instance, _| others.contains(instance));
        if !self.joined.values().any(|j| j.own && j.instance == *own) {
            // Another name of our own is another network.
            self.joined.clear();
            self.join(own.clone(), 0, true);
        }
        let wanted = self.wanted(others);
        // One that was not seen for a while but answers is kept where there is room.
        let gone = |joined: &Joined| !joined.own && !wanted.contains(&joined.instance);
        self.joined.retain(|_, joined| !gone(joined) || joined.up);
        let mut spare = MAX_JOINED.saturating_sub(wanted.len());
        self.joined.retain(|_, joined| {
            let kept = !gone(joined) || spare > 0;
            spare -= usize::from(gone(joined) && kept);
            kept
        });
        for instance in wanted {
            if !self.joined.values().any(|joined| joined.instance == instance) {
                self.join(instance, 0, false);
            }
        }
        None
    }

    /// The trackers to be at, one's own aside.
    fn wanted(&self, others: &[Instance]) -> Vec<Instance> {
        let now = Instant::now();
        let mut wanted: Vec<Instance> = Vec::new();
        for instance in others {
            if self.failed.get(instance).is_some_and(|failed| failed.until > now) {
                continue;
            }
            let ips = |instance: &Instance| -> Vec<IpAddr> {
                instance.addresses.iter().map(SocketAddr::ip).collect()
            };
            let here = ips(instance);
            let beside = wanted
                .iter()
                .filter(|other| ips(other).iter().any(|ip| here.contains(ip)));
            if beside.count() < MAX_JOINED_PER_ADDRESS {
                wanted.push(instance.clone());
            }
            if wanted.len() == MAX_JOINED {
                break;
            }
        }
        wanted
    }

    /// Tells the room, unless it knows.
    fn tell(&mut self, news: Told) -> Option<MeetEvent> {
        if self.told == news {
            return None;
        }
        let event = match &news {
            Told::Nothing => return None,
            Told::Up => MeetEvent::Up,
            Told::Trouble(sentence) => MeetEvent::Waiting(sentence.clone()),
        };
        self.told = news;
        Some(event)
    }
}
