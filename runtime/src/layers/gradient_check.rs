//! Gradients of a layer against central differences, in `f64`.

use crate::element::{Element, LANES, Lanes};
use crate::layer::{Layer, Randomness};
use crate::network::{Context, scalars, scalars_mut};
use crate::shape::Shape;
use crate::simd::Isa;
use bytemuck::Zeroable;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Lane groups of a batch with a last group that is not full.
const GROUPS: usize = 2;
const SAMPLES: usize = LANES + 5;

/// Checks the gradients of input and parameters for single samples and for lane groups, on every instruction set.
pub(crate) fn check_gradients<L: Layer<f64>>(layer: &L) {
    check_gradients_near(layer, |x| x);
}

/// The same at inputs that `place` has moved away from points where the layer has no derivative.
pub(crate) fn check_gradients_near<L: Layer<f64>>(layer: &L, place: impl Fn(f64) -> f64) {
    for isa in Isa::available() {
        check::<L, f64>(layer, isa, SAMPLES, SAMPLES, &place);
        check::<L, Lanes<f64>>(layer, isa, GROUPS, SAMPLES, &place);
    }
}

/// A batch and everything that a layer needs to work on it.
struct Bench<L: Layer<f64>, E: Element<f64>> {
    layer: L,
    context: Context,
    parameters: Box<L::Parameters>,
    buffers: Box<L::Buffers>,
    saved: Vec<E>,
    x: Vec<<L::Input as Shape>::Of<E>>,
    y: Vec<<L::Output as Shape>::Of<E>>,
    dy: Vec<<L::Output as Shape>::Of<E>>,
}

impl<L: Layer<f64>, E: Element<f64>> Bench<L, E> {
    /// The loss `Σ dy·y` over the real samples, for the present parameters and inputs.
    fn loss(&mut self) -> f64 {
        let Self {
            layer,
            context,
            parameters,
            buffers,
            saved,
            x,
            y,
            dy,
        } = self;
        let cx = context.forward(layer, 3, parameters, buffers, saved);
        layer.forward_training(cx, x, y);
        let y = E::scalars(L::Output::flat(y));
        let dy = E::scalars(L::Output::flat(dy));
        y.iter().zip(dy).map(|(y, dy)| y * dy).sum()
    }
}

fn check<L: Layer<f64>, E: Element<f64>>(
    layer: &L,
    isa: Isa,
    groups: usize,
    samples: usize,
    place: &impl Fn(f64) -> f64,
) {
    let mut rng = StdRng::seed_from_u64(11);
    let mut bench = Bench::<L, E> {
        layer: *layer,
        context: Context {
            samples,
            input_gradient: true,
            overwrite: false,
            randomness: Randomness::new(5, 7, 0),
            isa,
        },
        parameters: bytemuck::zeroed_box(),
        buffers: bytemuck::zeroed_box(),
        saved: vec![E::zeroed(); groups * L::SAVED],
        x: vec![Zeroable::zeroed(); groups],
        y: vec![Zeroable::zeroed(); groups],
        dy: vec![Zeroable::zeroed(); groups],
    };
    layer.init(&mut bench.parameters, &mut bench.buffers, &mut rng);
    for parameter in scalars_mut::<f64, _>(&mut *bench.parameters) {
        *parameter += rng.random_range(-0.5..0.5);
    }
    for x in E::scalars_mut(L::Input::flat_mut(&mut bench.x)) {
        *x = place(rng.random_range(-2.0..2.0));
    }
    // As the losses do: nothing flows back from the lanes behind the last sample.
    for (group, dy) in bench.dy.chunks_mut(1).enumerate() {
        for dy in E::scalars_mut(L::Output::flat_mut(dy)).chunks_mut(E::LANES) {
            for (lane, dy) in dy.iter_mut().enumerate() {
                if group * E::LANES + lane < samples {
                    *dy = rng.random_range(-1.0..1.0);
                }
            }
        }
    }

    bench.loss();
    let mut gradients: Box<L::Parameters> = bytemuck::zeroed_box();
    scalars_mut::<f64, _>(&mut *gradients).fill(0.25);
    let mut dx: Vec<<L::Input as Shape>::Of<E>> = vec![Zeroable::zeroed(); groups];
    E::scalars_mut(L::Input::flat_mut(&mut dx)).fill(f64::NAN);
    let cx = bench
        .context
        .backward(layer, 3, &bench.parameters, &mut gradients, &bench.saved);
    layer.backward_training(cx, &bench.x, &bench.y, &bench.dy, &mut dx);

    let gradients = scalars::<f64, _>(&*gradients);
    for index in 0..gradients.len() {
        let numeric = slope(&mut bench, |bench| {
            &mut scalars_mut::<f64, _>(&mut *bench.parameters)[index]
        });
        // What was there stays: gradients are added.
        assert_close(gradients[index] - 0.25, numeric, "parameter", index);
    }
    let dx = E::scalars(L::Input::flat(&dx));
    let lanes = L::Input::LEN * E::LANES;
    for index in (0..dx.len()).step_by(1 + dx.len() / 400) {
        let sample = index / lanes * E::LANES + index % E::LANES;
        if sample >= samples {
            assert_eq!(dx[index], 0.0, "lane behind the last sample");
            continue;
        }
        let numeric = slope(&mut bench, |bench| {
            &mut E::scalars_mut(L::Input::flat_mut(&mut bench.x))[index]
        });
        assert_close(dx[index], numeric, "input", index);
    }
}

/// The central difference of the loss when the scalar at `place` moves.
fn slope<L: Layer<f64>, E: Element<f64>>(
    bench: &mut Bench<L, E>,
    place: impl Fn(&mut Bench<L, E>) -> &mut f64,
) -> f64 {
    const STEP: f64 = 1e-5;
    let value = *place(bench);
    *place(bench) = value + STEP;
    let above = bench.loss();
    *place(bench) = value - STEP;
    let below = bench.loss();
    *place(bench) = value;
    (above - below) / (2.0 * STEP)
}

fn assert_close(gradient: f64, numeric: f64, what: &str, index: usize) {
    let error = (gradient - numeric).abs() / (1.0 + numeric.abs());
    assert!(
        error < 1e-7,
        "{what} {index}: {gradient}, by differences {numeric}"
    );
}
