//! The fuzz body of the room: any list of inputs and commands, with a network that partly works.
//!
//! It panics if the room does, if a bound is passed, if the room would keep its driver spinning,
//! or if the events it told do not add up to its snapshot.

use super::limits::{
    DEPARTED_FOR, MAX_BYTES, MAX_HALF_OPEN, MAX_HISTORY_ALL, MAX_ITEMS, MAX_MEMBERS, MAX_PEER_LINKS,
    MAX_PENDING_BYTES, MAX_POOLED, MAX_REMEMBERED,
};
use super::{
    Backend, Binding, Entry, Event, Link, LinkEvent, MeetEvent, Output, Room, RoomConfig, Via, markup,
};
use crate::id::{BackendId, LinkId, PeerId};
use crate::identity::web::WebIdentity;
use crate::invite::{Access, Island, WebInvite};
use crate::timer::Now;
use crate::wire::web::SdpKind;
use crate::wire::web::chitchatter::{
    Action, ChatText, Metadata, TranscriptContent, TranscriptItem, password_response,
};
use crate::wire::web::frame::{Frame, Reassembler, encode, encode_presence};
use crate::wire::web::seal::SignalKey;
use crate::wire::web::topic::{InfoHash, RoomToken, info_hash, room_token};
use data_encoding::BASE64;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const ROOM: &str = "fuzz";
/// Most outputs one input may cause. A leaving member's messages and a transcript are the most.
const MAX_OUTPUTS: usize = 2_000;

/// Takes bytes as a list of operations, each one byte and its arguments; missing ones are zero.
///
/// # Panics
/// See the module.
pub fn room(data: &[u8]) {
    let mut script = Script(data.iter());
    let mut world = World::new(script.byte());
    while let Some(op) = script.0.next() {
        world.step(*op, &mut script);
    }
    world.check_snapshot();
}

/// Any text as Markdown: what comes out is bounded and can only be shown.
///
/// # Panics
/// If that does not hold.
pub fn markup(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let names = ["a".to_owned(), "Ada Lovelace".to_owned(), String::new()];
    let blocks = markup::read(&text, &names);
    let mut parts = 0;
    for block in &blocks {
        parts += 1 + block.content.len();
        assert!(block.quote <= markup::MAX_DEPTH && block.indent <= markup::MAX_DEPTH);
        for inline in &block.content {
            assert!(!inline.text.is_empty(), "an inline says something");
            assert!(
                !inline.text.contains(['\0', '\u{1b}', '\u{202e}', '\u{2066}']),
                "nothing hides or reorders"
            );
            if let Some(link) = &inline.link {
                let scheme = link
                    .url
                    .split(':')
                    .next()
                    .unwrap_or_default()
                    .to_ascii_lowercase();
                assert!(matches!(scheme.as_str(), "https" | "http" | "mailto"));
                assert!(link.url.len() <= markup::MAX_URL && !link.host.is_empty());
                assert!(link.url.bytes().all(|b| b.is_ascii_graphic()));
            }
            if let Some(name) = &inline.mention {
                assert!(names.contains(name), "only members are mentioned");
            }
        }
    }
    // Addresses and mentions are found in the last words too, each at the cost of a few bytes.
    assert!(parts <= markup::MAX_PARTS + text.len() / 2 + 8, "{parts}");
}

struct Script<'a>(std::slice::Iter<'a, u8>);

impl Script<'_> {
    fn byte(&mut self) -> u8 {
        self.0.next().copied().unwrap_or(0)
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let len = usize::from(self.byte()) % (most + 1);
        (0..len).map(|_| self.byte()).collect()
    }

    fn text(&mut self, most: usize) -> String {
        String::from_utf8_lossy(&self.bytes(most)).into_owned()
    }
}

fn open(via: Via) -> LinkEvent {
    let binding = Binding {
        ours: [1; 32],
        theirs: [2; 32],
        dtls_client: true,
    };
    LinkEvent::Open { via, binding }
}

/// The room under test and what a peer would know.
struct World {
    room: Room,
    now: Now,
    topic: InfoHash,
    token: RoomToken,
    key: SignalKey,
    app_id: String,
    /// Links the room has not closed.
    links: Vec<LinkId>,
    offers: Vec<String>,
    challenges: BTreeMap<LinkId, String>,
    /// What the room says on each link.
    heard: BTreeMap<LinkId, Reassembler>,
    members: BTreeSet<String>,
    messages: BTreeSet<String>,
    ended: bool,
}

