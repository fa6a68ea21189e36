//! What a session carries: a type byte, then a body of fixed form.
//!
//! Types below 128 must be known: an unknown one ends the session. Unknown ones from 128 on are
//! passed over and counted, so that a later version can add what an earlier one may miss.
//!
//! ```text
//!  1 profile     lp name                       32 ops head     seq u64 ‖ hash[32]
//!  2 typing      bit 0 on, bit 1 direct        33 op           lp OP ‖ sig[64] ‖ has u8 ‖ G[32 if has]
//!  3 leave                                     34 gen ack      gen u32 ‖ tag[32]
//!  4 refused     code u8                       35 sender key   SKDM
//!  5 got         room u64 ‖ direct u64         36 group        GROUP
//!  6 read        count u16 ‖ id[16] each       37 direct       EVENT, flag DIRECT
//! 16 SAS ask                                   38 frontier     direct u64 ‖ count u16
//! 17 SAS 1       suite u8 ‖ commit[32]                         ‖ (author[32] ‖ seq u64 ‖ hash[32]) each
//! 18 SAS 2, 19 SAS 3   random[32]              39 history item 1 ‖ EVENT ‖ sig[64]
//! 20 SAS 4       tag[32]                                       or 2 ‖ author[32] ‖ seq u64 ‖ hash[32] ‖ prev[32]
//! 21 SAS no, 22 SAS cancel                     40 history end
//! 24 scanned     tag[32]
//! 25 scan seen, 26 scan no
//! 28 GC 0        gcid[16] ‖ gen u32 ‖ count u8 ‖ id[32] each, rising ‖ sig[64]
//! 29 GC 1, 30 GC 2   gcid[16] ‖ 32 bytes
//! 31 GC end      gcid[16] ‖ how u8
//! 128 signal     kind u8 ‖ id[16] ‖ gen u32 ‖ lp description
//! 129 pass on    to[32] ‖ lp box
//! 130 passed on  from[32] ‖ lp box
//! 131 parked     on u8
//! 132 relay      seconds u32 ‖ count u8 ‖ (4 or 6 ‖ ip ‖ port u16) each ‖ lp user ‖ lp password
//! 133 relay end  spent u8
//! ```
//! 7 is kept for lanes of bulk data, 8 for capabilities beyond those of the identity proof.

use super::event::{Event, flags, switch};
use super::group::{Group, Skdm};
use super::relay::RelayGrant;
use super::{GROUP_CHECK, MAX_AUTHORS, MAX_NAME_UNITS, MAX_OP_BYTES, MAX_READ_IDS};
use crate::crypto::{Malformed, PublicKey, Reader, Signature, put_lp};
use crate::secret::{Private, SecretBytes};
use crate::wire::native::EventId;
use crate::wire::web::utf16_len;
use std::fmt;
use zeroize::Zeroizing;

/// Why a member is sent away, as far as it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The owner removed this key.
    Removed,
    /// Nobody new is let in.
    Locked,
    /// The room is full.
    Full,
    /// The room has another secret now, and this key was not there before.
    Moved,
    /// The owner closed the room.
    Closed,
    /// A reason of a later version.
    Other(u8),
}

impl Refused {
    fn code(self) -> u8 {
        match self {
            Self::Removed => 1,
            Self::Locked => 2,
            Self::Full => 3,
            Self::Moved => 4,
            Self::Closed => 5,
            Self::Other(code) => code,
        }
    }

    fn of(code: u8) -> Self {
        match code {
            1 => Self::Removed,
            2 => Self::Locked,
            3 => Self::Full,
            4 => Self::Moved,
            5 => Self::Closed,
            code => Self::Other(code),
        }
    }
}

/// How far somebody knows one author.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Up to this number, without a gap from where it began.
    pub seq: u64,
    /// The hash of the event with that number.
    pub hash: [u8; 32],
}

/// How far somebody knows everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    /// Up to which of the receiver's direct events.
    pub direct: u64,
    /// By author, rising, each once, at most [`MAX_AUTHORS`].
    pub authors: Vec<(PublicKey, Mark)>,
}

/// An event with its author's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// What was said.
    pub event: Event,
    /// The author's, or so it claims.
    pub signature: Signature,
}

/// Stands for an event that may not be told on. Only its giver's word, until the author's next
/// event names its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tombstone {
    /// Whose.
    pub author: PublicKey,
    /// Its number.
    pub seq: u64,
    /// Its hash.
    pub hash: [u8; 32],
    /// The hash before it.
    pub prev: [u8; 32],
}

