//! What one peer may cost: every number that bounds the room, and the buckets that count.
//!
//! `docs/limits.md` tables these with the test behind each. Two thresholds hold for what a member
//! says: above the *shaping* rate messages arrive late, above the *abuse* rate the link is closed.

pub use crate::wire::web::chitchatter::{MAX_NAME_UNITS, MAX_TEXT_UNITS};
use std::time::Duration;

/// Messages a member may say at once before they arrive late.
pub const SHAPING_BURST: u32 = 30;
/// One more message is shown each second.
pub const SHAPING_EVERY: Duration = Duration::from_secs(1);
/// Messages of one member that wait to be shown; more are dropped, counted and folded.
pub const MAX_WAITING: usize = 200;
/// How often at most a member's dropped messages are reported.
pub const FOLD_EVERY: Duration = Duration::from_secs(1);
/// Ten times the shaping rate, held for ten seconds, ends the link.
pub const ABUSE_BURST: u32 = 10 * SHAPING_BURST + 100;
/// See [`ABUSE_BURST`].
pub const ABUSE_EVERY: Duration = Duration::from_millis(100);
/// What this person may say at once: as much as a receiver takes without dropping any.
pub const OWN_BURST: u32 = SHAPING_BURST + MAX_WAITING as u32;

/// KiB this person may say at once, and every how long one more: a link's queue holds 1 MiB, and
/// one that overflows is closed.
pub const OWN_KIB: (u32, Duration) = (320, Duration::from_millis(10));
/// Messages of a member that leaves that are shown although they were too fast; the rest is
/// folded. They count when it comes back: coming and going is no way round the pace.
pub const LAST_WORDS: u32 = SHAPING_BURST;
/// Members admitted at once, and every how long one more; for the same reason.
pub const ADMISSIONS: (u32, Duration) = (32, Duration::from_secs(1));

/// How far apart a page gets messages. It appends each to the conversation as it last drew it,
/// and thus keeps only the last of those that come between two drawings: of twenty at once one,
/// of ten that were 50 ms apart eight, 80 ms apart all; 100 ms apart six to nine on a machine
/// that was busy with other things, as a phone may be.
pub const PAGE_DRAWS: Duration = Duration::from_millis(250);

/// Typing changes a member may show at once, and every how long one more.
pub const TYPING: (u32, Duration) = (20, Duration::from_millis(500));
/// Typing frames beyond which the link is closed.
pub const TYPING_ABUSE: (u32, Duration) = (300, Duration::from_millis(100));
/// Introductions (names) taken at once, and every how long one more: each costs a signature check.
pub const NAMES: (u32, Duration) = (10, Duration::from_secs(3));
/// Introductions beyond which the link is closed.
pub const NAMES_ABUSE: (u32, Duration) = (100, Duration::from_millis(300));
/// Renegotiations answered at once, and every how long one more.
pub const RENEGOTIATIONS: (u32, Duration) = (20, Duration::from_secs(2));
/// Renegotiations beyond which the link is closed.
pub const RENEGOTIATIONS_ABUSE: (u32, Duration) = (200, Duration::from_millis(200));
/// Frames of any kind a link may bring at once, and every how long one more; then it is closed.
pub const FRAMES: (u32, Duration) = (4_000, Duration::from_millis(10));
/// KiB a link may bring at once, and every how long one more; then it is closed.
pub const KIB: (u32, Duration) = (16 * 1024, Duration::from_millis(2));
/// Offers and answers taken from one back end at once, and every how long one more.
pub const SIGNALS: (u32, Duration) = (100, Duration::from_millis(50));
/// Sealed boxes tried from one back end in a native room at once, and every how long one more. Of
/// those that open, [`SIGNALS`] are taken: whoever has not the key cannot use up those.
pub const BOXES: (u32, Duration) = (2_000, Duration::from_millis(1));
/// Offers and answers taken from one peer id at once, and every how long one more.
pub const PEER_SIGNALS: (u32, Duration) = (12, Duration::from_secs(2));
/// Offers made to one member within sessions, or taken from it, at once, and every how long one more.
pub const CALLS: (u32, Duration) = (4, Duration::from_secs(5));
/// Boxes passed on for one member at once, and every how long one more.
pub const PASSED_ON: (u32, Duration) = (12, Duration::from_secs(3));
/// Connections made for the offer pool at once, and every how long one more.
pub const NEW_OFFERS: (u32, Duration) = (40, Duration::from_millis(500));
/// Announces that were not due, at once, and every how long one more.
pub const PROMPT_ANNOUNCES: (u32, Duration) = (12, Duration::from_secs(2));

/// Codes for an exchange by hand that can be answered at once; past that the oldest goes.
pub const MAX_MANUAL: usize = 4;
/// Native handshakes under way at once; further connections wait for their turn.
pub const HALF_OPEN_HANDSHAKES: usize = 8;
/// Handshakes in which a password may have been guessed, at once, and every how long one more.
pub const GUESSES: (u32, Duration) = (5, Duration::from_secs(60));
/// Keys of native members that are remembered; the one away longest is forgotten first.
pub const MAX_PEERS: usize = 256;
/// Frames of one session that wait until its keys have changed; past that the session ends.
pub const MAX_QUEUED_FRAMES: usize = 2_048;

/// How often a peer is asked once more for what is lacking, at once, and every how long.
pub const ASKS: (u32, Duration) = (5, Duration::from_secs(5));
/// A native room in which nobody else was for so long wipes itself.
pub const EMPTY_FOR: Duration = Duration::from_secs(24 * 3600);

