//! A token bucket: how much of something is allowed at once and in the long run.

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

    fn refill(&mut self, now: Instant) {
        let gained = now.saturating_duration_since(self.at).as_secs_f64() * self.rate;
        self.tokens = (self.tokens + gained).min(self.burst);
        self.at = now;
    }
}
