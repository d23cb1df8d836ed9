//! Scalars as they stand in files: little-endian, tensors row-major.

use crate::scalar::Scalar;
use crate::tensor::Tensor;
use ::safetensors::tensor::Dtype;

pub(crate) fn dtype<T: Scalar>() -> Dtype {
    if size_of::<T>() == 4 {
        Dtype::F32
    } else {
        Dtype::F64
    }
}

/// Scalars as the bytes of a file.
pub(crate) fn to_bytes<T: Scalar>(values: impl ExactSizeIterator<Item = T>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(values.len() * size_of::<T>());
    for value in values {
        let start = bytes.len();
        bytes.extend_from_slice(bytemuck::bytes_of(&value));
        if cfg!(target_endian = "big") {
            bytes[start..].reverse();
        }
    }
    bytes
}

/// A scalar from its little-endian bytes.
pub(crate) fn from_bytes<T: Scalar>(bytes: &[u8]) -> T {
    let mut value = T::ZERO;
    let native = bytemuck::bytes_of_mut(&mut value);
    native.copy_from_slice(bytes);
    if cfg!(target_endian = "big") {
        native.reverse();
    }
    value
}

/// Writes the values of the tensors, row-major in the file, to where they lie in memory.
pub(crate) fn copy<T: Scalar>(plan: &[(Tensor, &[u8])], mut memory: &mut [T]) {
    for (tensor, bytes) in plan {
        let (values, behind) = memory.split_at_mut(tensor.len());
        for (index, bytes) in bytes.chunks_exact(size_of::<T>()).enumerate() {
            values[tensor.position(index)] = from_bytes(bytes);
        }
        memory = behind;
    }
}
