use crate::kernels::average_pool2d::{self, Windows};
use crate::layer::{Backward, Forward, Layer};
use crate::{Element, Scalar};

/// The mean of `OH × OW` windows that cover the input, PyTorch's `nn.AdaptiveAvgPool2d`:
/// `y[c][i][j] = mean x[c][⌊i·H/OH⌋ .. ⌈(i+1)·H/OH⌉][⌊j·W/OW⌋ .. ⌈(j+1)·W/OW⌉]`.
///
/// Shapes: `x: [C, H, W]`, `y: [C, OH, OW]`. Windows overlap where the sizes do not divide.
/// Backward: `dx` gets `dy / (size of the window)` of every window that read it; keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct AdaptiveAvgPool2d<
    const C: usize,
    const H: usize,
    const W: usize,
    const OH: usize,
    const OW: usize,
>;

impl<const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>
    AdaptiveAvgPool2d<C, H, W, OH, OW>
{
    const WINDOWS: [Windows; 2] = [
        Windows::Adaptive {
            input: H,
            output: OH,
        },
        Windows::Adaptive {
            input: W,
            output: OW,
        },
    ];
}

impl<T: Scalar, const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>
    Layer<T> for AdaptiveAvgPool2d<C, H, W, OH, OW>
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
            Self::WINDOWS,
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
                Self::WINDOWS,
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
    fn gradients_of_overlapping_windows() {
        check_layer(AdaptiveAvgPool2d::<2, 5, 7, 3, 2>);
    }

    #[test]
    fn gradients_of_the_global_mean_and_of_enlarging() {
        check_layer(AdaptiveAvgPool2d::<3, 4, 6, 1, 1>);
        check_layer(AdaptiveAvgPool2d::<1, 2, 3, 4, 5>);
    }
}
