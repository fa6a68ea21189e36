//! Our identity passes the check a peer's must pass, and no key makes the check do more work than
//! its bounds allow.

use data_encoding::BASE64;
use dayfly_proto::identity::web::{KeyError, WebKey, check, default_name, fingerprint};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = u16::try_from(content.len())
        .expect("test keys are short")
        .to_be_bytes();
    let mut out = vec![tag];
    match content.len() {
        0..128 => out.push(len[1]),
        128..256 => out.extend([0x81, len[1]]),
        _ => out.extend([0x82, len[0], len[1]]),
    }
    out.extend(content);
    out
}

/// The Base64 SPKI of a key with this modulus and exponent, big-endian with the top bit clear or a
/// zero before it.
fn spki(n: &[u8], e: &[u8]) -> String {
    const RSA: [u8; 15] = [0x30, 13, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    let key = der(0x30, &[der(2, n), der(2, e)].concat());
    let bits = der(3, &[&[0], key.as_slice()].concat());
    BASE64.encode(&der(0x30, &[RSA.to_vec(), bits].concat()))
}

fn modulus(bits: usize) -> Vec<u8> {
    let mut n = vec![0xff; bits / 8];
    n.insert(0, 0);
    n
}

#[test]
fn our_identity_verifies_for_its_room_and_is_new_each_time() {
    let mut rng = ChaCha20Rng::seed_from_u64(7);
    let one = WebKey::generate(&mut rng).introduce("room");
    let two = WebKey::generate(&mut rng).introduce("room");
    assert_ne!(one.user_id, two.user_id);
    assert_ne!(one.public_key, two.public_key);
    assert_eq!(
        one,
        WebKey::generate(&mut ChaCha20Rng::seed_from_u64(7)).introduce("room")
    );

    let checked = check(&one.public_key, &one.signature, "room", &one.user_id).unwrap();
    assert!(checked.signature_ok);
    assert_eq!(checked.fingerprint.0, one.fingerprint());
    for (signature, room, user) in [
        (&one.signature, "other", &one.user_id),
        (&one.signature, "room", &two.user_id),
        (&two.signature, "room", &one.user_id),
        (&String::new(), "room", &one.user_id),
        (&"not base64".to_owned(), "room", &one.user_id),
        (&"A".repeat(1 << 20), "room", &one.user_id),
    ] {
        assert!(
            !check(&one.public_key, signature, room, user)
                .unwrap()
                .signature_ok
        );
    }

    // As a page's: version 4, lower case; 294 bytes of key, 256 of signature.
    assert_eq!(one.user_id.len(), 36);
    assert_eq!(&one.user_id[14..15], "4");
    assert_eq!(one.user_id, one.user_id.to_lowercase());
    assert_eq!(BASE64.decode(one.public_key.as_bytes()).unwrap().len(), 294);
    assert_eq!(BASE64.decode(one.signature.as_bytes()).unwrap().len(), 256);
    assert_eq!(format!("{one:?}"), "WebIdentity { .. }");
}

#[test]
fn a_flipped_or_cut_key_is_another_key_or_an_error_and_never_verifies() {
    let one = WebKey::generate(&mut ChaCha20Rng::seed_from_u64(7)).introduce("room");
    let spki = BASE64.decode(one.public_key.as_bytes()).unwrap();
    for at in 0..spki.len() {
        assert!(check(&BASE64.encode(&spki[..at]), &one.signature, "room", &one.user_id).is_err());
        // Headers and the ends of both numbers; the middle of the modulus is all alike.
        if !(40..280).contains(&at) {
            let mut flipped = spki.clone();
            flipped[at] ^= 1 << (at % 8);
            let checked = check(&BASE64.encode(&flipped), &one.signature, "room", &one.user_id);
            assert!(!matches!(checked, Ok(checked) if checked.signature_ok), "{at}");
        }
    }
}

#[test]
fn keys_out_of_bounds_are_refused_before_any_arithmetic() {
    let e = [1, 0, 1];
    let refused = |key: &str| check(key, "AAAA", "room", "user").unwrap_err();
    assert_eq!(refused(&spki(&modulus(512), &e)), KeyError::Size);
    assert_eq!(refused(&spki(&modulus(1016), &e)), KeyError::Size);
    assert!(check(&spki(&modulus(1024), &e), "AAAA", "room", "user").is_ok());
    assert!(check(&spki(&modulus(8192), &e), "AAAA", "room", "user").is_ok());
    assert_eq!(refused(&spki(&modulus(8200), &e)), KeyError::Size);
    assert_eq!(refused(&spki(&modulus(65_536), &e)), KeyError::TooLong);

    let mut even = modulus(2048);
    *even.last_mut().unwrap() = 0xfe;
    assert_eq!(refused(&spki(&even, &e)), KeyError::Size);
    for exponent in [vec![0], vec![1], vec![2], vec![0x7f; 6], vec![0x7f; 200]] {
        assert_eq!(
            refused(&spki(&modulus(2048), &exponent)),
            KeyError::Size,
            "{exponent:?}"
        );
    }
    assert_eq!(refused("%%%"), KeyError::Base64);
    assert_eq!(refused("AAAA"), KeyError::NotRsa);
    assert_eq!(refused(""), KeyError::NotRsa);
    assert_eq!(refused(&"A".repeat(1 << 20)), KeyError::TooLong);
}

#[test]
fn a_key_has_one_fingerprint_because_it_has_one_encoding() {
    let key = spki(&modulus(2048), &[1, 0, 1]);
    let bytes = BASE64.decode(key.as_bytes()).unwrap();
    // NULL parameters left out, a byte after the end, a padded modulus: all the same key.
    let without_null = {
        let mut algorithm = bytes[4..17].to_vec();
        algorithm[1] = 11;
        let body = [algorithm, bytes[19..].to_vec()].concat();
        der(0x30, &body)
    };
    let trailing = [bytes.as_slice(), &[0]].concat();
    let padded = BASE64
        .decode(spki(&[&[0], modulus(2048).as_slice()].concat(), &[1, 0, 1]).as_bytes())
        .unwrap();
    for other in [without_null, trailing, padded] {
        assert_eq!(
            check(&BASE64.encode(&other), "AAAA", "room", "user"),
            Err(KeyError::NotRsa)
        );
    }
    assert!(check(key.trim_end_matches('='), "AAAA", "room", "user").is_err() || !key.ends_with('='));
}

#[test]
fn fingerprints_and_default_names_look_like_themselves() {
    // SHA-256 of nothing begins e3b0c44298fc1c14.
    assert_eq!(fingerprint(b""), "e3b0-c442-98fc-1c14");
    assert_eq!(default_name("e9b7722a-4442-4c56-acfb-456eecff37f2"), "Guest e9b7");
    assert_eq!(default_name("\u{202e}-🐈-ab"), "Guest ab");
    assert_eq!(default_name(""), "Guest");
}
