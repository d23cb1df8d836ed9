//! Names of fields and local variables.

use crate::diagnostics::Diagnostics;
use proc_macro2::{Ident, Span};
use quote::format_ident;
use std::collections::{HashMap, HashSet};
use syn::ext::IdentExt;

/// What the generated functions call their own variables.
const RESERVED: &[&str] = &[
    "arena",
    "beside",
    "buffers",
    "context",
    "gradients",
    "groups",
    "isa",
    "objective",
    "parameters",
    "pass",
    "place",
    "rng",
    "run",
    "samples",
    "saved",
    "scratch",
];

/// Hands out names: the user's labels first, then kind and number.
pub(super) struct Names {
    labels: HashSet<String>,
    taken: HashSet<String>,
    counts: HashMap<String, usize>,
    repeated: HashSet<Span2>,
}

/// Line and column: spans do not compare.
type Span2 = (usize, usize);

impl Names {
    /// Collects the labels; a repeated one is reported.
    pub(super) fn new<'a>(
        labels: impl IntoIterator<Item = &'a Ident>,
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let mut first: HashMap<String, Span> = HashMap::new();
        let mut repeated = HashSet::new();
        for label in labels {
            let text = label.unraw().to_string();
            if let Some(first) = first.get(&text) {
                diagnostics
                    .error(label.span(), format!("the label `{text}` is taken"))
                    .note(format!(
                        "the first `{text}` is on line {}",
                        first.start().line
                    ))
                    .help("choose another label");
                repeated.insert(position(label.span()));
            } else {
                first.insert(text, label.span());
            }
        }
        Self {
            labels: first.into_keys().collect(),
            taken: HashSet::new(),
            counts: HashMap::new(),
            repeated,
        }
    }

    /// The name of a layer or block: its label, or kind and number.
    pub(super) fn name(&mut self, kind: &str, label: Option<&Ident>, span: Span) -> Ident {
        let count = self.counts.entry(kind.to_owned()).or_default();
        *count += 1;
        let label = label.filter(|label| !self.repeated.contains(&position(label.span())));
        match label {
            Some(label) => label.clone(),
            None => {
                let snake = snake_case(kind);
                let mut number = *count;
                let name = loop {
                    let name = format!("{snake}{number}");
                    if !self.labels.contains(&name) && !self.taken.contains(&name) {
                        break name;
                    }
                    number += 1;
                };
                self.taken.insert(name.clone());
                // A number behind it, so it is no keyword.
                Ident::new(&name, span)
            }
        }
    }
}

/// The local variables of the generated functions, each once, however many blocks use a name.
#[derive(Default)]
pub(super) struct Locals(HashSet<String>);

impl Locals {
    /// The variable for a layer of this name.
    pub(super) fn local(&mut self, name: &Ident, span: Span) -> Ident {
        let text = name.unraw().to_string();
        let is_slot = text.starts_with(['x', 'd'])
            && text.len() > 1
            && text.bytes().skip(1).all(|byte| byte.is_ascii_digit());
        let numbered = ["saved", "region"].iter().any(|stem| {
            let number = text.strip_prefix(stem);
            number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
        });
        let reserved = is_slot || numbered || RESERVED.contains(&text.as_str());
        let plain = if reserved {
            format_ident!("{text}_layer")
        } else {
            name.clone()
        };
        let mut local = plain.clone();
        let mut number = 2;
        while !self.0.insert(local.to_string()) {
            local = format_ident!("{plain}_{number}");
            number += 1;
        }
        local.set_span(Span::mixed_site().located_at(span));
        local
    }
}

fn position(span: Span) -> Span2 {
    let start = span.start();
    (start.line, start.column)
}

/// `BatchNorm2d` → `batch_norm2d`
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (index, letter) in name.char_indices() {
        if letter.is_uppercase() && index > 0 && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_in_snake_case() {
        assert_eq!(snake_case("Linear"), "linear");
        assert_eq!(snake_case("Conv2d"), "conv2d");
        assert_eq!(snake_case("BatchNorm2d"), "batch_norm2d");
    }
}
