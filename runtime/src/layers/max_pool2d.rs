use crate::kernels::max_pool2d::{self, Geometry};
use crate::kernels::window::Axis;
use crate::layer::{Backward, Forward, Layer};
use crate::{Element, Scalar};

/// The maximum of each window, PyTorch's `nn.MaxPool2d`:
/// `y[c][i][j] = max_{k,l} x[c][i·stride + k·dilation − padding][j·stride + l·dilation − padding]`, with −∞ outside the
/// input.
///
/// Shapes: `x: [C, H, W]`, `y: [C, OH, OW]` with
/// `OH = ⌊(H + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1`, `OW` alike; with `ceil_mode` the division rounds up,
/// and windows that would start in the padding behind the input are left out.
/// Backward: `dx` gets `dy` of each window where its maximum lies; of equal ones the first in row-major order takes
/// all. A NaN counts as larger than every number. Keeps `x`.
#[derive(Clone, Copy, Debug)]
pub struct MaxPool2d<
    const C: usize,
    const H: usize,
    const W: usize,
    const OH: usize,
    const OW: usize,
> {
    /// Rows and columns of a window.
    pub kernel: [usize; 2],
    /// Distance of neighbouring windows; in a declaration the kernel by default.
    pub stride: [usize; 2],
    /// Rows and columns of −∞ on each side of the input; 0 by default.
    pub padding: [usize; 2],
    /// Distance of neighbouring inputs of a window; 1 by default.
    pub dilation: [usize; 2],
}

impl<const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>
    MaxPool2d<C, H, W, OH, OW>
{
    #[inline(always)]
    fn geometry(&self) -> Geometry {
        let axis = |axis: usize, input, output| Axis {
            input,
            output,
            kernel: self.kernel[axis],
            stride: self.stride[axis],
            padding: self.padding[axis],
            dilation: self.dilation[axis],
        };
        Geometry {
            rows: axis(0, H, OH),
            columns: axis(1, W, OW),
        }
    }
}

impl<T: Scalar, const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>
    Layer<T> for MaxPool2d<C, H, W, OH, OW>
{
    type Input = [[[T; W]; H]; C];
    type Output = [[[T; OW]; OH]; C];
    type Parameters = ();
    type Buffers = ();

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[[[E; W]; H]; C],
        output: &mut [[[E; OW]; OH]; C],
    ) {
        max_pool2d::forward(
            cx.isa,
            E::LANES,
            self.geometry(),
            E::scalars(input.as_flattened().as_flattened()),
            E::scalars_mut(output.as_flattened_mut().as_flattened_mut()),
        );
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        input: &[[[E; W]; H]; C],
        _output: &[[[E; OW]; OH]; C],
        d_output: &[[[E; OW]; OH]; C],
        d_input: &mut [[[E; W]; H]; C],
    ) {
        if cx.input_gradient {
            max_pool2d::backward(
                cx.isa,
                E::LANES,
                self.geometry(),
                E::scalars(input.as_flattened().as_flattened()),
                E::scalars(d_output.as_flattened().as_flattened()),
                E::scalars_mut(d_input.as_flattened_mut().as_flattened_mut()),
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
        check_layer(MaxPool2d::<3, 6, 4, 3, 2> {
            kernel: [2; 2],
            stride: [2; 2],
            padding: [0; 2],
            dilation: [1; 2],
        });
    }

    #[test]
    fn gradients_of_overlapping_windows_with_padding_and_overhang() {
        // `ceil_mode` makes the second size 4 instead of 3.
        check_layer(MaxPool2d::<2, 5, 7, 3, 4> {
            kernel: [3, 2],
            stride: [2; 2],
            padding: [1, 0],
            dilation: [1; 2],
        });
    }

    #[test]
    fn gradients_of_windows_with_gaps() {
        check_layer(MaxPool2d::<2, 7, 9, 4, 5> {
            kernel: [2, 3],
            stride: [2, 1],
            padding: [1, 0],
            dilation: [1, 2],
        });
    }
}
