//! Dayflies among pages: a native session beside the channel that pages speak on.

use super::super::Room;
use crate::id::LinkId;
use crate::timer::Now;

impl Room {
    /// What binds a native handshake to the web identities of both sides.
    pub(super) fn web_context(&self, _id: LinkId) -> Option<Vec<u8>> {
        None
    }

    /// A peer does not speak natively after all.
    pub(super) fn no_native(&mut self, _now: Now, _id: LinkId) {}
}
