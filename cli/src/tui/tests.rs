use super::input::{Act, App};
use super::panel::Code;
use super::view::draw;
use crate::command::Typed;
use crate::links::Links;
use crate::model::{Line, With};
use crate::testing::{member, message, native, native_reset, reset, tracker};
use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyModifiers};
use dayfly_core::engine::ManualCode;
use dayfly_core::proto::id::{MemberId, MessageId};
use dayfly_core::proto::invite::{Access, Invite, Island, WebInvite, qr};
use dayfly_core::proto::room::{
    DeliveryState, Emoji, Event, MemberState, Message, NoticeCode, Reaction, RendezvousState, RoomInfo,
    RoomOp, Trust, VerificationState, Via,
};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::{Color, Modifier};

/// A room of which nothing was told yet.
fn unopened(trackers: &[&str]) -> App {
    let trackers = trackers.iter().map(|url| (*url).to_owned()).collect();
    let room = "2f1e6c0a-4f2e-4f7c-9d0b-7a1f3c5e9b11";
    let invite = WebInvite::new(room, Access::Public, vec![Island::chitchatter()], trackers).unwrap();
    let preface = vec!["This room is open to any browser that has the link".into()];
    App::new(Links::of(&Invite::Web(invite)), preface, true)
}

fn app(trackers: &[&str]) -> App {
    let mut app = unopened(trackers);
    app.event(&reset(member("me", "Ada")));
    app
}

/// A room in which a good deal has happened.
fn lively() -> App {
    let mut app = app(&[]);
    let bob = member("b0b1", "Bob");
    let mut eve = member("e0e0", "Eve with a name of thirty sig");
    eve.via = Some(Via::Relay);
    eve.trust = Trust::None;
    let mut late = member("1a7e", "Late");
    late.state = MemberState::Reconnecting;
    let past = Message {
        history: true,
        confirmed: false,
        ..message("0", &bob, "said before you came")
    };
    let me = member("me", "Ada");
    for event in [
        Event::Rendezvous {
            status: tracker("wss://tracker.example", RendezvousState::Up),
        },
        Event::Rendezvous {
            status: tracker("wss://other.example/announce", RendezvousState::Waiting),
        },
        Event::MemberJoined { member: bob.clone() },
        Event::Message { message: past },
        Event::MemberJoined { member: eve.clone() },
        Event::MemberJoined { member: late },
        Event::Message {
            message: message("1", &bob, "Hello Ada, good to see you here."),
        },
        Event::Message {
            message: message(
                "2",
                &eve,
                "A longer text, which has to be broken into several rows \
                on any terminal that is not very wide indeed, at the spaces between the words.",
            ),
        },
        Event::Message {
            message: message(
                "3",
                &eve,
                "漢字とかなの混じった長い文章も、端末の幅で折り返される。עברית וגם العربية.",
            ),
        },
        Event::Message {
            message: Message {
                direct: true,
                with: Some(bob.id.clone()),
                ..message("4", &bob, "psst")
            },
        },
        Event::Message {
            message: Message {
                mine: true,
                ..message("5", &me, "one\ntwo")
            },
        },
        Event::Delivery {
            id: message("5", &me, "").id,
            state: DeliveryState::Sending,
            member: None,
        },
        Event::Notice {
            code: NoticeCode::WrongPassword,
            message: "Somebody here has another password.".into(),
        },
        Event::Typing {
            from: bob.id,
            on: true,
            direct: false,
        },
    ] {
        app.event(&event);
    }
    app
}

fn screen(app: &mut App, columns: u16, rows: u16) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| draw(frame, app)).unwrap();
    terminal
}

fn key(app: &mut App, code: KeyCode, modifiers: KeyModifiers) -> Act {
    app.terminal(&TerminalEvent::Key(KeyEvent::new(code, modifiers)))
}

fn press(app: &mut App, code: KeyCode) -> Act {
    key(app, code, KeyModifiers::NONE)
}

fn type_in(app: &mut App, text: &str) {
    for c in text.chars() {
        press(app, KeyCode::Char(c));
    }
}

#[test]
fn a_new_room_shows_its_link_and_code() {
    insta::assert_snapshot!("start_80x24", screen(&mut app(&[]), 80, 24).backend());
    insta::assert_snapshot!("start_120x40", screen(&mut app(&[]), 120, 40).backend());
    insta::assert_snapshot!("start_40x12", screen(&mut app(&[]), 40, 12).backend());
    insta::assert_snapshot!(
        "start_local_80x24",
        screen(&mut app(&["ws://127.0.0.1:45678"]), 80, 24).backend()
    );
    insta::assert_snapshot!(
        "start_local_100x40",
        screen(&mut app(&["ws://127.0.0.1:45678"]), 100, 40).backend()
    );
}

