//! Time as an argument: [`Now`], and deadlines that have names.
//!
//! This module compares instants and never reads one. A deadline is a variant of the caller's own
//! enum, whose doc says what happens when it fires.

use std::collections::BTreeMap;
use std::time::Duration;

/// The moment an input arrived, on both clocks a room needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Time since an arbitrary origin, on a clock that never goes back and counts suspension.
    /// Deadlines are made of this.
    pub mono: Duration,
    /// Milliseconds since the Unix epoch on the wall clock, which may jump. Only shown and sent,
    /// never compared with `mono`.
    pub unix_ms: u64,
}

impl Now {
    /// The instant `after` from now, on the monotonic clock.
    #[must_use]
    pub fn plus(self, after: Duration) -> Duration {
        self.mono.saturating_add(after)
    }
}

/// A set of named deadlines. Setting a name again moves its deadline.
#[derive(Debug, Clone)]
pub struct Timers<T> {
    due: BTreeMap<T, Duration>,
}

impl<T: Ord + Clone> Default for Timers<T> {
    fn default() -> Self {
        Self { due: BTreeMap::new() }
    }
}

impl<T: Ord + Clone> Timers<T> {
    /// Arms `name` to fire at `at` (monotonic), replacing what it was armed for.
    pub fn set(&mut self, name: T, at: Duration) {
        self.due.insert(name, at);
    }

    /// Disarms `name`; nothing happens if it was not armed.
    pub fn stop(&mut self, name: &T) {
        self.due.remove(name);
    }

    /// Disarms every deadline for which `keep` is false.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        self.due.retain(|name, _| keep(name));
    }

    /// When `name` fires, if it is armed.
    #[must_use]
    pub fn get(&self, name: &T) -> Option<Duration> {
        self.due.get(name).copied()
    }

    /// The earliest deadline.
    #[must_use]
    pub fn next(&self) -> Option<Duration> {
        self.due.values().min().copied()
    }

    /// Takes one deadline that is due at `mono`, the earliest first.
    pub fn expired(&mut self, mono: Duration) -> Option<T> {
        let (name, at) = self.due.iter().min_by_key(|(_, at)| **at)?;
        if *at > mono {
            return None;
        }
        let name = name.clone();
        self.due.remove(&name);
        Some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fires_in_order_and_once() {
        let mut timers = Timers::default();
        timers.set("b", Duration::from_secs(2));
        timers.set("a", Duration::from_secs(3));
        timers.set("a", Duration::from_secs(1));
        assert_eq!(timers.next(), Some(Duration::from_secs(1)));
        assert_eq!(timers.expired(Duration::from_millis(999)), None);
        assert_eq!(timers.expired(Duration::from_secs(9)), Some("a"));
        assert_eq!(timers.expired(Duration::from_secs(9)), Some("b"));
        assert_eq!(timers.expired(Duration::from_secs(9)), None);
    }
}
