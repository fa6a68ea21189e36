//! Codes exchanged by hand, and what follows from two of them.

use crate::{array, bytes, text, vectors};
use dayfly_proto::identity::native::handshake::{Mode, Prologue};
use dayfly_proto::invite::manual::{ManualCode, ManualHalf, ManualKeys};

#[test]
fn codes_their_names_and_their_keys() {
    for case in vectors("manual")["cases"].as_array().unwrap() {
        let read = |at: usize| {
            let link = text(&case["links"][at]);
            let code = ManualCode::parse(link).unwrap();
            assert_eq!(code.text(), link);
            assert_eq!(code.id.0, array(&case["ids"][at]));
            assert_eq!(code.nonce, array(&case["nonces"][at]));
            assert_eq!(code.hash(), array(&case["hashes"][at]));
            assert_eq!(code.description.fingerprint, array(&case["fingerprints"][at]));
            assert_eq!(
                Some(code.description.candidates.len() as u64),
                case["addresses"].as_u64()
            );
            code
        };
        let (offer, answer) = (read(0), read(1));
        assert_eq!(offer.half(), ManualHalf::Offer);
        assert_eq!(answer.answers, Some(offer.name()));
        let keys = ManualKeys::derive(&offer, &answer);
        assert_eq!(keys.room_id, array(&case["room_id"]));
        assert_eq!(*keys.psk.expose(), array(&case["psk"]));
        let prologue = Prologue {
            mode: Mode::Manual,
            room_id: &keys.room_id,
            generation: 0,
            fp_initiator: &answer.description.fingerprint,
            fp_responder: &offer.description.fingerprint,
            context: &[],
        };
        assert_eq!(prologue.encode(), bytes(&case["prologue"]));
    }
}
