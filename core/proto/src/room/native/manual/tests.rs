//! Two codes, one connection: who comes in, and what every kind of stranger gets.

use super::super::super::event::{Event, MemberState, NoticeCode, Trust};
use super::super::super::{Entry as Way, RoomConfig};
use super::super::NativeConfig;
use super::*;
use crate::description::{Candidate, CandidateKind, Setup};
use crate::identity::native::handshake::{Prologue, Responder};
use crate::identity::native::proof::Caps;
use crate::invite::WebInvite;
use crate::invite::native::{NativeInvite, RoomOptionsWire};
use crate::invite::{Access, Island};
use crate::room::LinkEvent;
use crate::secret::{SecretBytes, SecretString};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

/// Fingerprints: the host's, the guest's, somebody's in between.
const HOST: [u8; 32] = [1; 32];
const GUEST: [u8; 32] = [2; 32];
const BETWEEN: [u8; 32] = [9; 32];

fn at(seconds: u64) -> Now {
    Now {
        mono: Duration::from_secs(1_000 + seconds),
        unix_ms: 1_790_000_000_000 + seconds * 1_000,
    }
}

fn sdp(setup: Setup, fingerprint: [u8; 32]) -> String {
    Description {
        ufrag: SecretString::new("nXgsLJPyMSTMaUZs".into()),
        pwd: SecretString::new("LDCHGuPbDRfGWcNnjAGYrfWsVfgtDRVX".into()),
        fingerprint,
        setup,
        candidates: vec![Candidate {
            kind: CandidateKind::Host,
            ip: [192, 0, 2, 7].into(),
            port: 40_000,
            priority: 2_130_706_431,
        }],
    }
    .to_sdp()
}

fn enter(config: NativeConfig, name: &str, seed: u8) -> Room {
    let config = RoomConfig {
        entry: Way::Native(Box::new(config)),
        name: name.into(),
        backends: Vec::new(),
    };
    Room::new(config, at(0), [seed; 32])
}

/// Who sits at the guest's end.
enum Guesting {
    Asking(Box<Guest>),
    In(Box<Room>),
    Nobody,
}

struct Meeting {
    host: Room,
    guest: Guesting,
    /// What Argon2id made of the password the guest typed.
    word: Option<SecretBytes<32>>,
    seconds: u64,
    link: Option<LinkId>,
    host_events: Vec<Event>,
    guest_events: Vec<Event>,
    end: Option<GuestEnd>,
    /// Replaces the guest's key on its way from the exchange into the room.
    other_key: bool,
}

impl Meeting {
    fn new(password: Option<[u8; 32]>) -> Self {
        let options = RoomOptionsWire {
            password: password.is_some(),
            ..RoomOptionsWire::default()
        };
        let mut rng = ChaCha20Rng::seed_from_u64(7);
        let (invite, key) = NativeInvite::create(&mut rng, options).unwrap();
        let config = NativeConfig {
            invite,
            owner_key: Some(key),
            password: password.map(SecretBytes::new),
            kept: None,
            adopted: None,
        };
        let mut meeting = Self {
            host: enter(config, "Ada", 1),
            guest: Guesting::Nobody,
            word: password.map(SecretBytes::new),
            seconds: 0,
            link: None,
            host_events: Vec::new(),
            guest_events: Vec::new(),
            end: None,
            other_key: false,
        };
        meeting.settle();
        meeting
    }

    fn now(&self) -> Now {
        at(self.seconds)
    }

    /// A code of the host's.
    fn offer(&mut self) -> String {
        let now = self.now();
        let link = self.host.manual_offer(now).expect("a code can be had");
        self.link = Some(link);
        let sdp = sdp(Setup::ActPass, HOST);
        self.host.handle_link(now, link, LinkEvent::Described { sdp });
        let mut text = None;
        while let Some(output) = self.host.poll() {
            if let Output::ManualCode { link: of, text: code } = output {
                assert_eq!(of, link);
                text = code;
            }
        }
        text.expect("the code has a text")
    }

    /// What a guest makes of it.
    fn answer(&mut self, offer: &str, seed: u8) -> String {
        let offer = ManualCode::parse(offer).unwrap();
        let mut guest = Guest::new(offer, self.now(), [seed; 32]).unwrap();
        let sdp = sdp(Setup::Active, GUEST);
        guest.handle_link(self.now(), LinkEvent::Described { sdp });
        let Some(GuestOutput::Code(text)) = guest.poll() else {
            panic!("no answer")
        };
        self.guest = Guesting::Asking(Box::new(guest));
        text
    }

