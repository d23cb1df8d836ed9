//! A network with weights and inputs drawn at random, of which weighted sums of the outputs are looked at: one scalar, whose
//! gradient by everything is one backward pass.

use super::SelfTestError;
use crate::element::{Element, Lanes};
use crate::layer::Randomness;
use crate::network::{Network, Parameters};
use crate::pass::{Context, Objective, Pass};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::simd::Isa;
use crate::tensor::Tensor;
use crate::weights::Kept;
use crate::workspace::Arena;
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;
use rand::{Rng, RngExt};

/// What the scalar of a network allows.
pub(super) struct Scales {
    /// How far a derivative may be from differences, in parts of what is typical of its tensor.
    pub(super) tolerance: f64,
    /// The first step, in parts of what is typical of what moves; and those to try where gradient and differences disagree.
    pub(super) steps: &'static [f64],
    /// At how many points a suspicion is looked at, and at how many of them it may vanish. With `f64` steps become so small that
    /// no kink is within.
    pub(super) looks: usize,
    pub(super) lucky: usize,
    /// How far rounding puts an output off, relative to the sum of absolute values.
    rounding: f64,
    /// How far gradients of lanes may be from those of single samples, in parts of the largest, and at all.
    pub(super) lanes: f64,
    pub(super) tiny: f64,
}

impl Scales {
    pub(super) fn of<T: Scalar>() -> Self {
        if size_of::<T>() == 8 {
            Self {
                tolerance: 1e-6,
                steps: &[1e-2, 2e-4, 3e-6],
                looks: 1,
                lucky: 0,
                rounding: 1e-15,
                lanes: 1e-9,
                tiny: 1e-12,
            }
        } else {
            Self {
                tolerance: 0.02,
                steps: &[0.1],
                looks: 5,
                lucky: 1,
                rounding: 5e-7,
                lanes: 1e-3,
                tiny: 1e-5,
            }
        }
    }
}

/// Where the network is looked at, and what is moved there.
pub(super) struct Point<N: Network> {
    network: Box<N>,
    gradients: Box<N::Parameters>,
    arena: Box<[Lanes<N::Scalar>]>,
    /// Sample after sample.
    inputs: Vec<N::Scalar>,
    input_gradients: Vec<N::Scalar>,
    /// Which elements of a sample are indices.
    indices: Vec<bool>,
    /// The weights of the sum, sample after sample.
    weights: Vec<N::Scalar>,
    seed: u64,
    rounding: f64,
    /// What moves: parameters, or the inputs.
    range: Option<Range<usize>>,
    base: Vec<N::Scalar>,
    direction: Vec<f64>,
    /// What a step of 1 is.
    unit: f64,
}

impl<N: Network> Point<N> {
    /// Few, as single samples cost least; but several, as statistics need them.
    const SAMPLES: usize = if N::CROSS_SAMPLE { 6 } else { 3 };

    pub(super) fn new<R: Rng + ?Sized>(rng: &mut R, scales: &Scales) -> Self {
        let (n, m) = (N::Input::LEN, N::Output::LEN);
        let zeros = |len| vec![N::Scalar::ZERO; Self::SAMPLES * len];
        let mut network = N::init(rng);
        stir::<N, R>(&mut network, rng);
        let mut point = Self {
            network,
            gradients: bytemuck::zeroed_box(),
            arena: bytemuck::zeroed_slice_box(N::TRAINING_ELEMENTS),
            inputs: zeros(n),
            input_gradients: zeros(n),
            indices: vec![false; n],
            weights: zeros(m),
            seed: 0,
            rounding: scales.rounding,
            range: None,
            base: Vec::new(),
            direction: Vec::new(),
            unit: 1.0,
        };
        point.draw(rng, scales);
        point
    }

    /// Other inputs, another sum, other masks of dropout.
    pub(super) fn draw<R: Rng + ?Sized>(&mut self, rng: &mut R, _: &Scales) {
        for sample in self.inputs.chunks_mut(N::Input::LEN.max(1)) {
            // What is no number is no index, so all indices are found.
            let mut values = vec![f64::NAN; sample.len()];
            while let Some((element, rows)) =
                N::wrong_index(|element| values.get(element).copied().unwrap_or_default())
                    .map(|wrong| (wrong.element, wrong.rows))
            {
                let Some(value) = values.get_mut(element) else {
                    break;
                };
                *value = rng.random_range(0..rows.max(1)) as f64;
                self.indices[element] = true;
            }
            for (to, value) in sample.iter_mut().zip(values) {
                let other = rng.random::<f64>() * 2.0 - 1.0;
                *to = N::Scalar::from_f64(if value.is_nan() { other } else { value });
            }
        }
        for weight in &mut self.weights {
            *weight = N::Scalar::from_f64(rng.random::<f64>() * 2.0 - 1.0);
        }
        self.seed = rng.random();
    }

