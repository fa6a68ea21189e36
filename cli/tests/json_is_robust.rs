//! Nonsense on the standard input gives an error row, and the program goes on.

mod common;

use common::Dayfly;
use serde_json::json;

#[test]
fn nonsense_is_answered_and_survived() {
    let (mut ada, _) = Dayfly::open(&[]);
    let mut refuse = |line: &[u8], mark: Option<&str>| {
        ada.line(line);
        let error = ada.event("error");
        assert_eq!(error["code"], "bad_request", "{error}");
        assert_eq!(error.get("ref").and_then(|r| r.as_str()), mark);
    };
    refuse(b"not json", None);
    refuse(b"\xff\xfe\x00", None);
    refuse(br#"{"cmd":"fly","ref":"1"}"#, Some("1"));
    refuse(br#"{"cmd":"say","ref":"2"}"#, Some("2"));
    refuse(br#"["say"]"#, None);
    refuse(&b"{".repeat(500_000), None);
    refuse(&vec![b'x'; (1 << 20) + 1], None);
    ada.line(b"");
    let empty = ada.ask(json!({"cmd": "say", "text": ""}));
    assert_eq!(empty["code"], "bad_text");
    let long = ada.ask(json!({"cmd": "say", "text": "x".repeat(20_000)}));
    assert_eq!(long["code"], "bad_text");
    ada.does(json!({"cmd": "members", "colour": "blue"}));
    assert_eq!(ada.leave(), 0);
}
