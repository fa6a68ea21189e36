use super::*;

/// The blocks in a notation for tests: kind and depth, then the words with their styles.
fn show(text: &str) -> String {
    let names = ["Ada".to_owned(), "Ada Lovelace".to_owned(), "Zoë".to_owned()];
    let mut out = Vec::new();
    for block in read(text, &names) {
        let kind = match &block.kind {
            BlockKind::Paragraph => "p".to_owned(),
            BlockKind::Heading { level } => format!("h{level}"),
            BlockKind::Item { number: None } => "-".to_owned(),
            BlockKind::Item { number: Some(number) } => format!("{number}."),
            BlockKind::Code { language } => format!("code:{language}"),
            BlockKind::Rule => "rule".to_owned(),
        };
        let mut line = format!(
            "{}{}{kind}",
            ">".repeat(block.quote.into()),
            "  ".repeat(block.indent.into())
        );
        for inline in &block.content {
            let mut word = inline.text.clone();
            for (on, mark) in [
                (inline.bold, "B"),
                (inline.italic, "I"),
                (inline.strike, "S"),
                (inline.code, "C"),
            ] {
                if on {
                    word = format!("{mark}<{word}>");
                }
            }
            if let Some(link) = &inline.link {
                word = format!("[{word}]({} {})", link.host, link.url);
            }
            if let Some(name) = &inline.mention {
                word = format!("@[{word}|{name}]");
            }
            line.push('|');
            line.push_str(&word);
        }
        out.push(line);
    }
    out.join("\n")
}

#[test]
fn what_people_write_is_read() {
    for (text, shown) in [
        ("hello", "p|hello"),
        ("two\nlines\n\nand another", "p|two\nlines\np|and another"),
        ("a **b *c*** ~~d~~ `e*`", "p|a |B<b >|I<B<c>>| |S<d>| |C<e*>"),
        ("# big\n### small", "h1|big\nh3|small"),
        (
            "- a\n- b\n  - c\n\n    more\n- d",
            "  -|a\n  -|b\n    -|c\n    p|more\n  -|d",
        ),
        ("3. a\n4. b", "  3.|a\n  4.|b"),
        ("> a\n>> b\n\nc", ">p|a\n>>p|b\np|c"),
        ("```rust x\nlet a = 1;\n```", "code:rust|let a = 1;\n"),
        ("a\n\n---\n\nb", "p|a\nrule\np|b"),
        ("1 < 2 && 3 > 2", "p|1 < 2 && 3 > 2"),
        ("snake_case_name", "p|snake_case_name"),
        ("", ""),
    ] {
        assert_eq!(show(text), shown, "{text}");
    }
}

#[test]
fn html_is_words_and_pictures_are_never_fetched() {
    for (text, shown) in [
        ("<b>x</b>", "p|<b>x</b>"),
        (
            "<script>alert(1)</script>\n\n<img src=x onerror=y>",
            "p|<script>alert(1)</script>\n\np|<img src=x onerror=y>",
        ),
        (
            "a <img src=\"https://t.example/p.png\"> b",
            "p|a <img src=\"|[https://t.example/p.png](t.example https://t.example/p.png)|\"> b",
        ),
        (
            "![cat](https://t.example/p.png)",
            "p|cat (|[https://t.example/p.png](t.example https://t.example/p.png)|)",
        ),
        (
            "![cat](data:image/png;base64,AAAA)",
            "p|cat (data:image/png;base64,AAAA)",
        ),
        ("![](x)", "p| (x)"),
    ] {
        assert_eq!(show(text), shown, "{text}");
    }
}

#[test]
fn links_lead_where_they_say() {
    for (text, shown) in [
        (
            "[here](https://a.example/x)",
            "p|[here](a.example https://a.example/x)| (a.example)",
        ),
        (
            "[bank.example](https://evil.example)",
            "p|[bank.example](evil.example https://evil.example)| (evil.example)",
        ),
        (
            "[a.example](https://a.example/)",
            "p|[a.example](a.example https://a.example/)",
        ),
        (
            "<https://a.example>",
            "p|[https://a.example](a.example https://a.example)",
        ),
        (
            "<me@a.example>",
            "p|[me@a.example](a.example mailto:me@a.example)",
        ),
        (
            "see https://A.example/x_y_(z), ok?",
            "p|see |[https://A.example/x_y_(z)](a.example https://A.example/x_y_(z))|, ok?",
        ),
        (
            "(http://a.example)",
            "p|(|[http://a.example](a.example http://a.example)|)",
        ),
        ("xhttp://a.example", "p|xhttp://a.example"),
        (
            "[![cat](p.png)](https://a.example)",
            "p|[cat](a.example https://a.example)| (p.png) (a.example)",
        ),
        ("`https://a.example`", "p|C<https://a.example>"),
    ] {
        assert_eq!(show(text), shown, "{text}");
    }
}

