//! Tasks: the only place that spawns.
//!
//! Everything a room runs is spawned through its own [`Tasks`]. A panic in any of them is caught
//! where the task is joined, told to the room, and never takes the thread down. Dropping the last
//! [`Tasks`] of a room ends all of its tasks.

use futures_util::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// Spawns the tasks of one room and watches over them.
#[derive(Debug, Clone)]
pub struct Tasks {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    running: Mutex<Vec<AbortHandle>>,
    first_panic: Mutex<Option<&'static str>>,
    panicked: Notify,
    fault: Arc<Fault>,
}

/// Held by every task, while [`Shared`] is held by none: otherwise a set would keep itself alive.
#[derive(Debug, Default)]
struct Fault {
    name: Mutex<Option<&'static str>>,
    set: Notify,
}

impl Drop for Shared {
    fn drop(&mut self) {
        for task in lock(&self.running).drain(..) {
            task.abort();
        }
    }
}

/// A reference that does not keep the tasks running.
#[derive(Debug, Clone)]
pub struct WeakTasks(std::sync::Weak<Shared>);

impl WeakTasks {
    /// The set, unless it has ended.
    pub(crate) fn upgrade(&self) -> Option<Tasks> {
        self.0.upgrade().map(|shared| Tasks { shared })
    }

    /// [`Tasks::inject_panic`], if any task is left.
    #[doc(hidden)]
    pub fn inject_panic(&self, name: &'static str) {
        if let Some(tasks) = self.upgrade() {
            tasks.inject_panic(name);
        }
    }
}

/// A poisoned lock only means that a holder panicked; what these locks guard stays valid.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends its task when dropped.
#[derive(Debug)]
pub struct TaskGuard(AbortHandle);

impl Drop for TaskGuard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl TaskGuard {
    /// Whether the task has ended.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.0.is_finished()
    }

    /// Lets the task run on without this guard; it still ends with its room.
    pub fn detach(self) {
        std::mem::forget(self);
    }
}

impl Default for Tasks {
    fn default() -> Self {
        Self::new()
    }
}

impl Tasks {
    /// A new, empty set. Must be used from within a Tokio runtime.
    #[must_use]
    pub fn new() -> Self {
        Self {
            shared: Arc::default(),
        }
    }

    /// Runs `work` under `name`, which appears in logs and nothing else.
    #[must_use = "the task ends when its guard is dropped; detach it to let it run with its room"]
    pub fn spawn(&self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) -> TaskGuard {
        let fault = Arc::clone(&self.shared.fault);
        let shared = Arc::downgrade(&self.shared);
        let watched = async move {
            let run = async {
                tokio::select! {
                    biased;
                    () = fault.strikes(name) => panic!("fault injected"),
                    () = work => {}
                }
            };
            if AssertUnwindSafe(run).catch_unwind().await.is_err()
                && let Some(shared) = shared.upgrade()
            {
                shared.report(name);
            }
        };
        #[allow(clippy::disallowed_methods, reason = "the one place that spawns")]
        let task = tokio::spawn(watched).abort_handle();
        let mut running = lock(&self.shared.running);
        running.retain(|task| !task.is_finished());
        running.push(task.clone());
        TaskGuard(task)
    }

    /// Runs `work`, which computes for long, on a thread of its own and gives its result. `None`
    /// if it panicked.
    pub async fn compute<T: Send + 'static>(
        &self,
        name: &'static str,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let faulty = *lock(&self.shared.fault.name) == Some(name);
        #[allow(clippy::disallowed_methods, reason = "the one place that spawns")]
        let done = tokio::task::spawn_blocking(move || {
            assert!(!faulty, "fault injected");
            work()
        });
        let result = done.await.ok();
        if result.is_none() {
            self.shared.report(name);
        }
        result
    }

    /// A reference that does not keep the tasks running.
    #[must_use]
    pub fn downgrade(&self) -> WeakTasks {
        WeakTasks(Arc::downgrade(&self.shared))
    }

    /// Waits until a task of this set has panicked and gives its name.
    pub async fn panicked(&self) -> &'static str {
        loop {
            if let Some(name) = *lock(&self.shared.first_panic) {
                return name;
            }
            self.shared.panicked.notified().await;
        }
    }

    /// Makes every task called `name` panic, now or when it is spawned: for the tests that prove
    /// a panic costs nothing but the room.
    #[doc(hidden)]
    pub fn inject_panic(&self, name: &'static str) {
        *lock(&self.shared.fault.name) = Some(name);
        self.shared.fault.set.notify_waiters();
    }
}

impl Shared {
    fn report(&self, name: &'static str) {
        log::error!("a task stopped unexpectedly: {name}");
        lock(&self.first_panic).get_or_insert(name);
        self.panicked.notify_one();
    }
}

impl Fault {
    /// Resolves once a fault is set for `name`.
    async fn strikes(&self, name: &'static str) {
        loop {
            let set = self.set.notified();
            if *lock(&self.name) == Some(name) {
                return;
            }
            set.await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn a_panic_is_reported_and_others_go_on() {
        let tasks = Tasks::new();
        let (tx, mut rx) = tokio::sync::mpsc::channel::<u8>(1);
        tasks
            .spawn("steady", async move {
                std::future::pending::<()>().await;
                drop(tx);
            })
            .detach();
        tasks.spawn("weak", std::future::pending()).detach();
        tasks.inject_panic("weak");
        assert_eq!(tasks.panicked().await, "weak");
        assert!(rx.try_recv().is_err());
        drop(tasks);
        let ended = tokio::time::timeout(Duration::from_secs(5), rx.recv()).await;
        assert_eq!(ended, Ok(None), "dropping the set ends its tasks");
    }

    #[tokio::test]
    async fn a_dropped_guard_ends_its_task() {
        let tasks = Tasks::new();
        let (tx, mut rx) = tokio::sync::mpsc::channel::<u8>(1);
        let guard = tasks.spawn("x", async move {
            std::future::pending::<()>().await;
            drop(tx);
        });
        drop(guard);
        let ended = tokio::time::timeout(Duration::from_secs(5), rx.recv()).await;
        assert_eq!(ended, Ok(None));
    }
}
