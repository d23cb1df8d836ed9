//! `#[network(scalar = f64, export_c, test)]`.

use crate::diagnostics::{Diagnostics, Place};
use crate::model::ExportC;
use crate::suggest::{list, nearest};
use crate::syntax::{Declaration, text_of};
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Lit, Meta, Token};

/// Every option, with what to type.
const OPTIONS: [(&str, &str); 3] = [
    ("export_c", "`export_c`"),
    ("scalar", "`scalar = f64`"),
    ("test", "`test`"),
];

/// What the options say.
#[derive(Default)]
pub(super) struct Options {
    pub(super) scalar: Option<TokenStream>,
    pub(super) export_c: Option<ExportC>,
    /// The option.
    pub(super) test: Option<Span>,
    /// Those that stood there, understood or not.
    given: Vec<&'static str>,
}

impl Options {
    /// Adds those of one attribute.
    pub(super) fn lower(
        &mut self,
        declaration: &Declaration,
        attribute: &Attribute,
        diagnostics: &mut Diagnostics,
    ) {
        // `scalar = f64` is no valid meta, since `f64` is no literal: so each option is read as an expression.
        let options = Punctuated::<Expr, Token![,]>::parse_terminated;
        let options = match attribute.parse_args_with(options) {
            Ok(options) => options,
            Err(error) => {
                let place = match &attribute.meta {
                    Meta::Path(path) => Place::of(path),
                    _ => error.span().into(),
                };
                diagnostics
                    .error(place, "`network` takes options in parentheses")
                    .help("write `#[network(scalar = f64)]`");
                return;
            }
        };
        for option in &options {
            let (name, value) = match option {
                Expr::Assign(assign) => (&*assign.left, Some(&*assign.right)),
                other => (other, None),
            };
            let written = text_of(name);
            let Some((known, _)) = OPTIONS.iter().find(|(known, _)| *known == written) else {
                unknown(name, diagnostics);
                continue;
            };
            if self.given.contains(known) {
                diagnostics
                    .error(Place::of(option), format!("`{known}` is given twice"))
                    .help("remove one of the two");
                continue;
            }
            self.given.push(known);
            match *known {
                "scalar" => self.lower_scalar(declaration, option, value, diagnostics),
                "export_c" => self.lower_export(declaration, option, value, diagnostics),
                "test" => self.lower_test(declaration, option, value, diagnostics),
                _ => unreachable!("macro bug: option `{known}` is not read; please report"),
            }
        }
    }

    /// `scalar = f64`
    fn lower_scalar(
        &mut self,
        declaration: &Declaration,
        option: &Expr,
        value: Option<&Expr>,
        diagnostics: &mut Diagnostics,
    ) {
        let Some(value) = value else {
            diagnostics
                .error(Place::of(option), "`scalar` needs a value")
                .help("write `scalar = f64`");
            return;
        };
        let text = text_of(value);
        if let Some(parameter) = declaration.generics.scalar() {
            diagnostics
                .error(
                    Place::of(option),
                    format!("the scalar of this network is its parameter `{parameter}`"),
                )
                .help("remove one of the two");
        } else if text == "f32" || text == "f64" {
            self.scalar = Some(value.to_token_stream());
        } else {
            diagnostics
                .error(Place::of(value), format!("`{text}` is not a scalar"))
                .help("the scalars are `f32` and `f64`");
        }
    }

    /// `test`
    fn lower_test(
        &mut self,
        declaration: &Declaration,
        option: &Expr,
        value: Option<&Expr>,
        diagnostics: &mut Diagnostics,
    ) {
        let place = Place::of(option);
        if let Some(value) = value {
            diagnostics
                .error(Place::of(value), "`test` takes no value")
                .help("write `#[network(test)]`");
        }
        if !declaration.generics.is_empty() {
            let name = declaration.name.unraw();
            diagnostics
                .error(
                    place,
                    format!("`{name}` has generic parameters, and a test is that of one network"),
                )
                .help(format!(
                    "write a test of your own that calls `{name}::<…>::self_test(&mut rng)`"
                ));
        }
        self.test = Some(place.start);
    }

    /// `export_c` or `export_c = "lenet5"`. After a mistake it is there all the same, for the header's constant.
    fn lower_export(
        &mut self,
        declaration: &Declaration,
        option: &Expr,
        value: Option<&Expr>,
        diagnostics: &mut Diagnostics,
    ) {
        let name = declaration.name.unraw().to_string();
        let lower = name.to_lowercase();
        let place = Place::of(option);
        let mut prefix = lower.clone();
        match value {
            None => {}
            Some(Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            })) if is_identifier(&text.value()) => prefix = text.value(),
            Some(value) => {
                let text = match value {
                    Expr::Lit(ExprLit {
                        lit: Lit::Str(text),
                        ..
                    }) => text.value(),
                    other => text_of(other),
                };
                diagnostics
                    .error(
                        Place::of(value),
                        format!("names in C cannot begin with `{text}`"),
                    )
                    .help(format!(
                        "write `export_c` alone for `{lower}_forward`, or `export_c = \"…\"` with ASCII letters, digits and `_`"
                    ));
            }
        }
        if !declaration.generics.is_empty() {
            diagnostics
                .error(
                    place,
                    format!("`{name}` has generic parameters, and a function for C is that of one network"),
                )
                .help(format!(
                    "export a network around it, where all are given: `pub struct Exported: … {{ net: {name}<…> }}`"
                ));
        } else if !is_identifier(&name) {
            diagnostics
                .error(
                    place,
                    format!("`{name}` has letters that names in C do not have"),
                )
                .help("give the network a name of ASCII letters, digits and `_`");
        }
        self.export_c = Some(ExportC {
            prefix,
            span: place.start,
        });
    }
}

/// With the near name, or all that there are.
fn unknown(name: &Expr, diagnostics: &mut Diagnostics) {
    let written = text_of(name);
    let error = diagnostics.error(
        Place::of(name),
        format!("a network has no option `{written}`"),
    );
    match nearest(&written, OPTIONS.map(|(known, _)| known)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!(
            "the options are {}",
            list(OPTIONS.map(|(_, example)| example.trim_matches('`')))
        )),
    };
}

/// In C, where nobody has to be asked about Unicode.
fn is_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
