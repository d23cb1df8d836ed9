//! How a tensor starts: the words for the variants of `chainrule::init::Init`.

use super::bind::{Reader, is_word};
use crate::diagnostics::Place;
use crate::size::bare;
use crate::suggest::{list, nearest};
use crate::syntax::text_of;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Expr;

/// A way to start a tensor: a variant of `chainrule::init::Init`.
struct InitKind {
    name: &'static str,
    variant: &'static str,
    fields: &'static [InitField],
    /// The variant has no field names.
    tuple: bool,
    example: &'static str,
}

struct InitField {
    name: &'static str,
    /// The default's text; `fan_in` also says that the field is a mode.
    default: Option<&'static str>,
}

const fn field(name: &'static str, default: Option<&'static str>) -> InitField {
    InitField { name, default }
}

const fn init(
    name: &'static str,
    variant: &'static str,
    fields: &'static [InitField],
    example: &'static str,
) -> InitKind {
    InitKind {
        name,
        variant,
        fields,
        tuple: false,
        example,
    }
}

const KAIMING: &[InitField] = &[field("a", Some("0.0")), field("mode", Some("fan_in"))];
const GAIN: &[InitField] = &[field("gain", Some("1.0"))];

static INITS: &[InitKind] = &[
    init("default", "Default", &[], "default"),
    init("zeros", "Zeros", &[], "zeros"),
    init("ones", "Ones", &[], "ones"),
    InitKind {
        tuple: true,
        ..init(
            "constant",
            "Constant",
            &[field("value", None)],
            "constant(0.1)",
        )
    },
    init(
        "uniform",
        "Uniform",
        &[field("low", None), field("high", None)],
        "uniform(-0.1, 0.1)",
    ),
    init(
        "normal",
        "Normal",
        &[field("mean", None), field("std", None)],
        "normal(0.0, 0.02)",
    ),
    init(
        "kaiming_uniform",
        "KaimingUniform",
        KAIMING,
        "kaiming_uniform(a = 0.0, mode = fan_in)",
    ),
    init(
        "kaiming_normal",
        "KaimingNormal",
        KAIMING,
        "kaiming_normal(a = 0.0, mode = fan_in)",
    ),
    init(
        "xavier_uniform",
        "XavierUniform",
        GAIN,
        "xavier_uniform(gain = 1.0)",
    ),
    init(
        "xavier_normal",
        "XavierNormal",
        GAIN,
        "xavier_normal(gain = 1.0)",
    ),
    init("orthogonal", "Orthogonal", GAIN, "orthogonal(gain = 1.0)"),
];

impl Reader<'_> {
    /// The same for a vector, which cannot be orthogonal.
    pub(super) fn vector_init(&mut self, expression: &Expr) -> Option<TokenStream> {
        if text_of(expression).starts_with("orthogonal") {
            self.diagnostics
                .error(
                    Place::of(expression),
                    "`orthogonal` starts matrices, and a bias is a vector",
                )
                .help("leave `bias_init` out, or write as in `bias_init = zeros`");
            return None;
        }
        self.init(expression)
    }

    /// `zeros`, `constant(0.1)`, `kaiming_uniform(a = 0.0, mode = fan_out)`
    pub(super) fn init(&mut self, expression: &Expr) -> Option<TokenStream> {
        let (name, arguments): (&Expr, Vec<&Expr>) = match expression {
            Expr::Call(call) => (&call.func, call.args.iter().collect()),
            _ => (expression, Vec::new()),
        };
        let names = || INITS.iter().map(|init| init.name);
        let text = text_of(name);
        let Some(init) = INITS.iter().find(|init| init.name == text) else {
            let error = self.diagnostics.error(
                Place::of(name),
                format!("there is no initialisation `{text}`"),
            );
            match nearest(&text, names()) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(format!("there are {}", list(names()))),
            };
            return None;
        };
        let mut values: Vec<Option<TokenStream>> = vec![None; init.fields.len()];
        for (index, argument) in arguments.into_iter().enumerate() {
            let (field, value) = match bare(argument) {
                Expr::Assign(assign) => {
                    let field = text_of(&assign.left);
                    let Some(position) = init.fields.iter().position(|known| known.name == field)
                    else {
                        let error = self.diagnostics.error(
                            Place::of(&assign.left),
                            format!("`{}` has no option `{field}`", init.name),
                        );
                        match init.fields {
                            [] => error.help(format!("write `{}`", init.name)),
                            fields => error.help(format!(
                                "its options are {}",
                                list(fields.iter().map(|field| field.name))
                            )),
                        };
                        return None;
                    };
                    (position, &*assign.right)
                }
                value => (index, value),
            };
            let Some(specification) = init.fields.get(field) else {
                self.diagnostics.error(
                    Place::of(argument),
                    format!("`{}` takes {} arguments", init.name, init.fields.len()),
                );
                return None;
            };
            let value = bare(value);
            let tokens = match specification.default {
                Some("fan_in" | "fan_out") if is_word(value, "fan_in") => {
                    quote!(::chainrule::init::Fan::In)
                }
                Some("fan_in" | "fan_out") if is_word(value, "fan_out") => {
                    quote!(::chainrule::init::Fan::Out)
                }
                Some("fan_in" | "fan_out") => {
                    self.diagnostics.error(
                        Place::of(value),
                        format!(
                            "`mode` is `fan_in` or `fan_out`, found `{}`",
                            text_of(value)
                        ),
                    );
                    return None;
                }
                _ => self.float(value, specification.name)?.0,
            };
            if values[field].replace(tokens).is_some() {
                self.diagnostics.error(
                    Place::of(argument),
                    format!("`{}` is given twice", specification.name),
                );
                return None;
            }
        }
        let variant = format_ident!("{}", init.variant);
        let mut fields = Vec::new();
        for (specification, value) in init.fields.iter().zip(values) {
            let value = match (value, specification.default) {
                (Some(value), _) => value,
                (None, Some("fan_in")) => quote!(::chainrule::init::Fan::In),
                (None, Some(default)) => default.parse().unwrap_or_default(),
                (None, None) => {
                    self.diagnostics
                        .error(
                            Place::of(expression),
                            format!("`{}` needs `{}`", init.name, specification.name),
                        )
                        .help(format!("write `{}`", init.example));
                    return None;
                }
            };
            fields.push((format_ident!("{}", specification.name), value));
        }
        Some(match init.fields {
            [] => quote!(::chainrule::init::Init::#variant),
            _ if init.tuple => {
                let values = fields.iter().map(|(_, value)| value);
                quote!(::chainrule::init::Init::#variant(#(#values),*))
            }
            _ => {
                let fields = fields.iter().map(|(name, value)| quote!(#name: #value));
                quote!(::chainrule::init::Init::#variant { #(#fields),* })
            }
        })
    }
}
