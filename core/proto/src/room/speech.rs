//! What one member says, paced: at once while it is fair, late above that, folded beyond.

use super::limits::{
    ABUSE_BURST, ABUSE_EVERY, Bucket, LAST_WORDS, MAX_WAITING, SHAPING_BURST, SHAPING_EVERY,
};
use crate::wire::web::chitchatter::ChatText;
use std::collections::VecDeque;
use std::time::Duration;

/// A message on its way to the timeline.
#[derive(Debug)]
pub(super) struct Said {
    pub text: ChatText,
    pub direct: bool,
    /// When it arrived, milliseconds since the Unix epoch.
    pub at: u64,
    /// The text stands in the ledger of a native room; here is its id alone.
    pub in_ledger: bool,
}

/// What becomes of a message.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Show it now.
    Now(Said),
    /// It waits.
    Later,
    /// It is dropped.
    Dropped,
    /// Its author has gone too far.
    Abuse,
}

/// The pace of one member.
#[derive(Debug)]
pub(super) struct Speech {
    shaping: Bucket,
    abuse: Bucket,
    waiting: VecDeque<Said>,
    /// Dropped since the person was last told.
    pub folded: u32,
}

impl Default for Speech {
    fn default() -> Self {
        Self {
            shaping: Bucket::new((SHAPING_BURST, SHAPING_EVERY)),
            abuse: Bucket::new((ABUSE_BURST, ABUSE_EVERY)),
            waiting: VecDeque::new(),
            folded: 0,
        }
    }
}

impl Speech {
    /// Takes a message as it arrives.
    pub fn hear(&mut self, now: Duration, said: Said) -> Verdict {
        if !self.abuse.take(now, 1) {
            return Verdict::Abuse;
        }
        if self.waiting.is_empty() && self.shaping.take(now, 1) {
            return Verdict::Now(said);
        }
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back(said);
            return Verdict::Later;
        }
        self.folded += 1;
        Verdict::Dropped
    }

    /// Counts something that is shown at once whatever the pace; false if its author has gone too
    /// far.
    pub fn counts(&mut self, now: Duration) -> bool {
        self.abuse.take(now, 1)
    }

    /// The next waiting message, if its turn has come.
    pub fn due(&mut self, now: Duration) -> Option<Said> {
        if self.waiting.is_empty() || !self.shaping.take(now, 1) {
            return None;
        }
        self.waiting.pop_front()
    }

    /// The next waiting message, although it is not due: its author is going. What is shown so
    /// is owed.
    pub fn last(&mut self, now: Duration) -> Option<Said> {
        if self.waiting.is_empty() || !self.shaping.borrow(now, LAST_WORDS) {
            return None;
        }
        self.waiting.pop_front()
    }

    /// Drops what waits; returns how much that was.
    pub fn fold_waiting(&mut self) -> u64 {
        let dropped = self.waiting.len();
        self.waiting.clear();
        self.folded += u32::try_from(dropped).unwrap_or(u32::MAX);
        dropped as u64
    }

    /// When the next waiting message is due.
    pub fn due_at(&self) -> Option<Duration> {
        (!self.waiting.is_empty()).then(|| self.shaping.ready_at())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(n: u64) -> Said {
        let text = ChatText {
            author_id: "u".into(),
            text: "x".into(),
            time_sent: n,
            id: n.to_string(),
        };
        Said {
            text,
            direct: false,
            at: n,
            in_ledger: false,
        }
    }

    #[test]
    fn fair_then_late_then_folded_then_abuse() {
        let mut speech = Speech::default();
        let now = Duration::from_secs(1);
        let (mut at_once, mut late, mut dropped) = (0, 0, 0);
        for n in 0.. {
            match speech.hear(now, said(n)) {
                Verdict::Now(_) => at_once += 1,
                Verdict::Later => late += 1,
                Verdict::Dropped => dropped += 1,
                Verdict::Abuse => break,
            }
        }
        assert_eq!((at_once, late, dropped), (30, 200, ABUSE_BURST - 230));
        assert_eq!(speech.folded, dropped);
    }

    #[test]
    fn what_waits_comes_in_order_one_a_second() {
        let mut speech = Speech::default();
        for n in 0..40 {
            speech.hear(Duration::from_secs(1), said(n));
        }
        for n in 30..40 {
            let at = speech.due_at().expect("more waits");
            assert_eq!(at, Duration::from_secs(n - 30 + 2));
            assert!(speech.due(at - Duration::from_millis(1)).is_none());
            assert_eq!(speech.due(at).map(|said| said.at), Some(n));
        }
        assert_eq!(speech.due_at(), None);
    }
}
