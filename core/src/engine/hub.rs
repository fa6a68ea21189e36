//! Listeners' queues: who listens, how far behind, and what happens then.
//!
//! A queue holds [`CAPACITY`] events. When one more comes, the queue collapses to a single reset
//! with the room as it stands, so that a listener that blocks costs a bounded amount of memory
//! and still ends up with the truth.

use dayfly_proto::room::{Event, Snapshot};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use tokio::sync::Notify;

/// Events a listener may be behind before its queue collapses to a reset.
pub const CAPACITY: usize = 256;

/// Every listener of one room.
#[derive(Debug, Default)]
pub(super) struct Hub {
    listeners: Vec<Weak<Queue>>,
    /// The last event, once the room is over.
    last: Option<Event>,
}

/// A hub that outlives its driver, so that a driver that stops can still be reported.
#[derive(Debug, Clone, Default)]
pub(super) struct SharedHub(Arc<Mutex<Hub>>);

impl SharedHub {
    pub fn lock(&self) -> MutexGuard<'_, Hub> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    arrived: Notify,
    arrived_blocking: Condvar,
}

#[derive(Debug, Default)]
struct State {
    events: VecDeque<Event>,
    /// The first reset was given.
    greeted: bool,
    ended: bool,
}

/// A listener's end of its queue. The first event is a reset; dropping it unsubscribes.
#[derive(Debug)]
pub struct Subscription {
    queue: Arc<Queue>,
}

/// Ends the waits of a [`Subscription`] from elsewhere.
#[derive(Debug, Clone)]
pub struct Unsubscriber {
    queue: Arc<Queue>,
}

impl Hub {
    /// Adds a listener. Its first event is a reset, which [`Hub::greet`] or the next event brings;
    /// a listener to a room that is over is told just that.
    pub fn add(&mut self, queue: &Arc<Queue>) {
        if let Some(last) = &self.last {
            queue.push(last.clone());
            queue.end();
            return;
        }
        self.listeners.retain(|listener| listener.strong_count() > 0);
        self.listeners.push(Arc::downgrade(queue));
    }

    /// Gives new listeners their first reset.
    pub fn greet(&mut self, mut snapshot: impl FnMut() -> Snapshot) {
        for queue in self.listeners.iter().filter_map(Weak::upgrade) {
            if !queue.lock().greeted {
                queue.collapse(snapshot());
            }
        }
    }

    /// Gives `event` to every listener. `snapshot`, which must already hold what the event says,
    /// is called once for each that is new or too far behind.
    pub fn publish(&mut self, event: &Event, mut snapshot: impl FnMut() -> Snapshot) {
        self.listeners.retain(|listener| {
            let Some(queue) = listener.upgrade() else {
                return false;
            };
            let follows = {
                let state = queue.lock();
                state.greeted && state.events.len() < CAPACITY
            };
            if follows {
                queue.push(event.clone());
            } else {
                queue.collapse(snapshot());
            }
            true
        });
    }

    /// Gives every listener its last event, however far behind it is.
    pub fn publish_last(&mut self, event: &Event) {
        for queue in self.listeners.iter().filter_map(Weak::upgrade) {
            queue.push(event.clone());
        }
        self.last = Some(event.clone());
    }

    /// Nothing more will come. What is queued can still be taken.
    pub fn end(&mut self) {
        for queue in self.listeners.drain(..).filter_map(|listener| listener.upgrade()) {
            queue.end();
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.end();
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A poisoned queue is still a queue: nothing here can leave it half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, event: Event) {
        let mut state = self.lock();
        // Whoever unsubscribed hears no more, though it may still be busy with an event.
        if !state.ended {
            state.events.push_back(event);
        }
        drop(state);
        self.wake();
    }

    fn collapse(&self, snapshot: Snapshot) {
        let mut state = self.lock();
        state.greeted = true;
        state.events.clear();
        if !state.ended {
            state.events.push_back(Event::Reset { snapshot });
        }
        drop(state);
        self.wake();
    }

    pub(super) fn end(&self) {
        self.lock().ended = true;
        self.wake();
    }

    fn wake(&self) {
        self.arrived.notify_one();
        self.arrived_blocking.notify_all();
    }
}

impl Subscription {
    pub(super) fn new(queue: Arc<Queue>) -> Self {
        Self { queue }
    }

