//! A back end that works in a task of its own, as a room holds it: what the room asks for waits in
//! a queue, and letting go of it ends the task.

use super::Rendezvous;
use super::socket::Traffic;
use dayfly_proto::id::PeerId;
use dayfly_proto::room::SealedOffer;
use dayfly_proto::wire::web::topic::InfoHash;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::sync::mpsc;

/// Orders that wait. Further ones are dropped: the room announces again soon.
const ORDERS: usize = 64;

/// What the room asks of a back end, the methods of [`Rendezvous`] one for one.
pub(super) enum Order {
    Announce(InfoHash, PeerId, Vec<SealedOffer>),
    Reply {
        topic: InfoHash,
        peer: PeerId,
        to: PeerId,
        offer_id: String,
        sealed: String,
    },
    Withdraw(InfoHash, PeerId),
    Hurry,
    Rest(bool),
}

/// The room's end of the queue. Dropping it tells the task to say goodbye and end.
pub struct Queued {
    orders: mpsc::Sender<Order>,
    traffic: Arc<Traffic>,
    /// Of whom it asks, for the log.
    whom: &'static str,
}

impl Queued {
    /// Both ends. The task counts in `traffic` what it sends.
    pub(super) fn new(whom: &'static str, traffic: Arc<Traffic>) -> (Self, mpsc::Receiver<Order>) {
        let (orders, queue) = mpsc::channel(ORDERS);
        let queued = Self {
            orders,
            traffic,
            whom,
        };
        (queued, queue)
    }

    fn order(&self, order: Order) {
        if self.orders.try_send(order).is_err() {
            let whom = self.whom;
            log::debug!("an order to {whom} was dropped: its queue is full or it has ended");
        }
    }
}

impl Rendezvous for Queued {
    fn announce(&mut self, topic: InfoHash, peer: PeerId, offers: Vec<SealedOffer>) {
        self.order(Order::Announce(topic, peer, offers));
    }

    fn reply(&mut self, topic: InfoHash, peer: PeerId, to: PeerId, offer_id: String, sealed: String) {
        self.order(Order::Reply {
            topic,
            peer,
            to,
            offer_id,
            sealed,
        });
    }

    fn withdraw(&mut self, topic: InfoHash, peer: PeerId) {
        self.order(Order::Withdraw(topic, peer));
    }

    fn network_changed(&mut self) {
        self.order(Order::Hurry);
    }

    fn rest(&mut self, resting: bool) {
        self.order(Order::Rest(resting));
    }

    fn bytes_sent(&self) -> u64 {
        self.traffic.sent.load(Ordering::Relaxed)
    }
}
