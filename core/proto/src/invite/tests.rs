use super::*;
use crate::secret::SecretString;
use proptest::prelude::*;

fn private(room: &str, password: &str) -> Invite {
    let access = Access::private_from_password(room, &SecretString::new(password.into())).unwrap();
    Invite::Web(WebInvite::new(room, access, vec![Island::chitchatter()], Vec::new()).unwrap())
}

#[test]
fn a_link_comes_back_in_either_case_and_with_space_around() {
    let invite = private("room", "word");
    let link = invite.link();
    assert!(link.starts_with("dayfly:"), "{link}");
    for text in [
        link.clone(),
        link.to_uppercase(),
        link.to_lowercase(),
        format!(" \r\n{link}\n"),
    ] {
        assert_eq!(Invite::parse(&text), Ok(invite.clone()));
    }
}

#[test]
fn a_link_host_carries_the_same_record() {
    let invite = private("room", "word");
    let link = invite.link_with_host("go.example");
    assert!(link.starts_with("https://go.example/#"));
    assert_eq!(Invite::parse_with_host(&link, "go.example"), Ok(invite.clone()));
    let upper = link.to_uppercase();
    assert_eq!(Invite::parse_with_host(&upper, "go.example"), Ok(invite));
    assert_eq!(
        Invite::parse_with_host(&link, "other.example"),
        Err(InviteError::NoRoom)
    );
}

#[test]
fn a_locked_room_opens_with_its_password_only() {
    let locked = Invite::parse("https://chitchatter.im/private/room").unwrap();
    assert_eq!(locked.info().access, InviteAccess::NeedsPassword);
    assert_eq!(locked.urls(), ["https://chitchatter.im/private/room"]);
    assert_eq!(Invite::parse(&locked.link()), Ok(locked.clone()));
    let Invite::Locked(locked) = locked else {
        panic!("{locked:?}")
    };
    let web = locked.unlock(&SecretString::new("word".into())).unwrap();
    assert_eq!(Invite::Web(web), private("room", "word"));
}

#[test]
fn urls_lead_back_to_the_room() {
    for room in [
        "a",
        "a b",
        "a/b",
        "50%",
        "caf\u{e9} 😀",
        "a?b#c",
        "+&=",
        "...",
        "%25",
        "é%2f",
    ] {
        for invite in [
            private(room, "p\u{e4}ss & word"),
            Invite::Locked(LockedInvite::new(room, vec![Island::chitchatter()], vec![]).unwrap()),
        ] {
            for url in invite.urls() {
                assert!(url.bytes().all(|b| b.is_ascii_graphic()), "{url}");
                let back = Invite::parse(&url);
                let page = room.replace("%2F", "/");
                let Ok(back) = back else {
                    panic!("{room}: {back:?}")
                };
                assert_eq!(back.info().room, page);
                assert_eq!(back, invite);
            }
        }
    }
}

#[test]
fn hostile_text_is_refused_with_a_sentence() {
    use InviteError::*;
    let big = "dayfly:".to_string() + &"A".repeat(1 << 20);
    for (text, error) in [
        ("", Empty),
        (" \n", Empty),
        (
            &*big,
            TooLong {
                what: "text",
                limit: MAX_TEXT,
            },
        ),
        ("hello", NotAnInvite),
        ("come to https://chitchatter.im/public/a", Space),
        ("javascript:alert(1)", NotAnInvite),
        ("file:///etc/passwd", NotAnInvite),
        ("ftp://chitchatter.im/public/a", NotAnInvite),
        ("http://chitchatter.im/public/a", Insecure),
        ("https://chitchatter.im/public/a b", Space),
        ("https://chitchatter.im/public/a\u{202e}b", Hidden(0x202e)),
        ("dayfly:\u{200b}AEAQ", Hidden(0x200b)),
        ("dayfly:AE\nAQ", Hidden(10)),
        ("dayfly:", Cut),
        ("dayfly:AEAQ", Cut),
        ("dayfly:AE AQ", Space),
        ("dayfly:AEA0", Damaged),
        ("dayfly:ÄÖ", Damaged),
    ] {
        assert_eq!(Invite::parse(text), Err(error), "{:.40}", text);
    }
    for error in [Empty, Damaged, Cut, Hidden(0x202e), Insecure, NoIsland] {
        let text = error.to_string();
        assert!(text.ends_with('.') && text.len() > 30, "{text}");
    }
    assert_eq!(Newer.to_string(), "this invite needs a newer Dayfly");
}

