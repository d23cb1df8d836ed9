//! Activations rounded as in the integer network, with gradients as if they were not (Jacob et al. 2018, CVPR, arXiv:1712.05877, section 3).

use super::affine::Affine;
use super::error::QuantizeError;
use crate::element::Element;
use crate::layer::{Backward, Forward, Layer};
use crate::parameters;
use crate::shape::Shape;
use crate::simd::Work;
use crate::tensor::Tensor;
use core::marker::PhantomData;
use core::slice;

/// How far a range moves with every batch, as in PyTorch's `MovingAverageMinMaxObserver`.
const AVERAGING: f32 = 0.01;

/// Rounds activations to the 128 levels of an integer network, PyTorch's `FakeQuantize` with a
/// `MovingAverageMinMaxObserver`: `y = scale·(clamp(round(x/scale) + zero, 0, 127) − zero)`.
///
/// Shapes: `x, y: S`. Scale and zero follow from the buffers `min_val` and `max_val`, see [`Affine::covering`]. Every
/// batch moves them by a hundredth towards the least and the largest number in it; the first sets them. They count from
/// the next batch on, and before the first the layer is the identity.
/// Backward, straight through: `dx = dy` where `x` lies in the range, else 0; keeps `x`.
#[derive(Clone, Copy, Debug, Default)]
pub struct FakeQuantize<S>(PhantomData<fn() -> S>);

impl<S> FakeQuantize<S> {
    /// The layer.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

parameters! {
    @[allow(unsafe_code)]
    /// The range of a [`FakeQuantize`] layer.
    pub struct RangeBuffers<T> {
        /// The least number.
        pub min_val: [T; 1],
        /// The largest number.
        pub max_val: [T; 1],
        /// How many batches were seen.
        pub num_batches_tracked: [T; 1],
    }
}

impl RangeBuffers<f32> {
    /// Takes these numbers in: of a network that is calibrated the range covers all that passed.
    #[doc(hidden)]
    pub fn observe(&mut self, values: &[f32]) {
        let [mut min, mut max] = match self.num_batches_tracked[0] > 0.0 {
            true => [self.min_val[0], self.max_val[0]],
            false => [f32::INFINITY, f32::NEG_INFINITY],
        };
        for &x in values {
            // A NaN becomes an infinite range.
            min = if x >= min {
                min
            } else if x < min {
                x
            } else {
                f32::NEG_INFINITY
            };
            max = if x <= max {
                max
            } else if x > max {
                x
            } else {
                f32::INFINITY
            };
        }
        (self.min_val, self.max_val) = ([min], [max]);
        self.num_batches_tracked = [1.0];
    }

    fn average(&mut self, min: f32, max: f32) {
        if self.num_batches_tracked[0] > 0.0 {
            self.min_val[0] += AVERAGING * (min - self.min_val[0]);
            self.max_val[0] += AVERAGING * (max - self.max_val[0]);
        } else {
            (self.min_val, self.max_val) = ([min], [max]);
        }
        self.num_batches_tracked[0] += 1.0;
    }

    fn seen(&self) -> Option<Affine> {
        (self.num_batches_tracked[0] > 0.0)
            .then(|| Affine::covering(self.min_val[0], self.max_val[0]))
    }

    /// What the bytes behind a layer stand for.
    #[doc(hidden)]
    pub fn affine(&self, layer: &'static str) -> Result<Affine, QuantizeError> {
        let affine = self.seen().ok_or(QuantizeError::NoRange { layer })?;
        match affine.scale.is_finite() {
            true => Ok(affine),
            false => Err(QuantizeError::NotFinite { layer }),
        }
    }
}

impl<S: Shape<Scalar = f32>> Layer<f32> for FakeQuantize<S> {
    type Input = S;
    type Output = S;
    type Parameters = ();
    type Buffers = RangeBuffers<f32>;

    const BUFFERS: &'static [Tensor] = &[
        Tensor::new("min_val", &[1]),
        Tensor::new("max_val", &[1]),
        Tensor::new("num_batches_tracked", &[1]),
    ];
    /// The least and the largest number of a lane group, and the ends of the range.
    const SAVED: usize = 4;
    const SAVED_IN_INFERENCE: usize = 0;