    fn take(&mut self, answer: &str) -> Result<(), ManualError> {
        let done = self.host.manual_answer(self.now(), answer);
        self.settle();
        done
    }

    /// The connection opens, as each side's stack sees it.
    fn open(&mut self, host_sees: [u8; 32], guest_sees: [u8; 32], guest_begins: bool) {
        let now = self.now();
        let open = |ours, theirs, dtls_client| LinkEvent::Open {
            via: Via::Direct,
            binding: Binding {
                ours,
                theirs,
                dtls_client,
            },
        };
        let link = self.link.unwrap();
        self.host
            .handle_link(now, link, open(HOST, host_sees, !guest_begins));
        if let Guesting::Asking(guest) = &mut self.guest {
            guest.handle_link(now, open(GUEST, guest_sees, guest_begins));
        }
        self.settle();
    }

    /// Carries frames until nothing moves.
    fn settle(&mut self) {
        let now = self.now();
        loop {
            let mut moved = false;
            while let Some(output) = self.host.poll() {
                moved = true;
                match output {
                    Output::Send { link, frame } if Some(link) == self.link => {
                        let event = LinkEvent::Frame(frame);
                        match &mut self.guest {
                            Guesting::Asking(guest) => guest.handle_link(now, event),
                            Guesting::In(room) => room.handle_link(now, Guest::LINK, event),
                            Guesting::Nobody => {}
                        }
                    }
                    Output::Close { link } if Some(link) == self.link => {
                        let event = LinkEvent::Closed {
                            reason: "closed".into(),
                        };
                        match &mut self.guest {
                            Guesting::Asking(guest) => guest.handle_link(now, event),
                            Guesting::In(room) => room.handle_link(now, Guest::LINK, event),
                            Guesting::Nobody => {}
                        }
                    }
                    Output::Event(event) => self.host_events.push(event),
                    _ => {}
                }
            }
            moved |= self.guest_moves(now);
            if !moved {
                return;
            }
        }
    }

    fn guest_moves(&mut self, now: Now) -> bool {
        let mut moved = false;
        let mut arrived = false;
        let host = |room: &mut Room, link: Option<LinkId>, event| room.handle_link(now, link.unwrap(), event);
        match &mut self.guest {
            Guesting::Asking(guest) => {
                while let Some(output) = guest.poll() {
                    moved = true;
                    match output {
                        GuestOutput::Send(frame) => {
                            host(&mut self.host, self.link, LinkEvent::Frame(frame));
                        }
                        GuestOutput::Arrived => arrived = true,
                        GuestOutput::Over(end) => {
                            self.end = Some(end);
                            let reason = "closed".into();
                            host(&mut self.host, self.link, LinkEvent::Closed { reason });
                        }
                        GuestOutput::Code(_) => panic!("a second code"),
                    }
                }
            }
            Guesting::In(room) => {
                while let Some(output) = room.poll() {
                    moved = true;
                    match output {
                        Output::Send { link, frame } if link == Guest::LINK => {
                            host(&mut self.host, self.link, LinkEvent::Frame(frame));
                        }
                        Output::Close { link } if link == Guest::LINK => {
                            let reason = "closed".into();
                            host(&mut self.host, self.link, LinkEvent::Closed { reason });
                        }
                        Output::Event(event) => self.guest_events.push(event),
                        _ => {}
                    }
                }
            }
            Guesting::Nobody => {}
        }
        if arrived {
            let Guesting::Asking(guest) = std::mem::replace(&mut self.guest, Guesting::Nobody) else {
                panic!("it was asking")
            };
            let (invite, mut adopted) = guest.into_room(now).expect("it arrived");
            if self.other_key {
                adopted.key = SigningKey::from_seed(&[77; 32]);
            }
            let config = NativeConfig {
                password: self.word.clone().filter(|_| invite.options.password),
                invite,
                owner_key: None,
                kept: None,
                adopted: Some(adopted),
            };
            self.guest = Guesting::In(Box::new(enter(config, "Bob", 2)));
        }
        moved
    }

