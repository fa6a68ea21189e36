//! What the second implementation (`interop/python`) says, the code says too: every derivation and
//! message of `docs/protocol.md`, from `vectors/native-*.json`.
//!
//! Those files are made by `python -m dayfly_ref.vectors` and never from this side. What is random
//! in the protocol stands in them.

#[path = "native_vectors/base.rs"]
mod base;

use serde_json::Value;

/// The vectors of one file.
fn vectors(name: &str) -> Value {
    let path = format!("{}/tests/vectors/native-{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// The bytes of a field in hexadecimal.
fn bytes(value: &Value) -> Vec<u8> {
    let text = value.as_str().expect("bytes are text in hexadecimal");
    data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value).try_into().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}
