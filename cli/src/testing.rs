//! Rows and events for the unit tests of this crate.

use dayfly_core::proto::id::{MemberId, MessageId};
use dayfly_core::proto::room::{
    Event, Member, MemberKind, MemberState, Message, RendezvousState, RendezvousStatus, RoomInfo, Snapshot,
    Trust, Via,
};

/// A web member who is here, directly connected; the fingerprint repeats the id.
pub fn member(id: &str, name: &str) -> Member {
    Member {
        id: MemberId(id.into()),
        name: name.into(),
        fingerprint: format!("{id:0>4}-aaaa-bbbb-cccc"),
        kind: MemberKind::Web,
        trust: Trust::Claimed,
        state: MemberState::Here,
        via: Some(Via::Direct),
        islands: vec!["https://chitchatter.im".into()],
        same_key: false,
        ..Member::default()
    }
}

/// A public live message.
pub fn message(id: &str, from: &Member, text: &str) -> Message {
    Message {
        id: MessageId(id.into()),
        from: from.id.clone(),
        name: from.name.clone(),
        text: text.into(),
        at: 1_700_000_000_000,
        sent_at: 1_700_000_000_000,
        direct: false,
        with: None,
        mine: false,
        history: false,
        confirmed: true,
        reference: None,
        ..Message::default()
    }
}

/// A tracker's row.
pub fn tracker(url: &str, state: RendezvousState) -> RendezvousStatus {
    RendezvousStatus {
        backend: "tracker".into(),
        url: Some(url.into()),
        state,
        detail: None,
    }
}

/// The first event of a room in which `me` is alone.
pub fn reset(me: Member) -> Event {
    Event::Reset {
        snapshot: Snapshot {
            me,
            members: Vec::new(),
            messages: Vec::new(),
            rendezvous: Vec::new(),
            ..Snapshot::default()
        },
    }
}

/// The member as a Dayfly that nobody has compared codes with.
pub fn native(member: Member) -> Member {
    Member {
        kind: MemberKind::Native,
        trust: Trust::New,
        islands: Vec::new(),
        ..member
    }
}

/// The first event of a native room in which `me` is alone, and whose owner is `me` or somebody
/// who is not here.
pub fn native_reset(me: Member, owner: bool) -> Event {
    Event::Reset {
        snapshot: Snapshot {
            room: RoomInfo {
                native: true,
                owner: owner.then(|| me.id.clone()),
                owner_here: owner,
                ..RoomInfo::default()
            },
            me: Member { owner, ..me },
            ..Snapshot::default()
        },
    }
}
