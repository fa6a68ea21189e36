//! One STUN binding request and its answer (RFC 8489), as much as it takes to learn what this
//! device's address looks like from outside. No authentication, no other methods.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const MAGIC: u32 = 0x2112_A442;
const BINDING_REQUEST: u16 = 0x0001;
const BINDING_SUCCESS: u16 = 0x0101;
const MAPPED_ADDRESS: u16 = 0x0001;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const CHANGE_REQUEST: u16 = 0x0003;
const OTHER_ADDRESS: u16 = 0x802c;

/// What ties an answer to its request.
pub(super) type TransactionId = [u8; 12];

/// The request: a header and nothing else.
pub(super) fn request(id: &TransactionId) -> [u8; 20] {
    let mut packet = [0; 20];
    packet[..2].copy_from_slice(&BINDING_REQUEST.to_be_bytes());
    packet[4..8].copy_from_slice(&MAGIC.to_be_bytes());
    packet[8..].copy_from_slice(id);
    packet
}

/// The same, asking for an answer from the server's other port, or from its other address too
/// (RFC 5780 section 7.2).
pub(super) fn request_from_elsewhere(id: &TransactionId, address_too: bool) -> [u8; 28] {
    let mut packet = [0; 28];
    packet[..20].copy_from_slice(&request(id));
    packet[3] = 8;
    packet[20..22].copy_from_slice(&CHANGE_REQUEST.to_be_bytes());
    packet[23] = 4;
    packet[27] = if address_too { 6 } else { 2 };
    packet
}

/// The other address of a server that has two (RFC 5780 section 7.4), in its answer.
pub(super) fn other_address(packet: &[u8]) -> Option<SocketAddr> {
    let mut rest = packet.get(20..)?;
    while rest.len() >= 4 {
        let (kind, length) = (u16_at(rest, 0)?, usize::from(u16_at(rest, 2)?));
        let value = rest.get(4..4 + length)?;
        if kind == OTHER_ADDRESS {
            return address(value, None);
        }
        rest = rest.get(4 + length.next_multiple_of(4)..)?;
    }
    None
}

/// The address in a success answer to the request `id`; `None` for anything else.
pub(super) fn answer(packet: &[u8], id: &TransactionId) -> Option<SocketAddr> {
    let (header, mut rest) = packet.split_at_checked(20)?;
    let length = usize::from(u16_at(header, 2)?);
    if u16_at(header, 0)? != BINDING_SUCCESS
        || header[4..8] != MAGIC.to_be_bytes()
        || header[8..] != id[..]
        || length != rest.len()
    {
        return None;
    }
    let mut plain = None;
    while rest.len() >= 4 {
        let (kind, length) = (u16_at(rest, 0)?, usize::from(u16_at(rest, 2)?));
        let value = rest.get(4..4 + length)?;
        match kind {
            XOR_MAPPED_ADDRESS => return address(value, Some(id)),
            MAPPED_ADDRESS => plain = address(value, None),
            _ => {}
        }
        rest = rest.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
    }
    plain
}

fn address(value: &[u8], xor: Option<&TransactionId>) -> Option<SocketAddr> {
    let mut pad = [0; 16];
    if let Some(id) = xor {
        pad[..4].copy_from_slice(&MAGIC.to_be_bytes());
        pad[4..].copy_from_slice(id);
    }
    let port = u16_at(value, 2)? ^ u16_at(&pad, 0)?;
    let masked: Vec<u8> = value.get(4..)?.iter().zip(pad).map(|(v, p)| v ^ p).collect();
    let ip = match (value.get(1)?, value.len()) {
        (1, 8) => IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(masked).ok()?)),
        (2, 20) => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(masked).ok()?)),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5769 section 2.2, without the integrity and fingerprint attributes.
    const ID: TransactionId = [
        0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
    ];

    fn success(attributes: &[u8]) -> Vec<u8> {
        let mut packet = request(&ID).to_vec();
        packet[..2].copy_from_slice(&BINDING_SUCCESS.to_be_bytes());
        packet[2..4].copy_from_slice(&u16::try_from(attributes.len()).unwrap().to_be_bytes());
        packet.extend_from_slice(attributes);
        packet
    }

    #[test]
    fn reads_the_vectors_of_rfc_5769() {
        let software = [
            0x80, 0x22, 0, 0x0b, b't', b'e', b's', b't', b' ', b'v', b'e', b'c', b't', b'o', b'r', b' ',
        ];
        let v4 = [
            0x00, 0x20, 0x00, 0x08, 0x00, 0x01, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43,
        ];
        let packet = success(&[&software[..], &v4].concat());
        assert_eq!(answer(&packet, &ID), Some("192.0.2.1:32853".parse().unwrap()));
        let v6 = [
            0x00, 0x20, 0x00, 0x14, 0x00, 0x02, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79,
            0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9,
        ];
        assert_eq!(
            answer(&success(&v6), &ID),
            Some("[2001:db8:1234:5678:11:2233:4455:6677]:32853".parse().unwrap())
        );
        let plain = [0, 1, 0, 8, 0, 1, 0x12, 0x34, 192, 0, 2, 1];
        assert_eq!(
            answer(&success(&plain), &ID),
            Some("192.0.2.1:4660".parse().unwrap())
        );
    }

    #[test]
    fn a_server_with_two_addresses_is_known() {
        let plain = [0, 1, 0, 8, 0, 1, 0x12, 0x34, 192, 0, 2, 1];
        let other = [0x80, 0x2c, 0, 8, 0, 1, 0x0d, 0x97, 192, 0, 2, 2];
        let packet = success(&[&plain[..], &other].concat());
        assert_eq!(other_address(&packet), Some("192.0.2.2:3479".parse().unwrap()));
        assert_eq!(answer(&packet, &ID), Some("192.0.2.1:4660".parse().unwrap()));
        assert_eq!(other_address(&success(&plain)), None);
        for cut in 0..packet.len() {
            let _ = other_address(&packet[..cut]);
        }
    }

    #[test]
    fn asks_for_an_answer_from_elsewhere() {
        let both = request_from_elsewhere(&ID, true);
        assert_eq!((both[3], &both[20..]), (8, &[0, 3, 0, 4, 0, 0, 0, 6][..]));
        assert_eq!(request_from_elsewhere(&ID, false)[27], 2);
    }

    #[test]
    fn refuses_everything_else() {
        let good = success(&[0, 1, 0, 8, 0, 1, 0x12, 0x34, 192, 0, 2, 1]);
        assert!(answer(&good, &[0; 12]).is_none(), "another transaction");
        assert!(answer(&request(&ID), &ID).is_none(), "a request");
        for cut in 0..good.len() {
            assert!(answer(&good[..cut], &ID).is_none(), "cut to {cut}");
        }
        for at in 0..good.len() {
            for bit in 0..8 {
                let mut bad = good.clone();
                bad[at] ^= 1 << bit;
                let _ = answer(&bad, &ID);
            }
        }
        assert!(
            answer(&success(&[0, 0x20, 0xff, 0xff, 0, 1]), &ID).is_none(),
            "a claimed length"
        );
        assert!(
            answer(&success(&[0, 0x20, 0, 4, 0, 1, 0, 0]), &ID).is_none(),
            "no address in it"
        );
    }
}
