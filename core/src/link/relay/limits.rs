//! What relaying for others may cost: each constant with its unit and what happens beyond it.

use std::time::Duration;

/// Bytes relayed a second, both ways together, for everybody. What exceeds it is dropped, and the
/// ends slow down as on any narrow path.
pub(super) const BYTES_PER_SECOND: u64 = 256 << 10;

/// Bytes that may come at once after a quiet moment.
pub(super) const BURST: u64 = 512 << 10;

/// Bytes relayed in all, for as long as the room is open. Beyond it relaying ends.
pub(super) const BYTES_IN_ALL: u64 = 256 << 20;

/// Members that may have credentials at once. Further ones get none.
pub(super) const GRANTS: usize = 64;

/// Relayed addresses at once, each a socket. Beyond it a client is told so (486).
pub(super) const ALLOCATIONS: usize = 48;

/// Relayed addresses of one member: one for each of its network addresses, for a few attempts.
pub(super) const ALLOCATIONS_EACH: usize = 12;

/// Addresses one relayed address may hear from. Beyond it a client is told so (508).
pub(super) const PERMISSIONS: usize = 24;

/// Channels of one relayed address. Beyond it a client is told so (508).
pub(super) const CHANNELS: usize = 24;

/// A relayed address is given up this long after its client last refreshed it. RFC 8656 would keep
/// ten minutes; a client refreshes at half of what it is told, so a minute's silence ends it sooner.
pub(super) const LIFETIME: Duration = Duration::from_secs(120);

/// A permission ends this long after it was last asked for (RFC 8656 section 9).
pub(super) const PERMISSION: Duration = Duration::from_secs(300);

/// A channel ends this long after it was last bound (RFC 8656 section 12).
pub(super) const CHANNEL: Duration = Duration::from_secs(600);

/// A nonce is good for this long, then the client is given another (438).
pub(super) const NONCE: Duration = Duration::from_secs(600);

/// Longest datagram taken, from clients and for them. Longer ones are dropped: nothing a link
/// sends exceeds it.
pub(super) const DATAGRAM: usize = 1500;

/// Answers a second to whoever has no credentials, since they go to an address nobody proved.
/// Further requests get none.
pub(super) const STRANGERS_PER_SECOND: u64 = 50;

/// Datagrams that wait to be sent. Beyond it the oldest is dropped, as on any network.
pub(super) const OUTPUTS: usize = 512;
