//! Bytes at random for what takes those of strangers apart, made from the seeds of `fuzz/`. libFuzzer goes on from there.

use std::{fs, path::Path};

use crate::support::Dice;

/// For each target.
const INPUTS: usize = 50_000;

/// What inputs are made of besides the seeds: what parsers and numbers trip over.
const WORDS: &[&[u8]] = &[
    b"{",
    b"}",
    b"[[[[[[[[",
    b"((((",
    b"\"",
    b"\"\"\"",
    b"\\\"\"\"",
    b"\\u0000",
    b"\\uD800",
    b"...",
    b"... on ",
    b"fragment F on Query { ...F }",
    b"@skip(if: true)",
    b"$",
    b"#",
    b"\n",
    b"\r",
    b"\0",
    b".",
    b"/",
    b"-",
    b"=",
    b":",
    b",",
    b"eyJ",
    b"Bearer ",
    b"null",
    b"1e999",
    b"99999999999999999999",
    b"-9223372036854775808",
    "\u{feff}\u{202e}é".as_bytes(),
    b"\xff\xfe\x80",
    &[0; 8],
    &[0xff; 8],
    &f64::INFINITY.to_le_bytes(),
    &f64::NAN.to_le_bytes(),
    &90.0_f64.to_le_bytes(),
    &(-180.0_f64).to_le_bytes(),
    &180.0_f64.to_le_bytes(),
    &5e-324_f64.to_le_bytes(),
    &1e308_f64.to_le_bytes(),
];

/// A change of an input, as fuzzers make them.
fn change(input: &mut Vec<u8>, seeds: &[Vec<u8>], dice: &mut Dice) {
    let at = dice.below(input.len() + 1);
    let length = dice.below((input.len() - at).min(32) + 1);
    match dice.below(8) {
        0 | 1 if at < input.len() => input[at] ^= 1 << dice.below(8),
        2 if at < input.len() => input[at] = dice.next().to_le_bytes()[0],
        3 => drop(input.drain(at..at + length)),
        4 => {
            let again = input[at..at + length].repeat(1 + dice.below(40));
            drop(input.splice(at..at, again));
        }
        5 => {
            let other = dice.pick(seeds);
            let from = dice.below(other.len() + 1);
            drop(input.splice(at.., other[from..].iter().copied()));
        }
        6 => input.truncate(at),
        _ => drop(input.splice(at..at, dice.pick(WORDS).iter().copied())),
    }
    input.truncate(4_096);
}

fn try_all(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let seeds: Vec<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    for seed in &seeds {
        target(seed);
    }
    let mut dice = Dice::thrown();
    for _ in 0..INPUTS {
        let mut input = dice.pick(&seeds).clone();
        for _ in 0..=dice.below(6) {
            change(&mut input, &seeds, &mut dice);
        }
        if let Err(panic) = std::panic::catch_unwind(|| target(&input)) {
            eprintln!("{name}, by: {}", input.escape_ascii());
            std::panic::resume_unwind(panic);
        }
    }
}

#[test]
fn any_cursor_is_one_of_ours_or_none() {
    try_all("cursor", sojorn::fuzzing::cursor);
}

#[test]
fn any_document_is_refused_with_a_code_or_can_be_executed() {
    try_all("document", sojorn::fuzzing::document);
}

#[test]
fn any_area_holds_what_it_says_or_is_none() {
    try_all("area", sojorn::fuzzing::area);
}

#[test]
fn any_token_is_one_of_ours_or_none() {
    try_all("token", sojorn::fuzzing::token);
}

#[test]
fn any_address_of_a_tile_is_the_only_one_of_its_tile() {
    try_all("tile", sojorn::fuzzing::tile);
}

#[test]
fn any_event_id_is_one_of_ours_or_none() {
    try_all("event_id", sojorn::fuzzing::event_id);
}

/// Whoever adds a target gives it seeds, a file for libFuzzer, and a test here.
#[test]
fn every_target_is_tried() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = |folder: &str| {
        let files = fs::read_dir(root.join(folder)).unwrap().map(|file| file.unwrap().path());
        let mut names: Vec<_> = files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        names.sort();
        names
    };
    let targets = names("fuzz/fuzz_targets");
    assert_eq!(names("fuzz/seeds"), targets);
    let (doors, tests) = (fs::read_to_string(root.join("src/fuzzing.rs")).unwrap(), include_str!("bytes.rs"));
    let public: Vec<_> = doors.lines().filter_map(|line| line.strip_prefix("pub fn ")?.split('(').next()).collect();
    assert_eq!(public.len(), targets.len(), "{public:?}");
    for name in &targets {
        assert!(public.contains(&name.as_str()) && tests.contains(&format!("try_all(\"{name}\"")), "{name}");
        // libFuzzer wants a compiler of its own; so what is compiled here is all that there is to it.
        let target = fs::read_to_string(root.join(format!("fuzz/fuzz_targets/{name}.rs"))).unwrap();
        let only = format!("libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sojorn::fuzzing::{name}(bytes));");
        let lines: Vec<_> = target.lines().filter(|line| !line.is_empty() && !line.starts_with("//!")).collect();
        assert_eq!(lines, ["#![no_main]", &only], "{name}");
        let cargo = fs::read_to_string(root.join("fuzz/Cargo.toml")).unwrap();
        assert!(cargo.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\n")), "{name}");
    }
}
