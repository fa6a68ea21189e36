//! The numbers on `docs/protocol.md` are those of the code.

use dayfly_proto::identity::check::{EMOJI, GROUP_STEPS, MAX_GROUP, MAX_SPENT, SCREEN, STEP};
use dayfly_proto::identity::native::{handshake, lane, sender, session};
use dayfly_proto::invite::native::{FRESH_MS, MAX_SEEN, MAX_SIGNAL};
use dayfly_proto::room::code;
use dayfly_proto::room::native::roster::{KEPT_GENERATIONS, MAX_OPS};
use dayfly_proto::wire::native::{MAX_AUTHORS, MAX_NAME_UNITS, MAX_OP_BYTES, MAX_READ_IDS, MAX_TEXT_UNITS};
use std::time::Duration;

const PAGE: &str = include_str!("../../../docs/protocol.md");

fn says(line: &str) {
    assert!(PAGE.contains(line), "the page says: {line}");
}

/// With commas between the thousands, as the page writes numbers.
fn number(n: impl TryInto<u64>) -> String {
    let Ok(n) = n.try_into() else {
        panic!("limits are not negative")
    };
    match n {
        0..1000 => n.to_string(),
        _ => format!("{},{:03}", n / 1000, n % 1000),
    }
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs())
}

#[test]
fn its_limits_are_the_codes() {
    let row = |what: &str, limit: String| says(&format!("| {what} | {limit} |"));
    row(
        "handshake frame",
        format!("{} bytes", number(handshake::MAX_FRAME_LEN)),
    );
    row(
        "session frame",
        format!("{} bytes", number(session::MAX_FRAME_LEN)),
    );
    row(
        "messages between key changes: I begins; the session ends",
        format!(
            "{}; {} in one direction",
            number(session::REKEY_MESSAGES),
            number(session::MAX_MESSAGES)
        ),
    );
    row(
        "epoch: I begins; the session ends",
        format!(
            "{}; {}",
            seconds(session::REKEY_AFTER),
            seconds(session::MAX_EPOCH)
        ),
    );
    row("answer to a key change", seconds(session::ANSWER_WITHIN));
    row(
        "box in an announce",
        format!("8,000 bytes; fresh for {} min either way", FRESH_MS / 60_000),
    );
    row(
        "short code: life; wrong guesses; open exchanges; hosts a joiner tries",
        format!(
            "{}; {}; {}; {}",
            seconds(code::LIFE),
            code::MAX_WRONG,
            code::MAX_OPEN,
            code::MAX_HOSTS
        ),
    );
    // A box holds its body, 45 bytes around that, the salt and the tag.
    assert_eq!(MAX_SIGNAL + 45 + 16 + 16, 8_000);
    says(&format!("({} are remembered, for 30 minutes)", number(MAX_SEEN)));
    row("text", format!("{} UTF-16 units", number(MAX_TEXT_UNITS)));
    row("name", format!("{} UTF-16 units", number(MAX_NAME_UNITS)));
    row(
        "operations in a room's life; bytes of one",
        format!("{}; {}", number(MAX_OPS), number(MAX_OP_BYTES)),
    );
    row("generations served", number(KEPT_GENERATIONS));
    row(
        "group check",
        format!("{} members, {}", number(MAX_GROUP), seconds(GROUP_STEPS)),
    );
    row(
        "comparing codes",
        format!("{} a step, {} a person", seconds(STEP), seconds(SCREEN)),
    );
    assert_eq!(MAX_SPENT, 3);
    says("Three runs that ended without agreement");
    row(
        "sender key",
        format!(
            "{} messages, {} min",
            number(sender::MAX_MESSAGES),
            sender::MAX_AGE.as_secs() / 60
        ),
    );
    says(&format!("it opens at most {} messages ahead", sender::MAX_SKIP));
    row("authors in a frontier", number(MAX_AUTHORS));
    says(&format!("count u16 (≤ {MAX_READ_IDS}) ‖ id[16] each"));
    says(&format!("at most {} KiB of content", lane::MAX_CHUNK_LEN / 1024));
}

#[test]
fn its_emoji_are_the_codes() {
    for (at, (symbol, name)) in EMOJI.iter().enumerate() {
        says(&format!("| {at} | {symbol} {name} |"));
    }
}
