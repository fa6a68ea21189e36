//! How people make sure that nobody is in between: pure runs of the three ways to compare.
//!
//! - [`SasRun`]: two members compare a short code that neither could choose.
//! - [`GroupCheck`]: up to sixteen members compare one code at once.
//! - [`ShownCode`]: one scans the other's screen in person.
//!
//! A run takes messages and taps, gives messages and a state, and is over for good when it ends. It
//! refuses to name frames (the wire does), to close connections, to count how often somebody tries,
//! and to grant a label: what a run ended with, the room turns into those.

mod code;
#[doc(hidden)]
pub mod fuzz;
mod group;
mod sas;
mod scan;

pub use code::{CODE_LEN, Code, EMOJI};
pub use group::{GroupCheck, GroupEnd, GroupError, GroupMessage, GroupState, MAX_GROUP, Proposal};
pub use sas::{Pair, SasEnd, SasError, SasMessage, SasRun, SasState};
pub use scan::{ScanError, ShownCode, scan};

use std::time::Duration;

/// How long a step that needs no person may take.
pub const STEP: Duration = Duration::from_secs(10);
/// How long a person may take: to agree to a comparison, or to compare.
pub const SCREEN: Duration = Duration::from_secs(120);
/// How long a group check may take until its code is there.
pub const GROUP_STEPS: Duration = Duration::from_secs(30);
/// So many runs that end without agreement after the other side could know the code
/// ([`SasRun::is_spent`]) shut comparing with that key for the room's life. The room counts.
pub const MAX_SPENT: u32 = 3;
