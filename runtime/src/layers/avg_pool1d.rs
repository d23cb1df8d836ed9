use crate::kernels::average_pool2d::{self, Windows};
use crate::kernels::window::Axis;
use crate::layer::{Backward, Forward, Layer};
use crate::{Element, Scalar};

/// The mean of each window, PyTorch's `nn.AvgPool1d`:
/// `y[c][t] = Σ_k x[c][t·stride + k − padding] / count`, with zeros outside the input.
///
/// Shapes: `x: [C, L]`, `y: [C, OL]` with `OL = ⌊(L + 2·padding − kernel) / stride⌋ + 1`; with `ceil_mode` the division
/// rounds up, and a window that would start in the padding behind the input is left out.
/// `count` is the number of positions of the window inside the input and its padding, or inside the input alone
/// without `count_include_pad`; what hangs over both, by `ceil_mode`, never counts.
/// Backward: `dx` gets `dy / count` of every window that read it; keeps nothing.
#[derive(Clone, Copy, Debug)]
pub struct AvgPool1d<const C: usize, const L: usize, const OL: usize> {
    /// Length of a window.
    pub kernel: usize,
    /// Distance of neighbouring windows; in a declaration the kernel by default.
    pub stride: usize,
    /// Zeros on each side of the input; 0 by default.
    pub padding: usize,
    /// Whether the mean counts the zeros of the padding; true by default.
    pub count_include_pad: bool,
}

impl<const C: usize, const L: usize, const OL: usize> AvgPool1d<C, L, OL> {
    /// An image of height 1.
    #[inline(always)]
    fn windows(&self) -> [Windows; 2] {
        let axis = Axis {
            input: L,
            output: OL,
            kernel: self.kernel,
            stride: self.stride,
            padding: self.padding,
            dilation: 1,
        };
        let columns = Windows::Sliding {
            axis,
            count_include_pad: self.count_include_pad,
        };
        [Windows::ONE, columns]
    }
}

impl<T: Scalar, const C: usize, const L: usize, const OL: usize> Layer<T> for AvgPool1d<C, L, OL> {
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
            self.windows(),
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
                self.windows(),
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
    fn gradients_with_padding_counted_and_not() {
        for count_include_pad in [true, false] {
            // `ceil_mode` makes the size 5 instead of 4.
            check_layer(AvgPool1d::<2, 8, 5> {
                kernel: 3,
                stride: 2,
                padding: 1,
                count_include_pad,
            });
        }
    }
}
