//! The one binary record behind every `dayfly:` link and code.
//!
//! ```text
//! record = version u8 ‖ kind u8 ‖ length u16 ‖ body ‖ check[4]       integers big-endian
//! check  = SHA-256("dayfly invite" ‖ 00 ‖ version ‖ kind ‖ body)[..4]
//! ```
//! Every version keeps the first line, so that a cut or damaged link is never mistaken for a newer
//! one. The body of a web room is a row of fields ([`super::fields`]); that of a native room is
//! [`super::native`]'s. There is exactly one encoding of each invite: whatever is accepted here
//! encodes to the same bytes.
//!
//! The check is against accidents. It proves nothing about who made the record.

use super::fields::{CRITICAL, Extra, FieldReader, RawField, write_fields};
use super::manual::ManualCode;
use super::native::NativeInvite;
use super::web::{Access, LockedInvite, WebInvite};
use super::{Invite, InviteError, Island, MAX_SECRET};
use crate::secret::SecretString;
use data_encoding::{BASE32_NOPAD, BASE64, DecodeKind};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The version this program writes, and the only one it reads.
const VERSION: u8 = 1;
/// A web room.
const KIND_WEB: u8 = 1;
/// A native room. Short codes (3) are reserved.
const KIND_NATIVE: u8 = 2;
/// One half of an exchange by hand.
const KIND_MANUAL: u8 = 4;
/// The largest body, in bytes.
pub(super) const MAX_BODY: usize = 4096;
/// Bytes before the body: version, kind, length.
const HEAD: usize = 4;
/// Bytes after it.
const CHECK: usize = 4;

const ROOM: u8 = 1 | CRITICAL;
const ACCESS: u8 = 2 | CRITICAL;
const ISLAND: u8 = 3 | CRITICAL;
const TRACKER: u8 = 4;

const ACCESS_PUBLIC: u8 = 0;
const ACCESS_LOCKED: u8 = 1;
/// Followed by the 32 bytes whose Base64 is the secret.
const ACCESS_HASH: u8 = 2;
/// Followed by the secret's text, which is not the Base64 of 32 bytes.
const ACCESS_TEXT: u8 = 3;

const ISLAND_CHITCHATTER: u8 = 0;
/// Followed by the origin without `https://`; the name is `undefined`.
const ISLAND_HTTPS: u8 = 1;
/// Followed by the origin's length (u8), the origin, and the name.
const ISLAND_FULL: u8 = 2;

/// The record as upper-case Base32 (RFC 4648) without padding.
pub(super) fn to_base32(invite: &Invite) -> String {
    BASE32_NOPAD.encode(&encode(invite))
}

/// Reads Base32 in either case.
pub(super) fn from_base32(payload: &str) -> Result<Invite, InviteError> {
    decode(&unbase32(payload)?)
}

/// The record of a code exchanged by hand, as [`to_base32`].
pub(super) fn manual_to_base32(code: &ManualCode) -> String {
    BASE32_NOPAD.encode(&manual(code))
}

/// The record of a code exchanged by hand.
pub(super) fn manual(code: &ManualCode) -> Zeroizing<Vec<u8>> {
    wrap(VERSION, KIND_MANUAL, &code.encode_body())
}

/// Reads a code exchanged by hand.
pub(super) fn manual_from_base32(payload: &str) -> Result<ManualCode, InviteError> {
    match frame(&unbase32(payload)?)? {
        (VERSION, KIND_MANUAL, body) => ManualCode::decode_body(body),
        (VERSION, KIND_WEB | KIND_NATIVE, _) => Err(InviteError::NotManual),
        (0, ..) | (_, 0, _) => Err(InviteError::Damaged),
        _ => Err(InviteError::Newer),
    }
}

fn unbase32(payload: &str) -> Result<Zeroizing<Vec<u8>>, InviteError> {
    if payload.chars().any(char::is_whitespace) {
        return Err(InviteError::Space);
    }
    let upper = Zeroizing::new(payload.to_ascii_uppercase());
    match BASE32_NOPAD.decode(upper.as_bytes()) {
        Ok(record) => Ok(Zeroizing::new(record)),
        Err(error) if error.kind == DecodeKind::Symbol => Err(InviteError::Damaged),
        // A number of characters that no record has, or a wrong last one.
        Err(_) => Err(match declared_symbols(&upper) {
            Some(declared) if upper.len() >= declared => InviteError::Damaged,
            _ => InviteError::Cut,
        }),
    }
}

/// How many Base32 characters the record says it has; `None` if that is missing too.
fn declared_symbols(symbols: &str) -> Option<usize> {
    let head = BASE32_NOPAD.decode(symbols.as_bytes().get(..8)?).ok()?;
    let length = u16::from_be_bytes([*head.get(2)?, *head.get(3)?]);
    Some(((HEAD + usize::from(length) + CHECK) * 8).div_ceil(5))
}