    /// The next event; `None` once the room has ended, or this was unsubscribed, and everything
    /// was taken. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let arrived = self.queue.arrived.notified();
            {
                let mut state = self.queue.lock();
                if let Some(event) = state.events.pop_front() {
                    return Some(event);
                }
                if state.ended {
                    return None;
                }
            }
            arrived.await;
        }
    }

    /// The same, for a thread that may block. [`Unsubscriber::unsubscribe`] ends the wait.
    pub fn next_blocking(&mut self) -> Option<Event> {
        let mut state = self.queue.lock();
        loop {
            if let Some(event) = state.events.pop_front() {
                return Some(event);
            }
            if state.ended {
                return None;
            }
            state = self
                .queue
                .arrived_blocking
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// A handle that ends this subscription's waits from another thread.
    #[must_use]
    pub fn unsubscriber(&self) -> Unsubscriber {
        Unsubscriber {
            queue: Arc::clone(&self.queue),
        }
    }
}

impl Unsubscriber {
    /// Forgets what is queued and ends every wait, now and later.
    pub fn unsubscribe(&self) {
        let mut state = self.queue.lock();
        state.events.clear();
        state.ended = true;
        drop(state);
        self.queue.wake();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dayfly_proto::id::MemberId;
    use dayfly_proto::room::{EndReason, Member, MemberKind, MemberState, Trust};

    fn snapshot() -> Snapshot {
        let me = Member {
            id: MemberId("me".into()),
            name: String::new(),
            fingerprint: String::new(),
            kind: MemberKind::Web,
            trust: Trust::Claimed,
            state: MemberState::Here,
            via: None,
            islands: Vec::new(),
            same_key: false,
            ..Member::default()
        };
        Snapshot {
            me,
            members: Vec::new(),
            messages: Vec::new(),
            rendezvous: Vec::new(),
            ..Snapshot::default()
        }
    }

    fn typing(n: usize) -> Event {
        Event::Typing {
            from: MemberId(n.to_string()),
            on: true,
            direct: false,
        }
    }

    #[test]
    fn a_listener_that_lags_gets_one_reset_and_then_what_follows() {
        let (mut hub, queue) = (Hub::default(), Arc::new(Queue::default()));
        let mut subscription = Subscription::new(Arc::clone(&queue));
        hub.add(&queue);
        for n in 0..CAPACITY * 3 {
            hub.publish(&typing(n), snapshot);
        }
        hub.publish_last(&Event::Left {
            reason: EndReason::Left,
        });
        hub.end();
        let mut all = Vec::new();
        while let Some(event) = subscription.next_blocking() {
            all.push(event);
        }
        assert!(matches!(all.first(), Some(Event::Reset { .. })));
        assert!(all.len() <= CAPACITY + 1, "{} events were kept", all.len());
        assert!(matches!(all.last(), Some(Event::Left { .. })));
        assert_eq!(
            all.iter()
                .filter(|event| matches!(event, Event::Reset { .. }))
                .count(),
            1
        );
    }

    #[test]
    fn a_listener_to_a_room_that_is_over_is_told_so() {
        let (mut hub, early, late) = (
            Hub::default(),
            Arc::new(Queue::default()),
            Arc::new(Queue::default()),
        );
        hub.add(&early);
        let stopped = Event::Left {
            reason: EndReason::Stopped,
        };
        hub.publish_last(&stopped);
        hub.end();
        hub.add(&late);
        for queue in [early, late] {
            let mut subscription = Subscription::new(queue);
            assert_eq!(subscription.next_blocking(), Some(stopped.clone()));
            assert_eq!(subscription.next_blocking(), None);
        }
    }

    #[test]
    fn whoever_unsubscribed_hears_no_more() {
        let (mut hub, queue) = (Hub::default(), Arc::new(Queue::default()));
        let mut subscription = Subscription::new(Arc::clone(&queue));
        hub.add(&queue);
        hub.publish(&typing(1), snapshot);
        assert!(subscription.next_blocking().is_some());
        subscription.unsubscriber().unsubscribe();
        hub.publish(&typing(2), snapshot);
        assert_eq!(subscription.next_blocking(), None);
    }

    #[test]
    fn unsubscribing_ends_a_blocked_wait() {
        let queue = Arc::new(Queue::default());
        let mut subscription = Subscription::new(Arc::clone(&queue));
        let unsubscriber = subscription.unsubscriber();
        #[allow(
            clippy::disallowed_methods,
            reason = "a wait can only be ended from another thread"
        )]
        let waiting = std::thread::spawn(move || subscription.next_blocking());
        unsubscriber.unsubscribe();
        assert_eq!(waiting.join().expect("the wait does not panic"), None);
    }
}
