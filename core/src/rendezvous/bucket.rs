//! A token bucket: how much of something is allowed at once and in the long run.

use std::time::Duration;
use tokio::time::Instant;

/// Holds at most `burst` tokens and gains `rate` of them a second.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    burst: f64,
    rate: f64,
    tokens: f64,
    at: Instant,
}

impl Bucket {
    /// A full bucket of `(burst, rate)`.
    pub(super) fn new((burst, rate): (f64, f64), now: Instant) -> Self {
        Self {
            burst,
            rate,
            tokens: burst,
            at: now,
        }
    }

    /// Takes `amount` tokens if there are as many.
    pub(super) fn take(&mut self, amount: f64, now: Instant) -> bool {
        self.refill(now);
        let enough = self.tokens >= amount;
        if enough {
            self.tokens -= amount;
        }
        enough
    }

    /// Takes `amount` tokens, going into debt if need be, and says how long until it is paid.
    pub(super) fn owe(&mut self, amount: f64, now: Instant) -> Duration {
        self.refill(now);
        self.tokens -= amount;
        Duration::from_secs_f64((-self.tokens / self.rate).max(0.0))
    }

    fn refill(&mut self, now: Instant) {
        let gained = now.saturating_duration_since(self.at).as_secs_f64() * self.rate;
        self.tokens = (self.tokens + gained).min(self.burst);
        self.at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::new((3.0, 1.0), start);
        assert!((0..3).all(|_| bucket.take(1.0, start)));
        assert!(!bucket.take(1.0, start));
        let later = start + Duration::from_secs(1);
        assert!(bucket.take(1.0, later) && !bucket.take(1.0, later));
        assert_eq!(bucket.owe(2.0, later), Duration::from_secs(2));
        assert!(bucket.take(1.0, later + Duration::from_secs(3)));
        let much_later = later + Duration::from_secs(1000);
        assert_eq!(
            bucket.owe(3.0, much_later),
            Duration::ZERO,
            "never more than the burst"
        );
    }
}