/// The record's bytes. An invite that breaks the bounds, which the constructors prevent, gives
/// bytes that [`decode`] refuses.
pub(super) fn encode(invite: &Invite) -> Zeroizing<Vec<u8>> {
    match invite {
        Invite::Web(web) => wrap(VERSION, KIND_WEB, &encode_web(web)),
        Invite::Locked(locked) => wrap(VERSION, KIND_WEB, &encode_locked(locked)),
        Invite::Native(native) => self::native(native),
    }
}

/// The record of a native room's invite.
pub(super) fn native(invite: &NativeInvite) -> Zeroizing<Vec<u8>> {
    wrap(VERSION, KIND_NATIVE, &invite.encode_body())
}

fn wrap(version: u8, kind: u8, body: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut record = Zeroizing::new(Vec::with_capacity(HEAD + body.len() + CHECK));
    record.extend([version, kind]);
    record.extend(u16::try_from(body.len()).unwrap_or(u16::MAX).to_be_bytes());
    record.extend(body);
    record.extend(check(version, kind, body));
    record
}

fn check(version: u8, kind: u8, body: &[u8]) -> [u8; CHECK] {
    let mut digest = Sha256::new();
    digest.update(b"dayfly invite\0");
    digest.update([version, kind]);
    digest.update(body);
    let [a, b, c, d, ..]: [u8; 32] = digest.finalize().into();
    [a, b, c, d]
}

