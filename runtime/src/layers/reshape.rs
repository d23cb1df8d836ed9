use crate::Element;
use crate::Scalar;
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use core::marker::PhantomData;
use core::slice;

/// The same elements in row-major order under another shape, PyTorch's `nn.Unflatten` and `nn.Flatten`.
///
/// Shapes: `x: FROM`, `y: TO`, of equal length; others do not compile. Backward: `dx = dy` under the first shape.
/// A copy; `network!` uses a view instead wherever it can.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reshape<FROM, TO>(PhantomData<fn() -> (FROM, TO)>);

impl<FROM: Shape, TO: Shape> Reshape<FROM, TO> {
    /// The layer.
    pub const fn new() -> Self {
        const {
            assert!(FROM::LEN == TO::LEN, "shapes of different lengths");
        }
        Self(PhantomData)
    }
}

impl<T: Scalar, FROM: Shape<Scalar = T>, TO: Shape<Scalar = T>> Layer<T> for Reshape<FROM, TO> {
    type Input = FROM;
    type Output = TO;
    type Parameters = ();
    type Buffers = ();

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        _cx: Forward<T, Self, E>,
        input: &FROM::Of<E>,
        output: &mut TO::Of<E>,
    ) {
        let y = TO::flat_mut::<E>(slice::from_mut(output));
        for (y, x) in y.iter_mut().zip(FROM::flat(slice::from_ref(input))) {
            *y = *x;
        }
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        _input: &FROM::Of<E>,
        _output: &TO::Of<E>,
        d_output: &TO::Of<E>,
        d_input: &mut FROM::Of<E>,
    ) {
        if cx.input_gradient {
            let dx = FROM::flat_mut::<E>(slice::from_mut(d_input));
            for (dx, dy) in dx.iter_mut().zip(TO::flat(slice::from_ref(d_output))) {
                *dx = *dy;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::check_layer;
    use crate::network::inference;
    use crate::simd::Isa;

    #[test]
    fn keeps_row_major_order() {
        let layer = Reshape::<[[f32; 3]; 2], [[[f32; 1]; 2]; 3]>::new();
        let mut y = [[[0.0]; 2]; 3];
        let cx = inference(Isa::detect(), &layer, &(), &(), &mut []);
        layer.forward(cx, &[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], &mut y);
        assert_eq!(y, [[[1.0], [2.0]], [[3.0], [4.0]], [[5.0], [6.0]]]);
    }

    #[test]
    fn gradients() {
        check_layer(Reshape::<[[f64; 3]; 2], [f64; 6]>::new());
    }
}