    pub(super) fn gradients(&self) -> &N::Parameters {
        &self.gradients
    }

    /// The gradients at this point.
    pub(super) fn backpropagate(&mut self) -> Result<(), SelfTestError> {
        let (value, _) = self.evaluate(true);
        let finite = |gradients: &[N::Scalar]| gradients.iter().all(|g| g.is_finite());
        let gradients = self.gradients.parameters();
        if value.is_finite() && finite(gradients) && finite(&self.input_gradients) {
            return Ok(());
        }
        let layer = N::name_parameters(&self.gradients)
            .find(|tensor| !finite(tensor.memory))
            .map(|tensor| tensor.layer);
        Err(SelfTestError::NotFinite {
            network: N::NAME,
            outputs: !value.is_finite(),
            layer,
        })
    }

    fn evaluate(&mut self, back: bool) -> (f64, f64) {
        if N::CROSS_SAMPLE {
            self.pass::<Lanes<N::Scalar>>(back, |arena| arena)
        } else {
            self.pass::<N::Scalar>(back, <Lanes<N::Scalar> as Element<N::Scalar>>::scalars_mut)
        }
    }

    /// The same with the samples in lanes.
    pub(super) fn backpropagate_in_lanes(&mut self) {
        self.pass::<Lanes<N::Scalar>>(true, |arena| arena);
    }

    /// The sum, and that of absolute values; with `back` also the gradients.
    fn pass<E: Element<N::Scalar>>(
        &mut self,
        back: bool,
        view: impl Fn(&mut [Lanes<N::Scalar>]) -> &mut [E],
    ) -> (f64, f64) {
        let (mut sum, mut absolute) = (0.0, 0.0);
        let groups = Self::SAMPLES.div_ceil(E::LANES);
        let arena = view(&mut self.arena);
        let x = Arena::training::<N::Scalar>(arena, groups).take::<N::Scalar, N::Input>();
        let (n, x) = (N::Input::LEN, E::scalars_mut(N::Input::flat_mut::<E>(x)));
        for (index, x) in x.iter_mut().enumerate() {
            let (sample, feature) = place::<N::Scalar, E>(index, n);
            // The lanes behind the last sample repeat it.
            *x = self.inputs[sample.min(Self::SAMPLES - 1) * n + feature];
        }
        let objective = Sum {
            weights: &self.weights,
            sum: &mut sum,
            absolute: &mut absolute,
            input_gradients: back.then_some(&mut self.input_gradients),
        };
        let (parameters, buffers) = self.network.parts();
        let pass = Pass {
            weights: Kept {
                parameters,
                gradients: &mut *self.gradients,
            },
            buffers: Some(buffers),
            arena: Arena::training::<N::Scalar>(arena, groups),
            context: Context {
                samples: Self::SAMPLES,
                input_gradient: true,
                overwrite: true,
                frozen: false,
                randomness: Randomness::new(self.seed, 0, 0),
                isa: Isa::detect(),
            },
        };
        N::train::<E>(pass, objective);
        (sum, absolute)
    }

    /// What is to be moved: these parameters, or the inputs. How many scalars that are.
    pub(super) fn begin(&mut self, range: Option<Range<usize>>) -> usize {
        self.range = range;
        let base = self.moved().to_vec();
        let free = base
            .iter()
            .enumerate()
            .filter(|(index, _)| !self.is_index(*index));
        let typical = rms(free.map(|(_, x)| x.to_f64()));
        self.unit = if typical > 0.0 { typical } else { 0.1 };
        self.direction = vec![0.0; base.len()];
        self.base = base;
        self.base.len()
    }

    fn moved(&mut self) -> &mut [N::Scalar] {
        match &self.range {
            Some(range) => &mut self.network.parameters_mut()[range.clone()],
            None => &mut self.inputs,
        }
    }

    fn is_index(&self, index: usize) -> bool {
        self.range.is_none() && self.indices[index % N::Input::LEN.max(1)]
    }

    /// Which way this scalar goes. Whether it does.
    pub(super) fn set_direction(&mut self, index: usize, direction: f64) -> bool {
        let moves = direction != 0.0 && !self.is_index(index);
        self.direction[index] = if moves { direction } else { 0.0 };
        moves
    }

