//! One room and many strangers: what a swarm can make it hold.

use super::fuzz::public_key;
use super::limits::{
    ADMISSIONS, MAX_HALF_OPEN, MAX_MEMBERS, MAX_PEER_LINKS, MAX_PENDING_BYTES, MAX_UNSENT, PEER_SIGNALS,
    SIGNALS,
};
use super::*;
use crate::invite::Island;
use crate::wire::web::SdpKind;
use crate::wire::web::chitchatter::{ChatText, Metadata, password_response};
use crate::wire::web::frame::{Frame, MAX_FRAME_LEN, Reassembler};
use crate::wire::web::seal::SignalKey;
use crate::wire::web::topic::{InfoHash, info_hash, room_token};

const ROOM: &str = "strangers";
const OPEN: LinkEvent = LinkEvent::Open {
    via: Via::Direct,
    binding: Binding {
        ours: [1; 32],
        theirs: [2; 32],
        dtls_client: true,
    },
};

struct Swarm {
    room: Room,
    now: Now,
    topic: InfoHash,
    key: SignalKey,
    outputs: Vec<Output>,
}

impl Swarm {
    fn new() -> Self {
        let invite = WebInvite::new(ROOM, Access::Public, vec![Island::chitchatter()], Vec::new()).unwrap();
        let app_id = Island::chitchatter().app_id();
        let key = SignalKey::derive(invite.trystero_password().expose(), &app_id, ROOM);
        let now = Now {
            mono: Duration::from_secs(1),
            unix_ms: 1_790_000_000_000,
        };
        let backends = vec![Backend {
            id: BackendId(0),
            kind: "tracker".into(),
            url: None,
        }];
        let mut room = Room::new(
            RoomConfig {
                entry: Entry::Web(invite),
                name: "Ada".into(),
                backends,
            },
            now,
            [7; 32],
        );
        room.handle_meet(now, BackendId(0), MeetEvent::Up);
        let mut swarm = Self {
            room,
            now,
            topic: info_hash(&app_id, ROOM),
            key,
            outputs: Vec::new(),
        };
        swarm.drain();
        swarm
    }

    fn drain(&mut self) {
        while let Some(output) = self.room.poll() {
            self.outputs.push(output);
        }
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now.mono + time;
        while let Some(at) = self.room.poll_timeout().filter(|at| *at <= end) {
            self.now.mono = at;
            self.room.handle_timeout(self.now);
            self.drain();
        }
        self.now.mono = end;
    }

    /// The link that answers an offer of the page `n`, if the room takes it.
    fn offer(&mut self, n: u32, offer_id: u32) -> Option<LinkId> {
        self.offer_of(n, offer_id, "offer")
    }

    fn offer_of(&mut self, n: u32, offer_id: u32, sdp: &str) -> Option<LinkId> {
        self.outputs.clear();
        let event = MeetEvent::Offer {
            topic: self.topic,
            from: PeerId::parse(&format!("page{n:016}")).unwrap(),
            offer_id: format!("{offer_id:020}"),
            sealed: self.key.seal(sdp, [1; 16]),
        };
        self.room.handle_meet(self.now, BackendId(0), event);
        self.drain();
        self.outputs.iter().find_map(|output| match output {
            Output::Answer { link, .. } => Some(*link),
            _ => None,
        })
    }

    fn link(&mut self, link: LinkId, event: LinkEvent) {
        self.room.handle_link(self.now, link, event);
        self.drain();
    }

    fn send(&mut self, link: LinkId, action: &Action) {
        let token = room_token(&Island::chitchatter().app_id(), ROOM);
        let (name, body) = action.encode().unwrap();
        for frame in encode(&token, name, 1, &body) {
            self.link(link, LinkEvent::Frame(frame));
        }
    }

    /// The page `n` comes as far as it may.
    fn join(&mut self, n: u32) -> Option<LinkId> {
        let link = self.offer(n, n)?;
        self.link(link, LinkEvent::Described { sdp: "answer".into() });
        self.link(link, OPEN);
        let challenge = self.challenged(link)?;
        let app_id = Island::chitchatter().app_id();
        let h = password_response(&challenge, ROOM, &app_id, ROOM);
        self.send(link, &Action::Response { h });
        self.send(link, &Action::Ready);
        self.send(link, &metadata(n));
        Some(link)
    }

    /// What the room asked on this link.
    fn challenged(&self, link: LinkId) -> Option<String> {
        self.outputs.iter().rev().find_map(|output| match output {
            Output::Send { link: on, frame } if *on == link => challenge(frame),
            _ => None,
        })
    }

    fn notices(&self, wanted: NoticeCode) -> usize {
        let is =
            |output: &&Output| matches!(output, Output::Event(Event::Notice { code, .. }) if *code == wanted);
        self.outputs.iter().filter(is).count()
    }
}

