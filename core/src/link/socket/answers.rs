//! STUN servers' answers, cut to what the crate reads.
//!
//! Its STUN client takes 120 bytes of an answer and drops what is cut off by that. Servers that
//! name themselves and their other addresses exceed it over IPv6, and an answer then never counts:
//! no address is learnt, and a link waits in vain for its second.

/// What the crate's STUN client reads at most.
const READABLE: usize = 120;

const HEADER: usize = 20;
const BINDING_SUCCESS: [u8; 2] = [0x01, 0x01];
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
const MESSAGE_INTEGRITY: u16 = 0x0008;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;

/// Cuts one datagram to the address it tells, if it is a STUN server's answer that is too long;
/// returns its length. What a peer signed in answer to a check stays as it is.
pub(super) fn shorten(datagram: &mut [u8]) -> usize {
    let length = datagram.len();
    let Some((start, end)) = told(datagram) else {
        return length;
    };
    let body = u16::try_from(end - start).unwrap_or(u16::MAX);
    datagram.copy_within(start..end, HEADER);
    datagram[2..4].copy_from_slice(&body.to_be_bytes());
    HEADER + end - start
}

/// Where the attribute stands that is worth keeping, with its header.
fn told(datagram: &[u8]) -> Option<(usize, usize)> {
    let answer = datagram.len() > READABLE && datagram.starts_with(&BINDING_SUCCESS);
    if !answer || datagram[4..8] != MAGIC_COOKIE {
        return None;
    }
    let mut found = None;
    let mut at = HEADER;
    while let Some([kind_high, kind_low, high, low]) = datagram.get(at..at + 4) {
        let kind = u16::from_be_bytes([*kind_high, *kind_low]);
        let end = at + 4 + usize::from(u16::from_be_bytes([*high, *low]));
        match kind {
            MESSAGE_INTEGRITY => return None,
            XOR_MAPPED_ADDRESS if end <= datagram.len() && end - at <= READABLE - HEADER => {
                found = Some((at, end));
            }
            _ => {}
        }
        at = end.next_multiple_of(4);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let mut out = kind.to_be_bytes().to_vec();
        out.extend(u16::try_from(value.len()).expect("short").to_be_bytes());
        out.extend(value);
        out.resize(out.len().next_multiple_of(4), 0);
        out
    }

    fn answer(attributes: &[Vec<u8>]) -> Vec<u8> {
        let body = attributes.concat();
        let mut out = BINDING_SUCCESS.to_vec();
        out.extend(u16::try_from(body.len()).expect("short").to_be_bytes());
        out.extend(MAGIC_COOKIE);
        out.extend([7; 12]);
        out.extend(body);
        out
    }

    #[test]
    fn a_long_answer_keeps_its_address() {
        let address = attribute(XOR_MAPPED_ADDRESS, &[2; 20]);
        let mut long = answer(&[
            attribute(0x8022, &[b'x'; 77]),
            address.clone(),
            attribute(0x802b, &[1; 20]),
        ]);
        let length = shorten(&mut long);
        assert_eq!(long[..length], answer(&[address]));
    }

    #[test]
    fn everything_else_passes() {
        let address = attribute(XOR_MAPPED_ADDRESS, &[2; 20]);
        let software = attribute(0x8022, &[b'x'; 90]);
        let short = answer(std::slice::from_ref(&address));
        let signed = answer(&[
            address.clone(),
            software.clone(),
            attribute(MESSAGE_INTEGRITY, &[3; 20]),
        ]);
        let no_address = answer(&[software.clone(), software.clone()]);
        let mut request = answer(&[address.clone(), software.clone()]);
        request[..2].copy_from_slice(&[0, 1]);
        let mut cut = answer(&[software, address]);
        cut.truncate(cut.len() - 8);
        for datagram in [short, signed, no_address, request, cut, vec![1; 200], vec![]] {
            let mut looked_at = datagram.clone();
            assert_eq!(shorten(&mut looked_at), datagram.len());
            assert_eq!(looked_at, datagram);
        }
    }
}