impl World {
    fn new(flags: u8) -> Self {
        let access = match flags & 1 {
            0 => Access::Public,
            _ => Access::private_from_secret(crate::secret::SecretString::new("c2VjcmV0".into()))
                .expect("a secret of the right form"),
        };
        let invite = WebInvite::new(ROOM, access, vec![Island::chitchatter()], Vec::new())
            .expect("an invite of the right form");
        let app_id = Island::chitchatter().app_id();
        let password = invite.trystero_password();
        let backend = |n| Backend {
            id: BackendId(n),
            kind: "tracker".into(),
            url: None,
        };
        let now = Now {
            mono: Duration::from_secs(1),
            unix_ms: 1_790_000_000_000,
        };
        let config = RoomConfig {
            entry: Entry::Web(invite),
            name: "Ada".into(),
            backends: vec![backend(0), backend(1)],
        };
        let mut world = Self {
            room: Room::new(config, now, [flags; 32]),
            now,
            topic: info_hash(&app_id, ROOM),
            token: room_token(&app_id, ROOM),
            key: SignalKey::derive(password.expose(), &app_id, ROOM),
            app_id,
            links: Vec::new(),
            offers: Vec::new(),
            challenges: BTreeMap::new(),
            heard: BTreeMap::new(),
            members: BTreeSet::new(),
            messages: BTreeSet::new(),
            ended: false,
        };
        world.drain();
        world
    }

    fn link(&self, pick: u8) -> LinkId {
        match self.links.len() {
            0 => LinkId(u64::from(pick)),
            len => self.links[usize::from(pick) % len],
        }
    }

    fn step(&mut self, op: u8, script: &mut Script<'_>) {
        let now = self.now;
        match op % 16 {
            0 => {
                let backend = BackendId(u16::from(script.byte() % 3));
                let event = match script.byte() % 4 {
                    0 | 1 => MeetEvent::Up,
                    2 => MeetEvent::Waiting("later".into()),
                    _ => MeetEvent::Interval(u32::from(script.byte())),
                };
                self.room.handle_meet(now, backend, event);
            }
            1 => {
                let (from, pick) = (peer(script.byte()), script.byte());
                let sealed = self.sealed(pick, "offer");
                let (topic, offer_id) = (self.topic, format!("{pick:020}"));
                self.room.handle_meet(
                    now,
                    BackendId(0),
                    MeetEvent::Offer {
                        topic,
                        from,
                        offer_id,
                        sealed,
                    },
                );
            }
            2 => {
                let (from, pick) = (peer(script.byte()), script.byte());
                let sealed = self.sealed(pick, "answer");
                let offer_id = match self.offers.len() {
                    0 => String::new(),
                    len => self.offers[usize::from(pick) % len].clone(),
                };
                let topic = self.topic;
                self.room.handle_meet(
                    now,
                    BackendId(0),
                    MeetEvent::Answer {
                        topic,
                        from,
                        offer_id,
                        sealed,
                    },
                );
            }
            3 => {
                let link = self.link(script.byte());
                self.room
                    .handle_link(now, link, LinkEvent::Described { sdp: "sdp".into() });
            }
            4 => {
                let link = self.link(script.byte());
                self.room.handle_link(now, link, open(Via::Direct));
            }
            5 => self.link_mishap(script),
            6 => self.shake(script),
            7 | 8 => {
                let link = self.link(script.byte());
                let action = self.action(script);
                self.send(link, &action);
            }
            9 => {
                let link = self.link(script.byte());
                let mut frame = match script.byte() % 3 {
                    0 => Vec::new(),
                    1 => encode_presence(&self.token, script.byte() & 1 == 0),
                    _ => [&[1, 0, 64], self.token.as_bytes().as_slice()].concat(),
                };
                frame.extend(script.bytes(200));
                self.frame(link, frame);
            }
            10 | 11 => self.command(script),
            12 => {
                let who = script.byte();
                let identity = WebIdentity {
                    user_id: "me".into(),
                    public_key: public_key(who),
                    signature: "AA==".into(),
                };
                self.room.handle_identity(now, identity);
            }
            13 => {
                // Everything that hangs moves on at once: members come about soon enough.
                for link in self.links.clone() {
                    self.room
                        .handle_link(now, link, LinkEvent::Described { sdp: "sdp".into() });
                    self.drain();
                    self.room.handle_link(now, link, open(Via::Relay));
                    self.drain();
                }
            }
            _ => {
                let ms = u64::from(script.byte()).pow(2);
                self.pass(Duration::from_millis(ms));
            }
        }
        self.drain();
        self.check();
    }

