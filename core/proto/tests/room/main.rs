//! What rooms do among each other and among pages: one behaviour a file, its claim first.
//!
//! All of them run in a [`world`] over a virtual clock. A failure prints the world's seed;
//! `DAYFLY_SEED=n` runs that one alone. One binary, since each costs seconds to link.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod page;
mod world;

mod a_page_has_time_to_draw;
mod a_recording_tells_little;
mod a_second_attempt_finds_the_hidden;
mod bad_frames_cost_the_link;
mod dead_places_cost_little;
mod dead_trackers_are_said;
mod direct_messages_stay_direct;
mod either_order_of_ids_joins_fast;
mod events_are_differences;
mod first_liar_does_not_write_history;
mod five_members_meet_fast;
mod flood_costs_the_flooder;
mod glare;
mod goodbye_is_said;
mod idle_room_is_cheap;
mod islands_share_one_member_list;
mod late_joiner_gets_history;
mod lively_chat_is_not_punished;
mod members_converge;
mod native_codes_are_compared;
mod native_connections_cross;
mod native_conversation_survives;
mod native_field_is_no_lever;
mod native_floods_are_bounded;
mod native_inside_web_rooms;
mod native_members_meet_and_talk;
mod native_members_relay;
mod native_outages;
mod native_owner_moves_the_room;
mod native_parked_rooms_cost_little;
mod native_removed_holds_no_key;
mod native_removed_read_nothing;
mod native_signals_in_sessions;
mod native_ten_members;
mod no_input_breaks_a_room;
mod nobody_speaks_as_another;
mod returning_page_takes_its_row;
mod rooms_share;
mod said_to_nobody_waits;
mod silence_ends_a_member;
mod two_links_one_key;
mod typing_is_shown_and_ends;
mod wrong_password_is_said;

use dayfly_proto::identity::web::WebIdentity;
use dayfly_proto::room::Event;

/// The room every world is about.
pub const ROOM: &str = "world";

/// Ready-made identities for [`ROOM`], since making one takes half a second: user id, public key
/// and signature a line, made by `WebIdentity::generate`. The private keys are gone.
const IDENTITIES: &str = include_str!("identities.txt");

/// The `n`th ready-made identity.
pub fn identity(n: usize) -> WebIdentity {
    let line = IDENTITIES.lines().nth(n).expect("the file has enough identities");
    let mut words = line.split(' ').map(str::to_owned);
    let mut next = || words.next().expect("three words a line");
    WebIdentity {
        user_id: next(),
        public_key: next(),
        signature: next(),
    }
}

/// How many members came and went, as a room told it.
pub fn comings(events: &[Event]) -> (usize, usize) {
    let joined = events
        .iter()
        .filter(|event| matches!(event, Event::MemberJoined { .. }))
        .count();
    let left = events
        .iter()
        .filter(|event| matches!(event, Event::MemberLeft { .. }))
        .count();
    (joined, left)
}
