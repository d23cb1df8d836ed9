//! The macro without rustc: source text in; errors with their underlines, plans and expansions out.

mod blocks;
mod budgets;
mod embeddings;
mod errors;
mod expansion;
mod freeze;
mod grammar;
mod groups;
mod inputs;
mod names;
mod nesting;
mod newcomers;
mod norms;
mod options;
mod plan;
mod quantized;
mod rearrangements;
mod robustness;
mod sequences;
mod settings;
mod shapes;
mod streams;
mod tied;
mod transposed;
mod weights;

use crate::diagnostics::Diagnostics;
use crate::model::Network;
use crate::{lower, passes, syntax};

/// Runs the pipeline on the text behind `pub struct Net: `.
fn analyse(source: &str) -> (Option<Network>, Diagnostics) {
    analyse_whole(&format!("pub struct Net: {source}"))
}

fn analyse_whole(source: &str) -> (Option<Network>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let tokens = source.parse().expect("valid tokens");
    let network = syntax::parse(tokens, &mut diagnostics).map(|declaration| {
        let mut network = lower::lower(&declaration, &mut diagnostics);
        passes::run(&mut network, &mut diagnostics);
        network
    });
    (network, diagnostics)
}

/// The network of a declaration without mistakes.
fn network(source: &str) -> Network {
    let (network, diagnostics) = analyse(source);
    let errors: Vec<_> = diagnostics.iter().map(|error| error.parts().1).collect();
    assert!(errors.is_empty(), "{source}\n{errors:#?}");
    network.expect("a network")
}

/// Underline and text of each error of a one-line source.
fn errors(source: &str) -> Vec<(String, String)> {
    let prefix = "pub struct Net: ".len();
    let (_, diagnostics) = analyse(source);
    let found = diagnostics.iter().map(|error| {
        let (place, text) = error.parts();
        let (start, end) = (place.start.start().column, place.end.end().column);
        let underline = " ".repeat(start.saturating_sub(prefix)) + &"~".repeat(end - start);
        (underline, text.to_owned())
    });
    found.collect()
}

/// One error: under these characters, with this text at its beginning.
#[track_caller]
fn check_error(source: &str, underline: &str, text: &str) {
    let errors = errors(source);
    let [(found_underline, found_text)] = errors.as_slice() else {
        panic!("expected one error:\n{source}\n{errors:#?}");
    };
    assert!(
        found_underline == underline.trim_end() && found_text.starts_with(text),
        "expected\n{source}\n{underline}\n{text}\nfound\n{source}\n{found_underline}\n{found_text}"
    );
}

/// One error of a whole declaration, under this text.
#[track_caller]
fn check_whole(source: &str, underlined: &str, text: &str) {
    let (_, diagnostics) = analyse_whole(source);
    let errors: Vec<_> = diagnostics.iter().map(|error| error.parts()).collect();
    let [(place, found)] = errors.as_slice() else {
        panic!("expected one error: {source}\n{errors:#?}");
    };
    let (start, end) = (place.start.start().column, place.end.end().column);
    let characters: Vec<char> = source.chars().collect();
    let found_underlined: String = characters[start..end.min(characters.len())]
        .iter()
        .collect();
    assert_eq!(
        (found_underlined.as_str(), found.starts_with(text)),
        (underlined, true),
        "{source}\n{found}"
    );
}
