//! What a room costs now: how often its thread is woken for it, and bytes, a minute.
//!
//! Keeps a few samples of counters that only grow, and compares. It counts what the room's own loop
//! is woken for; timers within connections are the stack's and are not seen here.

use std::collections::VecDeque;
use std::time::Duration;

/// Pause between two samples, and how many are kept: enough to look back a minute.
const EVERY: Duration = Duration::from_secs(10);
const SAMPLES: usize = 8;

/// What a rate is given for.
const MINUTE: Duration = Duration::from_secs(60);

/// Counters since the room was entered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counters {
    pub wake_ups: u64,
    /// Data channels, out and in.
    pub sent: u64,
    pub received: u64,
    /// Places to meet, out.
    pub tracker_sent: u64,
}

/// See the module's text.
#[derive(Debug, Default)]
pub(super) struct Meter {
    wake_ups: u64,
    samples: VecDeque<(Duration, Counters)>,
}

impl Meter {
    /// The room's loop was woken.
    pub fn woke(&mut self) {
        self.wake_ups += 1;
    }

    /// Whether a sample is due.
    pub fn is_due(&self, now: Duration) -> bool {
        self.samples.back().is_none_or(|(at, _)| now >= *at + EVERY)
    }

    /// Takes the counters as they stand; returns them, and how much of each a minute lately.
    pub fn read(&mut self, now: Duration, counters: Counters) -> (Counters, Counters) {
        let total = Counters {
            wake_ups: self.wake_ups,
            ..counters
        };
        let minute_old = |(at, _): &&(Duration, Counters)| now >= *at + MINUTE;
        let base = self
            .samples
            .iter()
            .rev()
            .find(minute_old)
            .or(self.samples.front());
        let (since, before) = base.copied().unwrap_or((now, total));
        // Of less than a second nothing can be said.
        let elapsed = u64::try_from((now - since.min(now)).as_millis()).unwrap_or(u64::MAX);
        let rate = |now: u64, before: u64| match elapsed {
            0..1_000 => 0,
            _ => now.saturating_sub(before).saturating_mul(60_000) / elapsed,
        };
        let lately = Counters {
            wake_ups: rate(total.wake_ups, before.wake_ups),
            sent: rate(total.sent, before.sent),
            received: rate(total.received, before.received),
            tracker_sent: rate(total.tracker_sent, before.tracker_sent),
        };
        if self.is_due(now) {
            if self.samples.len() >= SAMPLES {
                self.samples.pop_front();
            }
            self.samples.push_back((now, total));
        }
        (total, lately)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_of_the_last_minute_and_samples_are_few() {
        let mut meter = Meter::default();
        let mut sent = 0;
        for second in 0..600 {
            meter.woke();
            // Ten times as much in the last two minutes.
            sent += if second < 480 { 100 } else { 1_000 };
            let counters = Counters {
                sent,
                ..Counters::default()
            };
            let (total, lately) = meter.read(Duration::from_secs(second), counters);
            assert_eq!((total.wake_ups, total.sent), (second + 1, sent));
            if second == 470 {
                assert_eq!((lately.wake_ups, lately.sent), (60, 6_000));
            }
            if second == 599 {
                assert_eq!((lately.wake_ups, lately.sent), (60, 60_000));
            }
            assert!(meter.samples.len() <= SAMPLES);
        }
    }

    #[test]
    fn a_room_that_slept_shows_a_low_rate() {
        let mut meter = Meter::default();
        meter.woke();
        meter.read(Duration::ZERO, Counters::default());
        meter.woke();
        let (_, lately) = meter.read(Duration::from_secs(600), Counters::default());
        assert_eq!(lately.wake_ups, 0, "one in ten minutes");
    }
}
