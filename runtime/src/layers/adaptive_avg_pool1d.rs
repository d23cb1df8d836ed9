use crate::kernels::average_pool2d::{self, Windows};
use crate::layer::{Backward, Forward, Layer};
use crate::{Element, Scalar};

/// The mean of `OL` windows that cover the input, PyTorch's `nn.AdaptiveAvgPool1d`:
/// `y[c][t] = mean x[c][⌊t·L/OL⌋ .. ⌈(t+1)·L/OL⌉]`.
///
/// Shapes: `x: [C, L]`, `y: [C, OL]`. Windows overlap where the sizes do not divide.
/// Backward: `dx` gets `dy / (size of the window)` of every window that read it; keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct AdaptiveAvgPool1d<const C: usize, const L: usize, const OL: usize>;

impl<const C: usize, const L: usize, const OL: usize> AdaptiveAvgPool1d<C, L, OL> {
    /// An image of height 1.
    const WINDOWS: [Windows; 2] = [
        Windows::ONE,
        Windows::Adaptive {
            input: L,
            output: OL,
        },
    ];
}

impl<T: Scalar, const C: usize, const L: usize, const OL: usize> Layer<T>
    for AdaptiveAvgPool1d<C, L, OL>
{
    type Input = [[T; L]; C];
    type Output = [[T; OL]; C];
    type Parameters = ();
    type Buffers = ();

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[[E; L]; C],
        output: &mut [[E; OL]; C],
    ) {
        average_pool2d::forward(
            cx.isa,
            E::LANES,
            Self::WINDOWS,
            E::scalars(input.as_flattened()),
            E::scalars_mut(output.as_flattened_mut()),
        );
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        _input: &[[E; L]; C],
        _output: &[[E; OL]; C],
        d_output: &[[E; OL]; C],
        d_input: &mut [[E; L]; C],
    ) {
        if cx.input_gradient {
            average_pool2d::backward(
                cx.isa,
                E::LANES,
                Self::WINDOWS,
                E::scalars(d_output.as_flattened()),
                E::scalars_mut(d_input.as_flattened_mut()),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::check_layer;

    #[test]
    fn gradients_of_overlapping_windows_and_of_enlarging() {
        check_layer(AdaptiveAvgPool1d::<2, 7, 3>);
        check_layer(AdaptiveAvgPool1d::<1, 3, 5>);
    }
}
