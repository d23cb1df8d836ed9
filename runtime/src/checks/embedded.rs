//! Weights that are built in, against the network that they are for.

use super::equal;
use super::text::Text;
use crate::layer_info::LayerInfo;
use crate::network::Network;
use crate::tensor::{Order, Tensor};

/// A tensor as the macro has read it: the label of its layer, and whether it is trained.
type Embedded = (&'static str, Tensor, bool);

/// That the tensors which the macro has found in the file are those of the layers: the macro knows neither the sizes that
/// are `const` expressions, nor, but for a copy of the facts, how the layers have their weights in memory.
#[track_caller]
pub const fn check_embedded<N: Network>(file: &str, embedded: &[Embedded]) {
    let mut next = 0;
    let mut trained = true;
    loop {
        let mut i = 0;
        while i < N::LAYERS.len() {
            let layer = &N::LAYERS[i];
            let tensors = if trained {
                layer.parameters
            } else {
                layer.buffers
            };
            let mut j = 0;
            while j < tensors.len() {
                if !tensors[j].is_empty() {
                    check_tensor(file, N::NAME, layer, &tensors[j], trained, embedded, next);
                    next += 1;
                }
                j += 1;
            }
            i += 1;
        }
        if !trained {
            break;
        }
        trained = false;
    }
    if next != embedded.len() {
        disagree(embedded[next].0, embedded[next].1.name);
    }
}

#[track_caller]
const fn check_tensor(
    file: &str,
    network: &str,
    layer: &LayerInfo,
    tensor: &Tensor,
    trained: bool,
    embedded: &[Embedded],
    index: usize,
) {
    if index >= embedded.len() {
        disagree(layer.label, tensor.name);
    }
    let (label, found, found_trained) = &embedded[index];
    let same_order = matches!(
        (tensor.order, found.order),
        (Order::RowMajor, Order::RowMajor) | (Order::OutputsInnermost, Order::OutputsInnermost)
    );
    let same_name = same(label, layer.label) && same(found.name, tensor.name);
    if !same_name || !same_order || *found_trained != trained {
        disagree(layer.label, tensor.name);
    }
    if !equal(found.dims, tensor.dims) {
        let mut text = Text::new();
        text.put("`").put(file).put("` does not fit the network `");
        text.put(network).put("`:\n  `").put(label).put(".");
        text.put(found.name).put("` has shape ").dims(found.dims);
        text.put(" in the file, but ")
            .dims(tensor.dims)
            .put(" in the network");
        panic!("{}", text.as_str());
    }
}

/// A mistake in the catalogue of the macro.
#[track_caller]
const fn disagree(layer: &str, tensor: &str) -> ! {
    let mut text = Text::new();
    text.put("the macro and the layers disagree about `")
        .put(layer)
        .put(".")
        .put(tensor);
    text.put("`, so weights cannot be built in: a mistake of chainrule's, please report it");
    panic!("{}", text.as_str());
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}
