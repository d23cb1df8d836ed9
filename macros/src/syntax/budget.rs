//! `budget { parameters <= 62_000, inference_bytes <= 32 KiB }`

use crate::diagnostics::Diagnostics;
use crate::suggest::{list, nearest};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::parse::ParseStream;
use syn::{Expr, token};

/// What a budget limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Quantity {
    Parameters,
    Macs,
    InferenceBytes,
    TrainingBytes,
}

impl Quantity {
    const ALL: [Self; 4] = [
        Self::Parameters,
        Self::Macs,
        Self::InferenceBytes,
        Self::TrainingBytes,
    ];

    /// The word in the budget.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Parameters => "parameters",
            Self::Macs => "macs",
            Self::InferenceBytes => "inference_bytes",
            Self::TrainingBytes => "training_bytes",
        }
    }

    fn is_bytes(self) -> bool {
        matches!(self, Self::InferenceBytes | Self::TrainingBytes)
    }
}

const UNITS: [(&str, u64); 5] = [
    ("B", 1),
    ("kB", 1000),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("MiB", 1 << 20),
];

/// One line of a budget: `inference_bytes <= 32 KiB`.
pub(crate) struct Limit {
    pub(crate) quantity: Quantity,
    /// Where the quantity's name stands.
    pub(crate) span: Span,
    pub(crate) value: Expr,
    /// Bytes, or 1.
    pub(crate) unit: u64,
}

/// Reads the optional `budget { … }` behind the body.
pub(super) fn parse_budget(input: ParseStream, diagnostics: &mut Diagnostics) -> Vec<Limit> {
    let mut limits: Vec<Limit> = Vec::new();
    let ahead = input.fork();
    let Ok(word) = ahead.parse::<Ident>() else {
        return limits;
    };
    if !ahead.peek(token::Brace) {
        return limits;
    }
    let _ = input.parse::<Ident>();
    let parse = |input: ParseStream| {
        let content;
        syn::braced!(content in input);
        content.parse::<TokenStream>()
    };
    let Ok(tokens) = parse(input) else {
        return limits;
    };
    if word != "budget" {
        diagnostics
            .error(word.span(), format!("expected `budget`, found `{word}`"))
            .help("behind the layers may stand `budget { parameters <= 62_000 }`");
        return limits;
    }
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    for line in tokens.split(is_comma).filter(|line| !line.is_empty()) {
        if let Some(limit) = parse_limit(line, diagnostics) {
            if let Some(first) = limits.iter().find(|first| first.quantity == limit.quantity) {
                diagnostics
                    .error(
                        limit.span,
                        format!("`{}` is limited twice", limit.quantity.name()),
                    )
                    .note(format!(
                        "the first limit is on line {}",
                        first.span.start().line
                    ));
            } else {
                limits.push(limit);
            }
        }
    }
    limits
}

fn parse_limit(line: &[TokenTree], diagnostics: &mut Diagnostics) -> Option<Limit> {
    const FORM: &str = "a limit reads `parameters <= 62_000` or `inference_bytes <= 32 KiB`";
    let Some((TokenTree::Ident(name), rest)) = line.split_first() else {
        diagnostics
            .error(line.first()?.span(), "expected a quantity")
            .help(FORM);
        return None;
    };
    let names = Quantity::ALL.map(Quantity::name);
    let Some(quantity) = Quantity::ALL
        .into_iter()
        .find(|quantity| name == quantity.name())
    else {
        let text = name.to_string();
        let error = diagnostics.error(name.span(), format!("a budget has no quantity `{text}`"));
        match nearest(&text, names) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("the quantities are {}", list(names))),
        };
        return None;
    };
    let value = match rest {
        [TokenTree::Punct(less), TokenTree::Punct(equal), value @ ..]
            if less.as_char() == '<' && equal.as_char() == '=' =>
        {
            value
        }
        _ => {
            let span = rest.first().map_or(name.span(), TokenTree::span);
            diagnostics
                .error(span, format!("expected `<=` behind `{}`", quantity.name()))
                .help(FORM);
            return None;
        }
    };
    let (value, unit) = match value {
        [value @ .., before, TokenTree::Ident(unit)] if !matches!(before, TokenTree::Punct(_)) => {
            let text = unit.to_string();
            let Some((_, bytes)) = UNITS.into_iter().find(|(name, _)| *name == text) else {
                let units = UNITS.map(|(name, _)| name);
                let error = diagnostics.error(unit.span(), format!("unknown unit `{text}`"));
                match units
                    .into_iter()
                    .find(|unit| unit.eq_ignore_ascii_case(&text))
                {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error.help(format!("the units are {}", list(units))),
                };
                return None;
            };
            if !quantity.is_bytes() {
                diagnostics
                    .error(
                        unit.span(),
                        format!("`{}` is a count and has no unit", quantity.name()),
                    )
                    .help("remove it");
                return None;
            }
            (value.iter().chain([before]).cloned().collect(), bytes)
        }
        value => (value.iter().cloned().collect::<TokenStream>(), 1),
    };
    if value.is_empty() {
        diagnostics
            .error(name.span(), "the limit is missing")
            .help(FORM);
        return None;
    }
    match syn::parse2(value) {
        Ok(value) => Some(Limit {
            quantity,
            span: name.span(),
            value,
            unit,
        }),
        Err(error) => {
            diagnostics.syntax_error(&error).help(FORM);
            None
        }
    }
}
