//! Whatever is passed as a link or a picture, the answer is exit code 2 and one sentence, never a
//! crash and never a room.

mod common;

use common::{Dayfly, command, run};

#[test]
fn hostile_links_are_refused_with_a_sentence() {
    let long = "x".repeat(100_000);
    let rtl = "https://chitchatter.im/public/\u{202e}moor";
    for link in [
        "",
        "hello",
        "dayfly:",
        "dayfly:AAAA",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://chitchatter.im/",
        "https://chitchatter.im/public/%zz",
        "https://chitchatter.im/public/%00",
        "http://example.org/public/room",
        "https://user:pw@example.org/public/room",
        rtl,
        &long,
    ] {
        let shown: String = link.chars().take(60).collect();
        let (code, out, err) = run(&mut command(&["join", link, "--local"]));
        assert_eq!(code, 2, "{shown}: {out}{err}");
        assert!(
            err.trim().len() > 10 && !err.contains("panicked"),
            "{shown}: {err}"
        );
        let mut json = Dayfly::start(&["join", link, "--local"]);
        let error = json.event("error");
        assert!(
            error["code"] == "bad_invite" || error["code"] == "bad_option",
            "{shown}: {error}"
        );
        assert_eq!(json.exit_code(), 2);
    }
}

#[test]
fn hostile_pictures_are_refused_with_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let png = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let huge: Vec<u8> = [b"\x89PNG\r\n\x1a\n".as_slice(), &[0; 1000]].concat();
    for file in [
        png("empty.png", b""),
        png("text.png", b"this is no picture"),
        png("cut.png", &huge),
        dir.path().join("missing.png").to_str().unwrap().to_owned(),
        dir.path().to_str().unwrap().to_owned(),
    ] {
        let (code, _, err) = run(&mut command(&["join", &file, "--local"]));
        assert_eq!(code, 2, "{file}: {err}");
        assert!(
            err.trim().len() > 10 && !err.contains("panicked"),
            "{file}: {err}"
        );
    }
}
