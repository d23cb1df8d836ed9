//! One layer, timed by itself through the `Layer` trait, as the generated code calls it.

use crate::limits::Limits;
use chainrule::__private::{Context, Isa, inference, scalars_mut};
use chainrule::Lanes;
use chainrule::prelude::*;
use chainrule_benches::timing::{QUICK, nanoseconds};
use std::hint::black_box;

/// The four ways in which a layer runs, in the order of [`Point::passes`].
pub(crate) const PASSES: [&str; 4] = [
    "forward, 1 sample",
    "backward, 1 sample",
    "forward, 16 lanes",
    "backward, 16 lanes",
];

/// One way of running a layer.
#[derive(Clone, Copy)]
pub(crate) struct Pass {
    pub(crate) macs: usize,
    /// The least time that the machine allows over the time it took.
    pub(crate) share: f64,
    pub(crate) nanoseconds: f64,
}

/// A layer of one size.
pub(crate) struct Point {
    pub(crate) kind: &'static str,
    pub(crate) size: String,
    pub(crate) passes: [Pass; 4],
}

/// Collects points.
pub(crate) struct Meter {
    pub(crate) limits: Limits,
    points: Vec<Point>,
}

impl Meter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            points: Vec::new(),
        }
    }

    pub(crate) fn points(&self) -> &[Point] {
        &self.points
    }

    /// Times a layer in all four ways. A backward pass adds the gradients of the parameters and writes that of the
    /// input.
    pub(crate) fn measure<L: Layer<f32>>(&mut self, kind: &'static str, size: String, layer: L) {
        self.limits.refresh();
        let [forward, backward] = self.passes::<L, f32>(layer);
        let [forward_lanes, backward_lanes] = self.passes::<L, Lanes<f32>>(layer);
        let passes = [forward, backward, forward_lanes, backward_lanes];
        let shares: Vec<String> = passes
            .iter()
            .map(|pass| format!("{:4.0} %", 100.0 * pass.share))
            .collect();
        eprintln!("{kind:<12} {size:<24} {}", shares.join(" "));
        self.points.push(Point { kind, size, passes });
    }

    fn passes<L: Layer<f32>, E: Element<f32>>(&self, layer: L) -> [Pass; 2] {
        let isa = Isa::detect();
        let mut rng = StdRng::seed_from_u64(1);
        let mut parameters: Box<L::Parameters> = bytemuck::zeroed_box();
        let mut buffers: Box<L::Buffers> = bytemuck::zeroed_box();
        layer.init(&mut parameters, &mut buffers, &mut rng);
        let mut gradients: Box<L::Parameters> = bytemuck::zeroed_box();
        let mut saved = vec![E::zeroed(); L::SAVED];
        let [x, dy] = [L::Input::LEN, L::Output::LEN].map(|len| uniform::<E>(len, &mut rng));
        let (mut y, mut dx) = (
            vec![E::zeroed(); L::Output::LEN],
            vec![E::zeroed(); L::Input::LEN],
        );

        let x = &L::Input::values(&x)[0];
        let y = &mut L::Output::values_mut(&mut y)[0];
        let forward = nanoseconds(QUICK, &mut || {
            let cx = inference(isa, &layer, &parameters, &buffers, &mut saved);
            layer.forward(cx, black_box(x), y);
            black_box(&mut *y);
        });

        let context = Context {
            samples: E::LANES,
            input_gradient: true,
            overwrite: false,
            randomness: inference::<f32, L, E>(isa, &layer, &parameters, &buffers, &mut [])
                .randomness,
            isa,
        };
        let dy = &L::Output::values(&dy)[0];
        let dx = &mut L::Input::values_mut(&mut dx)[0];
        let backward = nanoseconds(QUICK, &mut || {
            let cx = context.backward(&layer, 0, &parameters, &mut gradients, &saved);
            layer.backward(cx, black_box(x), black_box(&*y), black_box(dy), dx);
            black_box(&mut *dx);
        });

        let macs = L::MACS * E::LANES;
        let weights = scalars_mut::<f32, L::Parameters>(&mut gradients).len();
        let (inputs, outputs) = (L::Input::LEN * E::LANES, L::Output::LEN * E::LANES);
        // Backward reads weights, one activation and its gradient, writes the other, and reads and writes gradients.
        [
            self.pass(macs, 4 * (weights + inputs + outputs), forward),
            self.pass(2 * macs, 4 * (3 * weights + 2 * inputs + outputs), backward),
        ]
    }

    fn pass(&self, macs: usize, bytes: usize, nanoseconds: f64) -> Pass {
        let share = self.limits.least_time(macs, bytes) / nanoseconds;
        Pass {
            macs,
            share,
            nanoseconds,
        }
    }
}

fn uniform<E: Element<f32>>(len: usize, rng: &mut StdRng) -> Vec<E> {
    let mut values = vec![E::zeroed(); len];
    for scalar in E::scalars_mut(&mut values) {
        *scalar = rng.random_range(-1.0..1.0);
    }
    values
}