    #[inline(always)]
    fn forward<E: Element<f32>>(
        &self,
        cx: Forward<f32, Self, E>,
        input: &S::Of<E>,
        output: &mut S::Of<E>,
    ) {
        let x = E::scalars(S::flat(slice::from_ref(input)));
        let y = E::scalars_mut(S::flat_mut(slice::from_mut(output)));
        match cx.buffers.seen() {
            Some(affine) => cx.isa.run(Round { affine, x, y }),
            None => y.copy_from_slice(x),
        }
    }

    #[inline(always)]
    fn backward<E: Element<f32>>(
        &self,
        cx: Backward<f32, Self, E>,
        input: &S::Of<E>,
        output: &S::Of<E>,
        d_output: &S::Of<E>,
        d_input: &mut S::Of<E>,
    ) {
        self.backward_training(
            cx,
            slice::from_ref(input),
            slice::from_ref(output),
            slice::from_ref(d_output),
            slice::from_mut(d_input),
        );
    }

    #[inline(always)]
    fn forward_training<E: Element<f32>>(
        &self,
        mut cx: Forward<f32, Self, E>,
        inputs: &[S::Of<E>],
        outputs: &mut [S::Of<E>],
    ) {
        for (group, (input, output)) in inputs.iter().zip(outputs).enumerate() {
            let mut cx = cx.group(group);
            let inside = match cx.buffers.seen() {
                Some(affine) => affine.range(),
                None => [f32::NEG_INFINITY, f32::INFINITY],
            };
            if let [min, max, low, high] = &mut cx.saved {
                [*low, *high] = inside.map(E::splat);
                [*min, *max] = [E::splat(f32::INFINITY), E::splat(f32::NEG_INFINITY)];
                for &x in S::flat::<E>(slice::from_ref(input)) {
                    *min = min.zip(x, |min, x| if x < min { x } else { min });
                    *max = max.zip(x, |max, x| if x > max { x } else { max });
                }
            }
            self.forward(cx.reborrow(), input, output);
        }
    }

    #[inline(always)]
    fn backward_training<E: Element<f32>>(
        &self,
        cx: Backward<f32, Self, E>,
        inputs: &[S::Of<E>],
        _: &[S::Of<E>],
        d_outputs: &[S::Of<E>],
        d_inputs: &mut [S::Of<E>],
    ) {
        let samples = inputs.iter().zip(d_outputs).zip(d_inputs);
        for (((input, d_output), d_input), saved) in samples.zip(cx.saved.as_chunks::<4>().0) {
            let [_, _, low, high] = *saved;
            let (x, dy) = (slice::from_ref(input), slice::from_ref(d_output));
            let inside = S::flat::<E>(x).iter().map(|x| {
                let above = x.zip(low, |x, low| f32::from(u8::from(x >= low)));
                above * x.zip(high, |x, high| f32::from(u8::from(x <= high)))
            });
            let dx = S::flat_mut::<E>(slice::from_mut(d_input)).iter_mut();
            for ((dx, dy), inside) in dx.zip(S::flat::<E>(dy)).zip(inside) {
                *dx = *dy * inside;
            }
        }
    }

    fn update_buffers<E: Element<f32>>(
        &self,
        buffers: &mut RangeBuffers<f32>,
        saved: &mut [E],
        _: usize,
    ) {
        let [mut min, mut max] = [f32::INFINITY, f32::NEG_INFINITY];
        for [low, high, ..] in saved.as_chunks::<4>().0 {
            for &low in E::scalars(slice::from_ref(low)) {
                min = min.min(low);
            }
            for &high in E::scalars(slice::from_ref(high)) {
                max = max.max(high);
            }
        }
        if min <= max {
            buffers.average(min, max);
        }
    }
}

struct Round<'a> {
    affine: Affine,
    x: &'a [f32],
    y: &'a mut [f32],
}

impl Work for Round<'_> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let rounding = super::affine::Rounding::of(self.affine);
        for (x, y) in self.x.iter().zip(self.y) {
            *y = self.affine.dequantize(rounding.quantize(*x));
        }
    }
}
