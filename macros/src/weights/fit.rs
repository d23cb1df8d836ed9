//! The tensors in a file against those of a network, in the words of `load_safetensors`.

use super::Tensor;
use super::header::Found;
use super::scalars::Scalar;
use crate::model::Network;
use crate::size::Size;
use crate::suggest::nearest;
use std::ops::Range;

/// A tensor of the network.
pub(super) struct Expected<'a> {
    /// The label of its layer.
    pub(super) layer: &'a str,
    /// With its name.
    pub(super) name: String,
    pub(super) tensor: &'a Tensor,
}

impl Expected<'_> {
    /// Whether a tensor of this shape may be it, as far as the macro knows.
    fn has_shape(&self, shape: &[usize]) -> bool {
        let dims = &self.tensor.dims;
        dims.len() == shape.len()
            && dims
                .iter()
                .zip(shape)
                .all(|(size, found)| size.known().is_none_or(|size| size == *found as u64))
    }

    fn shape(&self) -> String {
        let dims: Vec<String> = self.tensor.dims.iter().map(Size::to_string).collect();
        format!("[{}]", dims.join(", "))
    }
}

/// Where a tensor lies in the file.
pub(super) struct Place {
    pub(super) shape: Vec<usize>,
    pub(super) scalar: Scalar,
    pub(super) range: Range<usize>,
}

/// The tensors of a network in memory order, parameters and then buffers, without those that hold nothing.
pub(super) fn expected(network: &Network) -> Vec<Expected<'_>> {
    let of = |trained: bool| {
        let layers = network.layers.iter().filter(|layer| layer.tied.is_none());
        layers.flat_map(move |layer| {
            let tensors = layer.tensors.iter();
            let tensors =
                tensors.filter(move |tensor| tensor.trained == trained && !tensor.is_empty());
            tensors.map(|tensor| Expected {
                layer: &layer.label,
                name: format!("{}.{}", layer.label, tensor.name),
                tensor,
            })
        })
    };
    of(true).chain(of(false)).collect()
}

/// For each tensor its place; or a line for each that does not fit.
pub(super) fn fit(
    expected: &[Expected<'_>],
    found: &[Found],
    scalar: Scalar,
) -> Result<Vec<Place>, Vec<String>> {
    let (mut places, mut mismatches) = (Vec::new(), Vec::new());
    let is_expected = |found: &&Found| expected.iter().any(|expected| expected.name == found.name);
    // The counters of PyTorch's batch norms are for nobody.
    let is_counter = |found: &&Found| found.name.rsplit('.').next() == Some("num_batches_tracked");
    let extra: Vec<&Found> = found
        .iter()
        .filter(|found| !is_expected(found) && !is_counter(found))
        .collect();
    let missing: Vec<&Expected<'_>> = expected
        .iter()
        .filter(|expected| found.iter().all(|found| found.name != expected.name))
        .collect();
    for expected in expected {
        let (name, shape) = (&expected.name, expected.shape());
        let Some(found) = found.iter().find(|found| found.name == *name) else {
            let similar = nearest(name, extra.iter().map(|extra| extra.name.as_str()));
            let hint = hint("the file has", similar);
            mismatches.push(format!("`{name}` {shape} is missing{hint}"));
            continue;
        };
        if !expected.has_shape(&found.shape) {
            mismatches.push(format!(
                "`{name}` has shape {:?} in the file, but {shape} in the network",
                found.shape
            ));
            continue;
        }
        match Scalar::of(&found.dtype) {
            Some(scalar) => places.push(Place {
                shape: found.shape.clone(),
                scalar,
                range: found.range.clone(),
            }),
            None => mismatches.push(format!(
                "`{name}` holds {}, but the network {}; convert it with PyTorch's `tensor.{}()`",
                found.dtype,
                scalar.name(),
                if scalar == Scalar::F64 {
                    "double"
                } else {
                    "float"
                }
            )),
        }
    }
    for extra in extra {
        let similar = nearest(
            &extra.name,
            missing.iter().map(|missing| missing.name.as_str()),
        );
        let hint = hint("the network has", similar);
        mismatches.push(format!(
            "`{}` {:?} is not in the network{hint}",
            extra.name, extra.shape
        ));
    }
    if mismatches.is_empty() {
        Ok(places)
    } else {
        Err(mismatches)
    }
}

fn hint(has: &str, similar: Option<&str>) -> String {
    similar.map_or_else(String::new, |name| format!("; {has} `{name}`"))
}