    fn waits(&mut self, seconds: u64) {
        self.seconds += seconds;
        let now = self.now();
        self.host.handle_timeout(now);
        match &mut self.guest {
            Guesting::Asking(guest) => guest.handle_timeout(now),
            Guesting::In(room) => room.handle_timeout(now),
            Guesting::Nobody => {}
        }
        self.settle();
    }

    /// Names and labels of the others, as each side sees them.
    fn rows(&mut self) -> [Vec<(String, Trust)>; 2] {
        let rows = |room: &Room| {
            let members = room.snapshot().members;
            let here = members.into_iter().filter(|m| m.state == MemberState::Here);
            here.map(|member| (member.name, member.trust)).collect()
        };
        let guest = match &self.guest {
            Guesting::In(room) => rows(room),
            _ => Vec::new(),
        };
        [rows(&self.host), guest]
    }

    fn host_was_told(&self, word: &str) -> bool {
        self.host_events
            .iter()
            .any(|event| matches!(event, Event::Notice { message, .. } if message.contains(word)))
    }
}

fn both() -> [Vec<(String, Trust)>; 2] {
    [("Bob", Trust::Verified), ("Ada", Trust::Verified)].map(|(name, trust)| vec![(name.to_owned(), trust)])
}

#[test]
fn two_codes_bring_two_people_together_verified() {
    for guest_begins in [true, false] {
        for password in [None, Some([5; 32])] {
            let mut meeting = Meeting::new(password);
            let offer = meeting.offer();
            let answer = meeting.answer(&offer, 3);
            assert_eq!(meeting.take(&answer), Ok(()));
            meeting.open(GUEST, HOST, guest_begins);
            assert_eq!(meeting.rows(), both(), "{guest_begins} {password:?}");
            // They talk over the one connection.
            let now = meeting.now();
            meeting.host.say(now, "hello".into(), Default::default()).unwrap();
            meeting.settle();
            let heard =
                |event: &Event| matches!(event, Event::Message { message } if message.text == "hello");
            assert!(meeting.guest_events.iter().any(heard));
            assert!(
                !meeting
                    .host_events
                    .iter()
                    .any(|e| matches!(e, Event::Notice { .. }))
            );
        }
    }
}

#[test]
fn a_code_is_good_once_and_for_ten_minutes() {
    let mut meeting = Meeting::new(None);
    let offer = meeting.offer();
    let answer = meeting.answer(&offer, 3);
    assert_eq!(meeting.take(&answer), Ok(()));
    // Replayed before and after the guest is in.
    assert_eq!(meeting.take(&answer), Err(ManualError::Used(None)));
    meeting.open(GUEST, HOST, true);
    assert_eq!(meeting.take(&answer), Err(ManualError::Used(Some("Bob".into()))));
    // Somebody photographed the code and answered first: the second to answer is told.
    let mut late = Meeting::new(None);
    let _ = late.answer(&offer, 4);
    assert!(
        meeting
            .host
            .manual_answer(meeting.now(), &late.answer(&offer, 4))
            .is_err()
    );

    let mut meeting = Meeting::new(None);
    let offer = meeting.offer();
    let answer = meeting.answer(&offer, 3);
    meeting.waits(600);
    assert_eq!(meeting.take(&answer), Err(ManualError::Old));
    assert_eq!(meeting.end, Some(GuestEnd::Late));
}

#[test]
fn several_codes_are_good_at_once_and_the_oldest_goes() {
    let mut meeting = Meeting::new(None);
    let offers: Vec<String> = (0..=MAX_MANUAL).map(|_| meeting.offer()).collect();
    let answers: Vec<String> = offers.iter().map(|offer| meeting.answer(offer, 3)).collect();
    assert_eq!(meeting.take(&answers[0]), Err(ManualError::Old));
    for answer in &answers[1..] {
        assert_eq!(meeting.take(answer), Ok(()));
    }
    assert_eq!(
        meeting.host.manual_offer(meeting.now()).unwrap_err(),
        ManualError::Busy
    );
}

