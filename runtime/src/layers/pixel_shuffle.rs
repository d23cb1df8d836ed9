use super::strided::Strided;
use crate::layer::{Backward, Forward, Layer};
use crate::{Element, Scalar};

/// Channels that become rows and columns, PyTorch's `nn.PixelShuffle` (Shi et al. 2016, arXiv:1609.05158):
/// `y[c][i·r + k][j·r + l] = x[c·r² + k·r + l][i][j]`.
///
/// Shapes: `x: [C, H, W]`, `y: [OC, OH, OW]` with `C = OC·r²`, `OH = H·r`, `OW = W·r`; others do not compile.
/// Backward: `dx` is `dy` with the pixels back in their channels; keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct PixelShuffle<
    const C: usize,
    const H: usize,
    const W: usize,
    const OC: usize,
    const OH: usize,
    const OW: usize,
>;

impl<
    const C: usize,
    const H: usize,
    const W: usize,
    const OC: usize,
    const OH: usize,
    const OW: usize,
> PixelShuffle<C, H, W, OC, OH, OW>
{
    /// Channel, row, row within, column, column within.
    const WALK: Strided = {
        let r = OH / H;
        assert!(
            C == OC * r * r && OH == H * r && OW == W * r,
            "a pixel shuffle makes r rows and columns of r² channels"
        );
        let plane = H * W;
        Strided::new(
            &[OC, H, r, W, r],
            &[r * r * plane, W, r * plane, 1, plane],
            0,
        )
    };
}

impl<
    T: Scalar,
    const C: usize,
    const H: usize,
    const W: usize,
    const OC: usize,
    const OH: usize,
    const OW: usize,
> Layer<T> for PixelShuffle<C, H, W, OC, OH, OW>
{
    type Input = [[[T; W]; H]; C];
    type Output = [[[T; OW]; OH]; OC];
    type Parameters = ();
    type Buffers = ();

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[[[E; W]; H]; C],
        output: &mut [[[E; OW]; OH]; OC],
    ) {
        let x = input.as_flattened().as_flattened();
        let y = output.as_flattened_mut().as_flattened_mut();
        cx.isa.run(Self::WALK.gather(x, y));
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        _input: &[[[E; W]; H]; C],
        _output: &[[[E; OW]; OH]; OC],
        d_output: &[[[E; OW]; OH]; OC],
        d_input: &mut [[[E; W]; H]; C],
    ) {
        if cx.input_gradient {
            let dy = d_output.as_flattened().as_flattened();
            let dx = d_input.as_flattened_mut().as_flattened_mut();
            cx.isa.run(Self::WALK.scatter(dy, dx));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_layer, pass};

    #[test]
    fn four_channels_become_four_neighbours() {
        let layer = PixelShuffle::<4, 1, 2, 1, 2, 4>;
        let x = [0.0, 1.0, 10.0, 11.0, 20.0, 21.0, 30.0, 31.0];
        let run = pass::<f32, _, f32>(&layer, &(), &x, &x);
        assert_eq!(run.outputs, [0.0, 10.0, 1.0, 11.0, 20.0, 30.0, 21.0, 31.0]);
    }

    #[test]
    fn gradients() {
        check_layer(PixelShuffle::<18, 2, 3, 2, 6, 9>);
    }
}
