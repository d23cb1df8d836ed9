//! Reads the arguments of a layer as its row wants them.

use super::Kind;
use super::arguments::{Accepts, Argument, Arguments, Value};
use super::misfits::{example, states_input, too_many, unknown_option};
use crate::diagnostics::{Diagnostics, Place};
use crate::size::{Size, Symbols, bare, parse_size};
use crate::suggest::{list, nearest};
use crate::syntax::{self, Generics, text_of};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, Lit, UnOp};

/// What reading expressions needs.
pub(super) struct Reader<'a> {
    generics: &'a Generics,
    symbols: &'a mut Symbols,
    pub(super) diagnostics: &'a mut Diagnostics,
}

/// Reads the arguments of a layer by its row: unknown, repeated, missing and mistyped ones are reported.
pub(crate) fn bind(
    kind: &'static Kind,
    layer: &syntax::Layer,
    generics: &Generics,
    symbols: &mut Symbols,
    diagnostics: &mut Diagnostics,
) -> Arguments {
    let mut reader = Reader {
        generics,
        symbols,
        diagnostics,
    };
    let mut bound = Arguments::default();
    let mut given: Vec<(&'static str, Span)> = Vec::new();
    // What unknown options were probably meant to be: not missing as well.
    let mut meant: Vec<&'static str> = Vec::new();
    let mut positional = kind.arguments.iter().filter(|argument| argument.positional);
    let arguments = layer.arguments.as_deref().unwrap_or_default();
    let skipped = usize::from(states_input(kind, arguments, reader.diagnostics));
    for argument in arguments.iter().skip(skipped) {
        let specification = match &argument.name {
            Some(name) => {
                let text = name.to_string();
                let found = kind.arguments.iter().find(|known| known.name == text);
                if found.is_none() {
                    meant.extend(unknown_option(kind, &text, name.span(), reader.diagnostics));
                }
                found
            }
            None => {
                let found = positional.next();
                if found.is_none() {
                    too_many(kind, argument, reader.diagnostics);
                }
                found
            }
        };
        let Some(specification) = specification else {
            continue;
        };
        let place = argument.place();
        if let Some((_, first)) = given.iter().find(|(name, _)| *name == specification.name) {
            reader
                .diagnostics
                .error(
                    argument
                        .name
                        .as_ref()
                        .map_or(place, |name| name.span().into()),
                    format!("`{}` is given twice", specification.name),
                )
                .note(format!("the first one is on line {}", first.start().line))
                .help("remove one");
            continue;
        }
        given.push((specification.name, place.start));
        if let Some(value) = reader.value(&argument.value, specification) {
            bound
                .values
                .push((specification.name, value, Place::of(&argument.value)));
        }
    }
    let given = given.iter().map(|(name, _)| *name);
    let named: Vec<&str> = given.chain(meant).collect();
    for missing in kind
        .arguments
        .iter()
        .filter(|argument| argument.required && !layer.broken && !named.contains(&argument.name))
    {
        reader
            .diagnostics
            .error(
                layer.span(),
                format!("`{}` needs `{}`", kind.name, missing.name),
            )
            .help(format!("write `{}`", example(kind)));
    }
    bound
}

impl Reader<'_> {
    fn size(&mut self, expression: &Expr) -> Size {
        parse_size(expression, self.generics, self.symbols, self.diagnostics)
    }

    /// Reads a value as the specification wants it; `None` after a report.
    fn value(&mut self, expression: &Expr, argument: &Argument) -> Option<Value> {
        let expression = bare(expression);
        match argument.accepts {
            Accepts::Padding | Accepts::Padding1d if is_word(expression, "same") => {
                Some(Value::Same)
            }
            Accepts::Padding if is_word(expression, "valid") => {
                Some(Value::Pair([Size::Known(0), Size::Known(0)]))
            }
            Accepts::Padding1d if is_word(expression, "valid") => Some(Value::Size(Size::Known(0))),
            Accepts::Size | Accepts::Padding1d => {
                let size = self.size(expression);
                (!size.is_unknown()).then_some(Value::Size(size))
            }
            Accepts::Pair | Accepts::Padding => {
                let pair = match expression {
                    Expr::Tuple(tuple) if tuple.elems.len() == 2 => {
                        [self.size(&tuple.elems[0]), self.size(&tuple.elems[1])]
                    }
                    Expr::Tuple(tuple) => {
                        self.diagnostics
                            .error(
                                Place::of(expression),
                                format!(
                                    "`{}` takes one number or two, found {}",
                                    argument.name,
                                    tuple.elems.len()
                                ),
                            )
                            .help(format!(
                                "write `{} = 3`, or `{} = (3, 5)` for height and width",
                                argument.name, argument.name
                            ));
                        return None;
                    }
                    _ => {
                        let size = self.size(expression);
                        [size.clone(), size]
                    }
                };
                (!pair.iter().any(Size::is_unknown)).then_some(Value::Pair(pair))
            }
            Accepts::Sides => {
                let sides: Vec<Size> = match expression {
                    Expr::Tuple(tuple) if matches!(tuple.elems.len(), 2 | 4) => {
                        tuple.elems.iter().map(|side| self.size(side)).collect()
                    }
                    Expr::Tuple(tuple) => {
                        let text = format!(
                            "`{}` takes one number, two or four, found {}",
                            argument.name,
                            tuple.elems.len()
                        );
                        self.diagnostics
                            .error(Place::of(expression), text)
                            .help("write `1`, `(left, right)`, or `(left, right, top, bottom)`");
                        return None;
                    }
                    _ => vec![self.size(expression)],
                };
                (!sides.iter().any(Size::is_unknown)).then_some(Value::Shape(sides))
            }
            Accepts::Shape | Accepts::Dims => {
                let Expr::Array(array) = expression else {
                    let expected = match argument.accepts {
                        Accepts::Dims => "an order of dimensions in brackets, as in `[1, 0]`",
                        _ => "a shape in brackets, as in `[1, 28, 28]`",
                    };
                    self.mistyped(expression, argument, expected);
                    return None;
                };
                let sizes: Vec<Size> = array.elems.iter().map(|size| self.size(size)).collect();
                (!sizes.iter().any(Size::is_unknown)).then_some(Value::Shape(sizes))
            }
            Accepts::Bool => match expression {
                Expr::Lit(literal) if let Lit::Bool(flag) = &literal.lit => {
                    Some(Value::Bool(flag.value))
                }
                _ => {
                    self.mistyped(expression, argument, "`true` or `false`");
                    None
                }
            },
            Accepts::Float => {
                let (tokens, known) = self.float(expression, argument.name)?;
                Some(Value::Float(tokens, known))
            }
            Accepts::Word(words) => {
                if let Some(word) = words.iter().find(|word| is_word(expression, word)) {
                    return Some(Value::Word(word));
                }
                let text = text_of(expression);
                let error = self.diagnostics.error(
                    Place::of(expression),
                    format!("`{}` has no choice `{text}`", argument.name),
                );
                match nearest(&text, words.iter().copied()) {
                    Some(near) => error.help(format!("did you mean `{near}`?")),
                    None => error.help(format!("the choices are {}", list(words.iter().copied()))),
                };
                None
            }
            Accepts::Init => self.init(expression).map(Value::Init),
            Accepts::VectorInit => self.vector_init(expression).map(Value::Init),
        }
    }

    fn mistyped(&mut self, expression: &Expr, argument: &Argument, expected: &str) {
        self.diagnostics.error(
            Place::of(expression),
            format!(
                "`{}` is {expected}, found `{}`",
                argument.name,
                text_of(expression)
            ),
        );
    }

    /// An `f64`: a literal, or an expression that the compiler checks.
    pub(super) fn float(
        &mut self,
        expression: &Expr,
        name: &str,
    ) -> Option<(TokenStream, Option<f64>)> {
        match float_value(expression) {
            Some(Some(value)) if value.is_finite() => {
                let mut literal = Literal::f64_unsuffixed(value.abs());
                literal.set_span(Place::of(expression).start);
                let sign = (value < 0.0).then(|| quote!(-));
                Some((quote!(#sign #literal), Some(value)))
            }
            Some(_) => {
                self.diagnostics.error(
                    Place::of(expression),
                    format!("`{name}` is a number, found `{}`", text_of(expression)),
                );
                None
            }
            None => Some((expression.to_token_stream(), None)),
        }
    }
}

pub(super) fn is_word(expression: &Expr, word: &str) -> bool {
    matches!(expression, Expr::Path(path) if path.path.is_ident(word))
}

/// The value of a literal with an optional minus: `Some(None)` for a literal that is no number.
fn float_value(expression: &Expr) -> Option<Option<f64>> {
    match bare(expression) {
        Expr::Lit(literal) => Some(match &literal.lit {
            Lit::Int(int) if matches!(int.suffix(), "" | "f64") => int.base10_digits().parse().ok(),
            Lit::Float(float) if matches!(float.suffix(), "" | "f64") => float.base10_parse().ok(),
            _ => None,
        }),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
            float_value(&unary.expr).map(|value| value.map(|value| -value))
        }
        _ => None,
    }
}
