//! `freeze`: layers, blocks and networks within the network that do not train.

use super::blocks::Lowering;
use crate::diagnostics::{Diagnostics, Place};
use crate::model::Layer;
use crate::syntax::{self, freezes};
use syn::Expr;

/// What a declaration writes.
const WORD: &str = "freeze";

/// The layer without `freeze`, and where that stood. To a layer of one's own `freeze = …` is a field like others.
pub(super) fn take(
    layer: &syntax::Layer,
    built_in: bool,
    diagnostics: &mut Diagnostics,
) -> Option<(syntax::Layer, Option<Place>)> {
    let is_freeze = |argument: &syntax::Argument| match &argument.name {
        Some(name) => built_in && name == WORD,
        None => matches!(&argument.value, Expr::Path(path) if path.path.is_ident(WORD)),
    };
    let arguments = layer.arguments.as_ref()?;
    if !arguments.iter().any(is_freeze) {
        return None;
    }
    let (words, others): (Vec<_>, Vec<_>) = arguments.iter().cloned().partition(is_freeze);
    let mut place = None;
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            diagnostics
                .error(word.place(), "`freeze` is given twice")
                .help("remove one");
        } else if word.name.is_none() || freezes(&word.value, diagnostics) {
            place = Some(word.place());
        }
    }
    let without = syntax::Layer {
        arguments: Some(others),
        ..layer.clone()
    };
    Some((without, place))
}

/// That a layer has something to freeze.
pub(super) fn check_layer(
    place: Option<Place>,
    stateful: bool,
    name: &str,
    diagnostics: &mut Diagnostics,
) -> bool {
    let Some(place) = place else {
        return false;
    };
    if !stateful {
        diagnostics
            .error(place, format!("`{name}` has no parameters to freeze"))
            .help("remove `freeze`");
    }
    stateful
}

impl Lowering<'_> {
    /// Freezes the layers from `first` on, those of a block.
    pub(super) fn freeze(&mut self, place: Place, name: &str, first: usize) {
        let layers = self.layers.get_mut(first..).unwrap_or_default();
        let stateful = |layer: &Layer| layer.may_have_parameters() || layer.may_have_buffers();
        if !layers.is_empty() && !layers.iter().any(stateful) {
            self.diagnostics
                .error(
                    place,
                    format!("nothing in this `{name}` has parameters to freeze"),
                )
                .help("remove `freeze`");
        }
        for layer in layers {
            layer.frozen = true;
        }
    }

    /// A layer with the weights of another is frozen where that is.
    pub(super) fn freeze_tied(&mut self) {
        for index in 0..self.layers.len() {
            if let Some(tied) = &self.layers[index].tied {
                let frozen = self.layers[tied.to].frozen;
                self.layers[index].frozen = frozen;
            }
        }
    }
}
