//! The example of `docs/links.md` is what this code writes and reads.

use dayfly_proto::invite::native::HistoryPolicy;
use dayfly_proto::invite::{Access, Invite, Island, WebInvite};
use dayfly_proto::secret::SecretString;

#[test]
fn the_documents_links_and_urls_are_ours() {
    let document = include_str!("../../../docs/links.md");
    let password = SecretString::new("correct horse".into());
    let access = Access::private_from_password("kitchen", &password).unwrap();
    let islands = vec![Island::chitchatter(), Island::at("https://chat.example").unwrap()];
    let trackers = vec!["wss://tracker.example".to_string()];
    let invite = Invite::Web(WebInvite::new("kitchen", access, islands, trackers).unwrap());
    assert!(document.contains(&invite.link()), "{}", invite.link());
    for url in invite.urls() {
        assert!(document.contains(&url), "{url}");
    }
    assert_eq!(Invite::parse(&invite.link()), Ok(invite));
}

#[test]
fn its_native_room_is_read_as_it_says() {
    let document = include_str!("../../../docs/links.md");
    let link = document
        .lines()
        .rfind(|line| line.starts_with("dayfly:"))
        .unwrap();
    let Ok(Invite::Native(invite)) = Invite::parse(link) else {
        panic!("{link} is an invite to a native room")
    };
    assert_eq!(invite.name, "Kitchen, 7 o'clock");
    assert_eq!(invite.generation, 3);
    assert_eq!(invite.options.history, HistoryPolicy::Items(20));
    assert_eq!(invite.options.expire_seconds, 300);
    assert!(invite.options.password && invite.options.receipts);
    assert_eq!(Invite::Native(invite).link(), link);
    // The bytes beneath are the same record.
    let bytes: String = document
        .rsplit("```text")
        .next()
        .unwrap()
        .lines()
        .flat_map(|line| line.split("  ").filter(|part| !part.trim().is_empty()).take(1))
        .flat_map(str::chars)
        .filter(char::is_ascii_hexdigit)
        .collect();
    let record = data_encoding::HEXLOWER.decode(bytes.as_bytes()).unwrap();
    let payload = data_encoding::BASE32_NOPAD.encode(&record);
    assert_eq!(link, format!("dayfly:{payload}"));
}