    fn sealed(&self, pick: u8, sdp: &str) -> String {
        match pick % 8 {
            0 => "no seal".into(),
            1 => SignalKey::derive("another", &self.app_id, ROOM).seal(sdp, [pick; 16]),
            _ => self.key.seal(sdp, [pick; 16]),
        }
    }

    fn link_mishap(&mut self, script: &mut Script<'_>) {
        let link = self.link(script.byte());
        let event = match script.byte() % 6 {
            0 => LinkEvent::Silent,
            1 => LinkEvent::Heard,
            2 => LinkEvent::Congested,
            3 => LinkEvent::Path { via: Via::Relay },
            4 => LinkEvent::Renegotiated { sdp: script.text(40) },
            _ => LinkEvent::Closed {
                reason: "gone".into(),
            },
        };
        if matches!(event, LinkEvent::Closed { .. }) {
            self.links.retain(|other| *other != link);
        }
        self.room.handle_link(self.now, link, event);
    }

    /// Answers the room's challenge, rightly or not.
    fn shake(&mut self, script: &mut Script<'_>) {
        let link = self.link(script.byte());
        let right = !script.byte().is_multiple_of(8);
        let Some(challenge) = self.challenges.get(&link).filter(|_| right) else {
            self.send(link, &Action::Response { h: "0".repeat(64) });
            return;
        };
        let password = self.room.web_invite().trystero_password();
        let h = password_response(challenge, password.expose(), &self.app_id, ROOM);
        self.send(link, &Action::Response { h });
        self.drain();
        self.send(link, &Action::Ready);
    }

