use crate::kernels::average_pool2d::{self, Windows};
use crate::kernels::window::Axis;
use crate::layer::{Backward, Forward, Layer};
use crate::{Element, Scalar};

/// The mean of each window, PyTorch's `nn.AvgPool2d`:
/// `y[c][i][j] = Σ_{k,l} x[c][i·stride + k − padding][j·stride + l − padding] / count`, with zeros outside the input.
///
/// Shapes: `x: [C, H, W]`, `y: [C, OH, OW]` with `OH = ⌊(H + 2·padding − kernel) / stride⌋ + 1`, `OW` alike; with
/// `ceil_mode` the division rounds up, and windows that would start in the padding behind the input are left out.
/// `count` is the number of positions of the window inside the input and its padding, or inside the input alone
/// without `count_include_pad`; what hangs over both, by `ceil_mode`, never counts.
/// Backward: `dx` gets `dy / count` of every window that read it; keeps nothing.
#[derive(Clone, Copy, Debug)]
pub struct AvgPool2d<
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
    /// Rows and columns of zeros on each side of the input; 0 by default.
    pub padding: [usize; 2],
    /// Whether the mean counts the zeros of the padding; true by default.
    pub count_include_pad: bool,
}

impl<const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>
    AvgPool2d<C, H, W, OH, OW>
{
    #[inline(always)]
    fn windows(&self) -> [Windows; 2] {
        let windows = |axis: usize, input, output| Windows::Sliding {
            axis: Axis {
                input,
                output,
                kernel: self.kernel[axis],
                stride: self.stride[axis],
                padding: self.padding[axis],
                dilation: 1,
            },
            count_include_pad: self.count_include_pad,
        };
        [windows(0, H, OH), windows(1, W, OW)]
    }
}

impl<T: Scalar, const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>
    Layer<T> for AvgPool2d<C, H, W, OH, OW>
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
        average_pool2d::forward(
            cx.isa,
            E::LANES,
            self.windows(),
            E::scalars(input.as_flattened().as_flattened()),
            E::scalars_mut(output.as_flattened_mut().as_flattened_mut()),
        );
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        _input: &[[[E; W]; H]; C],
        _output: &[[[E; OW]; OH]; C],
        d_output: &[[[E; OW]; OH]; C],
        d_input: &mut [[[E; W]; H]; C],
    ) {
        if cx.input_gradient {
            average_pool2d::backward(
                cx.isa,
                E::LANES,
                self.windows(),
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
    fn gradients_with_padding_counted_and_not() {
        for count_include_pad in [true, false] {
            // `ceil_mode` makes the last size 4 instead of 3.
            check_layer(AvgPool2d::<2, 5, 7, 3, 4> {
                kernel: [3, 2],
                stride: [2; 2],
                padding: [1, 0],
                count_include_pad,
            });
        }
    }
}
