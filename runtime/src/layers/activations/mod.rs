//! Activation functions: each an equation, its derivative, and PyTorch's options and defaults.
//!
//! In a declaration they stand by their bare names, `Relu` or `LeakyRelu(negative_slope = 0.2)`; as layers they are
//! [`Pointwise`](super::Pointwise)`<Relu, S>`. They keep the shape, have no parameters, and all but [`Square`] are finite
//! with a finite derivative for every finite input up to half the greatest number (`Selu` goes up steeper than 1). At a
//! kink the derivative is the one that PyTorch takes; a NaN comes out as NaN.
//!
//! `σ` is the logistic function `1/(1 + e⁻ˣ)`. The functions are made of the vectorised elementary functions of this
//! crate, which give the same bits for one sample and in lanes, and on every instruction set.

mod clipped;
mod exponential;
mod gated;
mod piecewise;
mod sigmoidal;
#[cfg(test)]
mod tests;

pub use clipped::{Clamp, ClippedRelu, Square, SquaredClippedRelu, Threshold};
pub use exponential::{Celu, Elu, LogSigmoid, Selu, Softplus};
pub use gated::{Gelu, GeluTanh, Mish, Silu};
pub use piecewise::{Hardsigmoid, Hardswish, Hardtanh, LeakyRelu, Relu, Relu6, Softshrink};
pub use sigmoidal::{Sigmoid, Softsign, Tanh, Tanhshrink};

use crate::Scalar;

/// `x` limited to `low..=high`; NaN stays NaN, which `Scalar::min` and `max` would lose.
#[inline(always)]
fn clamp<T: Scalar>(x: T, low: T, high: T) -> T {
    let x = if x < low { low } else { x };
    if x > high { high } else { x }
}
