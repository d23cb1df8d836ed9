//! One layer by itself, called through the `Layer` trait as the generated code does.

use chainrule::__private::{Context, Isa, inference};
use chainrule::prelude::*;
use std::hint::black_box;

/// A layer with random parameters and data: one sample with `E = f32`, as in inference, or a lane group with
/// `E = Lanes<f32>`, as in training.
pub struct LayerRun<L: Layer<f32>, E: Element<f32>> {
    layer: L,
    isa: Isa,
    parameters: Box<L::Parameters>,
    buffers: Box<L::Buffers>,
    gradients: Box<L::Parameters>,
    saved: Vec<E>,
    x: Vec<E>,
    y: Vec<E>,
    dy: Vec<E>,
    dx: Vec<E>,
}

impl<L: Layer<f32>, E: Element<f32>> LayerRun<L, E> {
    /// Multiply-adds of a forward pass; backward has twice as many.
    pub const MACS: usize = L::MACS * E::LANES;
    /// Bytes of the trained values.
    pub const PARAMETER_BYTES: usize = size_of::<L::Parameters>();
    /// Bytes of the input.
    pub const INPUT_BYTES: usize = L::Input::LEN * size_of::<E>();
    /// Bytes of the output.
    pub const OUTPUT_BYTES: usize = L::Output::LEN * size_of::<E>();

    /// Draws everything from a fixed seed.
    pub fn new(layer: L) -> Self {
        let mut rng = StdRng::seed_from_u64(1);
        let mut parameters: Box<L::Parameters> = bytemuck::zeroed_box();
        let mut buffers: Box<L::Buffers> = bytemuck::zeroed_box();
        layer.init(&mut parameters, &mut buffers, &mut rng);
        let mut run = Self {
            layer,
            isa: Isa::detect(),
            parameters,
            buffers,
            gradients: bytemuck::zeroed_box(),
            saved: vec![E::zeroed(); L::SAVED],
            x: uniform(L::Input::LEN, &mut rng),
            y: vec![E::zeroed(); L::Output::LEN],
            dy: uniform(L::Output::LEN, &mut rng),
            dx: vec![E::zeroed(); L::Input::LEN],
        };
        // What the backward pass reads of it.
        run.forward();
        run
    }

    /// Writes the output.
    pub fn forward(&mut self) {
        let (layer, isa) = (self.layer, self.isa);
        let cx = inference(
            isa,
            &layer,
            &self.parameters,
            &self.buffers,
            &mut self.saved,
        );
        let (x, y) = (
            black_box(L::Input::values(&self.x)),
            L::Output::values_mut(&mut self.y),
        );
        if E::LANES == 1 {
            layer.forward(cx, &x[0], &mut y[0]);
        } else {
            layer.forward_training(cx, x, y);
        }
        black_box(&mut self.y);
    }

    /// Adds the gradients of the parameters and writes that of the input.
    pub fn backward(&mut self) {
        let (layer, isa) = (self.layer, self.isa);
        let cx = inference::<f32, L, E>(isa, &layer, &self.parameters, &self.buffers, &mut []);
        let context = Context {
            samples: E::LANES,
            input_gradient: true,
            overwrite: false,
            frozen: false,
            randomness: cx.randomness,
            isa,
        };
        let call = context.backward(0, &mut self.saved);
        let cx = call.backward::<f32, L>(&self.parameters, &mut self.gradients);
        let (x, y) = (L::Input::values(&self.x), L::Output::values(&self.y));
        let (dy, dx) = (
            L::Output::values(&self.dy),
            L::Input::values_mut(&mut self.dx),
        );
        layer.backward_training(cx, black_box(x), black_box(y), black_box(dy), dx);
        black_box(&mut self.dx);
    }
}

fn uniform<E: Element<f32>>(len: usize, rng: &mut StdRng) -> Vec<E> {
    let mut values = vec![E::zeroed(); len];
    for scalar in E::scalars_mut(&mut values) {
        *scalar = rng.random_range(-1.0..1.0);
    }
    values
}