#[test]
fn a_photographed_code_answered_first_leaves_the_guest_outside() {
    let mut meeting = Meeting::new(None);
    let offer = meeting.offer();
    // The real guest is shown the code, and so is a stranger, whose answer reaches the host first.
    let stranger = meeting.answer(&offer, 66);
    let answer = meeting.answer(&offer, 3);
    assert_eq!(meeting.take(&stranger), Ok(()));
    assert_eq!(meeting.take(&answer), Err(ManualError::Used(None)));
    assert!(
        ManualError::Used(None)
            .to_string()
            .contains("somebody else has seen your code")
    );
    // The real guest's connection is of no use: the host's is the stranger's.
    meeting.open(BETWEEN, BETWEEN, true);
    assert_eq!(meeting.end, Some(GuestEnd::Stranger));
    assert_eq!(meeting.rows(), [vec![], vec![]]);
    assert!(meeting.host_was_told("is not who showed the code"));
}

#[test]
fn answers_to_other_codes_are_none() {
    let mut meeting = Meeting::new(None);
    let offer = meeting.offer();
    let mut elsewhere = Meeting::new(None);
    elsewhere.host = {
        let mut rng = ChaCha20Rng::seed_from_u64(8);
        let (invite, key) = NativeInvite::create(&mut rng, RoomOptionsWire::default()).unwrap();
        let config = NativeConfig {
            invite,
            owner_key: Some(key),
            password: None,
            kept: None,
            adopted: None,
        };
        enter(config, "Eve", 8)
    };
    let others = elsewhere.offer();
    let answer = meeting.answer(&others, 3);
    assert_eq!(meeting.take(&answer), Err(ManualError::Unknown));
    assert_eq!(meeting.take(&others), Err(ManualError::NotAnAnswer));
    assert_eq!(meeting.take(&offer), Err(ManualError::Own));
    assert_eq!(
        meeting.take("https://chitchatter.im/public/x"),
        Err(ManualError::Code(InviteError::NotManual))
    );
    let asked = Guest::new(ManualCode::parse(&answer).unwrap(), at(0), [1; 32]);
    assert_eq!(asked.err(), Some(GuestEnd::NotAnOffer));
}

/// What each field of a code is changed to.
fn altered(code: &ManualCode) -> Vec<(&'static str, ManualCode)> {
    let mut all = Vec::new();
    let mut add = |name, change: &dyn Fn(&mut ManualCode)| {
        let mut other = code.clone();
        change(&mut other);
        all.push((name, other));
    };
    add("id", &|code| code.id = SigningKey::from_seed(&[66; 32]).public());
    add("nonce", &|code| code.nonce[0] ^= 1);
    add("fingerprint", &|code| code.description.fingerprint = BETWEEN);
    add("ufrag", &|code| {
        code.description.ufrag = SecretString::new("other".into())
    });
    add("pwd", &|code| {
        code.description.pwd = SecretString::new("o".repeat(32))
    });
    add("address", &|code| code.description.candidates[0].port ^= 1);
    all
}

#[test]
fn an_altered_offer_is_answered_in_vain() {
    let mut meeting = Meeting::new(None);
    let offer = ManualCode::parse(&meeting.offer()).unwrap();
    for (field, altered) in altered(&offer) {
        let answer = meeting.answer(&altered.text(), 3);
        assert_eq!(meeting.take(&answer), Err(ManualError::Unknown), "{field}");
    }
}

#[test]
fn an_altered_answer_leads_nowhere() {
    for field in 0..6 {
        let mut meeting = Meeting::new(None);
        let offer = meeting.offer();
        let answer = ManualCode::parse(&meeting.answer(&offer, 3)).unwrap();
        let (name, altered) = altered(&answer).swap_remove(field);
        assert_eq!(meeting.take(&altered.text()), Ok(()), "{name}");
        // Suppose the connection came about even so.
        meeting.open(GUEST, HOST, true);
        meeting.waits(11);
        assert_eq!(meeting.rows(), [vec![], vec![]], "{name}");
        assert!(
            matches!(meeting.guest, Guesting::Asking(_)),
            "{name}: no invite crossed"
        );
        let told = meeting
            .host_events
            .iter()
            .any(|e| matches!(e, Event::Notice { .. }));
        assert!(told, "{name}");
    }
}

