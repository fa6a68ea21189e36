//! The loop around one room: inputs in, timers run, outputs carried out, until nothing moves.
//!
//! It decides nothing. What to do with an input is the room's business; how to reach the world is
//! that of the links and back ends.

use super::checks::Comparisons;
use super::clock;
use super::command::{Command, Reply};
use super::hub::SharedHub;
use super::meter::{Counters, Meter};
use super::relaying;
use super::relays::RelayNews;
use super::shared::Seat;
use crate::link::relay::{Relay, RelayEvent};
use crate::link::{CONNECT, Link, LinkConfig, LinkSink, Route, Stack};
use crate::rendezvous::Rendezvous;
use dayfly_proto::id::{BackendId, LinkId};
use dayfly_proto::identity::web::WebIdentity;
use dayfly_proto::room::{EndReason, Event, LinkEvent, MeetEvent, Output, Room};
use futures_util::future::OptionFuture;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How long goodbyes may take to reach the network once the room has ended.
const FLUSH: Duration = Duration::from_secs(1);

/// One room and everything it drives.
pub(super) struct Driver {
    pub room: Room,
    pub hub: SharedHub,
    pub stack: Box<dyn Stack>,
    pub link_config: LinkConfig,
    /// How many of its servers the person named: those that follow come and go.
    pub named_servers: usize,
    pub links: BTreeMap<LinkId, Box<dyn Link>>,
    pub link_sink: LinkSink,
    pub backends: BTreeMap<BackendId, Box<dyn Rendezvous>>,
    pub meter: Meter,
    /// What relays for other members, if this person agreed.
    pub relay: Option<Relay>,
    pub seat: Seat,
    /// The comparisons of codes that are going on.
    pub comparisons: Comparisons,
    /// Who waits for the code that is made of a connection.
    pub codes: BTreeMap<LinkId, Reply<String>>,
}

/// Where a driver's inputs come from.
pub(super) struct Inputs {
    pub commands: mpsc::Receiver<Command>,
    pub links: mpsc::Receiver<(LinkId, LinkEvent)>,
    pub meets: mpsc::Receiver<(BackendId, MeetEvent)>,
    /// From whoever keeps a list of relays; closed where there is none.
    pub relay_news: mpsc::Receiver<RelayNews>,
    /// Of the relay, where there is one.
    pub relayed: mpsc::Receiver<RelayEvent>,
    /// For web rooms.
    pub identity: Option<oneshot::Receiver<WebIdentity>>,
}

