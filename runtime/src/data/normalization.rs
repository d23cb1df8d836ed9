//! Inputs on a common scale.

mod fit;
mod stored;

use super::{Dataset, flat_mut};
use crate::scalar::Scalar;
use crate::shape::Shape;
use rand::rngs::StdRng;
use std::marker::PhantomData;
use std::slice;

/// Which elements of an input share an offset and a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Per {
    /// None: each has its own, as columns of a table want it.
    Feature,
    /// Those of a channel, the first dimension of an image [C, H, W] or of a series [C, L].
    Channel,
    /// Those in the same place of every time step: the last dimension of a series [L, C].
    Last,
    /// All.
    Input,
}

impl Per {
    /// How many groups inputs of shape `dims` have.
    fn groups(self, dims: &[usize]) -> usize {
        match self {
            Self::Feature => dims.iter().product(),
            Self::Channel => dims.first().copied().unwrap_or(1),
            Self::Last => dims.last().copied().unwrap_or(1),
            Self::Input => 1,
        }
    }

    /// Which group an element belongs to.
    fn group(self, element: usize, groups: usize, elements: usize) -> usize {
        match self {
            Self::Feature => element,
            Self::Channel => element / (elements / groups.max(1)).max(1),
            Self::Last => element % groups.max(1),
            Self::Input => 0,
        }
    }
}

/// `(x − offset) / scale`, fitted on training data, for inputs of shape `S`.
///
/// ```
/// use chainrule::data::{Adapt, Normalization, Per, Samples};
/// use chainrule::prelude::*;
///
/// network! { struct Net: [2] -> [1] { Linear(4), Tanh, Linear(1) } }
///
/// let training = Samples::new(vec![[1.0, 200.0], [3.0, 400.0]], vec![[0.0], [1.0]])?;
/// let normalization = Normalization::standardize(&training, Per::Feature)?; // mean 0, standard deviation 1
/// assert_eq!(normalization.normalized(&[1.0, 400.0]), [-1.0, 1.0]);
/// let normalized = (&training).normalize(&normalization); // a dataset, to train on
///
/// // One file holds both, and a program that uses the network loads both.
/// let net = Net::init(&mut StdRng::seed_from_u64(7));
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("net.safetensors");
/// net.save_safetensors_with(&path, &normalization)?;
///
/// let mut net = Net::boxed();
/// net.load_safetensors(&path)?;
/// let normalization = Normalization::load(&path)?;
/// let output = net.forward(&normalization.normalized(&[2.0, 250.0]));
/// # let _: [f32; 1] = output;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Numbers to learn are normalised in the same way, and outputs restored:
///
/// ```
/// use chainrule::data::{Adapt, Normalization, Per, Samples};
/// let samples = Samples::new(vec![[1.0_f32]; 2], vec![[100.0_f32], [300.0]])?;
/// let targets = Normalization::standardize(&samples.targets[..], Per::Feature)?;
/// let training = (&samples).map_target(|target| targets.normalized(&target)); // −1 and 1
/// let mut output = [0.5]; // of a network
/// targets.restore(&mut output);
/// assert_eq!(output, [250.0]);
/// # Ok::<(), chainrule::data::DataError>(())
/// ```
///
/// It computes in `f64`, whatever the scalar of the inputs.
#[derive(Clone, Debug, PartialEq)]
pub struct Normalization<S> {
    per: Per,
    offset: Vec<f64>,
    scale: Vec<f64>,
    input: PhantomData<fn(S)>,
}

impl<S: Shape> Normalization<S> {
    /// What is subtracted, a number for each group of elements.
    pub fn offset(&self) -> &[f64] {
        &self.offset
    }
    /// What the difference is divided by, a number for each group of elements; never 0.
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }
    /// Which elements share an offset and a scale.
    pub fn per(&self) -> Per {
        self.per
    }

    /// Normalises an input in place.
    pub fn apply(&self, input: &mut S) {
        self.each(input, |x, offset, scale| (x - offset) / scale);
    }
    /// The normalised input.
    pub fn normalized(&self, input: &S) -> S {
        let mut normalized = *input;
        self.apply(&mut normalized);
        normalized
    }
    /// Undoes [`apply`](Normalization::apply): for outputs of a network that was trained on normalised targets.
    pub fn restore(&self, input: &mut S) {
        self.each(input, |x, offset, scale| x * scale + offset);
    }

    fn each(&self, input: &mut S, f: impl Fn(f64, f64, f64) -> f64) {
        let groups = self.offset.len();
        for (element, scalar) in flat_mut(slice::from_mut(input)).iter_mut().enumerate() {
            let group = self.per.group(element, groups, S::LEN);
            if let (Some(&offset), Some(&scale)) = (self.offset.get(group), self.scale.get(group)) {
                *scalar = Scalar::from_f64(f(scalar.to_f64(), offset, scale));
            }
        }
    }
}

/// See [`Adapt::normalize`](super::Adapt::normalize).
#[derive(Clone, Debug)]
pub struct Normalized<'a, D: Dataset> {
    dataset: D,
    normalization: &'a Normalization<D::Input>,
}

impl<'a, D: Dataset> Normalized<'a, D> {
    pub(super) fn new(dataset: D, normalization: &'a Normalization<D::Input>) -> Self {
        Self {
            dataset,
            normalization,
        }
    }
}

impl<D: Dataset<Input: Shape>> Dataset for Normalized<'_, D> {
    type Input = D::Input;
    type Target = D::Target;

    fn len(&self) -> usize {
        self.dataset.len()
    }
    fn read(&self, index: usize, rng: &mut StdRng, input: &mut D::Input) -> D::Target {
        let target = self.dataset.read(index, rng, input);
        self.normalization.apply(input);
        target
    }
}