#[test]
fn nothing_secret_is_printed() {
    let invite = private("room", "canary");
    let Invite::Web(web) = &invite else { panic!() };
    let Access::Private { secret } = &web.access else {
        panic!()
    };
    for text in [format!("{invite:?}"), format!("{:?}", invite.info())] {
        assert!(!text.contains(secret.expose()), "{text}");
    }
}

#[test]
fn a_public_rooms_password_is_its_name() {
    let invite = Invite::parse("https://chitchatter.im/public/lobby").unwrap();
    let Invite::Web(web) = invite else { panic!() };
    assert_eq!(web.trystero_password().expose(), "lobby");
}

fn any_room() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9-]{1,36}", "\\PC{1,40}", "[%/?#&=+. a2F]{1,12}"]
        .prop_filter("a room a page can be in", |room| {
            LockedInvite::new(room, vec![Island::chitchatter()], vec![]).is_ok()
        })
}

fn any_invite() -> impl Strategy<Value = Invite> {
    let islands = proptest::sample::subsequence(
        vec![
            Island::chitchatter(),
            Island::at("https://chat.example:8443").unwrap(),
            Island::at("http://localhost:3000").unwrap(),
            Island::at("https://b.example").unwrap().named("B side").unwrap(),
        ],
        1..=4,
    );
    let trackers = proptest::collection::vec("wss?://[a-z]{1,20}(:[1-9][0-9]{0,3})?/x", 0..4);
    let access = proptest::option::of(proptest::option::of("\\PC{1,40}"));
    (any_room(), access, islands, trackers).prop_filter_map(
        "a secret that can be shown",
        |(room, access, islands, trackers)| {
            let access = match access {
                None => {
                    return LockedInvite::new(&room, islands, trackers)
                        .ok()
                        .map(Invite::Locked);
                }
                Some(None) => Access::Public,
                Some(Some(secret)) if secret.len() % 2 == 0 => {
                    Access::private_from_secret(SecretString::new(secret)).ok()?
                }
                Some(Some(word)) => Access::private_from_password(&room, &SecretString::new(word)).ok()?,
            };
            WebInvite::new(&room, access, islands, trackers)
                .ok()
                .map(Invite::Web)
        },
    )
}

proptest! {
    #[test]
    fn every_invite_comes_back_from_its_link(invite in any_invite()) {
        prop_assert_eq!(Invite::parse(&invite.link()), Ok(invite));
    }

    #[test]
    fn every_room_comes_back_from_its_urls(invite in any_invite()) {
        for url in invite.urls() {
            let back = Invite::parse(&url).map(|i| (i.info().room, i.info().access));
            prop_assert_eq!(back, Ok((invite.info().room, invite.info().access)));
        }
    }

    #[test]
    fn a_link_is_as_long_as_its_bytes(invite in any_invite()) {
        let bytes = record::encode(&invite);
        prop_assert_eq!(invite.link().len(), "dayfly:".len() + (bytes.len() * 8).div_ceil(5));
    }

    #[test]
    fn no_flipped_bit_or_cut_is_taken_for_an_invite(
        invite in any_invite(), at in any::<proptest::sample::Index>(), bit in 0..8u8,
    ) {
        let bytes = record::encode(&invite);
        let at = at.index(bytes.len());
        prop_assert_eq!(record::decode(&bytes[..at]), Err(InviteError::Cut));
        let mut wrong = bytes.to_vec();
        wrong[at] ^= 1 << bit;
        prop_assert_eq!(record::decode(&wrong), Err(InviteError::Damaged));
    }

    #[test]
    fn no_text_panics(text in "\\PC*", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Invite::parse(&text);
        let _ = Invite::parse(&format!("https://chitchatter.im/private/{text}"));
        fuzz::record(&bytes);
        fuzz::link(&bytes);
    }
}
