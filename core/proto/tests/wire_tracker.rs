//! Tracker messages survive both ways, ids of any 20 bytes included, and nothing in them grows
//! past its bound.

use dayfly_proto::id::PeerId;
use dayfly_proto::wire::web::tracker::{
    Announce, AnnounceEvent, ClientMessage, MAX_OFFERS, MAX_REASON_CHARS, MAX_SDP_LEN, ServerMessage,
    TrackerError, TrackerId, TrackerOffer,
};
use proptest::prelude::*;

fn id() -> impl Strategy<Value = TrackerId> {
    any::<[u8; 20]>().prop_map(TrackerId)
}

fn offer_id() -> impl Strategy<Value = String> {
    // Binary as WebTorrent makes them: characters up to U+00FF.
    any::<[u8; 20]>().prop_map(|bytes| bytes.iter().map(|byte| char::from(*byte)).collect())
}

prop_compose! {
    fn announce()(
        info_hash in id(), peer_id in id(),
        event in prop::option::of(prop::sample::select(vec![AnnounceEvent::Started, AnnounceEvent::Completed])),
        left in prop::option::of(0..1_u64 << 53), numwant: Option<u32>,
        offers in prop::collection::vec((offer_id(), "\\PC{0,200}"), 0..6),
    ) -> ClientMessage {
        let offers = offers.into_iter().map(|(offer_id, sdp)| TrackerOffer { offer_id, sdp }).collect();
        ClientMessage::Announce(Announce { info_hash, peer_id, event, left, numwant, offers })
    }
}

fn client() -> impl Strategy<Value = ClientMessage> {
    prop_oneof![
        announce(),
        (id(), id(), id(), offer_id(), "\\PC{0,200}").prop_map(
            |(info_hash, peer_id, to_peer_id, offer_id, sdp)| ClientMessage::Answer {
                info_hash,
                peer_id,
                to_peer_id,
                offer_id,
                sdp
            }
        ),
        prop::collection::vec(id(), 0..5).prop_map(|info_hashes| ClientMessage::Scrape { info_hashes }),
    ]
}

