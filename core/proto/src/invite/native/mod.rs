//! Native rooms: what an invite to one holds, and what follows from it alone.
//!
//! ```text
//! body    = flags u16 ‖ rid[16] ‖ generation u32 ‖ secret[32] ‖ owner[32] ‖ lp(options) ‖ lp(hints)
//! room_id = H("dayfly/1 room" ‖ 00 ‖ 01 ‖ 02 ‖ flags ‖ rid ‖ owner ‖ lp(options))
//! ```
//! Owner and options are within `room_id`, and that salts every key: an altered invite leads to
//! another room, where nobody is. The hints (a name to show, trackers) are bound to nothing and
//! believed in nothing. Whoever has the invite can meet the others; who is the owner, or verified,
//! it does not say.

mod keys;
mod options;
mod password;
pub(super) mod sealed;

pub use keys::{RoomKeys, SLOT_SECONDS, Slots, TOPIC_LEN, Topic};
pub use options::{HistoryPolicy, MAX_EXPIRY, MAX_HISTORY, MIN_EXPIRY, RoomOptionsWire, UnknownOptions};
pub use password::{password_word, stretch};
pub use sealed::{
    FRESH_MS, MAX_SEEN, MAX_SIGNAL, SealedError, SeenOffers, Signal, SignalKind, SignalTooLong, open, seal,
};

use super::fields::{Extra, FieldReader, RawField, write_fields};
use super::record::{self, MAX_BODY};
use super::text::check_visible;
use super::web::check_trackers;
use super::{Invite, InviteError, MAX_ROOM};
use crate::crypto::{PublicKey, Reader, SigningKey, hash, put_lp};
use crate::secret::SecretBytes;
use rand_core::CryptoRng;
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// The version and kind that stand in a room's id, as in the record's frame.
const ROOM_FORM: [u8; 2] = [1, 2];

/// A name to show.
const NAME: u8 = 1;
/// A tracker to meet at.
const TRACKER: u8 = 2;

/// The way into a native room. Make one with [`NativeInvite::create`], which checks what it is
/// given.
#[derive(Clone, PartialEq, Eq)]
pub struct NativeInvite {
    /// 16 random bytes that tell this room from every other.
    pub rid: [u8; 16],
    /// How often the room took a new secret; 0 at first.
    pub generation: u32,
    /// The secret of this generation.
    pub secret: SecretBytes<32>,
    /// The key whose operations the members obey, or [`PublicKey::NOBODY`].
    pub owner: PublicKey,
    /// What was fixed when the room was opened.
    pub options: RoomOptionsWire,
    /// A hint: the room's name, up to [`MAX_ROOM`] bytes, empty for none. Free text, not bound.
    pub name: String,
    /// A hint: trackers to meet at beyond the defaults. Not bound.
    pub trackers: Vec<String>,
    /// What a later version put into the hints that this one does not know.
    pub extra: Extra,
}

impl NativeInvite {
    /// An invite to a new room, and its owner's key.
    ///
    /// # Errors
    /// [`InviteError::BadOption`] for a value out of its range.
    pub fn create(
        rng: &mut impl CryptoRng,
        options: RoomOptionsWire,
    ) -> Result<(Self, SigningKey), InviteError> {
        options.check()?;
        let owner = SigningKey::generate(rng);
        let mut rid = [0; 16];
        rng.fill_bytes(&mut rid);
        let mut secret = [0; 32];
        rng.fill_bytes(&mut secret);
        let invite = Self {
            rid,
            generation: 0,
            secret: SecretBytes::new(secret),
            owner: owner.public(),
            options,
            name: String::new(),
            trackers: Vec::new(),
            extra: Extra::default(),
        };
        secret.zeroize();
        invite.check()?;
        Ok((invite, owner))
    }

    /// The same room with other hints.
    ///
    /// # Errors
    /// [`InviteError::TooLong`], [`InviteError::Hidden`], [`InviteError::TooMany`] or
    /// [`InviteError::BadTracker`].
    pub fn with_hints(mut self, name: &str, trackers: Vec<String>) -> Result<Self, InviteError> {
        name.clone_into(&mut self.name);
        self.trackers = trackers;
        self.check()?;
        Ok(self)
    }

