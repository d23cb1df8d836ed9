//! What the tests train, and on what.

use chainrule::data::{Dataset, Samples};
use chainrule::prelude::*;

network! {
    /// With dropout.
    pub struct Net: [4] -> [3] {
        hidden: Linear(16), Relu, Dropout(0.2),
        head: Linear(3),
    }
}

network! {
    /// With a state besides its weights, which mixes samples.
    pub struct Normed: [4] -> [3] {
        fc: Linear(8), norm: BatchNorm1d, Relu,
        head: Linear(3),
    }
}

pub(crate) type Labelled = Samples<[f32; 4], u8>;

/// Three overlapping clouds.
pub(crate) fn clouds(samples: usize, seed: u64) -> Labelled {
    let mut rng = StdRng::seed_from_u64(seed);
    let (inputs, labels) = (0..samples)
        .map(|i| {
            let label = (i % 3) as u8;
            let input = core::array::from_fn(|k| {
                f32::from(u8::from(k == usize::from(label))) + rng.random_range(-0.8..0.8)
            });
            (input, label)
        })
        .unzip();
    Samples::new(inputs, labels).expect("as many inputs as labels")
}

/// Samples that differ in every epoch.
pub(crate) struct Noisy(pub(crate) Labelled);

impl Dataset for Noisy {
    type Input = [f32; 4];
    type Target = u8;

    fn len(&self) -> usize {
        self.0.len()
    }
    fn read(&self, index: usize, rng: &mut StdRng, input: &mut [f32; 4]) -> u8 {
        let label = self.0.read(index, rng, input);
        for x in input {
            *x += rng.random_range(-0.1..0.1);
        }
        label
    }
}

pub(crate) fn net() -> Box<Net> {
    Net::init(&mut StdRng::seed_from_u64(7))
}

pub(crate) fn bits(scalars: &[f32]) -> Vec<u32> {
    scalars.iter().map(|scalar| scalar.to_bits()).collect()
}
