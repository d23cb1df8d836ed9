//! Recurrent layers with several levels and both directions, as declared, against PyTorch (`goldens/make_recurrent.py`).

use chainrule::Sample;
use chainrule::losses::Loss;
use chainrule::prelude::*;
use chainrule_tests::{Golden, load, name_in_case};

/// Output, input gradient and all parameter gradients. The loss is the one whose gradient is the given `d_output`.
fn check<T: Scalar, N: Network<Scalar = T>>(case: &str, tolerance: f64)
where
    N::Input: Sample<N::Input>,
    MseLoss: Loss<T, N::Output, N::Output>,
{
    let case = Golden::open("recurrent").case(case);
    let mut network = N::boxed();
    load(&mut *network, &case, "rnn");
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
        let name = format!("d_{}", name_in_case(&gradient, "rnn"));
        let values: Vec<T> = gradient.values().collect();
        let want = case.get_shaped(&name, &gradient.tensor);
        assert_close(&name, &values, want, 10.0 * tolerance);
        tensors += 1;
    }
    assert_eq!(tensors, network.named_parameters().count());
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

/// A table of declarations with the cases that they are.
macro_rules! networks {
    ($($case:ident: [$($input:tt)*] -> [$($output:tt)*] $kind:ident($($arguments:tt)*);)*) => {$(
        mod $case {
            use super::*;

            network! { struct Net<T>: [$($input)*] -> [$($output)*] { rnn: $kind($($arguments)*) } }

            #[test]
            fn f32() {
                check::<f32, Net<f32>>(stringify!($case), 1e-5);
            }
            #[test]
            fn f64() {
                check::<f64, Net<f64>>(stringify!($case), 1e-12);
            }
        }
    )*};
}

networks! {
    rnn: [4, 3] -> [4, 5] Rnn(5);
    rnn_relu: [4, 3] -> [4, 5] Rnn(5, nonlinearity = relu);
    rnn_last: [5, 2] -> [3] Rnn(3, last = true);
    rnn_no_bias: [3, 2] -> [3, 4] Rnn(4, bias = false);
    rnn_stack: [4, 3] -> [4, 5] Rnn(5, layers = 2);
    rnn_bidirectional: [4, 3] -> [4, 4] Rnn(2, bidirectional = true);
    rnn_bidirectional_stack_last: [3, 2] -> [6] Rnn(3, layers = 3, bidirectional = true, last = true);

    gru: [4, 3] -> [4, 5] Gru(5);
    gru_stack: [4, 3] -> [4, 5] Gru(5, layers = 2);
    gru_bidirectional: [4, 3] -> [4, 4] Gru(2, bidirectional = true);
    gru_bidirectional_stack_last: [3, 2] -> [6] Gru(3, layers = 3, bidirectional = true, last = true);

    lstm: [4, 3] -> [4, 5] Lstm(5);
    lstm_stack: [4, 3] -> [4, 5] Lstm(5, layers = 2);
    lstm_bidirectional: [4, 3] -> [4, 4] Lstm(2, bidirectional = true);
    lstm_bidirectional_stack_last: [3, 2] -> [6] Lstm(3, layers = 3, bidirectional = true, last = true);
}
