//! Reading, not believing: what can be told of a datagram from its unencrypted headers.
//!
//! DTLS 1.2 (RFC 6347) as WebRTC uses it, bare or within TURN's framing. Nothing here decrypts
//! or verifies. A datagram that does not parse is simply not recognised.

/// Most parts looked at in one datagram. A handshake flight has a dozen.
const MAX_PARTS: usize = 64;

const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;

/// Handshake messages (RFC 6347, 4.3.2).
pub(super) const CLIENT_HELLO: u8 = 1;
pub(super) const SERVER_HELLO: u8 = 2;
pub(super) const HELLO_VERIFY_REQUEST: u8 = 3;

/// One thing a DTLS datagram contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Part {
    /// A fragment of a handshake message, in clear (epoch 0).
    Fragment {
        /// Message type.
        message: u8,
        /// Message number within its sender's handshake.
        sequence: u16,
        /// Where the fragment starts.
        offset: u32,
        /// Its length.
        length: u32,
    },
    /// An encrypted handshake message, which can only be a Finished.
    Finished,
    ChangeCipherSpec,
    Alert,
    ApplicationData,
}

impl Part {
    /// Belongs to a handshake flight.
    pub(super) fn is_handshake(self) -> bool {
        matches!(
            self,
            Self::Fragment { .. } | Self::Finished | Self::ChangeCipherSpec
        )
    }

    /// One of the messages that only the beginning of a handshake has.
    pub(super) fn is_hello(self) -> bool {
        matches!(
            self,
            Self::Fragment {
                message: CLIENT_HELLO | SERVER_HELLO | HELLO_VERIFY_REQUEST,
                ..
            }
        )
    }
}

/// What a datagram is to the cure.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// DTLS records, sorted and without repetition.
    Dtls(Vec<Part>),
    /// RTP or RTCP (RFC 7983): the handshake is behind its sender.
    Srtp,
    /// A STUN binding request: a connectivity check.
    Check,
    Other,
}

/// Tells what a datagram is by its first byte (RFC 7983), looking through TURN's framing.
pub(super) fn content(datagram: &[u8]) -> Content {
    let inner = unframed(datagram);
    match inner.first() {
        Some(20..=31) => parts(inner).map_or(Content::Other, Content::Dtls),
        Some(128..=191) => Content::Srtp,
        Some(0) if inner.get(1) == Some(&1) && is_stun(inner) => Content::Check,
        _ => Content::Other,
    }
}

/// Whether [`content`] could say anything but [`Content::Srtp`] and [`Content::Other`] of a
/// datagram that is no application data: the cheap question asked of every datagram.
pub(super) fn may_shake_hands(datagram: &[u8]) -> bool {
    !matches!(
        unframed(datagram).first(),
        Some(&APPLICATION_DATA | 128..=191) | None
    )
}

/// What TURN carries: ChannelData (RFC 8656, 12.4), Send and Data indications (11). Else the
/// datagram itself.
fn unframed(datagram: &[u8]) -> &[u8] {
    match datagram.first() {
        Some(64..=79) => {
            let length = usize::from(be16(datagram, 2).unwrap_or(0));
            datagram.get(4..4 + length).unwrap_or_default()
        }
        Some(0) if matches!(datagram.get(1), Some(0x16 | 0x17)) && is_stun(datagram) => {
            indicated(datagram).unwrap_or(datagram)
        }
        _ => datagram,
    }
}

/// A number for the address behind a TURN server that a datagram is for: of its channel, or of its
/// address in an indication; 0 for what is not framed.
pub(super) fn through(datagram: &[u8]) -> u64 {
    match datagram.first() {
        Some(64..=79) => u64::from(be16(datagram, 0).unwrap_or(0)),
        Some(0) if datagram.get(1) == Some(&0x16) && is_stun(datagram) => {
            const PEER: u16 = 0x0012;
            let peer = attribute(datagram, PEER).unwrap_or_default();
            // Port and the first four bytes of the address are masked with what is the same always;
            // what follows in IPv6, with the transaction, which is new each time.
            let told = peer.get(2..8).unwrap_or_default();
            told.iter().fold(1, |number, byte| number << 8 | u64::from(*byte))
        }
        _ => 0,
    }
}

/// The DATA attribute of an indication.
fn indicated(datagram: &[u8]) -> Option<&[u8]> {
    const DATA: u16 = 0x0013;
    attribute(datagram, DATA)
}

fn attribute(datagram: &[u8], wanted: u16) -> Option<&[u8]> {
    let mut rest = datagram.get(20..)?;
    loop {
        let (kind, length) = (be16(rest, 0)?, usize::from(be16(rest, 2)?));
        if kind == wanted {
            return rest.get(4..4 + length);
        }
        rest = rest.get(4 + length.next_multiple_of(4)..)?;
    }
}

