//! Finite differences: the derivative from the forward function alone.

use crate::compare::assert_within;
use crate::pass::{State, loss_of, tensors, train, uniform};
use chainrule::__private::{Isa, scalars, scalars_mut};
use chainrule::Lanes;
use chainrule::losses::Loss;
use chainrule::prelude::*;

/// The step `h` of `(f(x + h) − f(x − h)) / 2h`: rounding errs by 10⁻¹⁶/h, the formula by h².
const STEP: f64 = 1e-6;

/// Compares the gradients of input and parameters with central differences, at random points (where no kink lies
/// within the step), for one sample an element and for sixteen with the last lane group partly filled.
pub fn check_gradients<L: Layer<f64>>(layer: L) {
    check_gradients_at(layer, |rng| rng.random_range(-4.0..4.0));
}

/// [`check_gradients`] at inputs of one's own.
pub fn check_gradients_at<L: Layer<f64>>(layer: L, input: impl Fn(&mut StdRng) -> f64) {
    check_gradients_as::<L, f64>(layer, 3, &input);
    check_gradients_as::<L, Lanes<f64>>(layer, 18, &input);
}

fn check_gradients_as<L: Layer<f64>, E: Element<f64>>(
    layer: L,
    samples: usize,
    input: impl Fn(&mut StdRng) -> f64,
) {
    let mut rng = StdRng::seed_from_u64(11);
    let mut state = State::<f64, L>::new(|tensor| vec![0.0; tensor.len()]);
    let len = scalars::<f64, _>(&*state.parameters).len();
    scalars_mut(&mut *state.parameters).copy_from_slice(&uniform(&mut rng, 1.0, len));
    let inputs = (0..samples * L::Input::LEN).map(|_| input(&mut rng));
    let mut inputs: Vec<f64> = inputs.collect();
    // The function is Σ d_output·output.
    let d_outputs = uniform(&mut rng, 1.0, samples * L::Output::LEN);
    let isa = Isa::detect();
    let run = |state: &State<f64, L>, inputs: &[f64]| {
        train::<f64, L, E>(layer, isa, state, inputs, &d_outputs, true)
    };
    let value = |state: &State<f64, L>, inputs: &[f64]| -> f64 {
        let outputs = run(state, inputs).outputs;
        outputs.iter().zip(&d_outputs).map(|(y, dy)| y * dy).sum()
    };
    let what = |part: &str| format!("{part} of {samples} samples ({} an element)", E::LANES);

    let training = run(&state, &inputs);
    let differences: Vec<f64> = (0..inputs.len())
        .map(|i| {
            difference(inputs[i], |x| {
                inputs[i] = x;
                value(&state, &inputs)
            })
        })
        .collect();
    assert_gradient(&what("input gradient"), &training.d_inputs, &differences);

    let differences: Vec<f64> = (0..len)
        .map(|i| {
            let mut moved = state.clone();
            difference(scalars(&*state.parameters)[i], |w| {
                scalars_mut(&mut *moved.parameters)[i] = w;
                value(&moved, &inputs)
            })
        })
        .collect();
    scalars_mut(&mut *state.parameters).copy_from_slice(&differences);
    let named = tensors::<f64, _>(L::PARAMETERS, &*training.gradients);
    for ((tensor, got), (_, want)) in named
        .into_iter()
        .zip(tensors::<f64, _>(L::PARAMETERS, &*state.parameters))
    {
        let got: Vec<f64> = got.iter().map(|got| got - 1.0).collect();
        assert_gradient(&what(&format!("gradient of {}", tensor.name)), &got, &want);
    }
}

/// Compares the gradient of a loss with central differences at `outputs`, sample by sample and in lanes.
pub fn check_loss_gradient<S, Y, L>(loss: &L, outputs: &[f64], targets: &[Y])
where
    S: Shape<Scalar = f64>,
    L: Loss<f64, S, Y>,
{
    check_loss_gradient_as::<S, Y, L, f64>(loss, outputs.to_vec(), targets);
    check_loss_gradient_as::<S, Y, L, Lanes<f64>>(loss, outputs.to_vec(), targets);
}

fn check_loss_gradient_as<S, Y, L, E>(loss: &L, mut outputs: Vec<f64>, targets: &[Y])
where
    S: Shape<Scalar = f64>,
    L: Loss<f64, S, Y>,
    E: Element<f64>,
{
    let (_, got) = loss_of::<f64, S, Y, L, E>(loss, Isa::detect(), &outputs, targets);
    let differences: Vec<f64> = (0..outputs.len())
        .map(|i| {
            difference(outputs[i], |y| {
                outputs[i] = y;
                loss_of::<f64, S, Y, L, E>(loss, Isa::detect(), &outputs, targets).0
            })
        })
        .collect();
    assert_gradient(
        &format!("output gradient ({} samples an element)", E::LANES),
        &got,
        &differences,
    );
}

/// The derivative of `f` at `x` by a central difference; leaves the variable at `x`.
pub fn difference(x: f64, mut f: impl FnMut(f64) -> f64) -> f64 {
    let step = STEP * x.abs().max(1.0);
    let (above, below) = (x + step, x - step);
    let slope = (f(above) - f(below)) / (above - below);
    f(x);
    slope
}

/// Compares gradients with what differences say, relative to the largest or to 1.
#[track_caller]
pub fn assert_gradient(what: &str, got: &[f64], want: &[f64]) {
    let largest = want
        .iter()
        .fold(1.0, |largest: f64, want| largest.max(want.abs()));
    assert_within(what, got, want, |_| 1e-6 * largest);
}