#[test]
fn the_drawn_code_can_be_scanned() {
    for colour in [true, false] {
        for size in [39, 41, 60] {
            let app = app(&[]);
            let area = ratatui::layout::Rect::new(0, 0, size, size);
            let code = Code::fitting(app.code.as_ref().unwrap(), area, colour).unwrap();
            assert_eq!(
                scan(&code.rows, !colour).unwrap(),
                app.links.primary,
                "{colour} {size}"
            );
        }
    }
}

/// What a camera reads off the rows; the ink is light or dark.
fn scan(rows: &[String], light_is_ink: bool) -> Result<String, qr::QrError> {
    const MODULE: usize = 4;
    let ink = |c: char| match c {
        '\u{2588}' => [true, true],
        '\u{2580}' => [true, false],
        '\u{2584}' => [false, true],
        _ => [false, false],
    };
    let width = rows[0].chars().count() * MODULE;
    let mut data = Vec::new();
    for row in rows {
        for half in 0..2 {
            let line: Vec<u8> = row
                .chars()
                .flat_map(|c| [if ink(c)[half] == light_is_ink { 255 } else { 0 }; MODULE])
                .collect();
            (0..MODULE).for_each(|_| data.extend(&line));
        }
    }
    let height = data.len() / width;
    let (w, h) = (u32::try_from(width).unwrap(), u32::try_from(height).unwrap());
    qr::decode_luma(&qr::Luma {
        data: &data,
        width: w,
        height: h,
        stride: w,
    })
}

#[test]
fn a_conversation_at_several_sizes() {
    for (columns, rows) in [(100, 30), (80, 24), (50, 20), (24, 10)] {
        let name = format!("lively_{columns}x{rows}");
        insta::assert_snapshot!(name, screen(&mut lively(), columns, rows).backend());
    }
}

#[test]
fn no_size_is_too_small() {
    for columns in 1..30 {
        for rows in 1..8 {
            screen(&mut lively(), columns, rows);
            screen(&mut app(&[]), columns, rows);
        }
    }
}

#[test]
fn the_panel_gives_way_when_somebody_comes() {
    let mut app = app(&[]);
    assert!(app.panel);
    app.event(&Event::MemberJoined {
        member: member("b0b1", "Bob"),
    });
    assert!(!app.panel);
    app.show_panel();
    app.event(&Event::MemberJoined {
        member: member("e0e0", "Eve"),
    });
    assert!(app.panel, "asked for, so it stays");
    press(&mut app, KeyCode::Esc);
    assert!(!app.panel);
}

#[test]
fn scrolling_back_stays_put_while_lines_come_in() {
    let mut app = app(&[]);
    let bob = member("b0b1", "Bob");
    for n in 0..50 {
        let said = message(&n.to_string(), &bob, &format!("line {n}"));
        app.event(&Event::Message { message: said });
    }
    screen(&mut app, 60, 10);
    press(&mut app, KeyCode::PageUp);
    let before = screen(&mut app, 60, 10).backend().to_string();
    assert!(
        before.contains("line 43") && !before.contains("line 44"),
        "{before}"
    );
    app.event(&Event::Message {
        message: message("new", &bob, "new"),
    });
    let after = screen(&mut app, 60, 10).backend().to_string();
    assert!(
        after.contains("line 43") && after.contains("1 new line below"),
        "{after}"
    );
    press(&mut app, KeyCode::PageDown);
    press(&mut app, KeyCode::PageDown);
    assert_eq!((app.scroll, app.unread), (0, 0));
    for _ in 0..100 {
        press(&mut app, KeyCode::PageUp);
    }
    let top = screen(&mut app, 60, 10).backend().to_string();
    assert!(top.contains("line 0"), "{top}");
}

#[test]
fn without_colour_there_is_none_and_nothing_is_lost() {
    let mut app = lively();
    let with = screen(&mut app, 100, 30);
    app.colour = false;
    let without = screen(&mut app, 100, 30);
    assert_eq!(with.backend().to_string(), without.backend().to_string());
    let coloured = |terminal: &Terminal<TestBackend>| {
        let cells = terminal.backend().buffer().content();
        cells
            .iter()
            .any(|cell| cell.fg != Color::Reset || cell.bg != Color::Reset)
    };
    assert!(coloured(&with) && !coloured(&without));
}

