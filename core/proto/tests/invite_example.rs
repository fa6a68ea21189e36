//! The example of `docs/links.md` is what this code writes and reads.

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