impl Driver {
    /// Runs the room until it ends.
    pub async fn run(mut self, mut inputs: Inputs) {
        let mut identity = inputs.identity.take();
        self.take_share();
        while !self.carry_out() {
            self.hub.lock().greet(|| self.room.snapshot());
            // Without entropy the room goes on with what it has.
            if let Ok(fresh) = super::setup::entropy() {
                self.room.stir(fresh);
            }
            if self.meter.is_due(clock::now().mono) {
                self.stats();
            }
            let wake = async {
                match self.room.poll_timeout() {
                    Some(at) => super::sleep(at.saturating_sub(clock::now().mono)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                command = inputs.commands.recv() => match command {
                    Some(command) => self.command(command),
                    // Nobody holds the room any more.
                    None => self.room.leave(clock::now()),
                },
                () = self.seat.changed() => self.take_share(),
                Some((link, event)) = inputs.links.recv() => self.link_event(link, event),
                Some(RelayEvent::Spent) = inputs.relayed.recv() => self.room.relay_spent(clock::now()),
                Some((backend, event)) = inputs.meets.recv() => {
                    self.room.handle_meet(clock::now(), backend, event);
                }
                Some(made) = OptionFuture::from(identity.as_mut()), if identity.is_some() => {
                    identity = None;
                    match made {
                        Ok(identity) => self.room.handle_identity(clock::now(), identity),
                        // Without a key nobody would ever see this person: better to say so.
                        Err(_) => return self.publish(Event::Left { reason: EndReason::Stopped }),
                    }
                }
                Some(news) = inputs.relay_news.recv() => match news {
                    RelayNews::Servers(servers) => {
                        self.link_config.ice_servers.truncate(self.named_servers);
                        self.link_config.ice_servers.extend(servers);
                    }
                    RelayNews::Trouble(sentence) => self.room.relay_trouble(&sentence),
                },
                () = wake => self.room.handle_timeout(clock::now()),
            }
            self.meter.woke();
        }
        self.flush(inputs).await;
    }

    /// Tells the room its share of what the engine allows all rooms.
    fn take_share(&mut self) {
        let (offers, attempts) = self.seat.share();
        self.room.share(clock::now(), offers, attempts);
    }

    /// Carries out what the room wants; true once the room has ended.
    fn carry_out(&mut self) -> bool {
        let mut ended = false;
        while let Some(output) = self.room.poll() {
            match output {
                Output::Offer { link } => {
                    let made = self.stack.offer(link, &self.link_config, self.link_sink.clone());
                    self.links.insert(link, made);
                }
                Output::Answer {
                    link,
                    offer,
                    relays,
                    delay,
                } => {
                    let mut config = self.link_config.clone();
                    if !delay.is_zero() {
                        config.patience = Some(CONNECT + delay);
                    }
                    // Whoever wants relays only, or none, has said which.
                    if config.route == Route::Automatic {
                        config
                            .ice_servers
                            .extend(relaying::servers(relays, config.loopback));
                    }
                    let made = self.stack.answer(link, offer, &config, self.link_sink.clone());
                    self.links.insert(link, made);
                }
                Output::Accept { link, answer } => self.with(link, |link| link.accept(answer)),
                Output::Renegotiate { link, offer } => self.with(link, |link| link.renegotiate(offer)),
                Output::Send { link: id, frame } => {
                    if let Some(link) = self.links.get(&id)
                        && link.send(frame).is_err()
                    {
                        self.room.handle_link(clock::now(), id, LinkEvent::Congested);
                    }
                }
                Output::OpenNative { link } => self.with(link, |link| link.open_native()),
                Output::SendNative { link: id, frame } => {
                    if let Some(link) = self.links.get(&id)
                        && link.send_native(frame).is_err()
                    {
                        self.room.handle_link(clock::now(), id, LinkEvent::Congested);
                    }
                }
                Output::Close { link } => {
                    if let Some(link) = self.links.remove(&link) {
                        link.close();
                    }
                }
                Output::Announce {
                    backend,
                    topic,
                    peer,
                    offers,
                } => {
                    if let Some(backend) = self.backends.get_mut(&backend) {
                        backend.announce(topic, peer, offers);
                    }
                }
                Output::Reply {
                    backend,
                    topic,
                    peer,
                    to,
                    offer_id,
                    sealed,
                } => {
                    if let Some(backend) = self.backends.get_mut(&backend) {
                        backend.reply(topic, peer, to, offer_id, sealed);
                    }
                }
                Output::ManualCode { link, text } => {
                    if let Some(reply) = self.codes.remove(&link) {
                        let _ = reply.send(text.ok_or_else(super::manual::undescribed));
                    }
                }
                Output::Withdraw { backend, topic, peer } => {
                    if let Some(backend) = self.backends.get_mut(&backend) {
                        backend.withdraw(topic, peer);
                    }
                }
                Output::RelayGrant {
                    username,
                    password,
                    lifetime,
                } => {
                    if let Some(relay) = &self.relay {
                        relay.grant(username, password, lifetime);
                    }
                }
                Output::RelayRevoke { username } => {
                    if let Some(relay) = &self.relay {
                        relay.revoke(username);
                    }
                }
                Output::Rest { backend, resting } => {
                    if let Some(backend) = self.backends.get_mut(&backend) {
                        backend.rest(resting);
                    }
                }
                Output::Event(event) => {
                    ended |= matches!(event, Event::Left { .. });
                    self.comparisons.hear(&event);
                    self.publish(event);
                }
            }
        }
        ended
    }

    fn publish(&mut self, event: Event) {
        if matches!(event, Event::Left { .. }) {
            return self.hub.lock().publish_last(&event);
        }
        let room = &self.room;
        self.hub.lock().publish(&event, || room.snapshot());
    }

    fn with(&self, link: LinkId, act: impl FnOnce(&dyn Link)) {
        // A link that ended while the room decided is nobody's mistake: its `Closed` is queued.
        if let Some(link) = self.links.get(&link) {
            act(link.as_ref());
        }
    }

    fn link_event(&mut self, link: LinkId, event: LinkEvent) {
        // The room has closed it: what was still queued from it no longer counts.
        if !self.links.contains_key(&link) {
            return;
        }
        if matches!(event, LinkEvent::Closed { .. }) {
            self.links.remove(&link);
        }
        self.room.handle_link(clock::now(), link, event);
    }

    /// Waits until every link and back end has sent what was queued and gone, which it shows by
    /// dropping its end of the queue it reports on.
    async fn flush(self, mut inputs: Inputs) {
        let Self {
            room,
            link_sink,
            backends,
            links,
            ..
        } = self;
        // Keys, members and what was said are wiped now; a goodbye may take its second.
        drop(room);
        drop((link_sink, backends));
        for link in links.into_values() {
            link.close();
        }
        let gone = async {
            while inputs.links.recv().await.is_some() {}
            while inputs.meets.recv().await.is_some() {}
        };
        tokio::select! {
            () = gone => {}
            () = super::sleep(FLUSH) => {}
        }
    }

    fn command(&mut self, command: Command) {
        let now = clock::now();
        match command {
            // Having woken up is all it takes: listeners are greeted before every wait.
            Command::Listening => {}
            Command::Say { text, options, reply } => {
                let said = self.room.say(now, text, options);
                let _ = reply.send(said.map_err(Into::into));
            }
            Command::Direct {
                to,
                text,
                options,
                reply,
            } => {
                let said = self.room.direct(now, &to, text, options);
                let _ = reply.send(said.map_err(Into::into));
            }
            Command::Typing { on, to, reply } => {
                let done = self.room.typing(now, on, to.as_deref());
                let _ = reply.send(done.map_err(Into::into));
            }
            Command::Rename { name, reply } => {
                let done = self.room.rename(now, &name);
                let _ = reply.send(done.map_err(Into::into));
            }
            Command::Asked { command, reply } => {
                let done = self.room.command(now, command);
                let _ = reply.send(done.map_err(Into::into));
            }
            Command::Check { command, reply } => {
                let done = self.room.check(now, command);
                let _ = reply.send(done.map_err(Into::into));
            }
            Command::Compare { with, room, reply } => {
                let begun = self.room.compare(now, with.as_deref());
                let joined = begun.map(|with| self.comparisons.agreed(with, &room));
                let _ = reply.send(joined.map_err(Into::into));
            }
            Command::Comparisons { room, reply } => {
                let _ = reply.send(Ok(self.comparisons.all(&room)));
            }
            Command::Compared { which, answer, reply } => {
                let answered = self.comparisons.answered(&which, answer);
                let done = answered.and_then(|command| self.room.check(now, command));
                let _ = reply.send(done.map_err(Into::into));
            }
            Command::Snapshot { reply } => {
                let _ = reply.send(Ok(self.room.snapshot()));
            }
            Command::Invite { reply } => {
                let _ = reply.send(Ok(self.room.invite()));
            }
            Command::InPersonCode { reply } => {
                let _ = reply.send(self.room.in_person_code(now).map_err(Into::into));
            }
            Command::InPersonScanned { code, reply } => {
                let scanned = self.room.in_person_scanned(now, &code);
                let _ = reply.send(scanned.map_err(Into::into));
            }
            Command::ManualOffer { reply } => match self.room.manual_offer(now) {
                Ok(link) => {
                    self.codes.insert(link, reply);
                }
                Err(error) => {
                    let _ = reply.send(Err(error.into()));
                }
            },
            Command::ManualAnswer { text, reply } => {
                let taken = self.room.manual_answer(now, &text);
                let _ = reply.send(taken.map_err(Into::into));
            }
            Command::Member { to, reply } => {
                let _ = reply.send(self.room.member(&to).map_err(Into::into));
            }
            Command::Stats { reply } => {
                let _ = reply.send(Ok(self.stats()));
            }
            Command::Leave => self.room.leave(now),
            Command::NetworkChanged => {
                self.look_around();
                self.room.network_changed(now);
            }
            Command::Suspended => self.room.suspended(now),
            Command::Resumed => {
                self.look_around();
                self.room.resumed(now);
            }
        }
    }

    fn stats(&mut self) -> super::Stats {
        let mut stats = super::Stats::from(self.room.stats());
        stats.tracker_bytes_sent = self.backends.values().map(|backend| backend.bytes_sent()).sum();
        let counters = Counters {
            sent: stats.bytes_sent,
            received: stats.bytes_received,
            tracker_sent: stats.tracker_bytes_sent,
            ..Counters::default()
        };
        let (total, lately) = self.meter.read(clock::now().mono, counters);
        stats.wake_ups = total.wake_ups;
        stats.wake_ups_per_minute = lately.wake_ups;
        stats.bytes_sent_per_minute = lately.sent;
        stats.bytes_received_per_minute = lately.received;
        stats.tracker_bytes_per_minute = lately.tracker_sent;
        if let Some(relay) = &self.relay {
            let usage = relay.usage();
            stats.relayed_bytes = usage.bytes;
            stats.relaying_for = u32::try_from(usage.members).unwrap_or(u32::MAX);
        }
        stats
    }

    /// This device may be elsewhere: links look for a way from there, back ends for their servers.
    fn look_around(&mut self) {
        for link in self.links.values() {
            link.rebind();
        }
        for backend in self.backends.values_mut() {
            backend.network_changed();
        }
    }
}
