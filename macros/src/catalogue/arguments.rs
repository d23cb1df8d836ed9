//! What stands in a layer's parentheses: specified by the rows, read here for all of them.

use super::Kind;
use crate::diagnostics::{Diagnostics, Place};
use crate::size::{Size, Symbols, bare, parse_size};
use crate::suggest::{list, nearest};
use crate::syntax::{self, Generics, text_of};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{Expr, Lit, UnOp};

/// One argument in a row of the catalogue.
pub(crate) struct Argument {
    pub(crate) name: &'static str,
    pub(crate) accepts: Accepts,
    /// Without it there is no layer.
    pub(crate) required: bool,
    /// It may stand without its name.
    pub(crate) positional: bool,
}

/// What an argument may be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Accepts {
    /// `120`
    Size,
    /// `3` or `(3, 5)`
    Pair,
    /// `3`, `(3, 5)` or `same`
    Padding,
    /// `[1, 28, 28]`
    Shape,
    /// `true` or `false`
    Bool,
    /// `0.5`, or an expression of type `f64`
    Float,
    /// `kaiming_uniform(a = 0.0)`
    Init,
    /// one of these
    Word(&'static [&'static str]),
}

impl Argument {
    pub(super) const fn required(name: &'static str, accepts: Accepts) -> Self {
        Self {
            name,
            accepts,
            required: true,
            positional: true,
        }
    }

    pub(super) const fn positional(name: &'static str, accepts: Accepts) -> Self {
        Self {
            name,
            accepts,
            required: false,
            positional: true,
        }
    }

    pub(super) const fn option(name: &'static str, accepts: Accepts) -> Self {
        Self {
            name,
            accepts,
            required: false,
            positional: false,
        }
    }
}

/// The value of an argument.
#[derive(Clone)]
pub(crate) enum Value {
    Size(Size),
    Pair([Size; 2]),
    Same,
    Shape(Vec<Size>),
    Bool(bool),
    /// An expression of type `f64`, and its value where it is a literal.
    Float(TokenStream, Option<f64>),
    Init(TokenStream),
    Word(&'static str),
}

/// The arguments of one layer, by name.
#[derive(Default)]
pub(crate) struct Arguments {
    values: Vec<(&'static str, Value, Place)>,
}

impl Arguments {
    fn find(&self, name: &str) -> Option<&(&'static str, Value, Place)> {
        self.values.iter().find(|(known, _, _)| *known == name)
    }

    /// The value as it was given.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.find(name).map(|(_, value, _)| value)
    }

    /// Where it was given.
    pub(super) fn place(&self, name: &str) -> Option<Place> {
        self.find(name).map(|(_, _, place)| *place)
    }

    /// A required size; unknown after an error.
    pub(super) fn size(&self, name: &str) -> Size {
        match self.get(name) {
            Some(Value::Size(size)) => size.clone(),
            _ => Size::Unknown,
        }
    }

    pub(super) fn size_or(&self, name: &str, default: u64) -> Size {
        match self.get(name) {
            Some(Value::Size(size)) => size.clone(),
            _ => Size::Known(default),
        }
    }

    pub(super) fn pair(&self, name: &str) -> Option<[Size; 2]> {
        match self.get(name) {
            Some(Value::Pair(pair)) => Some(pair.clone()),
            _ => None,
        }
    }

    pub(super) fn pair_or(&self, name: &str, default: u64) -> [Size; 2] {
        self.pair(name)
            .unwrap_or([Size::Known(default), Size::Known(default)])
    }

    pub(super) fn flag(&self, name: &str, default: bool) -> bool {
        match self.get(name) {
            Some(Value::Bool(flag)) => *flag,
            _ => default,
        }
    }

    /// An `f64`; the default as a literal.
    pub(super) fn float(&self, name: &str, default: f64) -> TokenStream {
        match self.get(name) {
            Some(Value::Float(tokens, _)) => tokens.clone(),
            _ => Literal::f64_unsuffixed(default).into_token_stream(),
        }
    }

    /// An `f64` that the macro knows.
    pub(super) fn known_float(&self, name: &str) -> Option<(f64, Place)> {
        match self.find(name)? {
            (_, Value::Float(_, Some(value)), place) => Some((*value, *place)),
            _ => None,
        }
    }

    pub(super) fn word(&self, name: &str) -> Option<&'static str> {
        match self.get(name) {
            Some(Value::Word(word)) => Some(word),
            _ => None,
        }
    }