    fn action(&self, script: &mut Script<'_>) -> Action {
        let text = |script: &mut Script<'_>| ChatText {
            author_id: format!("user{}", script.byte() % 4),
            text: script.text(60).repeat(usize::from(script.byte()) + 1),
            time_sent: u64::from(script.byte()) << (script.byte() % 46),
            id: self.message_id(script.byte()),
        };
        match script.byte() % 12 {
            0..=2 => Action::Metadata(Metadata {
                user_id: format!("user{}", script.byte() % 4),
                name: script.text(40),
                public_key: public_key(script.byte() % 8),
                signature: "AA==".into(),
                renamed: false,
                native: script.byte() % 3,
            }),
            3 | 4 => Action::Text(text(script)),
            5 => Action::DirectText(text(script)),
            6 => Action::Typing(script.byte() & 1 == 0),
            7 => Action::DirectTyping(script.byte() & 1 == 0),
            8 => {
                let item = |script: &mut Script<'_>| {
                    let ChatText {
                        author_id,
                        text,
                        time_sent,
                        id,
                    } = text(script);
                    let content = TranscriptContent::Text(text);
                    TranscriptItem {
                        author_id,
                        content,
                        time_sent,
                        id,
                        time_received: None,
                    }
                };
                Action::Transcript((0..script.byte() % 150).map(|_| item(script)).collect())
            }
            9 => Action::Signal {
                kind: SdpKind::Offer,
                sdp: script.text(20),
            },
            10 => Action::Challenge { c: script.text(36) },
            _ => Action::Leave,
        }
    }

    /// An id of its own, or one that is taken.
    fn message_id(&self, pick: u8) -> String {
        let taken = self.messages.iter().nth(usize::from(pick));
        taken.map_or_else(|| format!("id{pick}"), |id| id.chars().take(60).collect())
    }

    fn send(&mut self, link: LinkId, action: &Action) {
        let Some((name, body)) = action.encode() else {
            return;
        };
        for frame in encode(&self.token, name, 1, &body) {
            self.frame(link, frame);
            self.drain();
        }
    }

    fn frame(&mut self, link: LinkId, frame: Vec<u8>) {
        self.room.handle_link(self.now, link, LinkEvent::Frame(frame));
    }

    fn command(&mut self, script: &mut Script<'_>) {
        let now = self.now;
        let to = match script.byte() {
            pick if pick & 1 == 0 => format!("m{}", pick / 2 % 8),
            _ => script.text(8),
        };
        match script.byte() % 16 {
            0..=3 => drop(self.room.say(now, script.text(60), Default::default())),
            4..=6 => drop(self.room.direct(
                now,
                &to,
                script.text(60),
                super::SayOptions::with_reference(Some("r".into())),
            )),
            7 | 8 => drop(self.room.typing(now, script.byte() & 1 == 0, None)),
            9 => drop(self.room.typing(now, script.byte() & 1 == 0, Some(&to))),
            10 | 11 => drop(self.room.rename(now, &script.text(40))),
            12 => self.room.network_changed(now),
            13 => self.room.suspended(now),
            14 => self.room.resumed(now),
            // Leaving ends all fun, so it is rare.
            _ if script.byte() == 255 => self.room.leave(now),
            _ => drop(self.room.member(&to)),
        }
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now.mono + time;
        let mut rounds = 0;
        while let Some(at) = self.room.poll_timeout().filter(|at| *at <= end) {
            self.now.mono = self.now.mono.max(at);
            self.room.handle_timeout(self.now);
            self.drain();
            let next = self.room.poll_timeout();
            assert!(
                next.is_none_or(|next| next > self.now.mono),
                "the room keeps its driver spinning"
            );
            rounds += 1;
            assert!(rounds < 50_000, "the room wakes its driver too often");
        }
        self.now.mono = end;
        self.now.unix_ms += u64::try_from(time.as_millis()).unwrap_or(0);
    }

    fn drain(&mut self) {
        let mut outputs = 0;
        while let Some(output) = self.room.poll() {
            assert!(!self.ended, "the room speaks after its end");
            outputs += 1;
            assert!(outputs <= MAX_OUTPUTS, "one input causes too much");
            match output {
                Output::Offer { link } | Output::Answer { link, .. } => self.links.push(link),
                Output::Close { link } => {
                    assert!(self.links.contains(&link), "a link is closed once");
                    self.links.retain(|other| *other != link);
                    self.heard.remove(&link);
                    self.challenges.remove(&link);
                }
                Output::Send { link, frame } => {
                    assert!(self.links.contains(&link), "nothing is sent on what is closed");
                    self.hear(link, &frame);
                }
                Output::Announce { offers, .. } => {
                    self.offers = offers.into_iter().map(|offer| offer.id).collect();
                }
                Output::Event(event) => self.event(event),
                Output::OpenNative { link } | Output::SendNative { link, .. } => {
                    assert!(self.links.contains(&link), "nothing is sent on what is closed");
                }
                Output::Accept { .. }
                | Output::Renegotiate { .. }
                | Output::Reply { .. }
                | Output::ManualCode { .. }
                | Output::Withdraw { .. }
                | Output::RelayGrant { .. }
                | Output::RelayRevoke { .. }
                | Output::Rest { .. } => {}
            }
        }
    }

    /// What the room says must be what a page can read.
    fn hear(&mut self, link: LinkId, frame: &[u8]) {
        let frame = Frame::parse(frame).expect("the room sends whole frames");
        let Frame::Room { inner, .. } = frame else { return };
        let message = self
            .heard
            .entry(link)
            .or_default()
            .push(inner)
            .expect("the room sends whole chunks");
        let Some(message) = message else { return };
        let action = Action::decode(&message).expect("the room sends what a page reads");
        assert!(
            !matches!(action, Action::Unknown(_)),
            "the room sends what a page knows"
        );
        if let Action::Challenge { c } = action {
            self.challenges.insert(link, c);
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::MemberJoined { member } => {
                assert!(self.members.insert(member.id.0), "nobody joins twice");
            }
            Event::MemberChanged { member } => {
                assert!(member.id.0 == "m0" || self.members.contains(&member.id.0));
            }
            Event::MemberLeft { id, .. } => {
                assert!(self.members.remove(&id.0), "nobody leaves who is not here");
            }
            Event::Message { message } => {
                let here = self.members.contains(&message.from.0);
                assert!(message.mine == (message.from.0 == "m0"));
                assert!(
                    message.history != (here || message.mine),
                    "hearsay is nobody's here"
                );
                assert!(message.confirmed != message.history);
                self.messages.insert(message.id.0);
            }
            Event::Typing { from, .. } | Event::Folded { from, .. } => {
                assert!(self.members.contains(&from.0));
            }
            Event::Left { .. } => {
                self.ended = true;
                self.members.clear();
                self.messages.clear();
            }
            Event::Reset { .. }
            | Event::Delivery { .. }
            | Event::Rendezvous { .. }
            | Event::MessageChanged { .. }
            | Event::Verification { .. }
            | Event::GroupCheck { .. }
            | Event::RoomChanged { .. }
            | Event::Removed { .. }
            | Event::Closed { .. }
            | Event::Limited { .. }
            | Event::Notice { .. } => {}
        }
    }

    fn check(&self) {
        let room = &self.room;
        let pooled = room.links.values().filter(|link| link.is_pooled()).count();
        let open = room.links.values().filter(|link| link.is_open()).count();
        let half_open = room.links.values().filter(|link| link.is_half_open()).count();
        assert!(pooled <= MAX_POOLED, "{pooled} pooled offers");
        assert!(half_open <= MAX_HALF_OPEN, "{half_open} half open");
        assert!(open <= MAX_MEMBERS + MAX_HALF_OPEN, "{open} open");
        let mut peers = BTreeMap::new();
        for peer in room.links.values().filter_map(|link: &Link| link.peer) {
            *peers.entry(peer).or_insert(0) += 1;
        }
        assert!(
            peers.values().all(|links| *links <= MAX_PEER_LINKS),
            "too many links to one peer"
        );
        assert_eq!(room.links.len(), self.links.len(), "the room knows its links");
        let pending: usize = room.links.values().map(|link| link.reassembler.pending()).sum();
        assert_eq!(room.pending, pending, "unfinished messages are counted");
        assert!(pending <= MAX_PENDING_BYTES);
        assert!(room.members.len() <= MAX_MEMBERS);
        assert!(room.timeline.len() <= MAX_ITEMS && room.timeline.bytes() <= MAX_BYTES);
        assert!(room.timeline.history() <= MAX_HISTORY_ALL);
        assert!(room.refused.len() <= MAX_REMEMBERED);
        assert!(room.meeting.remembered() <= MAX_REMEMBERED);
        assert!(
            room.poll_timeout()
                .is_none_or(|at| at <= self.now.mono + DEPARTED_FOR)
        );
    }

    fn check_snapshot(&self) {
        let snapshot = self.room.snapshot();
        let members: BTreeSet<String> = snapshot.members.into_iter().map(|member| member.id.0).collect();
        assert_eq!(members, self.members, "the events add up");
        assert!(
            snapshot
                .messages
                .iter()
                .all(|message| self.messages.contains(&message.id.0))
        );
    }
}