    /// The derivative along the direction as the gradients say, and what is typical of that for one scalar.
    pub(super) fn expect(&self) -> (f64, f64) {
        let gradients = match &self.range {
            Some(range) => &self.gradients.parameters()[range.clone()],
            None => &self.input_gradients,
        };
        let pairs = gradients.iter().zip(&self.direction);
        let along: f64 = pairs.map(|(g, direction)| g.to_f64() * direction).sum();
        let free = gradients
            .iter()
            .enumerate()
            .filter(|(index, _)| !self.is_index(*index));
        let typical = rms(free.map(|(_, g)| g.to_f64()));
        (along * self.unit, typical * self.unit)
    }

    /// The sum after a step along the direction, and how far rounding may put it off.
    pub(super) fn value_at(&mut self, step: f64) -> (f64, f64) {
        let step = step * self.unit;
        let (base, direction) = (
            core::mem::take(&mut self.base),
            core::mem::take(&mut self.direction),
        );
        for ((to, base), direction) in self.moved().iter_mut().zip(&base).zip(&direction) {
            *to = N::Scalar::from_f64(base.to_f64() + step * direction);
        }
        (self.base, self.direction) = (base, direction);
        let (sum, absolute) = self.evaluate(false);
        (sum, absolute * self.rounding)
    }

    /// Back to where it was.
    pub(super) fn end(&mut self) {
        let base = core::mem::take(&mut self.base);
        self.moved().copy_from_slice(&base);
    }
}

/// Moves parameters away from where they start, which may be zeros or ones.
fn stir<N: Network, R: Rng + ?Sized>(network: &mut N, rng: &mut R) {
    let mut rest = network.parameters_mut();
    for tensor in N::LAYERS.iter().flat_map(|layer| layer.parameters) {
        let (tensor, behind) = rest.split_at_mut(Tensor::len(tensor));
        let typical = rms(tensor.iter().map(|w| w.to_f64()));
        let most = (0.6 * typical).max(0.05);
        for w in tensor {
            let noise = (rng.random::<f64>() * 2.0 - 1.0) * most;
            *w = N::Scalar::from_f64(w.to_f64() + noise);
        }
        rest = behind;
    }
}

/// The root of the mean square.
fn rms(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), x| (sum + x * x, count + 1.0));
    if count > 0.0 {
        Scalar::sqrt(sum / count)
    } else {
        0.0
    }
}

/// Which sample, and which of its `len` elements, a scalar of lane groups is.
fn place<T: Scalar, E: Element<T>>(index: usize, len: usize) -> (usize, usize) {
    let group = index / (len * E::LANES).max(1);
    (
        group * E::LANES + index % E::LANES,
        index / E::LANES % len.max(1),
    )
}

/// `Σ c·y` over the samples, in `f64`.
struct Sum<'a, T> {
    weights: &'a [T],
    sum: &'a mut f64,
    absolute: &'a mut f64,
    /// Where those go, if there is to be a way back.
    input_gradients: Option<&'a mut Vec<T>>,
}

impl<N: Network, E: Element<N::Scalar>> Objective<N, E> for Sum<'_, N::Scalar> {
    fn outputs(
        &mut self,
        _: Isa,
        outputs: &[<N::Output as Shape>::Of<E>],
        d_outputs: &mut [<N::Output as Shape>::Of<E>],
    ) -> bool {
        let y = E::scalars(N::Output::flat::<E>(outputs)).iter();
        let dy = E::scalars_mut(N::Output::flat_mut::<E>(d_outputs));
        for (index, (y, dy)) in y.zip(dy).enumerate() {
            let (sample, feature) = place::<N::Scalar, E>(index, N::Output::LEN);
            let weight = self.weights.get(sample * N::Output::LEN + feature);
            *dy = weight.copied().unwrap_or(N::Scalar::ZERO);
            if weight.is_some() {
                let term = y.to_f64() * dy.to_f64();
                *self.sum += term;
                *self.absolute += term.abs();
            }
        }
        self.input_gradients.is_some()
    }

    fn inputs(&mut self, d_inputs: &[<N::Input as Shape>::Of<E>]) {
        let Some(input_gradients) = &mut self.input_gradients else {
            return;
        };
        let len = N::Input::LEN;
        for (index, dx) in E::scalars(N::Input::flat::<E>(d_inputs)).iter().enumerate() {
            let (sample, feature) = place::<N::Scalar, E>(index, len);
            if let Some(to) = input_gradients.get_mut(sample * len + feature) {
                *to = *dx;
            }
        }
    }
}
