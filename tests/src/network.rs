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
    load(&mut *network, &case);
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
        let name = format!("d_{}", tensor_name(&gradient));
        let values: Vec<T> = gradient.values().collect();
        let want = case.get_shaped(&name, &gradient.tensor);
        assert_close(&name, &values, want, 10.0 * tolerance);
        tensors += 1;
    }
    assert_eq!(tensors, network.named_parameters().count());
}

/// PyTorch's name inside the module, without the label of the layer.
fn tensor_name<T: Copy>(tensor: &NamedTensor<'_, T>) -> String {
    let name = tensor.name().to_string();
    match name.split_once('.') {
        Some((_, inside)) => inside.to_owned(),
        None => name,
    }
}

/// Sets every tensor to its golden value, from PyTorch's order into the order in memory.
fn load<T: Scalar, N: Network<Scalar = T>>(network: &mut N, case: &Case) {
    let mut memory = vec![T::ZERO; N::PARAMETERS];
    let mut first = 0;
    for tensor in network.named_parameters() {
        let positions: Vec<usize> = (first..first + tensor.tensor.len()).collect();
        let places = NamedTensor {
            layer: "",
            tensor: tensor.tensor,
            memory: &positions,
        };
        let want = case.get_shaped(&tensor_name(&tensor), &tensor.tensor);
        for (place, &value) in places.values().zip(want) {
            memory[place] = T::from_f64(value);
        }
        first += positions.len();
    }
    network.parameters_mut().copy_from_slice(&memory);
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
