//! Golden values into a whole network.

use crate::golden::Case;
use chainrule::NamedTensor;
use chainrule::prelude::*;

/// Sets every tensor to its golden value, from PyTorch's order into the order in memory. A case for one layer leaves out
/// its `label` in the names of tensors.
pub fn load<T: Scalar, N: Network<Scalar = T>>(network: &mut N, case: &Case, label: &str) {
    let parameters = in_memory(network.named_parameters(), case, label);
    let buffers = in_memory(network.named_buffers(), case, label);
    network.parameters_mut().copy_from_slice(&parameters);
    network.buffers_mut().copy_from_slice(&buffers);
}

fn in_memory<'a, T: Scalar>(
    tensors: impl Iterator<Item = NamedTensor<'a, T>>,
    case: &Case,
    label: &str,
) -> Vec<T> {
    let mut memory = Vec::new();
    for tensor in tensors {
        let first = memory.len();
        let positions: Vec<usize> = (first..first + tensor.tensor.len()).collect();
        memory.resize(first + positions.len(), T::ZERO);
        let places = NamedTensor {
            layer: "",
            tensor: tensor.tensor,
            memory: &positions,
        };
        let want = case.get_shaped(&name_in_case(&tensor, label), &tensor.tensor);
        for (place, &value) in places.values().zip(want) {
            memory[place] = T::from_f64(value);
        }
    }
    memory
}

/// PyTorch's name of a tensor, without the label of its layer if it is this one.
pub fn name_in_case<T: Copy>(tensor: &NamedTensor<'_, T>, label: &str) -> String {
    let name = tensor.name().to_string();
    let inside = name
        .strip_prefix(label)
        .and_then(|name| name.strip_prefix('.'));
    inside.unwrap_or(&name).to_owned()
}