/// Takes the frame off: version, kind and body of a whole, undamaged record.
fn frame(record: &[u8]) -> Result<(u8, u8, &[u8]), InviteError> {
    let Some((&[version, kind, high, low], rest)) = record.split_first_chunk::<HEAD>() else {
        return Err(InviteError::Cut);
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    let Some((body, found)) = rest.split_last_chunk::<CHECK>() else {
        return Err(InviteError::Cut);
    };
    let is_sound = check(version, kind, body) == *found;
    match body.len().cmp(&length) {
        // If the check holds, nothing is missing and the length itself is what was damaged.
        std::cmp::Ordering::Less if !is_sound => Err(InviteError::Cut),
        std::cmp::Ordering::Equal if is_sound && body.len() > MAX_BODY => Err(InviteError::TooLong {
            what: "invite",
            limit: MAX_BODY,
        }),
        std::cmp::Ordering::Equal if is_sound => Ok((version, kind, body)),
        _ => Err(InviteError::Damaged),
    }
}

/// Reads a record. Total: any bytes give an invite or a reason.
pub(super) fn decode(record: &[u8]) -> Result<Invite, InviteError> {
    match frame(record)? {
        (0, ..) | (_, 0, _) => Err(InviteError::Damaged),
        (VERSION, KIND_WEB, body) => decode_web(body),
        (VERSION, KIND_NATIVE, body) => NativeInvite::decode_body(body).map(Invite::Native),
        (VERSION, KIND_MANUAL, body) => Err(match ManualCode::decode_body(body) {
            Ok(code) => InviteError::Manual(code.half()),
            Err(error) => error,
        }),
        _ => Err(InviteError::Newer),
    }
}

/// Whether the invite fits a record, whatever its secret will be.
pub(super) fn check_size(locked: &LockedInvite) -> Result<(), InviteError> {
    let body = encode_locked(locked);
    if body.len() + MAX_SECRET + 2 > MAX_BODY {
        return Err(InviteError::TooLong {
            what: "invite",
            limit: MAX_BODY,
        });
    }
    Ok(())
}

fn encode_web(web: &WebInvite) -> Zeroizing<Vec<u8>> {
    let access = match &web.access {
        Access::Public => RawField::new(ACCESS, [ACCESS_PUBLIC]),
        Access::Private { secret } => {
            let secret = secret.expose();
            match hash_of(secret) {
                Some(hash) => tagged(ACCESS, ACCESS_HASH, &*hash),
                None => tagged(ACCESS, ACCESS_TEXT, secret.as_bytes()),
            }
        }
    };
    encode_fields(&web.room, access, &web.islands, &web.trackers, &web.extra)
}

fn encode_locked(locked: &LockedInvite) -> Zeroizing<Vec<u8>> {
    let access = RawField::new(ACCESS, [ACCESS_LOCKED]);
    encode_fields(
        &locked.room,
        access,
        &locked.islands,
        &locked.trackers,
        &locked.extra,
    )
}

fn encode_fields(
    room: &str,
    access: RawField,
    islands: &[Island],
    trackers: &[String],
    extra: &Extra,
) -> Zeroizing<Vec<u8>> {
    let mut fields = vec![RawField::new(ROOM, room), access];
    fields.extend(islands.iter().map(encode_island));
    fields.extend(
        trackers
            .iter()
            .map(|tracker| RawField::new(TRACKER, tracker.as_bytes())),
    );
    write_fields(fields, extra)
}

fn tagged(tag: u8, form: u8, value: &[u8]) -> RawField {
    let mut bytes = Vec::with_capacity(1 + value.len());
    bytes.push(form);
    bytes.extend(value);
    RawField { tag, value: bytes }
}

fn encode_island(island: &Island) -> RawField {
    if *island == Island::chitchatter() {
        return RawField::new(ISLAND, [ISLAND_CHITCHATTER]);
    }
    if island.is_unnamed()
        && let Some(host) = island.origin.strip_prefix("https://")
    {
        return tagged(ISLAND, ISLAND_HTTPS, host.as_bytes());
    }
    let mut value = vec![ISLAND_FULL, u8::try_from(island.origin.len()).unwrap_or(u8::MAX)];
    value.extend(island.origin.as_bytes());
    value.extend(island.name.as_bytes());
    RawField { tag: ISLAND, value }
}

fn decode_web(body: &[u8]) -> Result<Invite, InviteError> {
    let (mut room, mut access) = (None, None);
    let (mut islands, mut trackers) = (Vec::new(), Vec::new());
    let mut extra = Extra::default();
    let mut fields = FieldReader::new(body);
    while let Some((tag, value)) = fields.next()? {
        match tag {
            ROOM if room.is_none() => room = Some(utf8(value)?),
            ACCESS if access.is_none() => access = Some(decode_access(value)?),
            ROOM | ACCESS => return Err(InviteError::Damaged),
            ISLAND => islands.push(decode_island(value)?),
            TRACKER => trackers.push(utf8(value)?),
            _ => extra.keep(tag, value)?,
        }
    }
    let (Some(room), Some(access)) = (room, access) else {
        return Err(InviteError::Damaged);
    };
    let locked = LockedInvite {
        room,
        islands,
        trackers,
        extra,
    };
    locked.check()?;
    Ok(match access {
        Some(access) => Invite::Web(locked.with(access)),
        None => Invite::Locked(locked),
    })
}

/// The access, or `None` for a private room without its secret.
fn decode_access(value: &[u8]) -> Result<Option<Access>, InviteError> {
    let (&form, value) = value.split_first().ok_or(InviteError::Damaged)?;
    match (form, value) {
        (ACCESS_PUBLIC, []) => Ok(Some(Access::Public)),
        (ACCESS_LOCKED, []) => Ok(None),
        (ACCESS_HASH, hash) if hash.len() == 32 => {
            let secret = SecretString::new(BASE64.encode(hash));
            Ok(Some(Access::Private { secret }))
        }
        (ACCESS_TEXT, text) => {
            let secret = SecretString::new(utf8(text)?);
            if hash_of(secret.expose()).is_some() {
                return Err(InviteError::Damaged);
            }
            Access::private_from_secret(secret).map(Some)
        }
        (ACCESS_PUBLIC..=ACCESS_HASH, _) => Err(InviteError::Damaged),
        _ => Err(InviteError::Newer),
    }
}

fn decode_island(value: &[u8]) -> Result<Island, InviteError> {
    let (&form, value) = value.split_first().ok_or(InviteError::Damaged)?;
    let island = match form {
        ISLAND_CHITCHATTER if value.is_empty() => Island::chitchatter(),
        ISLAND_HTTPS => Island::at(&format!("https://{}", utf8(value)?))?,
        ISLAND_FULL => {
            let (&length, value) = value.split_first().ok_or(InviteError::Damaged)?;
            let (origin, name) = value
                .split_at_checked(usize::from(length))
                .ok_or(InviteError::Damaged)?;
            Island::at(&utf8(origin)?)?.named(&utf8(name)?)?
        }
        ISLAND_CHITCHATTER => return Err(InviteError::Damaged),
        _ => return Err(InviteError::Newer),
    };
    // One encoding only: the shortest form, and the origin as browsers print it.
    if encode_island(&island).value[1..] != *value || encode_island(&island).value[0] != form {
        return Err(InviteError::Damaged);
    }
    Ok(island)
}

/// The 32 bytes whose Base64 is exactly `secret`.
fn hash_of(secret: &str) -> Option<Zeroizing<[u8; 32]>> {
    if secret.len() != 44 {
        return None;
    }
    let decoded = Zeroizing::new(BASE64.decode(secret.as_bytes()).ok()?);
    <[u8; 32]>::try_from(decoded.as_slice()).ok().map(Zeroizing::new)
}

fn utf8(value: &[u8]) -> Result<String, InviteError> {
    std::str::from_utf8(value)
        .map(Into::into)
        .map_err(|_| InviteError::Damaged)
}

/// `body` in the frame of each kind, for the fuzz bodies.
pub(super) fn framed(body: &[u8]) -> [Zeroizing<Vec<u8>>; 3] {
    [KIND_WEB, KIND_NATIVE, KIND_MANUAL].map(|kind| wrap(VERSION, kind, body))
}

#[cfg(test)]
mod tests;
