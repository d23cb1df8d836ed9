//! Labels as types know them: which parameters of a network an optimizer is to treat in another way.

use crate::layer_info::LayerInfo;
use crate::network::Network;
use crate::tensor::Tensor;
use core::fmt;
use core::marker::PhantomData;
use core::ops::Range;

/// Some parameters of the network `N`, by their label: `LeNet5::FC1`, for the methods `group` and `freeze` of
/// [optimizers](crate::optimizers::groups).
///
/// `network!` makes such a constant of every label of a layer or block that has parameters, given or made: of `fc1` it is
/// `FC1`, of `linear2` `LINEAR2`. Within blocks it is the path to the field, joined by `_`: in `stage: Repeat(2) {
/// Residual { conv: Conv2d(8, 3) } }` there are `STAGE`, `STAGE_0`, `STAGE_0_RESIDUAL1`, `STAGE_0_RESIDUAL1_CONV`, and the
/// same for the second repetition. A label that would be a constant which every network has gets a `_`: `layers` is
/// `Net::LAYERS_`. A misspelt label does not compile.
///
/// ```
/// use chainrule::prelude::*;
///
/// network! { struct Encoder: [8] -> [4] { fc1: Linear(16), Tanh, fc2: Linear(4) } }
/// network! { struct Classifier: [8] -> [2] { encoder: Encoder, Tanh, head: Linear(2) } }
///
/// let net = Classifier::init(&mut StdRng::seed_from_u64(7));
/// let mut adam = AdamW::new(&net).learning_rate(1e-3);
/// adam.group(Classifier::biases_and_norms(), |g| g.weight_decay(0.0))
///     .group(Classifier::HEAD, |g| g.learning_rate(1e-2))
///     .freeze(Classifier::ENCODER.part(Encoder::FC1));
/// ```
pub struct Group<N> {
    /// The layers of a network, `N` or one within it, whose parameters begin at `base` among those of `N`.
    layers: &'static [LayerInfo],
    base: usize,
    /// Which of these layers.
    first: usize,
    end: usize,
    /// Only tensors with one dimension.
    vectors: bool,
    network: PhantomData<fn() -> N>,
}

impl<N> Clone for Group<N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N> Copy for Group<N> {}

impl<N: Network> Group<N> {
    /// The layers with these numbers: from `first` to the one before `end`.
    pub(crate) const fn of_layers(first: usize, end: usize) -> Self {
        Self {
            layers: N::LAYERS,
            base: 0,
            first,
            end,
            vectors: false,
            network: PhantomData,
        }
    }

    /// Everything.
    pub(crate) const fn all() -> Self {
        Self::of_layers(0, usize::MAX)
    }

    /// Of these, the tensors with one dimension: biases, the weights of norms, the slopes of `Prelu`. They are what weight
    /// decay is mostly kept from.
    ///
    /// A `LayerNorm` over several dimensions has weights with as many.
    #[must_use]
    pub const fn biases_and_norms(self) -> Self {
        Self {
            vectors: true,
            ..self
        }
    }

    /// Where this is the label of a network within the network, a part of that, by its own label:
    /// `Classifier::ENCODER.part(Encoder::FC1)`.
    ///
    /// # Panics
    /// If it is the label of something else, or of another network. As the value of a `const` that does not compile.
    #[must_use]
    #[track_caller]
    pub const fn part<M: Network>(self, part: Group<M>) -> Self {
        // A declaration with mistakes has no layers; it is reported already.
        if self.layers.is_empty() || M::LAYERS.is_empty() {
            return self;
        }
        assert!(
            self.end <= self.layers.len()
                && self.first + 1 == self.end
                && self.layers[self.first].inside.len() == M::LAYERS.len()
                && self.layers[self.first].parameter_count() == M::PARAMETERS,
            "the label before `part` is not that of a network within the network, or of another one than the label in it"
        );
        Self {
            layers: part.layers,
            base: self.base + parameters(self.layers, 0, self.first) + part.base,
            first: part.first,
            end: part.end,
            vectors: self.vectors || part.vectors,
            network: PhantomData,
        }
    }

    /// The number of parameters.
    pub fn len(self) -> usize {
        self.ranges().map(|range| range.len()).sum()
    }

    /// Whether there are none.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Where they lie among the parameters of the network, tensor by tensor where not all tensors belong to it.
    pub(crate) fn ranges(self) -> impl Iterator<Item = Range<usize>> {
        let end = self.end.min(self.layers.len());
        let start = self.base + parameters(self.layers, 0, self.first);
        let whole = start..start + parameters(self.layers, self.first, end);
        let layers = self.layers.get(self.first..end).unwrap_or_default();
        let tensors: &'static [LayerInfo] = if self.vectors { layers } else { &[] };
        let vectors = tensors
            .iter()
            .flat_map(|layer| layer.parameters)
            .scan(start, |end, tensor: &Tensor| {
                let start = *end;
                *end += tensor.len();
                Some((tensor.dims.len() < 2).then_some(start..*end))
            })
            .flatten();
        let whole = (!self.vectors).then_some(whole);
        whole
            .into_iter()
            .chain(vectors)
            .filter(|range| !range.is_empty())
    }
}

/// The parameters of the layers from `first` to the one before `end`.
const fn parameters(layers: &[LayerInfo], first: usize, end: usize) -> usize {
    let (mut count, mut i) = (0, first);
    while i < end && i < layers.len() {
        count += layers[i].parameter_count();
        i += 1;
    }
    count
}

/// What the constants of labels are.
#[doc(hidden)]
pub const fn group<N: Network>(first: usize, end: usize) -> Group<N> {
    Group::of_layers(first, end)
}

impl<N: Network> fmt::Debug for Group<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Group<{}> ", N::NAME)?;
        f.debug_list().entries(self.ranges()).finish()
    }
}