#[test]
fn swapped_codes_make_nobody_anybody_else() {
    // Two guests of two codes, and each answer carried to the other's: each names its offer.
    let mut meeting = Meeting::new(None);
    let (first, second) = (meeting.offer(), meeting.offer());
    let one = ManualCode::parse(&meeting.answer(&first, 3)).unwrap();
    let two = ManualCode::parse(&meeting.answer(&second, 4)).unwrap();
    let swapped = ManualCode {
        answers: one.answers,
        ..two
    };
    assert_eq!(meeting.take(&swapped.text()), Ok(()));
    meeting.link = meeting.link.map(|LinkId(second)| LinkId(second - 1));
    meeting.open(GUEST, HOST, true);
    meeting.waits(11);
    assert_eq!(meeting.rows(), [vec![], vec![]]);
}

#[test]
fn somebody_between_two_legs_is_seen_by_both() {
    let mut meeting = Meeting::new(None);
    let offer = meeting.offer();
    let answer = meeting.answer(&offer, 3);
    meeting.take(&answer).unwrap();
    // DTLS with whoever relays: neither certificate is the one in the code.
    meeting.open(BETWEEN, BETWEEN, true);
    assert_eq!(meeting.end, Some(GuestEnd::Stranger));
    assert!(meeting.host_was_told("Somebody may be in between"));
    assert_eq!(meeting.rows(), [vec![], vec![]]);
}

#[test]
fn a_guest_with_another_key_gets_no_invite() {
    let mut meeting = Meeting::new(None);
    let offer = meeting.offer();
    let answer = meeting.answer(&offer, 3);
    meeting.take(&answer).unwrap();
    if let Guesting::Asking(guest) = &mut meeting.guest {
        guest.with_key(SigningKey::from_seed(&[66; 32]));
    }
    meeting.open(GUEST, HOST, true);
    assert!(matches!(meeting.guest, Guesting::Asking(_)), "no invite crossed");
    assert!(meeting.host_was_told("is not who showed the code"));
    assert_eq!(meeting.rows(), [vec![], vec![]]);
}

#[test]
fn whoever_comes_in_is_whoever_was_invited() {
    let mut meeting = Meeting::new(None);
    meeting.other_key = true;
    let offer = meeting.offer();
    let answer = meeting.answer(&offer, 3);
    meeting.take(&answer).unwrap();
    meeting.open(GUEST, HOST, true);
    assert_eq!(meeting.rows()[0], []);
    assert!(meeting.host_was_told("is not who showed the code"));
}

#[test]
fn a_guest_that_says_nothing_is_given_up() {
    let mut meeting = Meeting::new(None);
    let offer = meeting.offer();
    let answer = meeting.answer(&offer, 3);
    meeting.take(&answer).unwrap();
    meeting.guest = Guesting::Nobody;
    meeting.open(GUEST, HOST, true);
    meeting.waits(11);
    assert!(meeting.host_was_told("did not come in"));
    // And one that cannot be reached at all.
    let offer = meeting.offer();
    let answer = meeting.answer(&offer, 4);
    meeting.take(&answer).unwrap();
    meeting.waits(16);
    assert!(meeting.host_was_told("cannot be reached from here"));
    let code = |event: &Event| {
        matches!(
            event,
            Event::Notice {
                code: NoticeCode::Unreachable,
                ..
            }
        )
    };
    assert!(meeting.host_events.iter().any(code));
}

#[test]
fn another_password_lets_nobody_in() {
    let mut meeting = Meeting::new(Some([5; 32]));
    meeting.word = Some(SecretBytes::new([6; 32]));
    let offer = meeting.offer();
    let answer = meeting.answer(&offer, 3);
    meeting.take(&answer).unwrap();
    meeting.open(GUEST, HOST, true);
    assert_eq!(meeting.rows(), [vec![], vec![]]);
    assert!(meeting.host_was_told("did not come together"));
    let wrong = |event: &Event| {
        matches!(
            event,
            Event::Notice {
                code: NoticeCode::WrongPassword,
                ..
            }
        )
    };
    assert!(meeting.guest_events.iter().any(wrong) || meeting.host_events.iter().any(wrong));
}

