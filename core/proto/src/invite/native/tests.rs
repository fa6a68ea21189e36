use super::*;
use crate::invite::Invite;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

#[test]
fn a_link_leads_back_to_its_invite() {
    let (invite, owner) = NativeInvite::create(&mut rng(1), RoomOptionsWire::default()).unwrap();
    assert_eq!(invite.owner, owner.public());
    let invite = invite
        .with_hints("kitchen", vec!["wss://t.example".into()])
        .unwrap();
    let invite = Invite::Native(invite);
    assert_eq!(Invite::parse(&invite.link()), Ok(invite));
}