fn is_stun(datagram: &[u8]) -> bool {
    datagram.get(4..8) == Some(&[0x21, 0x12, 0xa4, 0x42]) && datagram.len() >= 20
}

fn parts(mut datagram: &[u8]) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    while let Some(header) = datagram.get(..13) {
        let (kind, epoch) = (header[0], be16(header, 3)?);
        let end = 13 + usize::from(be16(header, 11)?);
        let body = datagram.get(13..end)?;
        match kind {
            HANDSHAKE if epoch == 0 => fragments(body, &mut parts)?,
            HANDSHAKE => parts.push(Part::Finished),
            CHANGE_CIPHER_SPEC => parts.push(Part::ChangeCipherSpec),
            ALERT => parts.push(Part::Alert),
            APPLICATION_DATA => parts.push(Part::ApplicationData),
            _ => return None,
        }
        if parts.len() > MAX_PARTS {
            return None;
        }
        datagram = &datagram[end..];
    }
    parts.sort_unstable();
    parts.dedup();
    (!parts.is_empty()).then_some(parts)
}

/// Several messages may share a record.
fn fragments(mut body: &[u8], parts: &mut Vec<Part>) -> Option<()> {
    while let Some(header) = body.get(..12) {
        let length = be24(header, 9)?;
        parts.push(Part::Fragment {
            message: header[0],
            sequence: be16(header, 4)?,
            offset: be24(header, 6)?,
            length,
        });
        if parts.len() > MAX_PARTS {
            return None;
        }
        body = body.get(12 + length as usize..)?;
    }
    Some(())
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at + 2)?;
    Some(u16::from_be_bytes([bytes[0], bytes[1]]))
}

fn be24(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 3)?;
    Some(u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A record of `kind` in `epoch` around `body`.
    pub(in super::super) fn record(kind: u8, epoch: u16, number: u8, body: &[u8]) -> Vec<u8> {
        let mut out = vec![kind, 254, 253];
        out.extend(epoch.to_be_bytes());
        out.extend([0, 0, 0, 0, 0, number]);
        out.extend((body.len() as u16).to_be_bytes());
        out.extend(body);
        out
    }

    /// A whole handshake message in one clear record.
    pub(in super::super) fn message(kind: u8, sequence: u8, number: u8) -> Vec<u8> {
        let body = [kind, 0, 0, 4, 0, sequence, 0, 0, 0, 0, 0, 4, 9, 9, 9, 9];
        record(HANDSHAKE, 0, number, &body)
    }

    fn hello(sequence: u16) -> Part {
        Part::Fragment {
            message: CLIENT_HELLO,
            sequence,
            offset: 0,
            length: 4,
        }
    }

    #[test]
    fn records_are_recognised_bare_and_within_turn() {
        let bare = message(CLIENT_HELLO, 1, 0);
        let expected = Content::Dtls(vec![hello(1)]);
        assert_eq!(content(&bare), expected);

        let mut channel = vec![0x40, 0x01];
        channel.extend((bare.len() as u16).to_be_bytes());
        channel.extend(&bare);
        assert_eq!(content(&channel), expected);

        let mut indication = vec![0, 0x16, 0, 0, 0x21, 0x12, 0xa4, 0x42];
        indication.extend([0; 12]);
        // XOR-PEER-ADDRESS first, then DATA.
        indication.extend([0, 0x12, 0, 8, 0, 1, 1, 1, 2, 2, 2, 2, 0, 0x13]);
        indication.extend((bare.len() as u16).to_be_bytes());
        indication.extend(&bare);
        assert_eq!(content(&indication), expected);
    }

    #[test]
    fn a_flight_of_several_records_is_taken_apart() {
        let mut flight = message(11, 2, 3);
        flight.extend(record(CHANGE_CIPHER_SPEC, 0, 4, &[1]));
        flight.extend(record(HANDSHAKE, 1, 0, &[7; 40]));
        let Content::Dtls(parts) = content(&flight) else {
            panic!("not recognised");
        };
        assert_eq!(parts.len(), 3);
        assert!(parts.contains(&Part::ChangeCipherSpec));
        assert!(parts.contains(&Part::Finished));
        assert!(parts.iter().all(|part| part.is_handshake()));
    }

    #[test]
    fn nothing_that_arrives_panics() {
        let mut flight = message(CLIENT_HELLO, 0, 0);
        flight.extend(record(HANDSHAKE, 1, 0, &[7; 40]));
        for cut in 0..flight.len() {
            content(&flight[..cut]);
            for byte in [0, 1, 22, 64, 128, 255] {
                let mut changed = flight.clone();
                changed[cut] = byte;
                content(&changed);
                may_shake_hands(&changed);
            }
        }
        for first in 0..=255 {
            content(&[first]);
            content(&[first, 0, 0, 0, 0x21, 0x12, 0xa4, 0x42]);
            content(&[first; 2000]);
        }
    }
}
