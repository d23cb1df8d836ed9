//! Named tensors: what a run of scalars means to PyTorch, safetensors and a reader.

use core::fmt;

/// How a tensor's scalars lie in memory, compared with PyTorch's row-major order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As PyTorch: the last dimension is contiguous.
    RowMajor,
    /// The first dimension (the outputs) is contiguous, the others follow row-major. That is nalgebra's column-major
    /// order of the weight as a matrix of outputs × everything else, and what the kernels read.
    OutputsInnermost,
}

/// One tensor of a layer: its name, its shape in PyTorch, and its order in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// PyTorch's name inside the layer, `weight`, `running_mean`.
    pub name: &'static str,
    /// PyTorch's shape; a weight of `Linear` is `[out, in]`.
    pub dims: &'static [usize],
    /// The order in memory.
    pub order: Order,
}

impl Tensor {
    /// A tensor that lies in memory as in PyTorch.
    pub const fn new(name: &'static str, dims: &'static [usize]) -> Self {
        Self {
            name,
            dims,
            order: Order::RowMajor,
        }
    }

    /// A weight whose first dimension is contiguous in memory.
    pub const fn outputs_innermost(name: &'static str, dims: &'static [usize]) -> Self {
        Self {
            name,
            dims,
            order: Order::OutputsInnermost,
        }
    }

    /// The number of scalars.
    pub const fn len(&self) -> usize {
        let mut len = 1;
        let mut i = 0;
        while i < self.dims.len() {
            len *= self.dims[i];
            i += 1;
        }
        len
    }

    /// Whether the tensor holds nothing, as the bias of a layer with `bias = false`.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the scalar with PyTorch's row-major index `index` lies in memory.
    pub(crate) fn position(&self, index: usize) -> usize {
        match self.order {
            Order::RowMajor => index,
            Order::OutputsInnermost => {
                let outputs = self.dims[0];
                let rest = self.len() / outputs.max(1);
                (index % rest) * outputs + index / rest
            }
        }
    }
}

pub(crate) const fn total_len(tensors: &[Tensor]) -> usize {
    let mut len = 0;
    let mut i = 0;
    while i < tensors.len() {
        len += tensors[i].len();
        i += 1;
    }
    len
}

/// A layer's tensor with its values: an item of `named_parameters()` or `named_buffers()`.
#[derive(Clone, Copy)]
pub struct NamedTensor<'a, T> {
    /// The layer's label, `conv1`.
    pub layer: &'static str,
    /// Name, PyTorch shape and memory order.
    pub tensor: Tensor,
    /// The values as they lie in memory.
    pub memory: &'a [T],
}

impl<'a, T: Copy> NamedTensor<'a, T> {
    /// The full name as in PyTorch's `state_dict`, `conv1.weight`; prints, and compares with strings.
    pub fn name(&self) -> TensorName {
        TensorName {
            layer: self.layer,
            tensor: self.tensor.name,
        }
    }

    /// PyTorch's shape.
    pub fn dims(&self) -> &'static [usize] {
        self.tensor.dims
    }

    /// The values in PyTorch's row-major order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = T> + use<'a, T> {
        let Self { tensor, memory, .. } = *self;
        (0..memory.len()).map(move |index| memory[tensor.position(index)])
    }
}

impl<T: Copy + fmt::Debug> fmt::Debug for NamedTensor<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} ", self.name(), self.dims())?;
        f.debug_list().entries(self.values()).finish()
    }
}

/// `layer.tensor`, without an allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TensorName {
    layer: &'static str,
    tensor: &'static str,
}

impl fmt::Display for TensorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.layer, self.tensor)
    }
}

impl PartialEq<str> for TensorName {
    fn eq(&self, other: &str) -> bool {
        other
            .strip_prefix(self.layer)
            .and_then(|rest| rest.strip_prefix('.'))
            == Some(self.tensor)
    }
}

impl PartialEq<&str> for TensorName {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}
