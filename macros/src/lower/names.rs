//! Names of fields and local variables.

use crate::diagnostics::Diagnostics;
use crate::syntax::{Layer, Node};
use proc_macro2::{Ident, Span};
use quote::format_ident;
use std::collections::{HashMap, HashSet};
use syn::ext::IdentExt;

/// What the generated functions call their own variables.
const RESERVED: &[&str] = &[
    "arena",
    "buffers",
    "context",
    "even",
    "gradients",
    "groups",
    "isa",
    "objective",
    "odd",
    "parameters",
    "pass",
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
    pub(super) fn new(body: &[Node], diagnostics: &mut Diagnostics) -> Self {
        let mut first: HashMap<String, Span> = HashMap::new();
        let mut repeated = HashSet::new();
        for node in body {
            let Node::Layer(Layer {
                label: Some(label), ..
            }) = node
            else {
                continue;
            };
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

    /// The field (for a layer with state) and the local variable of a layer.
    pub(super) fn name(
        &mut self,
        kind: &str,
        layer: &Layer,
        stateful: bool,
    ) -> (Option<Ident>, Ident) {
        let count = self.counts.entry(kind.to_owned()).or_default();
        *count += 1;
        let label = layer
            .label
            .as_ref()
            .filter(|label| !self.repeated.contains(&position(label.span())));
        let name = match label {
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
                Ident::new(&name, layer.span())
            }
        };
        let text = name.unraw().to_string();
        let is_slot = text.starts_with(['x', 'd'])
            && text.len() > 1
            && text.bytes().skip(1).all(|byte| byte.is_ascii_digit());
        let saved =
            text.starts_with("saved") && text.bytes().skip(5).all(|byte| byte.is_ascii_digit());
        let reserved = is_slot || saved || RESERVED.contains(&text.as_str());
        let local = if reserved {
            format_ident!("{text}_layer")
        } else {
            name.clone()
        };
        let mut local = local;
        local.set_span(Span::mixed_site().located_at(layer.span()));
        (stateful.then_some(name), local)
    }
}

fn position(span: Span) -> Span2 {
    let start = span.start();
    (start.line, start.column)
}

/// `BatchNorm2d` → `batch_norm2d`
fn snake_case(name: &str) -> String {
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
