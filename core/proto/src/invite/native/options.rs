//! What is fixed when a native room is opened, bound into its id.
//!
//! Half of it is flags, half fields. The upper eight flags are critical as fields are: who does
//! not know one that is set cannot use the invite; the lower ones are kept and passed on.

use super::super::InviteError;
use super::super::fields::{CRITICAL, Extra, FieldReader, RawField, write_fields};
use zeroize::Zeroizing;

/// The least life of a message where messages vanish, in seconds.
pub const MIN_EXPIRY: u32 = 5;
/// The greatest, in seconds: a day.
pub const MAX_EXPIRY: u32 = 86_400;
/// The most messages a newcomer is told.
pub const MAX_HISTORY: u16 = 1_000;

/// A password is needed besides the link. Critical: who ignored it would wait for ever.
const FLAG_PASSWORD: u16 = 0x0100;
/// Members tell each other what they have seen, unless they switch it off.
const FLAG_RECEIPTS: u16 = 0x0001;
/// Unknown flags that may be ignored.
const FLAGS_OPTIONAL: u16 = 0x00ff & !FLAG_RECEIPTS;

/// u16: how many messages newcomers are told, 0 for no history at all. Absent: what was missed.
const HISTORY: u8 = 1 | CRITICAL;
/// u32: seconds that messages live. Absent: for ever.
const EXPIRY: u8 = 2 | CRITICAL;

/// What a room retells, fixed when it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "uniffi", derive(uniffi::Enum))]
pub enum HistoryPolicy {
    /// Nothing: who was away asks the people.
    Off,
    /// Members who were away are told what they missed; newcomers nothing.
    #[default]
    Members,
    /// Newcomers are told the last so many messages too (1–1,000).
    Items(u16),
}

/// The options of a native room as its invite holds them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoomOptionsWire {
    /// What is retold.
    pub history: HistoryPolicy,
    /// Whether a password is needed besides the link.
    pub password: bool,
    /// How long messages live at the start, [`MIN_EXPIRY`]–[`MAX_EXPIRY`] seconds; 0 is for ever.
    pub expire_seconds: u32,
    /// Whether members tell each other what they have seen, unless they switch it off.
    pub receipts: bool,
    /// Flags and fields of a later version that this one may ignore.
    pub unknown: UnknownOptions,
}

/// What of the options a later version added. Bound into the room's id like the rest, so it is
/// kept to the bit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnknownOptions {
    flags: u16,
    fields: Extra,
}

impl RoomOptionsWire {
    /// The flags as they are written.
    pub(super) fn flags(&self) -> u16 {
        let flag = |on: bool, bit| if on { bit } else { 0 };
        flag(self.password, FLAG_PASSWORD) | flag(self.receipts, FLAG_RECEIPTS) | self.unknown.flags
    }

    /// The fields as they are written.
    pub(super) fn encode(&self) -> Zeroizing<Vec<u8>> {
        let mut fields = Vec::new();
        match self.history {
            HistoryPolicy::Members => {}
            HistoryPolicy::Off => fields.push(RawField::new(HISTORY, [0; 2])),
            HistoryPolicy::Items(count) => fields.push(RawField::new(HISTORY, count.to_be_bytes())),
        }
        if self.expire_seconds != 0 {
            fields.push(RawField::new(EXPIRY, self.expire_seconds.to_be_bytes()));
        }
        write_fields(fields, &self.unknown.fields)
    }

    pub(super) fn decode(flags: u16, fields: &[u8]) -> Result<Self, InviteError> {
        if flags & !(FLAG_PASSWORD | FLAG_RECEIPTS | FLAGS_OPTIONAL) != 0 {
            return Err(InviteError::Newer);
        }
        let (mut history, mut expiry) = (None, None);
        let mut unknown = UnknownOptions {
            flags: flags & FLAGS_OPTIONAL,
            fields: Extra::default(),
        };
        let mut fields = FieldReader::new(fields);
        while let Some((tag, value)) = fields.next()? {
            match tag {
                HISTORY if history.is_none() => {
                    let count = value.try_into().map_err(|_| InviteError::Damaged)?;
                    history = Some(match u16::from_be_bytes(count) {
                        0 => HistoryPolicy::Off,
                        count => HistoryPolicy::Items(count),
                    });
                }
                EXPIRY if expiry.is_none() => {
                    let seconds = value.try_into().map_err(|_| InviteError::Damaged)?;
                    match u32::from_be_bytes(seconds) {
                        0 => return Err(InviteError::Damaged),
                        seconds => expiry = Some(seconds),
                    }
                }
                HISTORY | EXPIRY => return Err(InviteError::Damaged),
                _ => unknown.fields.keep(tag, value)?,
            }
        }
        Ok(Self {
            history: history.unwrap_or_default(),
            password: flags & FLAG_PASSWORD != 0,
            expire_seconds: expiry.unwrap_or_default(),
            receipts: flags & FLAG_RECEIPTS != 0,
            unknown,
        })
    }

    pub(super) fn check(&self) -> Result<(), InviteError> {
        if let HistoryPolicy::Items(count) = self.history
            && !(1..=MAX_HISTORY).contains(&count)
        {
            return Err(InviteError::BadOption {
                what: "number of messages to retell",
                least: 1,
                most: MAX_HISTORY.into(),
            });
        }
        if self.expire_seconds != 0 && !(MIN_EXPIRY..=MAX_EXPIRY).contains(&self.expire_seconds) {
            return Err(InviteError::BadOption {
                what: "life of messages in seconds",
                least: MIN_EXPIRY,
                most: MAX_EXPIRY,
            });
        }
        Ok(())
    }
}
