//! What the second implementation (`interop/python`) says, the code says too: every derivation and
//! message of `docs/protocol.md`, from `vectors/native-*.json`.
//!
//! Those files are made by `python -m dayfly_ref.vectors` and never from this side. What is random
//! in the protocol stands in them.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "native_vectors/base.rs"]
mod base;
#[path = "native_vectors/check.rs"]
mod check;
#[path = "native_vectors/code.rs"]
mod code;
#[path = "native_vectors/invite.rs"]
mod invite;
#[path = "native_vectors/manual.rs"]
mod manual;
#[path = "native_vectors/said.rs"]
mod said;
#[path = "native_vectors/session.rs"]
mod session;

use rand_core::{TryCryptoRng, TryRng};
use serde_json::Value;
use std::convert::Infallible;

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

/// "Random" bytes that were laid down beforehand; running out of them is a failure of the test.
struct Scripted(Vec<u8>);

impl Scripted {
    fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl TryRng for Scripted {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("the protocol draws bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("the protocol draws bytes")
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Infallible> {
        let rest = self.0.split_off(dest.len());
        dest.copy_from_slice(&std::mem::replace(&mut self.0, rest));
        Ok(())
    }
}

impl TryCryptoRng for Scripted {}
