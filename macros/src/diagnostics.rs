//! Errors: collected while the pipeline runs, reported together, each at the narrowest span.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// From the first to the last token that an error underlines. (`Span::join` is not stable.)
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) start: Span,
    pub(crate) end: Span,
}

impl Place {
    /// What these tokens cover; the macro call when there are none.
    pub(crate) fn of(tokens: &impl ToTokens) -> Self {
        let mut tokens = tokens.to_token_stream().into_iter();
        let Some(first) = tokens.next() else {
            return Span::call_site().into();
        };
        let last = tokens.last();
        let start = match &first {
            TokenTree::Group(group) if last.is_some() => group.span_open(),
            token => token.span(),
        };
        Self {
            start,
            end: last.map_or(first.span(), |token| token.span()),
        }
    }

    /// The line of the first token.
    pub(crate) fn line(self) -> usize {
        self.start.start().line
    }
}

impl From<Span> for Place {
    fn from(span: Span) -> Self {
        Self {
            start: span,
            end: span,
        }
    }
}

/// One mistake: what is wrong, why (`note`), what to type (`help`).
#[derive(Debug)]
pub(crate) struct Diagnostic {
    place: Place,
    text: String,
}

impl Diagnostic {
    /// The cause, with its line.
    pub(crate) fn note(&mut self, note: impl AsRef<str>) -> &mut Self {
        self.text.push_str("\nnote: ");
        self.text.push_str(note.as_ref());
        self
    }

    /// The text to type.
    pub(crate) fn help(&mut self, help: impl AsRef<str>) -> &mut Self {
        self.text.push_str("\nhelp: ");
        self.text.push_str(help.as_ref());
        self
    }

    /// What it says and where, for the tests.
    #[cfg(test)]
    pub(crate) fn parts(&self) -> (Place, &str) {
        (self.place, &self.text)
    }

    /// `::core::compile_error! { "…" }`, spanned so that the compiler underlines the place.
    fn to_tokens(&self) -> TokenStream {
        let Place { start, end } = self.place;
        let punct = |character, spacing| {
            let mut punct = Punct::new(character, spacing);
            punct.set_span(start);
            TokenTree::Punct(punct)
        };
        let mut text = Literal::string(&self.text);
        text.set_span(end);
        let mut group = Group::new(Delimiter::Brace, TokenTree::Literal(text).into());
        group.set_span(end);
        TokenStream::from_iter([
            punct(':', Spacing::Joint),
            punct(':', Spacing::Alone),
            TokenTree::Ident(Ident::new("core", start)),
            punct(':', Spacing::Joint),
            punct(':', Spacing::Alone),
            TokenTree::Ident(Ident::new("compile_error", start)),
            punct('!', Spacing::Alone),
            TokenTree::Group(group),
        ])
    }
}

/// All mistakes of one declaration.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    errors: Vec<Diagnostic>,
    /// How many of them are about the budget, so that the network itself may be sound.
    about_budget: usize,
}

impl Diagnostics {
    /// Reports a mistake; the result takes notes and helps.
    pub(crate) fn error(
        &mut self,
        place: impl Into<Place>,
        text: impl Into<String>,
    ) -> &mut Diagnostic {
        self.errors.push(Diagnostic {
            place: place.into(),
            text: text.into(),
        });
        let last = self.errors.len() - 1;
        &mut self.errors[last]
    }

    /// Reports what `syn` could not parse.
    pub(crate) fn syntax_error(&mut self, error: &syn::Error) -> &mut Diagnostic {
        self.error(error.span(), error.to_string())
    }

    /// Runs a step whose mistakes are about the budget.
    pub(crate) fn about_budget<R>(&mut self, step: impl FnOnce(&mut Self) -> R) -> R {
        let before = self.errors.len();
        let result = step(self);
        self.about_budget += self.errors.len() - before;
        result
    }

    /// Whether there is no mistake but in the budget.
    pub(crate) fn network_is_sound(&self) -> bool {
        self.errors.len() == self.about_budget
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// What the first one says, without notes.
    pub(crate) fn first_text(&self) -> Option<&str> {
        let first = self.errors.first()?;
        first.text.lines().next()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.errors.len()
    }

    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.errors.iter()
    }

    /// The errors as code, in the order of the source.
    pub(crate) fn into_tokens(mut self) -> TokenStream {
        let position = |error: &Diagnostic| {
            let start = error.place.start.start();
            (start.line, start.column)
        };
        self.errors.sort_by_key(position);
        // The layers of `Repeat` are written once and lowered several times.
        self.errors
            .dedup_by(|a, b| position(a) == position(b) && a.text == b.text);
        self.errors.iter().map(Diagnostic::to_tokens).collect()
    }
}