/// What is told of what was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HistoryItem {
    /// The event itself, unchanged.
    Event(Signed),
    /// Its place.
    Tombstone(Tombstone),
}

/// One frame.
#[derive(Clone, PartialEq, Eq)]
pub enum Frame {
    /// The sender's name.
    Profile {
        /// At most 30 UTF-16 units; not yet cleaned.
        name: Private<String>,
    },
    /// The sender types, or ceased to.
    Typing {
        /// Types.
        on: bool,
        /// In the direct thread.
        direct: bool,
    },
    /// The sender goes for good.
    Leave,
    /// The sender will not have the receiver here; the session ends.
    Refused(Refused),
    /// The sender has the receiver's own events up to these numbers.
    Got {
        /// Those for the room.
        room: u64,
        /// Those of the direct thread.
        direct: u64,
    },
    /// The sender's person has seen these.
    Read {
        /// At most [`MAX_READ_IDS`].
        ids: Vec<EventId>,
    },
    /// Please begin to compare codes.
    SasAsk,
    /// The initiator's commitment.
    Sas1 {
        /// Which table and digits; 1 is the only one.
        suite: u8,
        /// The commitment.
        commit: [u8; 32],
    },
    /// The responder's random number.
    Sas2([u8; 32]),
    /// The initiator's, opening the commitment.
    Sas3([u8; 32]),
    /// The sender's person saw equal codes.
    Sas4([u8; 32]),
    /// The sender's person saw different codes.
    SasNo,
    /// The sender gave up comparing.
    SasCancel,
    /// The sender's person scanned the receiver's code.
    Scanned([u8; 32]),
    /// The scan fits.
    ScanSeen,
    /// The scan does not fit.
    ScanNo,
    /// A group check among exactly these members.
    GroupCheck0 {
        /// Which check.
        gcid: [u8; 16],
        /// The generation of the room.
        generation: u32,
        /// 2–16 ids, rising.
        set: Vec<PublicKey>,
        /// Of whoever began it, over the fields above in the context `gc`.
        signature: Signature,
    },
    /// The sender's commitment.
    GroupCheck1 {
        /// Which check.
        gcid: [u8; 16],
        /// The commitment.
        commit: [u8; 32],
    },
    /// The sender's random number.
    GroupCheck2 {
        /// Which check.
        gcid: [u8; 16],
        /// The number.
        random: [u8; 32],
    },
    /// The sender's part in the check is over.
    GroupCheckEnd {
        /// Which check.
        gcid: [u8; 16],
        /// 0 equal, 1 given up, 2 different.
        how: u8,
    },
    /// How far the sender knows the owner's operations.
    OpsHead {
        /// The last number; 0 for none.
        seq: u64,
        /// Its hash; zeros for none.
        hash: [u8; 32],
    },
    /// One of the owner's operations.
    Op {
        /// The OP, unread.
        bytes: Vec<u8>,
        /// The owner's signature.
        signature: Signature,
        /// For a removal, the next generation's secret.
        secret: Option<SecretBytes<32>>,
    },
    /// Proof that the sender has a generation's secret.
    GenerationAck {
        /// Which generation.
        generation: u32,
        /// The proof, bound to this session.
        tag: [u8; 32],
    },
    /// A sender key, the sender's own or passed on.
    SenderKey(Skdm),
    /// Something said to the room, by the sender or passed on.
    Group(Group),
    /// Something said to the receiver alone.
    Direct(Event),
    /// What the sender knows; begins each session.
    Frontier(Frontier),
    /// Something the receiver lacks.
    History(HistoryItem),
    /// That was all.
    HistoryEnd,
    /// The sender's app is in the background: it closes its connections and waits to be woken; or it
    /// is no more.
    Parked {
        /// In the background.
        on: bool,
    },
    /// The receiver may use the sender's relay.
    Relay(RelayGrant),
    /// It may not any more.
    RelayEnd {
        /// Because as much was relayed as may be.
        spent: bool,
    },
    /// An offer of another connection, or an answer to one.
    Signal(Signal),
    /// Please give this to a member that the sender does not reach itself.
    PassOn {
        /// For whom.
        to: PublicKey,
        /// At most [`MAX_BOX`] bytes, sealed for it.
        sealed: Vec<u8>,
    },
    /// This is from a member that the receiver does not reach itself.
    PassedOn {
        /// From whom: the sender's word, until it opens.
        from: PublicKey,
        /// At most [`MAX_BOX`] bytes, sealed by it.
        sealed: Vec<u8>,
    },
}

