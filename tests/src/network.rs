//! A network of one layer that the macro lays out in parts, as declared, against the golden values of the whole.

use crate::golden::{Case, Golden};
use chainrule::losses::Loss;
use chainrule::prelude::*;
use chainrule::{NamedTensor, Sample};

/// Output, input gradient and all parameter gradients. The loss is the one whose gradient is the given `d_output`.
pub fn check_network<T: Scalar, N: Network<Scalar = T>>(
    topic: &'static str,
    case: &str,
    tolerance: f64,
) where
    N::Input: Sample<N::Input>,
    MseLoss: Loss<T, N::Output, N::Output>,
{
    let case = Golden::open(topic).case(case);
    let mut network = N::boxed();
    let first = network
        .named_parameters()
        .next()
        .map(|tensor| tensor.name().to_string());
    let label = first
        .as_deref()
        .and_then(|name| name.split('.').next())
        .unwrap_or_default();
    load(&mut *network, &case, label);
    let samples = case.samples("input");
    let mut inputs: Vec<N::Input> = vec![bytemuck::Zeroable::zeroed(); samples];
    fill(
        bytemuck::cast_slice_mut::<_, T>(&mut inputs),
        case.get("input"),
    );

    let outputs: Vec<N::Output> = inputs.iter().map(|x| network.forward(x)).collect();
    let want = case.get("output");
    assert_close(
        "output",
        bytemuck::cast_slice::<_, T>(&outputs),
        want,
        tolerance,
    );

    // ∂/∂y Σ (y − t)² = 2·(y − t)
    let targets = want.iter().zip(case.get("d_output"));
    let targets: Vec<f64> = targets.map(|(y, dy)| y - dy / 2.0).collect();
    let mut target_arrays: Vec<N::Output> = vec![bytemuck::Zeroable::zeroed(); samples];
    fill(
        bytemuck::cast_slice_mut::<_, T>(&mut target_arrays),
        &targets,
    );
    let mut workspace = N::workspace();
    let mut d_inputs: Vec<N::Input> = vec![bytemuck::Zeroable::zeroed(); samples];
    let loss = MseLoss {
        reduction: Reduction::Sum,
    };
    network
        .backpropagate_to_inputs(
            &inputs,
            &target_arrays,
            &loss,
            &mut workspace,
            &mut d_inputs,
        )
        .unwrap();
    assert_close(
        "d_input",
        bytemuck::cast_slice::<_, T>(&d_inputs),
        case.get("d_input"),
        10.0 * tolerance,
    );
    let mut tensors = 0;
    for gradient in workspace.named_gradients() {
        let name = format!("d_{}", name_in_case(&gradient, label));
        let values: Vec<T> = gradient.values().collect();
        let want = case.get_shaped(&name, &gradient.tensor);
        assert_close(&name, &values, want, 10.0 * tolerance);
        tensors += 1;
    }
    assert_eq!(tensors, network.named_parameters().count());
}

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

fn fill<T: Scalar>(to: &mut [T], from: &[f64]) {
    assert_eq!(to.len(), from.len());
    for (to, from) in to.iter_mut().zip(from) {
        *to = T::from_f64(*from);
    }
}

#[track_caller]
fn assert_close<T: Scalar>(what: &str, got: &[T], want: &[f64], tolerance: f64) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (index, (got, want)) in got.iter().zip(want).enumerate() {
        let (got, scale) = (got.to_f64(), want.abs().max(1.0));
        assert!(
            (got - want).abs() <= tolerance * scale,
            "{what}[{index}]: got {got}, want {want}"
        );
    }
}