/// What the page `n` says about itself.
fn metadata(n: u32) -> Action {
    Action::Metadata(Metadata {
        user_id: format!("user{n}"),
        name: format!("P{n}"),
        public_key: public_key(u8::try_from(n).unwrap()),
        signature: "AA==".into(),
        renamed: false,
        native: 0,
    })
}

fn challenge(frame: &[u8]) -> Option<String> {
    let Ok(Frame::Room { inner, .. }) = Frame::parse(frame) else {
        return None;
    };
    let message = Reassembler::new().push(inner).ok()??;
    match Action::decode(&message) {
        Ok(Action::Challenge { c }) => Some(c),
        _ => None,
    }
}

#[test]
fn an_offer_with_nothing_in_it_is_no_attempt() {
    let mut swarm = Swarm::new();
    // As a page announces an offer it took up again, recorded from Chromium 156.
    let empty = "v=0\r\no=- 5772203508839684511 4 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
                 a=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n";
    assert_eq!(swarm.offer_of(1, 1, empty), None);
    assert_eq!(swarm.room.stats().connecting, 0);
    let full = format!("{empty}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n");
    assert!(swarm.offer_of(1, 2, &full).is_some());
}

#[test]
fn members_have_a_bound_and_the_next_is_turned_away() {
    let mut swarm = Swarm::new();
    for n in 0..u32::try_from(MAX_MEMBERS).unwrap() {
        assert!(swarm.join(n).is_some(), "{n}");
        swarm.pass(Duration::from_secs(1));
    }
    assert_eq!(swarm.room.snapshot().members.len(), MAX_MEMBERS);
    assert_eq!(swarm.join(200), None);
    assert_eq!(swarm.notices(NoticeCode::Refused), 1);
    assert_eq!(swarm.join(201), None);
    assert_eq!(swarm.notices(NoticeCode::Refused), 0, "not said of each");
    let first = swarm
        .room
        .links
        .iter()
        .find(|(_, link)| link.is_active())
        .map(|(id, _)| *id)
        .unwrap();
    swarm.link(
        first,
        LinkEvent::Closed {
            reason: "gone".into(),
        },
    );
    swarm.pass(Duration::from_secs(5));
    assert!(swarm.join(202).is_some(), "there is room again");
}

#[test]
fn attempts_have_a_bound_and_end() {
    let mut swarm = Swarm::new();
    for n in 0..500 {
        swarm.offer(n, n);
        swarm.pass(Duration::from_millis(20));
        assert!(swarm.room.stats().connecting as usize <= MAX_HALF_OPEN);
    }
    assert_eq!(swarm.room.stats().connecting as usize, MAX_HALF_OPEN);
    swarm.pass(Duration::from_secs(16));
    assert_eq!(swarm.room.stats().connecting, 0);
    assert!(swarm.join(1).is_some(), "an honest one gets through after it");
}

#[test]
fn one_peer_id_gets_few_attempts_and_few_signals() {
    let mut swarm = Swarm::new();
    let mut taken = 0;
    for n in 0..200 {
        taken += u32::from(swarm.offer(1, n).is_some());
        swarm.pass(Duration::from_millis(5));
    }
    assert_eq!(taken, 1, "a young attempt stands in the way");
    assert!(swarm.room.stats().dropped >= u64::from(200 - PEER_SIGNALS.0 - 2));
    for n in 200..230 {
        swarm.pass(Duration::from_secs(2));
        swarm.offer(1, n);
        let links = swarm
            .room
            .links
            .values()
            .filter(|link| link.peer.is_some())
            .count();
        assert!(links <= MAX_PEER_LINKS);
    }
}

#[test]
fn a_place_to_meet_is_read_no_faster_than_its_bucket() {
    let mut swarm = Swarm::new();
    for n in 0..1_000 {
        swarm.offer(n, n);
    }
    let read = 1_000 - swarm.room.stats().dropped;
    // Half-open ones are dropped too, but count as read.
    assert!(read <= u64::from(SIGNALS.0), "{read}");
    assert!(swarm.room.meeting.remembered() <= MAX_REMEMBERED);
}

#[test]
fn unfinished_messages_have_a_bound_over_all_links() {
    let mut swarm = Swarm::new();
    let links: Vec<LinkId> = (0..10).filter_map(|n| swarm.join(n)).collect();
    assert_eq!(links.len(), 10);
    let token = room_token(&Island::chitchatter().app_id(), ROOM);
    let sdp = "x".repeat(400_000);
    let (name, body) = Action::Signal {
        kind: SdpKind::Offer,
        sdp,
    }
    .encode()
    .unwrap();
    for nonce in 0..12 {
        for link in &links {
            let mut frames = encode(&token, name, nonce, &body);
            frames.pop();
            for frame in frames {
                swarm.link(*link, LinkEvent::Frame(frame));
                assert!(swarm.room.pending <= MAX_PENDING_BYTES);
            }
        }
        swarm.pass(Duration::from_secs(1));
    }
    let left = swarm.room.snapshot().members.len();
    assert!(
        (1..10).contains(&left),
        "{left} are left: who passed the bound went"
    );
}

