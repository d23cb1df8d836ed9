//! What a network trains with so that it bears to be quantised: activations and weights rounded as in the integer
//! network, with gradients as if they were not (Jacob et al. 2018, CVPR, arXiv:1712.05877, section 3).

use super::affine::{Affine, signed, weight_scale};
use super::error::QuantizeError;
use crate::element::Element;
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::simd::{Isa, Work};
use crate::tensor::{Order, Tensor};
use crate::{parameters, tensor};
use core::marker::PhantomData;
use core::slice;
use rand::Rng;

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

/// A layer whose weights are rounded to the 255 levels of an integer network, PyTorch's per-channel symmetric
/// `FakeQuantize` from −127 to 127: `w ← s·round(w/s)` with `s = max |w|/127` of each output.
///
/// Parameters, init and gradients are those of the layer: straight through, and no weight lies outside the range.
#[derive(Clone, Copy, Debug, Default)]
pub struct FakeWeights<L>(pub L);

impl<L: Layer<f32>> FakeWeights<L> {
    /// Scalars of the rounded parameters, and of the scale of each output behind them.
    const ROUNDED: usize = tensor::total_len(L::PARAMETERS) + Self::outputs();

    const fn outputs() -> usize {
        let (mut outputs, mut i) = (0, 0);
        while i < L::PARAMETERS.len() {
            if matches!(L::PARAMETERS[i].order, Order::OutputsInnermost) {
                outputs = L::PARAMETERS[i].dims[0];
            }
            i += 1;
        }
        outputs
    }

    /// The layer's own room, and the rounded parameters behind that of all lane groups.
    #[inline(always)]
    fn split<E: Element<f32>>(saved: &mut [E]) -> (&mut [E], &mut [f32]) {
        let groups = saved.len() / <Self as Layer<f32>>::SAVED.max(1);
        let (own, rounded) = saved
            .split_at_mut_checked(groups * L::SAVED)
            .unwrap_or_default();
        (own, E::scalars_mut(rounded))
    }

    #[inline(always)]
    fn rounded(scalars: &[f32]) -> Option<&L::Parameters> {
        let run = scalars.get(..tensor::total_len(L::PARAMETERS))?;
        bytemuck::try_from_bytes(bytemuck::cast_slice(run)).ok()
    }
}

impl<L: Layer<f32>> Layer<f32> for FakeWeights<L> {
    type Input = L::Input;
    type Output = L::Output;
    type Parameters = L::Parameters;
    type Buffers = L::Buffers;

    const PARAMETERS: &'static [Tensor] = L::PARAMETERS;
    const BUFFERS: &'static [Tensor] = L::BUFFERS;
    const MACS: usize = L::MACS;
    /// The rounded parameters, in the room of the first lane group.
    const SAVED: usize = L::SAVED + Self::ROUNDED;
    const OVERWRITES: bool = L::OVERWRITES;

    fn init<R: Rng + ?Sized>(
        &self,
        parameters: &mut L::Parameters,
        buffers: &mut L::Buffers,
        rng: &mut R,
    ) {
        self.0.init(parameters, buffers, rng);
    }

    #[inline(always)]
    fn forward<E: Element<f32>>(
        &self,
        cx: Forward<f32, Self, E>,
        input: &<L::Input as Shape>::Of<E>,
        output: &mut <L::Output as Shape>::Of<E>,
    ) {
        self.forward_training(cx, slice::from_ref(input), slice::from_mut(output));
    }

    #[inline(always)]
    fn backward<E: Element<f32>>(
        &self,
        cx: Backward<f32, Self, E>,
        input: &<L::Input as Shape>::Of<E>,
        output: &<L::Output as Shape>::Of<E>,
        d_output: &<L::Output as Shape>::Of<E>,
        d_input: &mut <L::Input as Shape>::Of<E>,
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
        cx: Forward<f32, Self, E>,
        inputs: &[<L::Input as Shape>::Of<E>],
        outputs: &mut [<L::Output as Shape>::Of<E>],
    ) {
        let (saved, rounded) = Self::split(cx.saved);
        let weights = crate::network::scalars(cx.parameters);
        round_weights(cx.isa, L::PARAMETERS, weights, rounded);
        if let Some(parameters) = Self::rounded(rounded) {
            let cx = Forward {
                parameters,
                buffers: cx.buffers,
                saved,
                samples: cx.samples,
                randomness: cx.randomness,
                isa: cx.isa,
            };
            self.0.forward_training(cx, inputs, outputs);
        }
    }

    #[inline(always)]
    fn backward_training<E: Element<f32>>(
        &self,
        cx: Backward<f32, Self, E>,
        inputs: &[<L::Input as Shape>::Of<E>],
        outputs: &[<L::Output as Shape>::Of<E>],
        d_outputs: &[<L::Output as Shape>::Of<E>],
        d_inputs: &mut [<L::Input as Shape>::Of<E>],
    ) {
        let (saved, rounded) = Self::split(cx.saved);
        if let Some(parameters) = Self::rounded(rounded) {
            let cx = Backward {
                parameters,
                gradients: cx.gradients,
                saved,
                input_gradient: cx.input_gradient,
                overwrite: cx.overwrite,
                samples: cx.samples,
                randomness: cx.randomness,
                isa: cx.isa,
            };
            self.0
                .backward_training(cx, inputs, outputs, d_outputs, d_inputs);
        }
    }
}

/// Writes the parameters, weights rounded; behind them there is room for the scale of each output.
fn round_weights(isa: Isa, tensors: &'static [Tensor], weights: &[f32], rounded: &mut [f32]) {
    let Some((mut to, scales)) = rounded.split_at_mut_checked(weights.len()) else {
        return;
    };
    let mut from = weights;
    for tensor in tensors {
        let (Some((w, from_behind)), Some((q, to_behind))) = (
            from.split_at_checked(tensor.len()),
            core::mem::take(&mut to).split_at_mut_checked(tensor.len()),
        ) else {
            return;
        };
        (from, to) = (from_behind, to_behind);
        let outputs = tensor.dims.first().copied().unwrap_or(0);
        match (tensor.order, scales.get_mut(..outputs)) {
            (Order::OutputsInnermost, Some(scales)) => isa.run(RoundWeights { scales, w, q }),
            _ => q.copy_from_slice(w),
        }
    }
}

struct RoundWeights<'a> {
    scales: &'a mut [f32],
    w: &'a [f32],
    q: &'a mut [f32],
}

impl Work for RoundWeights<'_> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Self { scales, w, q } = self;
        let outputs = scales.len().max(1);
        scales.fill(0.0);
        for row in w.chunks_exact(outputs) {
            for (largest, w) in scales.iter_mut().zip(row) {
                *largest = largest.max(w.abs());
            }
        }
        for scale in scales.iter_mut() {
            *scale = weight_scale(*scale);
        }
        for (w, q) in w.chunks_exact(outputs).zip(q.chunks_exact_mut(outputs)) {
            for ((w, q), scale) in w.iter().zip(q).zip(&*scales) {
                *q = f32::from(signed(w / scale)) * scale;
            }
        }
    }
}
