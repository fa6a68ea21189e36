//! No decoder panics, passes a bound, or decodes what it cannot encode: over the corpus, over the
//! corpus with bytes flipped, cut and spliced, and over noise.
//!
//! `DAYFLY_FUZZ_SECONDS` lets it run longer (`scripts/fuzz`), `DAYFLY_FUZZ_SEED` replays a run,
//! `DAYFLY_FUZZ_TARGET` picks one body. An input that fails is written to the directory named by
//! `DAYFLY_FUZZ_OUT`.

use dayfly_proto::fuzz::TARGETS;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Rounds of mutation over each corpus when nobody asked for more.
const ROUNDS: u32 = 400;

/// The same for pictures, where a round takes milliseconds.
const PICTURE_ROUNDS: u32 = 40;

/// Longest input that is made.
const MAX_LEN: usize = 64 * 1024;

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(target);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&dir)
        .expect("every target has a corpus")
        .map(|entry| entry.expect("the corpus can be listed").path())
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| std::fs::read(path).expect("the corpus can be read"))
        .collect()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn below(rng: &mut ChaCha8Rng, bound: usize) -> usize {
    if bound == 0 {
        0
    } else {
        rng.next_u64() as usize % bound
    }
}

/// One to four changes to one of the inputs.
fn mutate(rng: &mut ChaCha8Rng, corpus: &[Vec<u8>]) -> Vec<u8> {
    const WORDS: [&str; 12] = [
        "null", "1e999", "-1", "\\ud800", "\"\"", "[[[[", "{\"a\":", "\u{202e}", "\0\0\0\0", "\u{feff}", ",",
        "}",
    ];
    let mut data = corpus[below(rng, corpus.len())].clone();
    for _ in 0..=below(rng, 4) {
        let at = below(rng, data.len() + 1);
        match below(rng, 8) {
            0 if at < data.len() => data[at] ^= 1 << below(rng, 8),
            1 if at < data.len() => data[at] = below(rng, 256) as u8,
            2 => data.truncate(at),
            3 => drop(data.drain(at..data.len().min(at + below(rng, 64)))),
            4 => drop(data.splice(at..at, WORDS[below(rng, WORDS.len())].bytes())),
            5 => {
                let other = &corpus[below(rng, corpus.len())];
                let from = below(rng, other.len() + 1);
                data.truncate(at);
                data.extend_from_slice(&other[from..]);
            }
            6 => {
                let again = data[at..data.len().min(at + below(rng, 256))].repeat(1 + below(rng, 8));
                drop(data.splice(at..at, again));
            }
            _ => {
                let mut noise = vec![0; below(rng, 32)];
                rng.fill_bytes(&mut noise);
                drop(data.splice(at..at, noise));
            }
        }
    }
    data.truncate(MAX_LEN);
    data
}

fn run(name: &str, body: fn(&[u8]), data: &[u8], origin: &str) {
    if catch_unwind(AssertUnwindSafe(|| body(data))).is_ok() {
        return;
    }
    let kept = variable("DAYFLY_FUZZ_OUT").map(|dir| {
        let path = Path::new(&dir).join(format!("{name}-failed"));
        std::fs::write(&path, data).expect("the directory for failures exists");
        path
    });
    panic!(
        "{name} fails ({origin}) on {} bytes, kept at {kept:?}",
        data.len()
    );
}

#[test]
fn every_target_stands_its_corpus_and_what_can_be_made_of_it() {
    let seed = variable("DAYFLY_FUZZ_SEED").map_or(1, |text| text.parse().unwrap());
    let seconds = variable("DAYFLY_FUZZ_SECONDS").map(|text| Duration::from_secs(text.parse().unwrap()));
    let only = variable("DAYFLY_FUZZ_TARGET");
    let targets: Vec<_> = TARGETS
        .iter()
        .filter(|(name, _)| only.as_deref().is_none_or(|only| only == *name))
        .collect();
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert!(!targets.is_empty(), "no such target; there are {names:?}");

    for (name, body) in &targets {
        let corpus = corpus(name);
        for (index, data) in corpus.iter().enumerate() {
            run(name, *body, data, &format!("corpus file {index}"));
            let cuts = if name.starts_with("qr") {
                0
            } else {
                data.len().min(300)
            };
            for len in 0..cuts {
                run(
                    name,
                    *body,
                    &data[..len],
                    &format!("corpus file {index} cut to {len}"),
                );
            }
        }
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let share = seconds.map(|seconds| seconds / u32::try_from(targets.len()).unwrap());
        let rounds = if name.starts_with("qr") {
            PICTURE_ROUNDS
        } else {
            ROUNDS
        };
        let started = Instant::now();
        let mut round = 0_u32;
        while share.map_or(round < rounds, |share| started.elapsed() < share) {
            run(
                name,
                *body,
                &mutate(&mut rng, &corpus),
                &format!("seed {seed}, round {round}"),
            );
            round += 1;
        }
        println!("{name}: {} files, {round} mutations, seed {seed}", corpus.len());
    }
}