/// A page for most picks, a Dayfly for some.
fn peer(pick: u8) -> PeerId {
    let pick = pick % 12;
    let id = if pick >= 9 {
        format!("-DF0-zzzzzzzzzzzzz{pick:02}")
    } else {
        format!("page{pick:016}")
    };
    PeerId::parse(&id).expect("20 graphic characters")
}

/// The DER of an RSA key nobody has: 1,024 bits, odd.
pub(super) fn public_key(pick: u8) -> String {
    let mut modulus = [0xa5; 128];
    modulus[64] = pick;
    modulus[127] |= 1;
    let key = [
        &[0x30, 0x81, 0x89, 0x02, 0x81, 0x81, 0x00][..],
        &modulus,
        &[0x02, 0x03, 1, 0, 1],
    ]
    .concat();
    let rsa = [
        0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0,
    ];
    let spki = [&[0x30, 0x81, 0x9f][..], &rsa, &[0x03, 0x81, 0x8d, 0x00], &key].concat();
    BASE64.encode(&spki)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::web::check;

    #[test]
    fn the_keys_are_keys() {
        assert!(check(&public_key(3), "AA==", ROOM, "u").is_ok());
    }

    /// If the network of the body never came to speak, it would find nothing.
    #[test]
    fn a_script_makes_a_member_that_speaks() {
        let script = [0, 12, 1, 0, 0, 0, 1, 2, 7, 13, 13];
        let mut script = Script(script.iter());
        let mut world = World::new(script.byte());
        while let Some(op) = script.0.next() {
            world.step(*op, &mut script);
        }
        let link = world
            .links
            .iter()
            .position(|link| world.challenges.contains_key(link))
            .expect("a challenge");
        let link = u8::try_from(link).expect("few links");
        for op in [
            [6, link, 1].as_slice(),
            &[7, link, 0, 1, 3, 65, 66, 67, 2],
            &[7, link, 3, 1, 2, 68, 69, 0, 9, 30, 5],
        ] {
            let mut script = Script(op.iter());
            let op = script.byte();
            world.step(op, &mut script);
        }
        assert_eq!(world.members.len(), 1);
        assert_eq!(world.messages.len(), 1);
        world.check_snapshot();
    }
}
