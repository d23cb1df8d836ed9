use crate::kernels::max_pool2d::{self, Geometry};
use crate::kernels::window::Axis;
use crate::layer::{Backward, Forward, Layer};
use crate::{Element, Scalar};

/// The maximum of each window, PyTorch's `nn.MaxPool1d`:
/// `y[c][t] = max_k x[c][t·stride + k·dilation − padding]`, with −∞ outside the input.
///
/// Shapes: `x: [C, L]`, `y: [C, OL]` with `OL = ⌊(L + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1`; with
/// `ceil_mode` the division rounds up, and a window that would start in the padding behind the input is left out.
/// Backward: `dx` gets `dy` of each window where its maximum lies; of equal ones the first takes all. A NaN
/// counts as larger than every number. Keeps `x`.
#[derive(Clone, Copy, Debug)]
pub struct MaxPool1d<const C: usize, const L: usize, const OL: usize> {
    /// Length of a window.
    pub kernel: usize,
    /// Distance of neighbouring windows; in a declaration the kernel by default.
    pub stride: usize,
    /// −∞ on each side of the input; 0 by default.
    pub padding: usize,
    /// Distance of neighbouring inputs of a window; 1 by default.
    pub dilation: usize,
}

impl<const C: usize, const L: usize, const OL: usize> MaxPool1d<C, L, OL> {
    /// An image of height 1.
    #[inline(always)]
    fn geometry(&self) -> Geometry {
        Geometry {
            rows: Axis::ONE,
            columns: Axis {
                input: L,
                output: OL,
                kernel: self.kernel,
                stride: self.stride,
                padding: self.padding,
                dilation: self.dilation,
            },
        }
    }
}

impl<T: Scalar, const C: usize, const L: usize, const OL: usize> Layer<T> for MaxPool1d<C, L, OL> {
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
        max_pool2d::forward(
            cx.isa,
            E::LANES,
            self.geometry(),
            E::scalars(input.as_flattened()),
            E::scalars_mut(output.as_flattened_mut()),
        );
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &[[E; L]; C],
        _output: &[[E; OL]; C],
        d_output: &[[E; OL]; C],
        d_input: &mut [[E; L]; C],
    ) {
        if cx.input_gradient {
            max_pool2d::backward(
                cx.isa,
                E::LANES,
                self.geometry(),
                E::scalars(input.as_flattened()),
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
    fn gradients_of_separate_windows() {
        check_layer(MaxPool1d::<3, 6, 3> {
            kernel: 2,
            stride: 2,
            padding: 0,
            dilation: 1,
        });
    }

    #[test]
    fn gradients_of_overlapping_windows_with_padding_and_overhang() {
        // `ceil_mode` makes the size 5 instead of 4.
        check_layer(MaxPool1d::<2, 8, 5> {
            kernel: 3,
            stride: 2,
            padding: 1,
            dilation: 1,
        });
    }

    #[test]
    fn gradients_of_windows_with_gaps() {
        check_layer(MaxPool1d::<2, 23, 17> {
            kernel: 3,
            stride: 1,
            padding: 1,
            dilation: 4,
        });
    }
}
