//! What native members say to one another: the protocol's obligations, one module each.

mod common;
mod handshake;
mod session;