/// Longest description within a signal, in bytes, and longest box around a signal.
pub const MAX_SIGNAL: usize = crate::description::MAX_LEN;
/// See [`MAX_SIGNAL`].
pub const MAX_BOX: usize = MAX_SIGNAL + 128;

/// A connection's description on its way to a member, by way of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    /// Answers; offers otherwise.
    pub answer: bool,
    /// Of the offer, drawn by its maker; an answer repeats it.
    pub id: [u8; 16],
    /// The room's generation, whose secret the handshake on that connection uses.
    pub generation: u32,
    /// In its compact form, unread; at most [`MAX_SIGNAL`] bytes.
    pub description: Vec<u8>,
}

impl Signal {
    /// The body of the frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![u8::from(self.answer)];
        out.extend(self.id);
        out.extend(self.generation.to_be_bytes());
        put_lp(&mut out, &self.description);
        out
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            answer: switch(reader.u8()?)?,
            id: reader.array()?,
            generation: reader.u32()?,
            description: bounded(reader, MAX_SIGNAL)?,
        })
    }

    /// Reads one that fills `bytes`.
    ///
    /// # Errors
    /// [`Malformed`] for anything [`Signal::encode`] would not write.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let signal = Self::read(&mut reader)?;
        reader.end()?;
        Ok(signal)
    }
}

fn bounded(reader: &mut Reader<'_>, most: usize) -> Result<Vec<u8>, Malformed> {
    let bytes = reader.lp()?;
    if bytes.len() > most {
        Err(Malformed)
    } else {
        Ok(bytes.to_vec())
    }
}

/// Only the type: bodies hold names, texts, keys and numbers that must stay hidden for a while.
impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Frame({})", self.kind())
    }
}

impl Frame {
    /// The type byte.
    #[must_use]
    pub fn kind(&self) -> u8 {
        match self {
            Self::Profile { .. } => 1,
            Self::Typing { .. } => 2,
            Self::Leave => 3,
            Self::Refused(_) => 4,
            Self::Got { .. } => 5,
            Self::Read { .. } => 6,
            Self::SasAsk => 16,
            Self::Sas1 { .. } => 17,
            Self::Sas2(_) => 18,
            Self::Sas3(_) => 19,
            Self::Sas4(_) => 20,
            Self::SasNo => 21,
            Self::SasCancel => 22,
            Self::Scanned(_) => 24,
            Self::ScanSeen => 25,
            Self::ScanNo => 26,
            Self::GroupCheck0 { .. } => 28,
            Self::GroupCheck1 { .. } => 29,
            Self::GroupCheck2 { .. } => 30,
            Self::GroupCheckEnd { .. } => 31,
            Self::OpsHead { .. } => 32,
            Self::Op { .. } => 33,
            Self::GenerationAck { .. } => 34,
            Self::SenderKey(_) => 35,
            Self::Group(_) => 36,
            Self::Direct(_) => 37,
            Self::Frontier(_) => 38,
            Self::History(_) => 39,
            Self::HistoryEnd => 40,
            Self::Relay(_) => 132,
            Self::RelayEnd { .. } => 133,
            Self::Signal(_) => 128,
            Self::PassOn { .. } => 129,
            Self::PassedOn { .. } => 130,
            Self::Parked { .. } => 131,
        }
    }

