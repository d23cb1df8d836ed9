//! Where a shape rule stands: the layer, what arrives, and where it comes from.

use crate::diagnostics::{Diagnostic, Diagnostics, Place};
use crate::model::{Check, LayerKind, Network};
use crate::shape::Shape;
use crate::size::{Size, Symbols, Unworkable};
use proc_macro2::{Span, TokenStream};
use quote::quote;

/// What a shape rule may use.
pub(crate) struct Site<'a> {
    /// The layer's name in the catalogue.
    pub(crate) kind: &'static str,
    /// What the user calls the layer: its label, or how it was written.
    pub(crate) called: &'a str,
    /// The token of its name.
    pub(crate) span: Span,
    /// What arrives.
    pub(crate) input: &'a Shape,
    /// Who produces it: `` `MaxPool2d(2)` on line 8 produces [16, 5, 5] ``.
    pub(crate) origin: &'a str,
    /// The block around it: `` `block1: Residual` on line 7 ``.
    pub(crate) block: Option<&'a str>,
    pub(crate) scalar: &'a TokenStream,
    pub(crate) symbols: &'a mut Symbols,
    pub(crate) checks: &'a mut Vec<Check>,
    pub(crate) diagnostics: &'a mut Diagnostics,
}

impl Site<'_> {
    /// Reports a mistake about what arrives.
    pub(crate) fn misfit(&mut self, text: String) -> &mut Diagnostic {
        let (origin, block) = (self.origin, self.block);
        let error = self.diagnostics.error(self.span, text);
        if let Some(block) = block {
            error.note(format!("inside {block}"));
        }
        error.note(origin)
    }

    /// Asks the compiler to check a condition, at the layer.
    pub(super) fn check(&mut self, call: TokenStream) {
        self.checks.push(Check {
            place: self.span.into(),
            call,
        });
    }

    /// The size of a vector, for layers that take one here; after anything else they go on as if `Flatten` stood between.
    pub(super) fn vector(&mut self) -> Size {
        match self.input.clone() {
            Shape::Heads(_) | Shape::Unknown => Size::Unknown,
            Shape::Array(sizes) => match sizes.as_slice() {
                [size] => size.clone(),
                sizes => {
                    let help = format!("insert `Flatten` before `{}`", self.called);
                    let text = format!(
                        "`{}` takes a vector, but receives {}",
                        self.kind, self.input
                    );
                    self.misfit(text).help(help);
                    self.symbols.product(sizes).unwrap_or(Size::Unknown)
                }
            },
            Shape::Output(_) => self.output_sizes(1, "a vector").remove(0),
        }
    }

    /// Channels, height and width of an image.
    pub(super) fn image(&mut self) -> [Size; 3] {
        let unknown = [Size::Unknown, Size::Unknown, Size::Unknown];
        match self.input.clone() {
            Shape::Heads(_) | Shape::Unknown => unknown,
            Shape::Array(sizes) => match <[Size; 3]>::try_from(sizes) {
                Ok(sizes) => sizes,
                Err(sizes) => {
                    let help = match sizes.as_slice() {
                        [height, width] if !height.is_unknown() && !width.is_unknown() => format!(
                            "insert `Reshape([1, {height}, {width}])` before `{}`",
                            self.called
                        ),
                        _ => format!(
                            "insert `Reshape([channels, height, width])` before `{}`",
                            self.called
                        ),
                    };
                    let text = format!(
                        "`{}` takes [channels, height, width], but receives {}",
                        self.kind, self.input
                    );
                    self.misfit(text).help(help);
                    unknown
                }
            },
            Shape::Output(_) => {
                let sizes = self.output_sizes(3, "[channels, height, width]");
                <[Size; 3]>::try_from(sizes).unwrap_or(unknown)
            }
        }
    }

    /// Channels and length of a sequence.
    pub(super) fn sequence(&mut self) -> [Size; 2] {
        let unknown = [Size::Unknown, Size::Unknown];
        match self.input.clone() {
            Shape::Heads(_) | Shape::Unknown => unknown,
            Shape::Array(sizes) => match <[Size; 2]>::try_from(sizes) {
                Ok(sizes) => sizes,
                Err(sizes) => {
                    let shape = match sizes.as_slice() {
                        [length] if !length.is_unknown() => format!("[1, {length}]"),
                        _ => "[channels, length]".into(),
                    };
                    let help = match (sizes.len(), self.kind.strip_suffix("1d")) {
                        (3, Some(kind)) => format!("use `{kind}2d`"),
                        _ => format!("insert `Reshape({shape})` before `{}`", self.called),
                    };
                    let text = format!(
                        "`{}` takes [channels, length], but receives {}",
                        self.kind, self.input
                    );
                    self.misfit(text).help(help);
                    unknown
                }
            },
            Shape::Output(_) => {
                let sizes = self.output_sizes(2, "[channels, length]");
                <[Size; 2]>::try_from(sizes).unwrap_or(unknown)
            }
        }
    }

    /// Length and features of a sequence for layers that go through it step by step.
    pub(super) fn steps(&mut self) -> [Size; 2] {
        let unknown = [Size::Unknown, Size::Unknown];
        match self.input.clone() {
            Shape::Heads(_) | Shape::Unknown => unknown,
            Shape::Array(sizes) => match <[Size; 2]>::try_from(sizes) {
                Ok(sizes) => sizes,
                Err(sizes) => {
                    let help = match sizes.as_slice() {
                        [length] if !length.is_unknown() => format!(
                            "insert `Reshape([{length}, 1])` before `{}` for {length} steps of one number",
                            self.called
                        ),
                        _ => format!(
                            "insert `Reshape([length, features])` before `{}`",
                            self.called
                        ),
                    };
                    let text = format!(
                        "`{}` takes [length, features], but receives {}",
                        self.kind, self.input
                    );
                    self.misfit(text).help(help);
                    unknown
                }
            },
            Shape::Output(_) => {
                let sizes = self.output_sizes(2, "[length, features]");
                <[Size; 2]>::try_from(sizes).unwrap_or(unknown)
            }
        }
    }

    /// The channels of what has more dimensions behind them.
    pub(super) fn channels_of_positions(&mut self) -> Size {
        match self.input.clone() {
            Shape::Heads(_) | Shape::Unknown => Size::Unknown,
            Shape::Array(sizes) => match sizes.as_slice() {
                [_, _, ..] => sizes[0].clone(),
                sizes => {
                    let text = format!(
                        "`{}` takes [channels, …], but receives {}",
                        self.kind, self.input
                    );
                    self.misfit(text)
                        .help("it needs at least one dimension behind the channels");
                    sizes.first().cloned().unwrap_or(Size::Unknown)
                }
            },
            Shape::Output(_) => self.channels(),
        }
    }

    /// The sizes of an array of any rank; nothing after a report.
    pub(super) fn sizes(&mut self) -> Option<Vec<Size>> {
        match self.input.clone() {
            Shape::Heads(_) | Shape::Unknown => None,
            Shape::Array(sizes) => Some(sizes),
            Shape::Output(output) => {
                if self.output_dims().is_some() {
                    let help = format!("insert `Reshape([…])` before `{}`", self.called);
                    let text = format!(
                        "`{}` needs to know how many dimensions `{}` puts out",
                        self.kind, output.text
                    );
                    self.misfit(text).help(help);
                }
                None
            }
        }
    }

    /// The sizes of an array of this rank; nothing after a report. `takes` says what the layer takes.
    pub(super) fn sizes_of_rank(&mut self, rank: usize, takes: &str) -> Option<Vec<Size>> {
        if matches!(self.input, Shape::Output(_)) {
            let sizes = self.output_sizes(rank, takes);
            return (!sizes.iter().any(Size::is_unknown)).then_some(sizes);
        }
        let sizes = self.sizes()?;
        if sizes.len() == rank {
            return Some(sizes);
        }
        let text = format!("`{}` takes {takes}, but receives {}", self.kind, self.input);
        let help = format!("insert `Reshape([…])` before `{}`", self.called);
        self.misfit(text).help(help);
        None
    }

    /// Channels, then length or height and width; nothing after a report.
    pub(super) fn plane(&mut self) -> Option<Vec<Size>> {
        let sizes = self.sizes()?;
        if matches!(sizes.len(), 2 | 3) {
            return Some(sizes);
        }
        let text = format!(
            "`{}` takes [channels, length] or [channels, height, width], but receives {}",
            self.kind, self.input
        );
        let shape = match sizes.as_slice() {
            [length] if !length.is_unknown() => format!("[1, {length}]"),
            _ => "[channels, height, width]".into(),
        };
        let help = format!("insert `Reshape({shape})` before `{}`", self.called);
        self.misfit(text).help(help);
        None
    }

    /// Reports a dimension that what arrives does not have.
    pub(super) fn no_dimension(&mut self, place: Option<Place>, dim: u64, rank: usize) {
        let text = format!("there is no dimension {dim} in {}", self.input);
        let last = rank.saturating_sub(1);
        self.diagnostics
            .error(place.unwrap_or(self.span.into()), text)
            .note(self.origin)
            .help(format!("count the sample's dimensions from 0 to {last}"));
    }

    /// The sizes of what a user's layer puts out, read from its type, with a check of the rank.
    pub(super) fn output_sizes(&mut self, rank: usize, takes: &str) -> Vec<Size> {
        let (Shape::Output(output), Some(dims)) = (self.input, self.output_dims()) else {
            return vec![Size::Unknown; rank];
        };
        let (kind, text, origin) = (self.kind, &output.text, self.origin);
        self.checks.push(Check {
            place: self.span.into(),
            call: quote!(::chainrule::__private::check_rank(#kind, #takes, #dims, #rank, #origin)),
        });
        (0..rank)
            .map(|index| {
                let expression = quote!(::chainrule::__private::size_at(#dims, #index));
                self.symbols
                    .define_of_layer(expression, format!("{text}.output[{index}]"))
            })
            .collect()
    }

    /// The dimensions of what a user's layer puts out, an expression; nothing where they may not be computed with.
    pub(super) fn output_dims(&mut self) -> Option<TokenStream> {
        let Shape::Output(output) = self.input else {
            return None;
        };
        if output.generic {
            let text = format!(
                "`{}` needs to know the sizes that `{}` puts out, which depend on the parameters of the network",
                self.kind, output.text
            );
            self.misfit(text)
                .note("stable Rust cannot compute sizes from generic types")
                .help("give the network literal sizes and a fixed scalar, or put only element-wise layers behind it");
            return None;
        }
        let ty = self.input.ty(self.scalar);
        Some(quote!(<#ty as ::chainrule::Shape>::DIMS))
    }

    /// The first dimension, of any shape.
    pub(super) fn channels(&mut self) -> Size {
        match self.input {
            Shape::Heads(_) | Shape::Unknown => Size::Unknown,
            Shape::Array(sizes) => sizes.first().cloned().unwrap_or(Size::Unknown),
            Shape::Output(output) => match self.output_dims() {
                Some(dims) => {
                    let expression = quote!(::chainrule::__private::size_at(#dims, 0));
                    let text = format!("{}.output[0]", output.text);
                    self.symbols.define_of_layer(expression, text)
                }
                None => Size::Unknown,
            },
        }
    }

    /// A derived size; what cannot be derived is reported.
    pub(super) fn derive(
        &mut self,
        result: impl FnOnce(&mut Symbols) -> Result<Size, Unworkable>,
    ) -> Size {
        match result(self.symbols) {
            Ok(size) => size,
            Err(Unworkable::Overflow) => {
                let text = format!(
                    "`{}` makes sizes beyond any memory from {}",
                    self.kind, self.input
                );
                self.misfit(text);
                Size::Unknown
            }
            Err(Unworkable::Generic) => {
                let text = format!(
                    "stable Rust has no arithmetic of generic sizes, and `{}` needs it for {}",
                    self.kind, self.input
                );
                self.misfit(text).help(
                    "make the size a literal or a `const` item, or give the network the result as a size parameter of its own",
                );
                Size::Unknown
            }
        }
    }

    /// A size that must not be zero: after a report it is unknown.
    pub(super) fn positive(&mut self, name: &str, size: Size, place: Option<Place>) -> Size {
        positive(
            self.kind,
            name,
            size,
            place.unwrap_or(self.span.into()),
            self.checks,
            self.diagnostics,
        )
    }

    /// Two sizes that must not be zero. Both may come from one number, and that is reported once.
    pub(super) fn positive_pair(
        &mut self,
        name: &str,
        [a, b]: [Size; 2],
        place: Option<Place>,
    ) -> [Size; 2] {
        let one_number = a == b;
        let a = self.positive(name, a, place);
        let b = if one_number {
            a.clone()
        } else {
            self.positive(name, b, place)
        };
        [a, b]
    }
}

/// The size, if it is not zero; otherwise a report, and an unknown size. What only the compiler knows it checks.
pub(crate) fn positive(
    owner: &str,
    name: &str,
    size: Size,
    place: Place,
    checks: &mut Vec<Check>,
    diagnostics: &mut Diagnostics,
) -> Size {
    match &size {
        Size::Known(0) => {
            diagnostics.error(
                place,
                format!("`{name}` of `{owner}` is 0, but must be at least 1"),
            );
            return Size::Unknown;
        }
        Size::Symbol(_) | Size::Generic(_) => checks.push(Check {
            place,
            call: quote!(::chainrule::__private::check_positive(#owner, #name, #size)),
        }),
        Size::Known(_) | Size::Unknown => {}
    }
    size
}

/// Who produces a value, for notes.
pub(crate) fn origin(network: &Network, value: usize) -> String {
    match value
        .checked_sub(1)
        .and_then(|index| network.layers.get(index))
    {
        Some(layer) if matches!(layer.kind, LayerKind::Input(_)) => format!(
            "the input `{}` on line {} is {}",
            layer.text,
            layer.span.start().line,
            layer.output
        ),
        // Its sizes are not known here, and the words around say what was found.
        Some(layer) if matches!(layer.output, Shape::Output(_)) => {
            let line = layer.span.start().line;
            format!("it comes from `{}` on line {line}", layer.text)
        }
        Some(layer) => format!(
            "`{}` on line {} produces {}",
            layer.text,
            layer.span.start().line,
            layer.output
        ),
        None => format!(
            "the input of `{}` on line {} is {}",
            network.name,
            network.input_place.line(),
            network.input
        ),
    }
}
