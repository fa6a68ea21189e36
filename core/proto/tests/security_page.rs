//! Every test that `SECURITY.md` names exists, in the file it names.

use std::fs;
use std::path::Path;

#[test]
fn every_test_it_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("SECURITY.md")).unwrap();
    let (mut named, mut missing) = (0, Vec::new());
    let (mut path, mut text) = (String::new(), String::new());
    // What is in backticks: a path, then the tests in it.
    for word in page.split('`').skip(1).step_by(2) {
        // Of other languages the file is named alone.
        if word.contains('/') && (word.ends_with(".rs") || word.ends_with(".mjs")) {
            path = word.to_owned();
            text = fs::read_to_string(root.join(word)).unwrap_or_default();
            if text.is_empty() {
                missing.push(word.to_owned());
            }
        } else if word.matches('_').count() >= 2 {
            named += 1;
            if !text.contains(&format!("fn {word}(")) {
                missing.push(format!("{word} in {path}"));
            }
        }
    }
    assert!(named > 40, "{named} tests were found on the page");
    assert_eq!(missing, Vec::<String>::new());
}
