//! The layers of a network as its constants list them, with their tensors.

use crate::Scalar;
use crate::layer::Layer;
use crate::network::Parameters;
use crate::shape::Shape;
use crate::simd::Isa;
use crate::tensor::{NamedTensor, Tensor, total_len};
use crate::weights::{Update, part};

/// One layer of a network as constants know it.
#[derive(Clone, Copy, Debug)]
pub struct LayerInfo {
    /// The label, given or made: `conv1`, `linear2`; activations and views without one have an empty label.
    pub label: &'static str,
    /// The layer as declared: `Conv2d(6, kernel = 5, padding = 2)`.
    pub declaration: &'static str,
    /// The shape of one output sample.
    pub output: &'static [usize],
    /// The tensors of the parameters, in memory order.
    pub parameters: &'static [Tensor],
    /// The tensors of the buffers, in memory order.
    pub buffers: &'static [Tensor],
    /// Multiply-adds a sample.
    pub macs: usize,
    /// How many layers it is made of.
    pub(crate) layers: usize,
    /// The layers of a network within the network.
    pub(crate) inside: &'static [LayerInfo],
    /// Whether it is declared with `freeze`, itself or a block around it.
    pub frozen: bool,
}

impl LayerInfo {
    /// The facts of a layer type, with a check that its tensors cover its parameters and buffers.
    #[doc(hidden)]
    pub const fn of<T: Scalar, L: Layer<T>>(
        label: &'static str,
        declaration: &'static str,
    ) -> Self {
        assert!(
            total_len(L::PARAMETERS) * size_of::<T>() == size_of::<L::Parameters>(),
            "the tensors in `Layer::PARAMETERS` do not add up to the size of `Layer::Parameters`"
        );
        assert!(
            total_len(L::BUFFERS) * size_of::<T>() == size_of::<L::Buffers>(),
            "the tensors in `Layer::BUFFERS` do not add up to the size of `Layer::Buffers`"
        );
        Self {
            label,
            declaration,
            output: <L::Output as Shape>::DIMS,
            parameters: L::PARAMETERS,
            buffers: L::BUFFERS,
            macs: L::MACS,
            layers: L::LAYERS,
            inside: L::INSIDE,
            frozen: false,
        }
    }

    /// A layer with the parameters of another one.
    #[doc(hidden)]
    pub const fn tied<T: Scalar, L: Layer<T>>(
        label: &'static str,
        declaration: &'static str,
    ) -> Self {
        assert!(
            size_of::<L::Buffers>() == 0,
            "a tied layer keeps state in `Buffers`, which two layers cannot share"
        );
        Self {
            macs: L::MACS,
            ..Self::join::<L::Output>(label, declaration)
        }
    }

    /// The end of a block, which puts out `S`.
    #[doc(hidden)]
    pub const fn join<S: Shape>(label: &'static str, declaration: &'static str) -> Self {
        Self {
            label,
            declaration,
            output: S::DIMS,
            parameters: &[],
            buffers: &[],
            macs: 0,
            layers: 1,
            inside: &[],
            frozen: false,
        }
    }

    /// The same, declared with `freeze`.
    #[doc(hidden)]
    #[must_use]
    pub const fn frozen(self) -> Self {
        Self {
            frozen: true,
            ..self
        }
    }

    /// The number of trained scalars.
    pub const fn parameter_count(&self) -> usize {
        total_len(self.parameters)
    }

    /// How many of these are declared with `freeze`, also in a network within the network.
    pub const fn frozen_count(&self) -> usize {
        if self.frozen {
            return self.parameter_count();
        }
        frozen_count(self.inside)
    }
}

/// How many parameters of these layers are frozen.
pub(crate) const fn frozen_count(layers: &[LayerInfo]) -> usize {
    let (mut count, mut i) = (0, 0);
    while i < layers.len() {
        count += layers[i].frozen_count();
        i += 1;
    }
    count
}

/// The layers that parameters belong to, where some are frozen; else nothing.
pub(crate) const fn layout<P: Parameters>() -> &'static [LayerInfo] {
    const { where_frozen(P::LAYOUT) }
}

/// These layers, where some are frozen; else nothing.
pub(crate) const fn where_frozen(layers: &'static [LayerInfo]) -> &'static [LayerInfo] {
    if frozen_count(layers) == 0 {
        &[]
    } else {
        layers
    }
}

/// Calls `run` with the start and the end of each run of parameters that are not frozen; those of `layers` begin at `start`.
pub(crate) fn trained_runs(
    layers: &'static [LayerInfo],
    mut start: usize,
    run: &mut impl FnMut(usize, usize),
) {
    // The run that may go on.
    let mut begun = start;
    for layer in layers {
        let end = start + layer.parameter_count();
        if layer.frozen_count() > 0 {
            if begun < start {
                run(begun, start);
            }
            if !layer.frozen {
                trained_runs(layer.inside, start, &mut *run);
            }
            begun = end;
        }
        start = end;
    }
    if begun < start {
        run(begun, start);
    }
}

/// Whether the parameter at `place` of these layers is frozen.
pub(crate) fn is_frozen(layers: &'static [LayerInfo], place: usize) -> bool {
    let mut frozen = frozen_count(layers) > 0;
    if frozen {
        trained_runs(layers, 0, &mut |start, end| {
            frozen &= !(start..end).contains(&place);
        });
    }
    frozen
}

/// Updates the parameters from `offset` on that are not frozen, where `layers` are those of [`layout`].
#[inline(always)]
pub(crate) fn apply_trained<T: Scalar>(
    update: &mut impl Update<T>,
    isa: Isa,
    offset: usize,
    layers: &'static [LayerInfo],
    parameters: &mut [T],
    gradients: &[T],
) {
    if layers.is_empty() {
        return update.apply(isa, offset, parameters, gradients);
    }
    trained_runs(layers, 0, &mut |start, end| {
        let w = part(parameters, start, end - start);
        let g = gradients.get(start..).unwrap_or_default();
        let g = g.get(..w.len()).unwrap_or(g);
        update.apply(isa, offset + start, w, g);
    });
}

/// The tensors of all layers with their pieces of `memory`.
pub(crate) fn named<'a, T: Scalar>(
    layers: &'static [LayerInfo],
    tensors: fn(&LayerInfo) -> &'static [Tensor],
    memory: &'a [T],
) -> impl Iterator<Item = NamedTensor<'a, T>> {
    layers
        .iter()
        .flat_map(move |layer| tensors(layer).iter().map(|tensor| (layer.label, *tensor)))
        .filter(|(_, tensor)| !tensor.is_empty())
        .scan(memory, |rest, (layer, tensor)| {
            let (memory, behind) = rest.split_at(tensor.len());
            *rest = behind;
            Some(NamedTensor {
                layer,
                tensor,
                memory,
            })
        })
}