#[test]
fn addresses_that_deceive_or_do_something_else_are_words() {
    for url in [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "intent://x#Intent;end",
        "dayfly:AAAA",
        "vbscript:x",
        "tel:112",
        "https://user@evil.example/",
        "https://bank.example@evil.example/",
        "https://",
        "https:///x",
        "https:a.example",
        "https://a.example:99999/",
        "https://a..example/",
        "https://b\u{e4}nk.example/",
        "https://a.example\\@b.example/",
        "mailto:a@b.example?body=x",
        "mailto:a@b.example,c@d.example",
        "mailto:@b.example",
        "//a.example",
        "/x",
        "x",
        &format!("https://a.example/{}", "x".repeat(MAX_URL)),
    ] {
        let blocks = read(&format!("[words](<{url}>)"), &[]);
        let content = &blocks[0].content;
        assert!(
            content
                .iter()
                .all(|inline| inline.link.is_none() || inline.text.contains("://")),
            "{url}"
        );
        assert!(content[0].text.starts_with("words"), "{url}");
        assert_eq!(content[0].link, None, "{url}");
    }
    // Escapes are characters by then.
    let blocks = read(
        "[a](javascript&colon;alert) [b](&#x202e;https://a.example) &#8238;x&#0;",
        &[],
    );
    assert!(blocks[0].content.iter().all(|inline| {
        inline
            .link
            .as_ref()
            .is_none_or(|link| link.url == "https://a.example")
    }));
    assert!(
        !blocks[0]
            .content
            .iter()
            .any(|inline| inline.text.contains('\u{202e}'))
    );
}

#[test]
fn mentions_are_of_members_and_of_the_longest_name() {
    for (text, shown) in [
        ("@Ada", "p|@[@Ada|Ada]"),
        ("hi @ada, @Zoë!", "p|hi |@[@ada|Ada]|, |@[@Zoë|Zoë]|!"),
        ("@Ada Lovelace", "p|@[@Ada Lovelace|Ada Lovelace]"),
        ("**@Ada**", "p|@[B<@Ada>|Ada]"),
        ("@Adam me@Ada @nobody `@Ada`", "p|@Adam me@Ada @nobody |C<@Ada>"),
        ("@Ada@Ada", "p|@[@Ada|Ada]|@Ada"),
        ("@", "p|@"),
    ] {
        assert_eq!(show(text), shown, "{text}");
    }
    assert!(mentions("> well, @ada?", "Ada"));
    assert!(!mentions("@Adam", "Ada"));
    assert!(!mentions("@x", ""));
    // Past the bound the rest is words.
    let many = read(&"@Ada ".repeat(500), &["Ada".to_owned()]);
    let found = many[0]
        .content
        .iter()
        .filter(|inline| inline.mention.is_some())
        .count();
    assert_eq!(found, MAX_MENTIONS);
}

#[test]
fn depth_and_number_are_bounded_and_nothing_is_lost() {
    for deep in [
        ">", "- ", "> - ", "*", "[", "![", "(", "`", "~", "<", "1. ", "_a", "**a ", "[a](", "![x](<",
    ] {
        for count in [100, 3_000, 100_000] {
            let text = format!("{}x", deep.repeat(count));
            let blocks = read(&text, &["x".to_owned()]);
            let parts = blocks.iter().map(|block| 1 + block.content.len()).sum::<usize>();
            // Links and mentions in the last words may add a few to what the reader counted.
            assert!(parts <= MAX_PARTS + 3 * MAX_MENTIONS, "{deep} {count}: {parts}");
            assert!(
                blocks
                    .iter()
                    .all(|block| block.quote <= MAX_DEPTH && block.indent <= MAX_DEPTH)
            );
            if utf16_len(&text) > MAX_UNITS {
                assert_eq!(blocks[0].content[0].text, text, "{deep}");
            }
        }
    }
    let text = "*a* b ".repeat(1_600);
    let words: String = read(&text, &[])
        .iter()
        .flat_map(|block| &block.content)
        .map(|inline| inline.text.replace('*', ""))
        .collect();
    assert_eq!(words.matches('a').count(), 1_600);
    assert_eq!(words.matches('b').count(), 1_600);
}

#[test]
fn many_references_to_one_long_address_do_not_multiply_it() {
    let long = format!("[a]: https://a.example/{}\n\n", "x".repeat(1_900));
    let text = format!("{long}{}", "[a] ".repeat(2_000));
    let size: usize = read(&text, &[])
        .iter()
        .flat_map(|block| &block.content)
        .map(|inline| inline.text.len() + inline.link.as_ref().map_or(0, |link| link.url.len()))
        .sum();
    assert!(size <= MAX_PARTS * (MAX_URL + 64), "{size}");
}
