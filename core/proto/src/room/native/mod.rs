//! What makes a room native: the owner's log and the store of signed events, both pure.
//!
//! [`roster`] says who owns the room, who was removed and which secret it has; [`ledger`] says what
//! was said, by whom, and on whose word. Neither touches a link: the room gives them what
//! sessions bring, and sends what they answer.

pub mod ledger;
pub mod roster;