    /// How a tensor starts.
    pub(super) fn init(&self, name: &str) -> TokenStream {
        match self.get(name) {
            Some(Value::Init(init)) => init.clone(),
            _ => quote!(::chainrule::init::Init::Default),
        }
    }

    /// Whether the layer's tensors all start by the layer's own rule.
    pub(super) fn starts_by_default(&self) -> bool {
        !self
            .values
            .iter()
            .any(|(_, value, _)| matches!(value, Value::Init(_)))
    }
}

/// What reading expressions needs.
struct Reader<'a> {
    generics: &'a Generics,
    symbols: &'a mut Symbols,
    diagnostics: &'a mut Diagnostics,
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
    let mut positional = kind.arguments.iter().filter(|argument| argument.positional);
    for argument in layer.arguments.iter().flatten() {
        let specification = match &argument.name {
            Some(name) => {
                let text = name.to_string();
                let found = kind.arguments.iter().find(|known| known.name == text);
                if found.is_none() {
                    unknown_option(kind, &text, name.span(), reader.diagnostics);
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
    for missing in kind.arguments.iter().filter(|argument| {
        argument.required && !layer.broken && !given.iter().any(|(name, _)| *name == argument.name)
    }) {
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

fn unknown_option(kind: &Kind, name: &str, span: Span, diagnostics: &mut Diagnostics) {
    let error = diagnostics.error(span, format!("`{}` has no option `{name}`", kind.name));
    let names = || kind.arguments.iter().map(|argument| argument.name);
    match nearest(name, names()) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None if kind.arguments.is_empty() => error.help(format!("write `{}`", kind.name)),
        None => error.help(format!("its options are {}", list(names()))),
    };
}

fn too_many(kind: &Kind, argument: &syntax::Argument, diagnostics: &mut Diagnostics) {
    let place = argument.place();
    let positional: Vec<&str> = kind
        .arguments
        .iter()
        .filter(|argument| argument.positional)
        .map(|argument| argument.name)
        .collect();
    let text = match positional.as_slice() {
        [] if kind.arguments.is_empty() => format!("`{}` takes no arguments", kind.name),
        [] => format!("`{}` takes its arguments by name", kind.name),
        names => format!(
            "`{}` takes only {} without a name",
            kind.name,
            list(names.iter().copied())
        ),
    };
    let error = diagnostics.error(place, text);
    let options = kind
        .arguments
        .iter()
        .filter(|argument| !argument.positional)
        .map(|argument| argument.name);
    let options = list(options);
    if options == "none" {
        error.help("remove it");
    } else {
        error.help(format!(
            "name the option, as in `name = {}`; there are {options}",
            text_of(&argument.value)
        ));
    }
}

/// How the layer is written with only what it must have.
fn example(kind: &Kind) -> String {
    let arguments: Vec<&str> = kind
        .arguments
        .iter()
        .filter(|argument| argument.required)
        .map(|argument| match (argument.name, argument.accepts) {
            ("kernel", _) if kind.arguments[0].name != "kernel" => "kernel = 3",
            ("kernel", _) => "2",
            (_, Accepts::Shape) => "[1, 28, 28]",
            _ => "10",
        })
        .collect();
    format!("{}({})", kind.name, arguments.join(", "))
}

impl Reader<'_> {
    fn size(&mut self, expression: &Expr) -> Size {
        parse_size(expression, self.generics, self.symbols, self.diagnostics)
    }

    /// Reads a value as the specification wants it; `None` after a report.
    fn value(&mut self, expression: &Expr, argument: &Argument) -> Option<Value> {
        let expression = bare(expression);
        match argument.accepts {
            Accepts::Size => {
                let size = self.size(expression);
                (!size.is_unknown()).then_some(Value::Size(size))
            }
            Accepts::Padding if is_word(expression, "same") => Some(Value::Same),
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
            Accepts::Shape => {
                let Expr::Array(array) = expression else {
                    self.mistyped(
                        expression,
                        argument,
                        "a shape in brackets, as in `[1, 28, 28]`",
                    );
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
    fn float(&mut self, expression: &Expr, name: &str) -> Option<(TokenStream, Option<f64>)> {
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

    /// `zeros`, `constant(0.1)`, `kaiming_uniform(a = 0.0, mode = fan_out)`
    fn init(&mut self, expression: &Expr) -> Option<TokenStream> {
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
        let variant = quote::format_ident!("{}", init.variant);
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
            fields.push((quote::format_ident!("{}", specification.name), value));
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

fn is_word(expression: &Expr, word: &str) -> bool {
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