    /// The same room after it took another secret: what to hand out from then on.
    #[must_use]
    pub fn moved(&self, generation: u32, secret: SecretBytes<32>) -> Self {
        Self {
            generation,
            secret,
            ..self.clone()
        }
    }

    /// What names the room in everything that its members prove to each other. The same in every
    /// generation and whatever the hints.
    #[must_use]
    pub fn room_id(&self) -> [u8; 32] {
        let mut options = Vec::new();
        put_lp(&mut options, &self.options.encode());
        hash(&[
            b"dayfly/1 room\0",
            &ROOM_FORM,
            &self.options.flags().to_be_bytes(),
            &self.rid,
            self.owner.as_bytes(),
            &options,
        ])
    }

    /// The keys of this generation.
    #[must_use]
    pub fn keys(&self) -> RoomKeys {
        RoomKeys::derive(&self.room_id(), self.generation, &self.secret)
    }

    /// Whether somebody owns the room.
    #[must_use]
    pub fn has_owner(&self) -> bool {
        self.owner != PublicKey::NOBODY
    }

    /// The record that its link holds, as bytes.
    #[must_use]
    pub fn to_record(&self) -> Zeroizing<Vec<u8>> {
        record::native(self)
    }

    /// Reads [`NativeInvite::to_record`].
    ///
    /// # Errors
    /// As [`super::Invite::parse`] for what a link holds, and [`InviteError::NotAnInvite`] for an
    /// invite of another kind.
    pub fn from_record(bytes: &[u8]) -> Result<Self, InviteError> {
        match record::decode(bytes)? {
            Invite::Native(native) => Ok(native),
            Invite::Web(_) | Invite::Locked(_) => Err(InviteError::NotAnInvite),
        }
    }

    /// Every bound and rule of the parts.
    fn check(&self) -> Result<(), InviteError> {
        self.options.check()?;
        if self.name.len() > MAX_ROOM {
            return Err(InviteError::TooLong {
                what: "room name",
                limit: MAX_ROOM,
            });
        }
        check_visible(&self.name)?;
        check_trackers(&self.trackers)?;
        if self.encode_body().len() > MAX_BODY {
            return Err(InviteError::TooLong {
                what: "invite",
                limit: MAX_BODY,
            });
        }
        Ok(())
    }

    pub(super) fn encode_body(&self) -> Zeroizing<Vec<u8>> {
        let mut hints = Vec::new();
        if !self.name.is_empty() {
            hints.push(RawField::new(NAME, self.name.as_bytes()));
        }
        hints.extend(
            self.trackers
                .iter()
                .map(|tracker| RawField::new(TRACKER, tracker.as_bytes())),
        );
        let mut body = Zeroizing::new(Vec::with_capacity(MAX_BODY));
        body.extend(self.options.flags().to_be_bytes());
        body.extend(self.rid);
        body.extend(self.generation.to_be_bytes());
        body.extend(self.secret.expose());
        body.extend(self.owner.as_bytes());
        put_lp(&mut body, &self.options.encode());
        put_lp(&mut body, &write_fields(hints, &self.extra));
        body
    }

    pub(super) fn decode_body(body: &[u8]) -> Result<Self, InviteError> {
        let mut body = Reader::new(body);
        let flags = body.u16()?;
        let rid = body.array()?;
        let generation = body.u32()?;
        let secret = SecretBytes::new(body.array()?);
        let owner = PublicKey(body.array()?);
        let options = RoomOptionsWire::decode(flags, body.lp()?)?;
        let mut hints = FieldReader::new(body.lp()?);
        body.end()?;
        let mut invite = Self {
            rid,
            generation,
            secret,
            owner,
            options,
            name: String::new(),
            trackers: Vec::new(),
            extra: Extra::default(),
        };
        while let Some((tag, value)) = hints.next()? {
            let text = || str::from_utf8(value).map_err(|_| InviteError::Damaged);
            match tag {
                NAME if invite.name.is_empty() && !value.is_empty() => text()?.clone_into(&mut invite.name),
                NAME => return Err(InviteError::Damaged),
                TRACKER => invite.trackers.push(text()?.to_owned()),
                _ => invite.extra.keep(tag, value)?,
            }
        }
        invite.check()?;
        Ok(invite)
    }
}

/// Whoever has the parts is in, so none is shown.
impl fmt::Debug for NativeInvite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NativeInvite([private])")
    }
}

#[cfg(test)]
mod tests;