fn server() -> impl Strategy<Value = ServerMessage> {
    prop_oneof![
        (id(), any::<[u32; 3]>()).prop_map(|(info_hash, [complete, incomplete, interval])| {
            ServerMessage::Announced {
                info_hash,
                complete,
                incomplete,
                interval,
            }
        }),
        (id(), id(), offer_id(), "\\PC{0,200}").prop_map(|(info_hash, peer_id, offer_id, sdp)| {
            ServerMessage::Offer {
                info_hash,
                peer_id,
                offer_id,
                sdp,
            }
        }),
        (id(), id(), offer_id(), "\\PC{0,200}").prop_map(|(info_hash, peer_id, offer_id, sdp)| {
            ServerMessage::Answer {
                info_hash,
                peer_id,
                offer_id,
                sdp,
            }
        }),
        (prop::option::of(id()), "\\PC{0,200}")
            .prop_map(|(info_hash, reason)| ServerMessage::Failure { info_hash, reason }),
        "\\PC{0,200}".prop_map(|message| ServerMessage::Warning { message }),
        Just(ServerMessage::Other),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_clients_message_survives(message in client()) {
        prop_assert!(ClientMessage::parse(&message.encode()) == Ok(message));
    }

    #[test]
    fn a_trackers_message_survives(message in server()) {
        prop_assert!(ServerMessage::parse(&message.encode()) == Ok(message));
    }

    #[test]
    fn flipped_and_cut_text_is_an_error_or_another_message_but_no_panic(
        client in client(), server in server(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        for text in [client.encode(), server.encode()] {
            let mut bytes = text.into_bytes();
            for (at, bit) in &flips {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
            bytes.truncate(cut.index(bytes.len()) + 1);
            let text = String::from_utf8_lossy(&bytes);
            let _ = ClientMessage::parse(&text);
            let _ = ServerMessage::parse(&text);
        }
    }
}

const HASH: &str = "4wi2s4r5w6z5g5f58fl5";
const PEER: &str = "-DF0-abcdefghij01234";

#[test]
fn leaving_offers_nothing() {
    let message = ClientMessage::Announce(Announce {
        info_hash: TrackerId(*b"4wi2s4r5w6z5g5f58fl5"),
        peer_id: PeerId::parse(PEER).unwrap().into(),
        event: Some(AnnounceEvent::Stopped),
        left: None,
        numwant: None,
        offers: Vec::new(),
    });
    let json =
        format!(r#"{{"action":"announce","info_hash":"{HASH}","peer_id":"{PEER}","event":"stopped"}}"#);
    assert_eq!(message.encode(), json);
    assert_eq!(ClientMessage::parse(&json), Ok(message));
}

#[test]
fn an_id_is_a_name_only_if_it_is_printable() {
    let id = TrackerId(*b"4wi2s4r5w6z5g5f58fl5");
    assert_eq!(id.info_hash().unwrap().as_str(), HASH);
    assert_eq!(id.peer_id().unwrap().as_str(), HASH);
    assert_eq!(TrackerId([0xe9; 20]).info_hash(), None);
    assert_eq!(TrackerId(*b"has a space in it...").peer_id(), None);
}

#[test]
fn more_than_a_client_sends_is_refused() {
    let announce = |offers: usize, sdp: usize, offer_id: usize| {
        let offer = TrackerOffer {
            offer_id: "o".repeat(offer_id),
            sdp: "s".repeat(sdp),
        };
        ClientMessage::Announce(Announce {
            info_hash: TrackerId([1; 20]),
            peer_id: TrackerId([2; 20]),
            event: None,
            left: None,
            numwant: Some(3),
            offers: vec![offer; offers],
        })
        .encode()
    };
    assert!(ClientMessage::parse(&announce(MAX_OFFERS, 6000, 20)).is_ok());
    assert_eq!(
        ClientMessage::parse(&announce(MAX_OFFERS + 1, 1, 20)),
        Err(TrackerError::TooMuch)
    );
    assert!(ClientMessage::parse(&announce(1, MAX_SDP_LEN, 64)).is_ok());
    assert_eq!(
        ClientMessage::parse(&announce(1, MAX_SDP_LEN + 1, 20)),
        Err(TrackerError::TooMuch)
    );
    assert_eq!(
        ClientMessage::parse(&announce(1, 1, 65)),
        Err(TrackerError::TooMuch)
    );
    assert_eq!(
        ClientMessage::parse(&announce(MAX_OFFERS, MAX_SDP_LEN, 20)),
        Err(TrackerError::TooLong)
    );
}

#[test]
fn a_trackers_oddities_are_taken() {
    let announced = |json: &str| match ServerMessage::parse(json) {
        Ok(ServerMessage::Announced {
            complete,
            incomplete,
            interval,
            ..
        }) => (complete, incomplete, interval),
        other => panic!("{other:?}"),
    };
    let head = format!(r#""action":"announce","info_hash":"{HASH}""#);
    assert_eq!(announced(&format!("{{{head}}}")), (0, 0, 0));
    assert_eq!(
        announced(&format!(
            r#"{{{head},"complete":-1,"incomplete":2.9,"interval":1e400,"peers":[]}}"#
        )),
        (0, 2, u32::MAX)
    );
    assert_eq!(
        ServerMessage::parse(r#"{"action":"scrape","files":{}}"#),
        Ok(ServerMessage::Other)
    );
    assert_eq!(ServerMessage::parse("[]"), Err(TrackerError::Malformed));
    let long = format!(r#"{{"failure reason":"{}\ud800"}}"#, "x".repeat(5000));
    let Ok(ServerMessage::Failure { reason, .. }) = ServerMessage::parse(&long) else {
        panic!()
    };
    assert_eq!(reason.len(), MAX_REASON_CHARS);
}

#[test]
fn debug_shows_no_id_and_no_description() {
    let json = format!(
        r#"{{"action":"announce","info_hash":"{HASH}","peer_id":"{PEER}","offers":[{{"offer_id":"canary","offer":{{"type":"offer","sdp":"canary"}}}}]}}"#
    );
    let message = ClientMessage::parse(&json).unwrap();
    let ClientMessage::Announce(announce) = &message else {
        panic!()
    };
    let all = format!(
        "{message:?} {announce:?} {:?} {:?}",
        announce.offers, announce.peer_id
    );
    assert!(!all.contains("canary") && !all.contains("DF0"), "{all}");
}
