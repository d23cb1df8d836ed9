//! The first layer of a network kept up to date while its features come and go.

use crate::element::Element;
use crate::network::{Network, scalars, scalars_mut};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::simd::{Isa, Work};
use crate::workspace::Arena;
use bytemuck::Zeroable;
use core::{fmt, slice};

/// A network whose first layer is `SparseLinear`, and alone reads the input. `network!` implements it for every such
/// network.
pub trait SparseNetwork: Network {
    /// What the first layer puts out: an array.
    type Accumulated: Shape<Scalar = Self::Scalar>;
    /// How many features there are.
    const FEATURES: usize;

    /// Weight, a column for each feature, and bias of the first layer.
    #[doc(hidden)]
    fn first_layer(&self) -> (&[Self::Scalar], &[Self::Scalar]);
    /// [`Network::infer`] from the output of the first layer on.
    #[doc(hidden)]
    fn infer_from<E: Element<Self::Scalar>>(
        &self,
        isa: Isa,
        accumulated: &[<Self::Accumulated as Shape>::Of<E>],
        output: &mut [<Self::Output as Shape>::Of<E>],
        scratch: Arena<'_, E>,
    );

    /// The first layer without any feature.
    fn accumulator(&self) -> Accumulator<Self> {
        let mut accumulator = Accumulator {
            values: Self::Accumulated::zeroed(),
        };
        accumulator.refresh(self, &[]);
        accumulator
    }

    /// The output for the features in an accumulator, in inference mode: what [`forward`](Network::forward) gives for a list
    /// of them, but without the first layer. No heap, no panic; activations lie on the stack as there.
    fn forward_from(&self, accumulator: &Accumulator<Self>) -> Self::Output {
        const { crate::network::assert_stack::<Self>() }
        let mut output = Self::Output::zeroed();
        Self::with_scratch(|scratch| {
            let scratch = scratch.get_mut(..Self::INFERENCE_ELEMENTS);
            self.infer_from::<Self::Scalar>(
                Isa::detect(),
                bytemuck::cast_slice(slice::from_ref(&accumulator.values)),
                bytemuck::cast_slice_mut(slice::from_mut(&mut output)),
                Arena::new(scratch.unwrap_or_default(), 1),
            );
        });
        output
    }
}

/// `W·h + b` of the first layer of a network ([`SparseLinear`](crate::layers::SparseLinear)), kept up to date while features
/// come and go: as a move on a board changes few of many features, it costs a few additions instead of a sum over all.
///
/// It belongs to the parameters that it was made with; after these change, [`refresh`](Accumulator::refresh) it. A search
/// copies it or takes back what it did. No call allocates or panics; what is no feature is passed over.
///
/// Every change rounds: additions and their opposites leave errors of a few units in the last place, which add up over many
/// changes until the next refresh. With weights that are whole numbers (or multiples of a power of two) nothing rounds, and the
/// bits are those of the sum over all.
///
/// ```
/// use chainrule::{Bag, SparseNetwork, prelude::*};
///
/// const PIECES: usize = 2 * 6 * 64;
/// network! {
///     struct Evaluation: [32] -> [1] { SparseLinear(PIECES, 64), ClippedRelu, Linear(16), ClippedRelu, Linear(1) }
/// }
///
/// let net = Evaluation::init(&mut StdRng::seed_from_u64(7));
/// let mut board = net.accumulator();
/// board.refresh(&*net, &[4, 60, 700]);
/// let before = board;
/// board.update(&*net, &[12], &[4]); // a piece moves from 4 to 12
/// let score = net.forward_from(&board);
/// board = before; // and back
/// # let _ = board;
///
/// let moved = Bag::<32>::try_from([12, 60, 700].as_slice())?;
/// assert!((score[0] - net.forward(&moved)[0]).abs() < 1e-6);
/// # Ok::<(), chainrule::BagFull>(())
/// ```
pub struct Accumulator<N: SparseNetwork> {
    values: N::Accumulated,
}

impl<N: SparseNetwork> Accumulator<N> {
    /// A feature comes.
    pub fn add(&mut self, network: &N, feature: u32) {
        self.update(network, &[feature], &[]);
    }

    /// A feature goes.
    pub fn remove(&mut self, network: &N, feature: u32) {
        self.update(network, &[], &[feature]);
    }

    /// Features come and others go, in one pass.
    pub fn update(&mut self, network: &N, added: &[u32], removed: &[u32]) {
        let (weight, _) = network.first_layer();
        Isa::detect().run(Change {
            weight,
            added,
            removed,
            values: scalars_mut(&mut self.values),
        });
    }

    /// Begins anew with these features.
    pub fn refresh(&mut self, network: &N, features: &[u32]) {
        let (_, bias) = network.first_layer();
        self.values = N::Accumulated::zeroed();
        let values = scalars_mut::<N::Scalar, _>(&mut self.values).iter_mut();
        for (value, &bias) in values.zip(bias) {
            *value = bias;
        }
        self.update(network, features, &[]);
    }

    /// What the first layer puts out.
    pub fn values(&self) -> &N::Accumulated {
        &self.values
    }
}

impl<N: SparseNetwork> Clone for Accumulator<N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N: SparseNetwork> Copy for Accumulator<N> {}

impl<N: SparseNetwork> fmt::Debug for Accumulator<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = scalars::<N::Scalar, _>(&self.values);
        f.debug_tuple("Accumulator").field(&values).finish()
    }
}

struct Change<'a, T> {
    /// A column for each feature, as long as there are values.
    weight: &'a [T],
    added: &'a [u32],
    removed: &'a [u32],
    values: &'a mut [T],
}

impl<T: Scalar> Work for Change<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Self {
            weight,
            added,
            removed,
            values,
        } = self;
        let out = values.len();
        let mut first = 0;
        let (wide, rest) = values.as_chunks_mut::<64>();
        for values in wide {
            block(weight, out, first, added, removed, values);
            first += 64;
        }
        let (narrow, rest) = rest.as_chunks_mut::<8>();
        for values in narrow {
            block(weight, out, first, added, removed, values);
            first += 8;
        }
        for values in rest.as_chunks_mut::<1>().0 {
            block(weight, out, first, added, removed, values);
            first += 1;
        }
    }
}

/// `N` of `out` values, from `first` on.
#[inline(always)]
fn block<T: Scalar, const N: usize>(
    weight: &[T],
    out: usize,
    first: usize,
    added: &[u32],
    removed: &[u32],
    values: &mut [T; N],
) {
    let column = |feature: u32| {
        let start = (feature as usize).checked_mul(out)?.checked_add(first)?;
        weight.get(start..)?.first_chunk::<N>()
    };
    let mut sums = *values;
    for column in added.iter().filter_map(|&feature| column(feature)) {
        for (sum, &weight) in sums.iter_mut().zip(column) {
            *sum += weight;
        }
    }
    for column in removed.iter().filter_map(|&feature| column(feature)) {
        for (sum, &weight) in sums.iter_mut().zip(column) {
            *sum -= weight;
        }
    }
    *values = sums;
}