    /// The encoding, type byte first: the plaintext of one session frame.
    ///
    /// # Panics
    /// If a field is outside the range it states: whoever writes a frame checks that.
    #[must_use]
    pub fn encode(&self) -> Zeroizing<Vec<u8>> {
        let event = match self {
            Self::Direct(event) | Self::History(HistoryItem::Event(Signed { event, .. })) => event.encode(),
            _ => Zeroizing::default(),
        };
        let mut out = Zeroizing::new(Vec::with_capacity(256 + event.len()));
        out.push(self.kind());
        match self {
            Self::Profile { name } => put_lp(&mut out, name.0.as_bytes()),
            Self::Typing { on, direct } => out.push(u8::from(*on) | u8::from(*direct) << 1),
            Self::Refused(why) => out.push(why.code()),
            Self::Got { room, direct } => {
                out.extend(room.to_be_bytes());
                out.extend(direct.to_be_bytes());
            }
            Self::Read { ids } => {
                put_count(&mut out, ids.len());
                ids.iter().for_each(|id| out.extend(id.0));
            }
            Self::Sas1 { suite, commit } => {
                out.push(*suite);
                out.extend(commit);
            }
            Self::Sas2(bytes) | Self::Sas3(bytes) | Self::Sas4(bytes) | Self::Scanned(bytes) => {
                out.extend(bytes);
            }
            Self::GroupCheck0 {
                gcid,
                generation,
                set,
                signature,
            } => {
                out.extend(gcid);
                out.extend(generation.to_be_bytes());
                out.push(u8::try_from(set.len()).expect("a group check has at most 16 members"));
                set.iter().for_each(|id| out.extend(id.0));
                out.extend(signature);
            }
            Self::GroupCheck1 { gcid, commit: bytes } | Self::GroupCheck2 { gcid, random: bytes } => {
                out.extend(gcid);
                out.extend(bytes);
            }
            Self::GroupCheckEnd { gcid, how } => {
                out.extend(gcid);
                out.push(*how);
            }
            Self::OpsHead { seq, hash } => {
                out.extend(seq.to_be_bytes());
                out.extend(hash);
            }
            Self::Op {
                bytes,
                signature,
                secret,
            } => {
                put_lp(&mut out, bytes);
                out.extend(signature);
                out.push(u8::from(secret.is_some()));
                if let Some(secret) = secret {
                    out.extend(secret.expose());
                }
            }
            Self::GenerationAck { generation, tag } => {
                out.extend(generation.to_be_bytes());
                out.extend(tag);
            }
            Self::SenderKey(skdm) => out.extend(skdm.encode()),
            Self::Group(group) => out.extend(group.encode()),
            Self::Direct(_) => out.extend_from_slice(&event),
            Self::Frontier(frontier) => {
                out.extend(frontier.direct.to_be_bytes());
                put_count(&mut out, frontier.authors.len());
                for (author, mark) in &frontier.authors {
                    out.extend(author.0);
                    out.extend(mark.seq.to_be_bytes());
                    out.extend(mark.hash);
                }
            }
            Self::History(HistoryItem::Event(signed)) => {
                out.push(1);
                out.extend_from_slice(&event);
                out.extend(signed.signature);
            }
            Self::History(HistoryItem::Tombstone(stone)) => {
                out.push(2);
                out.extend(stone.author.0);
                out.extend(stone.seq.to_be_bytes());
                out.extend(stone.hash);
                out.extend(stone.prev);
            }
            Self::Relay(grant) => grant.encode(&mut out),
            Self::RelayEnd { spent } => out.push(u8::from(*spent)),
            Self::Parked { on } => out.push(u8::from(*on)),
            Self::Signal(signal) => out.extend(signal.encode()),
            Self::PassOn { to: who, sealed } | Self::PassedOn { from: who, sealed } => {
                out.extend(who.0);
                put_lp(&mut out, sealed);
            }
            Self::Leave
            | Self::SasAsk
            | Self::SasNo
            | Self::SasCancel
            | Self::ScanSeen
            | Self::ScanNo
            | Self::HistoryEnd => {}
        }
        out
    }