#[test]
fn a_hostile_text_stays_within_its_rows() {
    let mut app = app(&[]);
    let eve = member("e0e0", "E\u{1b}[31mve\u{202E}");
    app.event(&Event::MemberJoined { member: eve.clone() });
    let text = format!(
        "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{202E}abc\u{2066}{}",
        "o\u{301}".repeat(300)
    );
    app.event(&Event::Message {
        message: message("1", &eve, &text),
    });
    let terminal = screen(&mut app, 60, 16);
    for cell in terminal.backend().buffer().content() {
        assert!(
            !cell
                .symbol()
                .chars()
                .any(|c| c.is_control() || ('\u{202A}'..='\u{202E}').contains(&c))
        );
    }
}

#[test]
fn what_is_typed_is_entered_once_and_told_only_if_it_is_for_all() {
    let mut app = lively();
    assert!(!app.is_typing());
    type_in(&mut app, "hi");
    assert!(app.is_typing());
    assert_eq!(press(&mut app, KeyCode::Enter), Act::Entered("hi".into()));
    assert_eq!(press(&mut app, KeyCode::Enter), Act::Draw);
    type_in(&mut app, "/dm Bob secret");
    assert!(!app.is_typing());
    assert_eq!(
        press(&mut app, KeyCode::Enter),
        Act::Entered("/dm Bob secret".into())
    );
    assert_eq!(
        key(&mut app, KeyCode::Char('c'), KeyModifiers::CONTROL),
        Act::Leave
    );
}

#[test]
fn a_paste_is_one_text_and_cannot_steer() {
    let mut app = app(&[]);
    app.terminal(&TerminalEvent::Paste("one\r\ntwo\u{1b}[A\u{202E}".into()));
    assert_eq!(app.input.value(), "one\ntwo\u{241b}[A\u{FFFD}");
    app.terminal(&TerminalEvent::Paste("x".repeat(20_000)));
    assert_eq!(app.input.value().chars().count(), 10_000);
    insta::assert_snapshot!("paste_40x8", screen(&mut app, 40, 8).backend());
}

