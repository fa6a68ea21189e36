//! The wire of a web room: Trystero's signalling and framing, Chitchatter's actions on top.

pub mod topic;
