//! Times one layer and compares it with what the machine allows.

use crate::limits::Limits;
use chainrule::Lanes;
use chainrule::prelude::*;
use chainrule_benches::layers::LayerRun;
use chainrule_benches::timing::{QUICK, nanoseconds};

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
        let mut run = LayerRun::<L, E>::new(layer);
        let forward = nanoseconds(QUICK, &mut || run.forward());
        let backward = nanoseconds(QUICK, &mut || run.backward());
        let macs = LayerRun::<L, E>::MACS;
        let weights = LayerRun::<L, E>::PARAMETER_BYTES;
        let (inputs, outputs) = (
            LayerRun::<L, E>::INPUT_BYTES,
            LayerRun::<L, E>::OUTPUT_BYTES,
        );
        // Backward reads the weights, the input and the gradient of the output, writes the gradient of the input, and
        // reads and writes those of the weights.
        [
            self.pass(macs, weights + inputs + outputs, forward),
            self.pass(2 * macs, 3 * weights + 2 * inputs + outputs, backward),
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