#[test]
fn a_link_that_brings_more_than_any_page_is_closed() {
    let mut swarm = Swarm::new();
    let link = swarm.join(1).unwrap();
    let token = room_token(&Island::chitchatter().app_id(), ROOM);
    // Unknown to us, so nothing of it is kept; the bytes count.
    let body = crate::wire::web::frame::Body::Binary(vec![0; MAX_FRAME_LEN * 100]);
    for _ in 0..12 {
        for frame in encode(&token, "video", 1, &body) {
            swarm.link(link, LinkEvent::Frame(frame));
        }
    }
    assert!(swarm.room.snapshot().members.is_empty());
}

#[test]
fn a_link_that_takes_no_more_is_closed() {
    let mut swarm = Swarm::new();
    let link = swarm.join(1).unwrap();
    swarm.outputs.clear();
    swarm.link(link, LinkEvent::Congested);
    assert!(matches!(swarm.outputs[0], Output::Close { link: closed } if closed == link));
    assert!(swarm.room.snapshot().members.is_empty());
}

#[test]
fn what_waits_for_somebody_to_come_has_a_bound() {
    let mut swarm = Swarm::new();
    for n in 0..MAX_UNSENT {
        assert!(
            swarm
                .room
                .say(swarm.now, n.to_string(), Default::default())
                .is_ok()
        );
    }
    assert_eq!(
        swarm.room.say(swarm.now, "more".into(), Default::default()),
        Err(SayError::Busy)
    );
}

#[test]
fn texts_and_names_are_checked_before_they_are_taken() {
    let mut swarm = Swarm::new();
    let (room, now) = (&mut swarm.room, swarm.now);
    assert_eq!(
        room.say(now, " \n".into(), Default::default()),
        Err(SayError::Empty)
    );
    assert_eq!(
        room.say(now, "x".repeat(10_001), Default::default()),
        Err(SayError::TooLong)
    );
    assert_eq!(
        room.say(now, "🙂".repeat(5_001), Default::default()),
        Err(SayError::TooLong)
    );
    assert!(room.say(now, "🙂".repeat(5_000), Default::default()).is_ok());
    assert_eq!(room.rename(now, "\u{200b} "), Err(NameError::Empty));
    assert_eq!(room.rename(now, &"x".repeat(31)), Err(NameError::TooLong));
    assert_eq!(room.rename(now, "Ada\u{202e} L"), Ok(()));
    assert_eq!(room.snapshot().me.name, "Ada L");
    assert_eq!(room.member("Nobody"), Err(MemberError::Nobody));
}

#[test]
fn the_same_seed_gives_the_same_outputs() {
    let run = || {
        let mut swarm = Swarm::new();
        swarm.join(1);
        swarm.pass(Duration::from_secs(60));
        format!("{:?}", swarm.outputs)
    };
    assert_eq!(run(), run());
}

#[test]
fn nobody_speaks_before_the_password_is_checked() {
    let mut swarm = Swarm::new();
    let link = swarm.offer(1, 1).unwrap();
    let text = ChatText {
        author_id: "u".into(),
        text: "early".into(),
        time_sent: 1,
        id: "i".into(),
    };
    swarm.link(link, LinkEvent::Described { sdp: "answer".into() });
    swarm.send(link, &metadata(1));
    swarm.link(link, OPEN);
    for _ in 0..2 {
        swarm.send(link, &metadata(1));
        swarm.send(link, &Action::Text(text.clone()));
        swarm.send(link, &Action::Typing(true));
        // Ready, it says; but it has proven nothing.
        swarm.send(link, &Action::Ready);
    }
    let snapshot = swarm.room.snapshot();
    assert!(snapshot.members.is_empty() && snapshot.messages.is_empty());
    assert!(swarm.room.stats().dropped >= 7);
    assert!(
        !swarm
            .outputs
            .iter()
            .any(|output| matches!(output, Output::Event(Event::Typing { .. })))
    );
    let h = password_response(
        &swarm.challenged(link).unwrap(),
        ROOM,
        &Island::chitchatter().app_id(),
        ROOM,
    );
    swarm.send(link, &Action::Response { h });
    assert!(
        swarm.room.snapshot().members.is_empty(),
        "what came too early is not kept"
    );
    swarm.send(link, &metadata(1));
    swarm.send(link, &Action::Text(text));
    assert_eq!(swarm.room.snapshot().messages.len(), 1);
}

#[test]
fn arrivals_have_a_pace() {
    let mut swarm = Swarm::new();
    for n in 0..60 {
        swarm.join(n);
    }
    assert_eq!(swarm.room.snapshot().members.len(), ADMISSIONS.0 as usize);
    swarm.pass(Duration::from_secs(5));
    for n in 100..120 {
        swarm.join(n);
        swarm.pass(Duration::from_millis(60));
    }
    let members = swarm.room.snapshot().members.len() - ADMISSIONS.0 as usize;
    assert!((5..=7).contains(&members), "{members} in six seconds");
}
