//! What one person shows, another scans: every text form of an invite survives the way through a
//! picture of its QR code and is the same room on the other side.

use dayfly_proto::invite::native::{HistoryPolicy, NativeInvite, RoomOptionsWire};
use dayfly_proto::invite::{Access, Invite, Island, LockedInvite, WebInvite, qr};
use dayfly_proto::secret::SecretString;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

fn scanned(text: &str) -> Invite {
    let shown = qr::encode(text).expect("an invite fits a code");
    let picture = shown.png();
    let read = qr::decode_png(&picture).expect("a clean picture is read");
    assert_eq!(read, text);
    Invite::parse(&read).expect("what was shown is an invite")
}

#[test]
fn every_kind_of_room_survives_link_url_and_picture() {
    let room = "Küche 3/4 & 50%";
    let password = SecretString::new("pa ss\u{f6}".into());
    let islands = vec![
        Island::chitchatter(),
        Island::at("https://chat.example:8443").unwrap(),
    ];
    let trackers = vec!["wss://tracker.example/announce".to_string()];
    let private = Access::private_from_password(room, &password).unwrap();
    for invite in [
        WebInvite::new(room, Access::Public, islands.clone(), trackers.clone()).map(Invite::Web),
        WebInvite::new(room, private, islands.clone(), trackers.clone()).map(Invite::Web),
        LockedInvite::new(room, islands.clone(), trackers).map(Invite::Locked),
    ] {
        let invite = invite.unwrap();
        assert_eq!(scanned(&invite.link()), invite);
        for (url, island) in invite.urls().iter().zip(&islands) {
            let info = scanned(url).info();
            assert_eq!(info.room, room);
            assert_eq!(info.access, invite.info().access);
            assert_eq!(&info.islands, std::slice::from_ref(island));
        }
    }
}

#[test]
fn a_native_room_survives_them_too_and_its_code_stays_small() {
    let options = RoomOptionsWire {
        history: HistoryPolicy::Items(100),
        password: true,
        expire_seconds: 3600,
        receipts: true,
        ..RoomOptionsWire::default()
    };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (invite, _) = NativeInvite::create(&mut rng, options).unwrap();
    let plain = Invite::Native(invite.clone());
    assert_eq!(scanned(&plain.link()), plain);
    // 108 bytes of record: 49 modules a side, which any camera reads.
    assert_eq!(plain.link().len(), "dayfly:".len() + 173);
    assert!(qr::encode(&plain.link()).unwrap().size() <= 49);
    let invite = invite
        .with_hints("Küche", vec!["wss://tracker.example/announce".into()])
        .map(Invite::Native)
        .unwrap();
    assert_eq!(scanned(&invite.link()), invite);
}