#[test]
fn a_locked_room_and_a_web_room_show_no_code() {
    let mut meeting = Meeting::new(None);
    let offer = meeting.offer();
    let answer = meeting.answer(&offer, 3);
    let now = meeting.now();
    let lock = super::super::super::Command::Lock { on: true };
    meeting.host.command(now, lock).unwrap();
    assert_eq!(meeting.host.manual_offer(now), Err(ManualError::Locked));
    assert_eq!(meeting.take(&answer), Err(ManualError::Locked));
    meeting.host.leave(now);
    assert_eq!(meeting.host.manual_offer(now), Err(ManualError::Ended));

    let web = WebInvite::new("r", Access::Public, vec![Island::chitchatter()], Vec::new()).unwrap();
    let config = RoomConfig {
        entry: Way::Web(web),
        name: "Ada".into(),
        backends: Vec::new(),
    };
    let mut web = Room::new(config, now, [1; 32]);
    assert_eq!(web.manual_offer(now), Err(ManualError::NotNative));
}

#[test]
fn a_host_that_sends_no_invite_is_left() {
    let host = SigningKey::from_seed(&[50; 32]);
    let described = |setup, fingerprint| Description::from_sdp(&sdp(setup, fingerprint)).unwrap();
    let offer = ManualCode::offer(host.public(), [1; 16], described(Setup::ActPass, HOST));
    let web = WebInvite::new("r", Access::Public, vec![Island::chitchatter()], Vec::new()).unwrap();
    let web = crate::invite::Invite::Web(web).link();
    let web = data_encoding::BASE32_NOPAD
        .decode(web.split_once(':').unwrap().1.as_bytes())
        .unwrap();
    let wrong: [(Vec<u8>, GuestEnd); 6] = [
        (vec![INVITE], GuestEnd::NoInvite),
        ([&[INVITE][..], &[0; 90]].concat(), GuestEnd::NoInvite),
        ([&[INVITE][..], &web].concat(), GuestEnd::NoInvite),
        (vec![READY], GuestEnd::NoInvite),
        (vec![REFUSED, 1], GuestEnd::Locked),
        (vec![REFUSED, 9], GuestEnd::Refused),
    ];
    for (plain, end) in wrong {
        let mut guest = Guest::new(offer.clone(), at(0), [3; 32]).unwrap();
        let sdp = sdp(Setup::Active, GUEST);
        guest.handle_link(at(0), LinkEvent::Described { sdp });
        let Some(GuestOutput::Code(answer)) = guest.poll() else {
            panic!("no answer")
        };
        let keys = ManualKeys::derive(&offer, &ManualCode::parse(&answer).unwrap());
        let binding = Binding {
            ours: GUEST,
            theirs: HOST,
            dtls_client: true,
        };
        let via = Via::Direct;
        guest.handle_link(at(0), LinkEvent::Open { via, binding });
        let mut said = || match guest.poll() {
            Some(GuestOutput::Send(frame)) => frame,
            other => panic!("{other:?}"),
        };
        let prologue = Prologue {
            mode: Mode::Manual,
            room_id: &keys.room_id,
            generation: 0,
            fp_initiator: &GUEST,
            fp_responder: &HOST,
            context: &[],
        };
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let first = said();
        let (sent, second) =
            Responder::read(&prologue, &keys.psk, &Password::None, &mut rng, &first).unwrap();
        guest.handle_link(at(0), LinkEvent::Frame(second));
        let mut said = || match guest.poll() {
            Some(GuestOutput::Send(frame)) => frame,
            other => panic!("{other:?}"),
        };
        let (third, theirs) = (said(), said());
        let secrets = sent.read(&third).unwrap();
        let (unproven, proof) = secrets.prove(&host, &keys.room_id, Caps::NONE, None);
        let (mut session, _) = unproven.check(&theirs).unwrap();
        guest.handle_link(at(0), LinkEvent::Frame(proof));
        let frame = session.seal(at(0), &plain).unwrap();
        guest.handle_link(at(0), LinkEvent::Frame(frame));
        match guest.poll() {
            Some(GuestOutput::Over(over)) => assert_eq!(over, end),
            other => panic!("{other:?}"),
        }
        assert!(guest.poll_timeout().is_none() && guest.into_room(at(0)).is_none());
    }
}

#[test]
fn sentences_say_what_to_try() {
    for end in [
        GuestEnd::NotAnOffer,
        GuestEnd::Undescribed,
        GuestEnd::Late,
        GuestEnd::Stranger,
        GuestEnd::NoInvite,
        GuestEnd::Locked,
        GuestEnd::Gone,
    ] {
        let words = end.to_string();
        assert!(
            words.contains("Ask") || words.contains("ask") || words.contains("Join"),
            "{words}"
        );
    }
}
