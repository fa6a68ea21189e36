//! What is left to be given away: bytes a second, and in all.

use std::time::Duration;

/// A rate, with what has been saved up.
#[derive(Debug)]
pub(super) struct Bucket {
    per_second: u64,
    most: u64,
    left: u64,
    at: Duration,
}

impl Bucket {
    /// Full: `most` at once, `per_second` from then on.
    pub fn new(per_second: u64, most: u64) -> Self {
        Self {
            per_second,
            most,
            left: most,
            at: Duration::ZERO,
        }
    }

    /// Takes `count`, if there are so many.
    pub fn take(&mut self, now: Duration, count: u64) -> bool {
        let passed = u64::try_from(now.saturating_sub(self.at).as_millis()).unwrap_or(u64::MAX);
        let more = passed.saturating_mul(self.per_second) / 1_000;
        if more > 0 {
            self.left = self.left.saturating_add(more).min(self.most);
            self.at = now;
        }
        let enough = self.left >= count;
        if enough {
            self.left -= count;
        }
        enough
    }
}

/// What one datagram may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It passes.
    Pass,
    /// Too much in this moment: it is lost.
    Drop,
    /// Nothing is left at all.
    Spent,
}

/// The bytes of one relay.
#[derive(Debug)]
pub(super) struct Budget {
    rate: Bucket,
    left: u64,
    used: u64,
}

impl Budget {
    /// `in_all` bytes, `per_second` of them, `burst` at once.
    pub fn new(per_second: u64, burst: u64, in_all: u64) -> Self {
        Self {
            rate: Bucket::new(per_second, burst),
            left: in_all,
            used: 0,
        }
    }

    /// Counts one datagram.
    pub fn spend(&mut self, now: Duration, bytes: usize) -> Verdict {
        let bytes = bytes as u64;
        if bytes > self.left {
            self.left = 0;
            return Verdict::Spent;
        }
        if !self.rate.take(now, bytes) {
            return Verdict::Drop;
        }
        self.left -= bytes;
        self.used += bytes;
        Verdict::Pass
    }

    /// Bytes that passed.
    pub fn used(&self) -> u64 {
        self.used
    }

    /// Whether nothing is left.
    pub fn is_spent(&self) -> bool {
        self.left == 0
    }
}
