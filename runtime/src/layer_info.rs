//! The layers of a network as its constants list them, with their tensors.

use crate::Scalar;
use crate::layer::Layer;
use crate::shape::Shape;
use crate::tensor::{NamedTensor, Tensor, total_len};

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
        }
    }

    /// The number of trained scalars.
    pub const fn parameter_count(&self) -> usize {
        total_len(self.parameters)
    }
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
