use super::*;
use crate::crypto::{PublicKey, SigningKey};
use crate::secret::SecretString;

fn key(n: u8) -> SigningKey {
    SigningKey::from_seed(&[n; 32])
}

fn event() -> Event {
    Event {
        room_id: [7; 32],
        generation: 3,
        author: key(1).public(),
        seq: 2,
        prev: [5; 32],
        time: 1_790_000_000_000,
        flags: 0,
        reference: EventId::NONE,
        content: Content::Text {
            text: SecretString::new("hi".into()),
            life: 0,
        },
    }
}

#[test]
fn ids_survive_their_form_and_no_other_is_read() {
    let id = event().id();
    assert_eq!(EventId::parse(&id.message_id()), Some(id));
    let mut upper = id.message_id();
    upper.0.make_ascii_uppercase();
    assert_eq!(EventId::parse(&upper), None);
    assert_eq!(EventId::parse(&crate::id::MessageId("m".into())), None);
    assert_ne!(PublicKey::NOBODY, event().author);
}
