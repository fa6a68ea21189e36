//! Both directions of a session: which key seals or opens which frame.
//!
//! Owns the chains. A key seals once, because drawing it moves the chain on; a chain that opens
//! moves on only when a frame opened. It refuses every frame but the next one.

use super::{MAX_MESSAGES, SessionError};
use crate::crypto::{Reader, TAG_LEN, kdf, open_once, seal_once};
use crate::identity::native::Role;
use crate::identity::native::pad::{pad, unpad};
use crate::secret::SecretBytes;
use zeroize::Zeroizing;

/// Longest frame: what one message of the channel carries.
pub const MAX_FRAME_LEN: usize = 65_536;

const HEADER_LEN: usize = 8;

const MAX_PADDED_LEN: usize = MAX_FRAME_LEN - HEADER_LEN - TAG_LEN;

/// Longest content of a frame, its type byte included.
pub const MAX_PLAIN_LEN: usize = MAX_PADDED_LEN - 1;

/// Frames in one direction of an epoch beyond [`MAX_MESSAGES`], for the session's own.
const SPARE: u32 = 8;

/// One direction within an epoch.
struct Chain {
    epoch: u32,
    n: u32,
    key: SecretBytes<32>,
}

impl Chain {
    fn new(epoch: u32, root: &SecretBytes<32>, direction: u8) -> Self {
        Self {
            epoch,
            n: 0,
            key: kdf(root.expose(), b"", "chain", &[direction]),
        }
    }

    /// The key of the next message, and the chain after it.
    fn step(&self) -> (SecretBytes<32>, Self) {
        let after = Self {
            epoch: self.epoch,
            n: self.n + 1,
            key: kdf(self.key.expose(), b"", "next", b""),
        };
        (kdf(self.key.expose(), b"", "msg", b""), after)
    }

    fn spent(&self) -> bool {
        self.n >= MAX_MESSAGES + SPARE
    }

    fn header(&self) -> [u8; HEADER_LEN] {
        let mut header = [0; HEADER_LEN];
        header[..4].copy_from_slice(&self.epoch.to_be_bytes());
        header[4..].copy_from_slice(&self.n.to_be_bytes());
        header
    }
}

/// Both directions.
pub(super) struct Channel {
    role: Role,
    sid: [u8; 16],
    sending: Chain,
    receiving: Chain,
    /// R's next receiving chain, until I's first frame of that epoch.
    upcoming: Option<Chain>,
    /// `next_e`: what the next root is drawn from.
    next: SecretBytes<32>,
}

impl Channel {
    pub(super) fn new(role: Role, sid: [u8; 16], root: SecretBytes<32>) -> Self {
        Self {
            role,
            sid,
            sending: Chain::new(0, &root, role.byte()),
            receiving: Chain::new(0, &root, role.other().byte()),
            upcoming: None,
            next: kdf(root.expose(), b"", "chain", &[0]),
        }
    }

    pub(super) fn role(&self) -> Role {
        self.role
    }

    pub(super) fn sid(&self) -> &[u8; 16] {
        &self.sid
    }

    /// The epoch of what is sealed next.
    pub(super) fn epoch(&self) -> u32 {
        self.sending.epoch
    }

    /// Frames sealed in this epoch.
    pub(super) fn sent(&self) -> u32 {
        self.sending.n
    }

    /// Frames opened in the epoch of the last one.
    pub(super) fn received(&self) -> u32 {
        self.receiving.n
    }

    /// Whether the other end is still to come into this epoch.
    pub(super) fn turning(&self) -> bool {
        self.upcoming.is_some()
    }

    /// Everything secret that a copy of this state would hold.
    #[cfg(test)]
    pub(super) fn secrets(&self) -> Vec<SecretBytes<32>> {
        let upcoming = self.upcoming.iter().map(|chain| chain.key.clone());
        [&self.sending.key, &self.receiving.key, &self.next]
            .into_iter()
            .cloned()
            .chain(upcoming)
            .collect()
    }

    fn ad(&self, from: Role, header: &[u8; HEADER_LEN]) -> [u8; 25] {
        let mut ad = [0; 25];
        ad[..16].copy_from_slice(&self.sid);
        ad[16] = from.byte();
        ad[17..].copy_from_slice(header);
        ad
    }

    /// Seals the parts, joined.
    pub(super) fn seal(&mut self, parts: &[&[u8]]) -> Result<Vec<u8>, SessionError> {
        let padded = pad(parts, MAX_PADDED_LEN).ok_or(SessionError::Length)?;
        if self.sending.spent() {
            return Err(SessionError::Expired);
        }
        let header = self.sending.header();
        let (key, after) = self.sending.step();
        self.sending = after;
        let sealed = seal_once(key, &self.ad(self.role, &header), &padded);
        Ok([&header[..], &sealed].concat())
    }

    /// Opens the next frame.
    pub(super) fn open(&mut self, frame: &[u8]) -> Result<Zeroizing<Vec<u8>>, SessionError> {
        if frame.len() > MAX_FRAME_LEN {
            return Err(SessionError::Unopened);
        }
        let mut reader = Reader::new(frame);
        let header: [u8; HEADER_LEN] = reader.array().map_err(|_| SessionError::Unopened)?;
        let (chain, turned) = match &self.upcoming {
            Some(upcoming) if upcoming.header() == header => (upcoming, true),
            _ => (&self.receiving, false),
        };
        if chain.header() != header || chain.spent() {
            return Err(SessionError::Unopened);
        }
        let (key, after) = chain.step();
        let mut plain = open_once(&key, &self.ad(self.role.other(), &header), reader.rest())
            .map_err(|_| SessionError::Unopened)?;
        // It opened, so its key is spent whatever it holds.
        self.receiving = after;
        if turned {
            self.upcoming = None;
        }
        unpad(&mut plain, MAX_PADDED_LEN).map_err(|_| SessionError::Malformed)?;
        Ok(plain)
    }

    /// Goes on to epoch `epoch`: at once for what this end seals, and for what it opens as soon as
    /// the other end has. R has sent its last frame of the old epoch by the time I turns.
    pub(super) fn turn(&mut self, epoch: u32, ss: &[u8], transcript: &[u8; 32]) {
        let root = kdf(self.next.expose(), ss, "rekey", transcript);
        let receiving = Chain::new(epoch, &root, self.role.other().byte());
        self.sending = Chain::new(epoch, &root, self.role.byte());
        self.next = kdf(root.expose(), b"", "chain", &[0]);
        match self.role {
            Role::Initiator => self.receiving = receiving,
            Role::Responder => self.upcoming = Some(receiving),
        }
    }
}

/// Whatever the bytes are, they do not open and change nothing.
pub(super) fn fuzz(data: &[u8]) {
    let root = || SecretBytes::new([1; 32]);
    let mut ours = Channel::new(Role::Initiator, [2; 16], root());
    let mut theirs = Channel::new(Role::Responder, [2; 16], root());
    assert!(ours.open(data).is_err(), "who has no keys seals nothing");
    let frame = theirs.seal(&[data]);
    if let Ok(frame) = frame {
        assert!(frame.len() <= MAX_FRAME_LEN, "a frame is within its limit");
        let opened = ours.open(&frame);
        assert_eq!(
            opened.as_deref().map(Vec::as_slice),
            Ok(data),
            "content survives sealing"
        );
        assert!(ours.open(&frame).is_err(), "a frame opens once");
    }
}
