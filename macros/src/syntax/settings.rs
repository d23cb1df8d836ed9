//! What may stand behind the layers, in any order: `weights = "net.safetensors"`, `weights_type = bf16`,
//! `quantize = int8`, `budget { … }`.

use super::budget::{self, Limit};
use crate::diagnostics::Diagnostics;
use crate::suggest::{list, nearest};
use proc_macro2::{Ident, Span, TokenTree};
use syn::parse::ParseStream;
use syn::{LitStr, Token, token};

/// The settings of a declaration.
#[derive(Default)]
pub(crate) struct Settings {
    /// `budget { … }`
    pub(crate) budget: Vec<Limit>,
    /// `weights = "net.safetensors"`: the path as written.
    pub(crate) weights: Option<LitStr>,
    /// `weights_type = bf16`
    pub(crate) weights_type: Option<(HalfType, Span)>,
    /// `quantize = int8`: where `int8` stands.
    pub(crate) quantize: Option<Span>,
}

/// A floating-point type of 16 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HalfType {
    /// IEEE 754 binary16
    F16,
    /// The upper half of an `f32`.
    Bf16,
}

/// The names of settings, each with an example.
const SETTINGS: [(&str, &str); 3] = [
    ("weights", "weights = \"net.safetensors\""),
    ("weights_type", "weights_type = bf16"),
    ("quantize", "quantize = int8"),
];

/// How what begins with this word is written.
pub(super) fn example_of(word: &str) -> Option<&'static str> {
    let known = SETTINGS.into_iter().find(|(known, _)| *known == word);
    let budget = (word == "budget").then_some("budget { parameters <= 62_000 }");
    known.map(|(_, example)| example).or(budget)
}

/// Reads settings up to the end, or up to what is none.
pub(super) fn parse_settings(input: ParseStream, diagnostics: &mut Diagnostics) -> Settings {
    let mut settings = Settings::default();
    let mut seen: Vec<Ident> = Vec::new();
    loop {
        let ahead = input.fork();
        let Ok(word) = ahead.parse::<Ident>() else {
            return settings;
        };
        if ahead.peek(token::Brace) {
            let limits =
                diagnostics.about_budget(|diagnostics| budget::parse_budget(input, diagnostics));
            if stands_once(&word, &mut seen, diagnostics) {
                settings.budget = limits;
            }
        } else if ahead.peek(Token![=]) {
            let _ = (input.parse::<Ident>(), input.parse::<Token![=]>());
            if stands_once(&word, &mut seen, diagnostics) {
                parse_setting(&word, input, &mut settings, diagnostics);
            } else {
                let _ = input.parse::<TokenTree>();
            }
        } else {
            return settings;
        }
        if input.peek(Token![,]) {
            let _ = input.parse::<Token![,]>();
        } else if input.peek(Token![;]) {
            let _ = input.parse::<Token![;]>();
        }
    }
}

fn stands_once(word: &Ident, seen: &mut Vec<Ident>, diagnostics: &mut Diagnostics) -> bool {
    let first = seen.iter().find(|first| *first == word);
    let Some(first) = first else {
        seen.push(word.clone());
        return true;
    };
    diagnostics
        .error(word.span(), format!("`{word}` stands twice"))
        .note(format!(
            "the first is on line {}",
            first.span().start().line
        ))
        .help("remove one of the two");
    false
}

/// Reads what stands behind `=`.
fn parse_setting(
    word: &Ident,
    input: ParseStream,
    settings: &mut Settings,
    diagnostics: &mut Diagnostics,
) {
    let name = word.to_string();
    let Some((_, example)) = SETTINGS.into_iter().find(|(known, _)| *known == name) else {
        let names = SETTINGS.map(|(name, _)| name).into_iter().chain(["budget"]);
        let error = diagnostics.error(
            word.span(),
            format!("a declaration has no setting `{name}`"),
        );
        match nearest(&name, names.clone()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("what may stand here is {}", list(names))),
        };
        let _ = input.parse::<TokenTree>();
        return;
    };
    let Ok(value) = input.parse::<TokenTree>() else {
        diagnostics
            .error(word.span(), format!("`{name}` needs a value"))
            .help(format!("write `{example}`"));
        return;
    };
    let span = value.span();
    let text = value.to_string();
    match (name.as_str(), text.as_str()) {
        ("weights", _) => match syn::parse2::<LitStr>(value.into()) {
            Ok(path) => settings.weights = Some(path),
            Err(_) => {
                diagnostics
                    .error(
                        span,
                        format!("`weights` takes a path in quotes, not `{text}`"),
                    )
                    .help(format!(
                        "write `{example}`; the path is relative to the crate"
                    ));
            }
        },
        ("weights_type", "f16") => settings.weights_type = Some((HalfType::F16, span)),
        ("weights_type", "bf16") => settings.weights_type = Some((HalfType::Bf16, span)),
        ("weights_type", _) => {
            diagnostics
                .error(span, format!("`{text}` is no type for weights"))
                .help("the types are `bf16` and `f16`; without the setting weights are `f32`");
        }
        ("quantize", "int8") => settings.quantize = Some(span),
        _ => {
            diagnostics
                .error(span, format!("`{name}` takes no `{text}`"))
                .help(format!("write `{example}`"));
        }
    }
}