    /// Reads one frame that fills `bytes`; `None` for a type of a later version that may be
    /// passed over.
    ///
    /// # Errors
    /// [`Malformed`] for an unknown type below 128 and for anything [`Frame::encode`] would not
    /// write.
    pub fn decode(bytes: &[u8]) -> Result<Option<Self>, Malformed> {
        let mut reader = Reader::new(bytes);
        let frame = match reader.u8()? {
            1 => {
                let name = str::from_utf8(reader.lp()?).map_err(|_| Malformed)?;
                if utf16_len(name) > MAX_NAME_UNITS {
                    return Err(Malformed);
                }
                Self::Profile {
                    name: Private(name.to_owned()),
                }
            }
            2 => {
                let bits = reader.u8()?;
                if bits > 3 {
                    return Err(Malformed);
                }
                Self::Typing {
                    on: bits & 1 != 0,
                    direct: bits & 2 != 0,
                }
            }
            3 => Self::Leave,
            4 => Self::Refused(Refused::of(reader.u8()?)),
            5 => Self::Got {
                room: reader.u64()?,
                direct: reader.u64()?,
            },
            6 => {
                let count = count(&mut reader, MAX_READ_IDS)?;
                let ids: Result<_, _> = (0..count).map(|_| reader.array().map(EventId)).collect();
                Self::Read { ids: ids? }
            }
            16 => Self::SasAsk,
            17 => Self::Sas1 {
                suite: reader.u8()?,
                commit: reader.array()?,
            },
            18 => Self::Sas2(reader.array()?),
            19 => Self::Sas3(reader.array()?),
            20 => Self::Sas4(reader.array()?),
            21 => Self::SasNo,
            22 => Self::SasCancel,
            24 => Self::Scanned(reader.array()?),
            25 => Self::ScanSeen,
            26 => Self::ScanNo,
            28 => {
                let (gcid, generation) = (reader.array()?, reader.u32()?);
                let count = usize::from(reader.u8()?);
                if !GROUP_CHECK.contains(&count) {
                    return Err(Malformed);
                }
                let set: Result<Vec<_>, _> = (0..count).map(|_| reader.array().map(PublicKey)).collect();
                let set = set?;
                if !set.is_sorted_by(|a, b| a < b) {
                    return Err(Malformed);
                }
                Self::GroupCheck0 {
                    gcid,
                    generation,
                    set,
                    signature: reader.array()?,
                }
            }
            29 => Self::GroupCheck1 {
                gcid: reader.array()?,
                commit: reader.array()?,
            },
            30 => Self::GroupCheck2 {
                gcid: reader.array()?,
                random: reader.array()?,
            },
            31 => Self::GroupCheckEnd {
                gcid: reader.array()?,
                how: Some(reader.u8()?).filter(|how| *how <= 2).ok_or(Malformed)?,
            },
            32 => Self::OpsHead {
                seq: reader.u64()?,
                hash: reader.array()?,
            },
            33 => {
                let bytes = reader.lp()?;
                if bytes.len() > MAX_OP_BYTES {
                    return Err(Malformed);
                }
                Self::Op {
                    bytes: bytes.to_vec(),
                    signature: reader.array()?,
                    secret: match switch(reader.u8()?)? {
                        true => Some(SecretBytes::new(reader.array()?)),
                        false => None,
                    },
                }
            }
            34 => Self::GenerationAck {
                generation: reader.u32()?,
                tag: reader.array()?,
            },
            35 => return Skdm::decode(reader.rest()).map(|skdm| Some(Self::SenderKey(skdm))),
            36 => return Group::decode(reader.rest()).map(|group| Some(Self::Group(group))),
            37 => {
                let event = Event::read(&mut reader)?;
                if !event.has(flags::DIRECT) {
                    return Err(Malformed);
                }
                Self::Direct(event)
            }
            38 => {
                let direct = reader.u64()?;
                let count = count(&mut reader, MAX_AUTHORS)?;
                let mut authors: Vec<(PublicKey, Mark)> = Vec::with_capacity(count);
                for _ in 0..count {
                    let author = PublicKey(reader.array()?);
                    let mark = Mark {
                        seq: reader.u64()?,
                        hash: reader.array()?,
                    };
                    authors.push((author, mark));
                }
                if !authors.is_sorted_by(|a, b| a.0 < b.0) {
                    return Err(Malformed);
                }
                Self::Frontier(Frontier { direct, authors })
            }
            39 => Self::History(match reader.u8()? {
                1 => {
                    let event = Event::read(&mut reader)?;
                    if event.has(flags::DIRECT) {
                        return Err(Malformed);
                    }
                    HistoryItem::Event(Signed {
                        event,
                        signature: reader.array()?,
                    })
                }
                2 => HistoryItem::Tombstone(Tombstone {
                    author: PublicKey(reader.array()?),
                    seq: Some(reader.u64()?).filter(|seq| *seq > 0).ok_or(Malformed)?,
                    hash: reader.array()?,
                    prev: reader.array()?,
                }),
                _ => return Err(Malformed),
            }),
            40 => Self::HistoryEnd,
            131 => Self::Parked {
                on: switch(reader.u8()?)?,
            },
            132 => Self::Relay(RelayGrant::decode(&mut reader)?),
            133 => Self::RelayEnd {
                spent: switch(reader.u8()?)?,
            },
            128 => Self::Signal(Signal::read(&mut reader)?),
            129 => Self::PassOn {
                to: PublicKey(reader.array()?),
                sealed: bounded(&mut reader, MAX_BOX)?,
            },
            130 => Self::PassedOn {
                from: PublicKey(reader.array()?),
                sealed: bounded(&mut reader, MAX_BOX)?,
            },
            134.. => return Ok(None),
            _ => return Err(Malformed),
        };
        reader.end()?;
        Ok(Some(frame))
    }
}

fn put_count(out: &mut Vec<u8>, count: usize) {
    let count = u16::try_from(count).expect("lists are bounded far below 65,536");
    out.extend(count.to_be_bytes());
}

fn count(reader: &mut Reader<'_>, most: usize) -> Result<usize, Malformed> {
    let count = usize::from(reader.u16()?);
    if count > most { Err(Malformed) } else { Ok(count) }
}
