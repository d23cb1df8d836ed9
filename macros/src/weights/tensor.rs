//! What the macro knows of a layer's tensors.

use crate::size::Size;
use std::borrow::Cow;

/// A tensor of a layer, as the runtime type lists it in `Layer::PARAMETERS` or `Layer::BUFFERS`. Where weights are built
/// in, the compiler compares the two.
#[derive(Clone, Debug)]
pub(crate) struct Tensor {
    /// PyTorch's name inside the layer.
    pub(crate) name: Cow<'static, str>,
    /// PyTorch's shape.
    pub(crate) dims: Vec<Size>,
    /// Whether the first dimension is contiguous in memory, instead of the last.
    pub(crate) outputs_innermost: bool,
    /// Whether it is one of the parameters, not of the buffers.
    pub(crate) trained: bool,
}

impl Tensor {
    /// A parameter that lies in memory as in PyTorch.
    pub(crate) fn new(
        name: impl Into<Cow<'static, str>>,
        dims: impl IntoIterator<Item = Size>,
    ) -> Self {
        Self {
            name: name.into(),
            dims: dims.into_iter().collect(),
            outputs_innermost: false,
            trained: true,
        }
    }

    /// A weight whose first dimension is contiguous in memory.
    pub(crate) fn outputs_innermost(
        name: impl Into<Cow<'static, str>>,
        dims: impl IntoIterator<Item = Size>,
    ) -> Self {
        Self {
            outputs_innermost: true,
            ..Self::new(name, dims)
        }
    }

    /// Untrained state.
    pub(crate) fn buffer(name: &'static str, dims: impl IntoIterator<Item = Size>) -> Self {
        Self {
            trained: false,
            ..Self::new(name, dims)
        }
    }

    /// Whether it holds nothing, as the bias of a layer with `bias = false`.
    pub(crate) fn is_empty(&self) -> bool {
        self.dims.contains(&Size::Known(0))
    }
}