#[test]
fn a_code_that_asks_for_one_in_return_covers_all_until_it_is_answered() {
    let mut app = app(&[]);
    let text = "dayfly:AECABBIBQLRYSOMTXP4FV5OUW73ZSNYK".to_owned();
    let matrix = qr::encode(&text).unwrap();
    app.show_code(ManualCode { text, matrix });
    app.event(&Event::MemberJoined {
        member: member("b0b1", "Bob"),
    });
    let shown = screen(&mut app, 120, 50).backend().to_string();
    for words in ["dayfly:AECABBIB", "/answer", "\u{2588}"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
    assert!(!shown.contains("chitchatter.im"), "one code at a time: {shown}");
    app.note(vec![Line::info("That code is taken.")]);
    assert!(!app.panel);
    app.show_panel();
    let links = app.links.clone();
    app.relink(links);
    let shown = screen(&mut app, 120, 50).backend().to_string();
    assert!(
        shown.contains("chitchatter.im") && !shown.contains("AECABBIB"),
        "{shown}"
    );
}

#[test]
fn help_and_errors_replace_the_panel() {
    let mut app = app(&[]);
    app.note(crate::command::help(&app.model));
    app.note(vec![Line::warning("There is no command /fly.")]);
    insta::assert_snapshot!("help_60x16", screen(&mut app, 60, 16).backend());
}

/// A native room of somebody else's in which a good deal has happened.
fn native_room() -> App {
    let mut app = unopened(&[]);
    app.links.room.clear();
    let me = native(member("me", "Ada"));
    app.event(&native_reset(me.clone(), false));
    let mut bob = native(member("b0b1", "Bob"));
    (bob.owner, bob.trust) = (true, Trust::Verified);
    let mut eve = native(member("e0e0", "שרה"));
    eve.trust = Trust::Known;
    let mut mal = native(member("3a11", "Mal"));
    mal.muted = true;
    for member in [&bob, &eve, &mal] {
        app.event(&Event::MemberJoined {
            member: member.clone(),
        });
    }
    let said = |message| Event::Message { message };
    let once = Message {
        view_once: true,
        ..message("4", &bob, "")
    };
    let past = Message {
        history: true,
        confirmed: false,
        missing: 2,
        ..message("1", &bob, "from before")
    };
    let mention = Message {
        mentions_me: true,
        reply_to: Some(MessageId("1".into())),
        ..message("2", &eve, "@Ada זה בשבילך, עם English באמצע")
    };
    let mine = Message {
        mine: true,
        edited: true,
        expires_at: Some(1_700_000_300_000),
        reactions: vec![Reaction {
            emoji: "👍🏽".into(),
            by: vec![bob.id.clone(), me.id.clone()],
        }],
        ..message("3", &me, "changed words")
    };
    for message in [past, mention, mine, once] {
        app.event(&said(message));
    }
    app.event(&Event::RoomChanged {
        options: RoomInfo {
            native: true,
            owner: Some(bob.id.clone()),
            expire_seconds: 300,
            ..RoomInfo::default()
        },
        by: Some(bob.id),
        op: RoomOp::Expire,
    });
    app
}

fn compare(app: &mut App) {
    let emoji = [
        ("🐶", "Dog"),
        ("☎️", "Telephone"),
        ("✂️", "Scissors"),
        ("🎅", "Santa"),
        ("🏆", "Trophy"),
        ("⌛", "Hourglass"),
        ("🔧", "Spanner"),
    ]
    .map(|(symbol, name)| Emoji {
        symbol: symbol.into(),
        name: name.into(),
    });
    app.event(&Event::Verification {
        member: MemberId("e0e0".into()),
        state: VerificationState::Compare,
        emoji: Some(emoji.to_vec()),
        digits: Some("1234-5678-9012".into()),
    });
}

#[test]
fn a_native_room_at_several_sizes() {
    for (columns, rows) in [(160, 50), (100, 26), (40, 20), (24, 10)] {
        let name = format!("native_{columns}x{rows}");
        insta::assert_snapshot!(name, screen(&mut native_room(), columns, rows).backend());
        let mut comparing = native_room();
        compare(&mut comparing);
        let name = format!("compare_{columns}x{rows}");
        insta::assert_snapshot!(name, screen(&mut comparing, columns, rows).backend());
    }
    for columns in 1..30 {
        for rows in 1..8 {
            let mut comparing = native_room();
            screen(&mut comparing, columns, rows);
            compare(&mut comparing);
            screen(&mut comparing, columns, rows);
        }
    }
}

#[test]
fn a_comparison_takes_its_keys_and_no_letter() {
    let mut app = native_room();
    assert_eq!(
        key(&mut app, KeyCode::Char('y'), KeyModifiers::CONTROL),
        Act::Draw
    );
    compare(&mut app);
    let with = With::Member(MemberId("e0e0".into()));
    type_in(&mut app, "yn");
    assert_eq!(app.input.value(), "yn");
    assert_eq!(
        key(&mut app, KeyCode::Char('y'), KeyModifiers::CONTROL),
        Act::Compared(Typed::Same(with.clone()))
    );
    assert_eq!(
        key(&mut app, KeyCode::Char('n'), KeyModifiers::CONTROL),
        Act::Compared(Typed::Differ(with.clone()))
    );
    assert_eq!(
        press(&mut app, KeyCode::Esc),
        Act::Compared(Typed::Cancel(with.clone()))
    );
    app.model.confirms(&with);
    let shown = screen(&mut app, 100, 20).backend().to_string();
    assert!(shown.contains("Waiting for the other side"), "{shown}");
}

#[test]
fn a_look_covers_the_view_until_it_is_forgotten() {
    let mut app = native_room();
    app.event(&Event::MessageChanged {
        id: MessageId("4".into()),
        text: Some("only once".into()),
        unsent: Some(true),
        reactions: None,
        expires_at: None,
        confirmed: None,
    });
    insta::assert_snapshot!("look_60x12", screen(&mut app, 60, 12).backend());
    press(&mut app, KeyCode::Esc);
    let after = screen(&mut app, 60, 12).backend().to_string();
    assert!(
        !after.contains("only once") && after.contains("looked at once"),
        "{after}"
    );
}

#[test]
fn help_of_a_native_room_says_whose_the_rest_is() {
    let mut app = native_room();
    app.note(crate::command::help(&app.model));
    insta::assert_snapshot!("native_help_100x40", screen(&mut app, 100, 40).backend());
}

#[test]
fn markdown_is_styled_and_its_marks_are_gone() {
    let mut app = native_room();
    let bob = native(member("b0b1", "Bob"));
    let text = "**strong** and *slanted*, `code` and [elsewhere](https://a.example/x)\n\n> a quote\n\n- item";
    app.event(&Event::Message {
        message: message("9", &bob, text),
    });
    let terminal = screen(&mut app, 60, 14);
    let style_of = |word: &str| {
        let buffer = terminal.backend().buffer();
        let width = usize::from(buffer.area().width);
        let cells = buffer.content();
        let row_of = |at: usize| {
            cells[at..]
                .iter()
                .take(word.len())
                .map(ratatui::buffer::Cell::symbol)
                .collect::<String>()
        };
        let at = (0..cells.len() - width).find(|at| row_of(*at) == word).unwrap();
        cells[at].modifier
    };
    assert!(style_of("strong").contains(Modifier::BOLD));
    assert!(style_of("slanted").contains(Modifier::ITALIC));
    assert!(style_of("elsewhere").contains(Modifier::UNDERLINED));
    insta::assert_snapshot!("markdown_60x14", terminal.backend());
}