/// Most bytes of unfinished messages, over all links.
pub const MAX_PENDING_BYTES: usize = 32 << 20;

/// Most members of one room; further ones are turned away.
pub const MAX_MEMBERS: usize = 64;
/// Most connections being made, pooled offers aside.
pub const MAX_HALF_OPEN: usize = 24;
/// Fewest connections being made that a room is allowed, however many rooms share.
pub const MIN_HALF_OPEN: usize = 4;
/// Most connections to one peer id.
pub const MAX_PEER_LINKS: usize = 3;
/// Most pooled offers, over all back ends and islands.
pub const MAX_POOLED: usize = 12;
/// Fewest pooled offers that a room is allowed, however many rooms share.
pub const MIN_POOLED: usize = 2;
/// Pooled offers for one back end and island: as many members a newcomer reaches at once. More
/// are kept where there are more members than that, up to [`MAX_POOLED`].
pub const MAX_POOLED_PER_SLOT: usize = 5;
/// Peer ids, keys and notices remembered; the oldest is forgotten first.
pub const MAX_REMEMBERED: usize = 256;
/// How long a peer that misbehaved is refused, by key and by peer id.
pub const REFUSED_FOR: Duration = Duration::from_secs(60);

/// Most lines of the conversation; the oldest is dropped first.
pub const MAX_ITEMS: usize = 1_000;
/// Most bytes of the conversation, as [`super::timeline`] counts them.
pub const MAX_BYTES: usize = 8 << 20;
/// Most history items one peer may tell, and most that are told to one.
pub const MAX_HISTORY: usize = 150;
/// Most history items in all; whoever told most loses the oldest first.
pub const MAX_HISTORY_ALL: usize = 450;
/// Most bytes of text told as history to one newcomer, as JSON has it.
pub const MAX_HISTORY_BYTES: usize = 320 << 10;
/// Most own messages that wait for somebody to come.
pub const MAX_UNSENT: usize = 50;
/// Most bytes of them, as JSON has it.
pub const MAX_UNSENT_BYTES: usize = 192 << 10;
/// Members that left and are remembered, and for how long, so that a page that was reloaded gets
/// its row back.
pub const MAX_DEPARTED: usize = 64;
/// See [`MAX_DEPARTED`].
pub const DEPARTED_FOR: Duration = Duration::from_secs(600);
/// How far a live message's own time may be from its arrival, in milliseconds.
pub const MAX_SKEW_MS: u64 = 120_000;

/// A token bucket without floats (the virtual scheduling form of GCRA, ITU-T I.371, annex A).
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    every: Duration,
    depth: Duration,
    /// When everything taken so far will have been paid for.
    paid: Duration,
}

impl Bucket {
    /// A full bucket of `burst` tokens that gains one every `every`.
    pub fn new((burst, every): (u32, Duration)) -> Self {
        Self {
            every,
            depth: every.saturating_mul(burst),
            paid: Duration::ZERO,
        }
    }

    /// Takes `n` tokens if they are there.
    pub fn take(&mut self, now: Duration, n: u32) -> bool {
        let paid = self.paid.max(now).saturating_add(self.every.saturating_mul(n));
        let fits = paid <= now.saturating_add(self.depth);
        if fits {
            self.paid = paid;
        }
        fits
    }

    /// Takes one token, which may be owed: up to `debt` of them.
    pub fn borrow(&mut self, now: Duration, debt: u32) -> bool {
        let paid = self.paid.max(now).saturating_add(self.every);
        let fits = paid
            <= now
                .saturating_add(self.depth)
                .saturating_add(self.every.saturating_mul(debt));
        if fits {
            self.paid = paid;
        }
        fits
    }

    /// When one token will be there.
    pub fn ready_at(&self) -> Duration {
        (self.paid + self.every).saturating_sub(self.depth)
    }
}

/// Bytes `text` takes as JSON.
pub(super) fn json_len(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            '"' | '\\' => 2,
            '\0'..='\u{1f}' => 6,
            c => c.len_utf8(),
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_bucket_gives_its_burst_then_its_rate() {
        let mut bucket = Bucket::new((3, SECOND));
        assert!((0..3).all(|_| bucket.take(SECOND, 1)));
        assert!(!bucket.take(SECOND, 1));
        assert_eq!(bucket.ready_at(), 2 * SECOND);
        assert!(bucket.take(2 * SECOND, 1));
        assert!(!bucket.take(2 * SECOND, 1));
        // It never holds more than its burst.
        assert!((0..3).all(|_| bucket.take(100 * SECOND, 1)));
        assert!(!bucket.take(100 * SECOND, 1));
    }

    #[test]
    fn json_takes_as_much_as_said() {
        for text in ["", "plain", "\"quoted\\\"", "\u{1}\u{1f}", "é🙂\u{7f}"] {
            let json = serde_json::to_string(text).unwrap();
            assert_eq!(json_len(text), json.len() - 2, "{text:?}");
        }
        // Short escapes are counted as long ones, never the other way round.
        assert!(json_len("\n\t") >= serde_json::to_string("\n\t").unwrap().len() - 2);
    }

    #[test]
    fn a_bucket_that_refuses_takes_nothing() {
        let mut bucket = Bucket::new((3, SECOND));
        assert!(!bucket.take(SECOND, 4));
        assert!(bucket.take(SECOND, 3));
    }
}
