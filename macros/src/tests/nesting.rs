//! Every block in every other: it expands, or there is one error that says why it cannot.

use crate::expand;

/// Blocks that put out what they take.
const BLOCKS: [&str; 7] = [
    "Residual { Linear(4), Relu }",
    "Residual(project = Linear(4)) { Linear(4) }",
    "Repeat(2) { Linear(4), Relu }",
    "Add { { Linear(4) } { Tanh } }",
    "Multiply { { Linear(4) } { Tanh } }",
    "Concat { { Linear(2) } { Linear(2) } }",
    "Concat { { Slice(0, 0, 2) } { Slice(0, 2) } }",
];

const HEADS: &str = "Heads { c: { Linear(2) }, d: { Linear(4) } }";

/// Where a block may stand, and what is wrong with `Heads` there.
const PLACES: [(&str, Option<&str>); 16] = [
    ("BLOCK", None),
    ("Linear(4), Relu, BLOCK", None),
    (
        "BLOCK, Linear(4)",
        Some("`Linear(4)` follows `Heads`, which ends a network"),
    ),
    (
        "Residual { BLOCK }",
        Some("`Residual` goes on behind `Heads`, which ends a network"),
    ),
    (
        "Residual { BLOCK, Linear(4) }",
        Some("`Linear(4)` follows `Heads`, which ends a network"),
    ),
    (
        "Residual(project = { BLOCK }) { Linear(4) }",
        Some("`Residual` goes on behind `Heads`, which ends a network"),
    ),
    ("Repeat(1) { BLOCK }", None),
    (
        "Repeat(2) { BLOCK }",
        Some("`Repeat` goes on behind `Heads`, which ends a network"),
    ),
    (
        "Repeat(2) { Residual { BLOCK } }",
        Some("`Residual` goes on behind `Heads`, which ends a network"),
    ),
    (
        "Add { { BLOCK } { Linear(4) } }",
        Some("`Add` goes on behind `Heads`, which ends a network"),
    ),
    (
        "Add { {} { Relu, BLOCK } }",
        Some("`Add` goes on behind `Heads`, which ends a network"),
    ),
    (
        "Multiply { { BLOCK } { Linear(4) } }",
        Some("`Multiply` goes on behind `Heads`, which ends a network"),
    ),
    (
        "Concat { { Linear(4) } { BLOCK } }",
        Some("`Concat` goes on behind `Heads`, which ends a network"),
    ),
    ("Heads { a: { BLOCK }, b: { Linear(3) } }", None),
    (
        "Heads { a: {}, b: { Heads { e: { BLOCK }, f: { Relu } } } }",
        None,
    ),
    ("outer: Heads { a: { inner: Repeat(1) { BLOCK } } }", None),
];

/// The errors of a declaration, each once; what it expands to must be Rust.
#[track_caller]
fn expand_errors(source: &str) -> Vec<String> {
    let expansion = expand(source.parse().expect("valid tokens"));
    let file = syn::parse2::<syn::File>(expansion);
    let file = file.unwrap_or_else(|error| panic!("{source}\n{error}"));
    let errors = file.items.into_iter().filter_map(|item| match item {
        syn::Item::Macro(item) if item.mac.path.segments.last()?.ident == "compile_error" => {
            item.mac.parse_body::<syn::LitStr>().ok()
        }
        _ => None,
    });
    errors.map(|error| error.value()).collect()
}

#[test]
fn every_block_stands_in_every_other() {
    for (place, _) in PLACES {
        for block in BLOCKS {
            let source = format!("struct Net: [4] {{ {} }}", place.replace("BLOCK", block));
            assert_eq!(expand_errors(&source), [""; 0], "{source}");
        }
    }
}

#[test]
fn heads_stand_in_heads_and_nothing_goes_on_behind_them() {
    for (place, expected) in PLACES {
        let source = format!("struct Net: [4] {{ {} }}", place.replace("BLOCK", HEADS));
        let errors = expand_errors(&source);
        let texts: Vec<&str> = errors
            .iter()
            .filter_map(|error| error.lines().next())
            .collect();
        assert_eq!(texts, expected.as_slice(), "{source}");
    }
}
