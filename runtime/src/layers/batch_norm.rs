use crate::kernels::batch_norm::{self, Geometry};
use crate::layer::{Backward, Forward, Layer};
use crate::shape::Shape;
use crate::tensor::Tensor;
use crate::{Element, Scalar, parameters};
use core::marker::PhantomData;
use core::slice;
use nalgebra::SVector;
use rand::Rng;

/// Batch normalisation, PyTorch's `nn.BatchNorm1d` and `nn.BatchNorm2d` (Ioffe & Szegedy 2015, arXiv:1502.03167):
/// `y = w·(x − µ)/√(σ² + eps) + b` for each channel.
///
/// Shapes: `x, y: S`, one of `[C]`, `[C, L]` and `[C, H, W]`; `w, b: [C]` (`AFFINE` is `C`, or 0 without `affine`).
/// In training `µ` and `σ²` are mean and biased variance of the channel over the samples of the batch and all
/// positions; then the buffers move towards them, `running ← (1 − momentum)·running + momentum·value`, where
/// `running_var` takes the unbiased variance. In inference they are `running_mean` and `running_var`.
/// Backward, with `x̂ = (x − µ)/√(σ² + eps)` and means over the same values: `dw += Σ dy·x̂`, `db += Σ dy`,
/// `dx = w/√(σ² + eps) · (dy − mean dy − x̂·mean(dy·x̂))`; keeps `x`, `µ` and `σ²`.
/// A frozen one runs in training as in inference, and its buffers stay, as torchvision's `FrozenBatchNorm2d`.
/// Init: `w` 1, `b` 0, `running_mean` 0, `running_var` 1.
/// Cost: a multiply-add an element.
#[derive(Clone, Copy, Debug)]
pub struct BatchNorm<S, const C: usize, const AFFINE: usize> {
    /// What is added to the variance; 1e-5 by default.
    pub eps: f64,
    /// How far the buffers move with every batch; 0.1 by default.
    pub momentum: f64,
    shape: PhantomData<fn() -> S>,
}

parameters! {
    @[allow(unsafe_code)]
    /// Weight and bias of a [`BatchNorm`] layer.
    pub struct BatchNormParameters<T, const AFFINE: usize> {
        /// `w`
        pub weight: SVector<T, AFFINE>,
        /// `b`
        pub bias: SVector<T, AFFINE>,
    }
}

parameters! {
    @[allow(unsafe_code)]
    /// Running statistics of a [`BatchNorm`] layer.
    pub struct BatchNormBuffers<T, const C: usize> {
        /// Moving average of `µ`.
        pub running_mean: SVector<T, C>,
        /// Moving average of the unbiased variance.
        pub running_var: SVector<T, C>,
    }
}

impl<S, const C: usize, const AFFINE: usize> Default for BatchNorm<S, C, AFFINE> {
    fn default() -> Self {
        Self::new(1e-5, 0.1)
    }
}

impl<S, const C: usize, const AFFINE: usize> BatchNorm<S, C, AFFINE> {
    /// The layer with these options.
    pub const fn new(eps: f64, momentum: f64) -> Self {
        Self {
            eps,
            momentum,
            shape: PhantomData,
        }
    }
}

impl<S: Shape, const C: usize, const AFFINE: usize> BatchNorm<S, C, AFFINE> {
    /// Positions of a channel in a sample.
    const POSITIONS: usize = S::LEN / C;

    #[inline(always)]
    fn geometry(samples: usize) -> Geometry {
        Geometry {
            samples,
            channels: C,
            positions: Self::POSITIONS,
        }
    }
}

impl<T: Scalar, S: Shape<Scalar = T>, const C: usize, const AFFINE: usize> BatchNorm<S, C, AFFINE> {
    /// As in inference; keeps `running_var`, since there are no buffers on the way back.
    fn forward_frozen<E: Element<T>>(
        &self,
        mut cx: Forward<T, Self, E>,
        inputs: &[S::Of<E>],
        outputs: &mut [S::Of<E>],
    ) {
        let kept = cx.saved.iter_mut().skip(C);
        for (kept, &variance) in kept.zip(&cx.buffers.running_var) {
            *kept = E::splat(variance);
        }
        // Every lane counts.
        cx.samples = E::LANES;
        for (input, output) in inputs.iter().zip(outputs) {
            self.forward(cx.reborrow(), input, output);
        }
    }

    /// `dx = w/√(running_var + eps)·dy`
    fn backward_frozen<E: Element<T>>(
        &self,
        cx: &Backward<T, Self, E>,
        d_outputs: &[S::Of<E>],
        d_inputs: &mut [S::Of<E>],
    ) {
        if !cx.input_gradient {
            return;
        }
        let (eps, positions) = (T::from_f64(self.eps), Self::POSITIONS.max(1));
        let dy = S::flat::<E>(d_outputs).chunks(positions);
        let dx = S::flat_mut::<E>(d_inputs).chunks_mut(positions);
        let variances = cx.saved.iter().skip(C).take(C);
        let mut weights = cx.parameters.weight.iter();
        let factors: [T; C] = {
            let mut factors = [T::ONE; C];
            for (factor, variance) in factors.iter_mut().zip(variances) {
                let weight = weights.next().copied().unwrap_or(T::ONE);
                let variance = E::scalars(core::slice::from_ref(variance)).first();
                let variance = variance.copied().unwrap_or(T::ONE);
                *factor = weight / Scalar::sqrt(variance + eps);
            }
            factors
        };
        for ((dy, dx), &factor) in dy.zip(dx).zip(factors.iter().cycle()) {
            for (dy, dx) in dy.iter().zip(dx) {
                *dx = *dy * factor;
            }
        }
    }
}

impl<T: Scalar, S: Shape<Scalar = T>, const C: usize, const AFFINE: usize> Layer<T>
    for BatchNorm<S, C, AFFINE>
{
    type Input = S;
    type Output = S;
    type Parameters = BatchNormParameters<T, AFFINE>;
    type Buffers = BatchNormBuffers<T, C>;

    const PARAMETERS: &'static [Tensor] = &[
        Tensor::new("weight", &[AFFINE]),
        Tensor::new("bias", &[AFFINE]),
    ];
    const BUFFERS: &'static [Tensor] = &[
        Tensor::new("running_mean", &[C]),
        Tensor::new("running_var", &[C]),
    ];
    const MACS: usize = S::LEN;
    /// Mean and biased variance of every channel, kept with the first lane group.
    const SAVED: usize = 2 * C;
    const CROSS_SAMPLE: bool = true;

    fn init<R: Rng + ?Sized>(
        &self,
        parameters: &mut Self::Parameters,
        buffers: &mut Self::Buffers,
        _: &mut R,
    ) {
        parameters.weight.fill(T::ONE);
        parameters.bias.fill(T::ZERO);
        buffers.running_mean.fill(T::ZERO);
        buffers.running_var.fill(T::ONE);
    }

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &S::Of<E>,
        output: &mut S::Of<E>,
    ) {
        let (mean, variance) = (&cx.buffers.running_mean, &cx.buffers.running_var);
        let (weight, bias) = (&cx.parameters.weight, &cx.parameters.bias);
        batch_norm::normalize(
            cx.isa,
            E::LANES,
            Self::geometry(cx.samples),
            (1, mean.as_slice(), variance.as_slice()),
            T::from_f64(self.eps),
            (weight.as_slice(), bias.as_slice()),
            E::scalars(S::flat(slice::from_ref(input))),
            E::scalars_mut(S::flat_mut(slice::from_mut(output))),
        );
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
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

    #[inline]
    fn forward_training<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        inputs: &[S::Of<E>],
        outputs: &mut [S::Of<E>],
    ) {
        if cx.frozen {
            return self.forward_frozen(cx, inputs, outputs);
        }
        let Some((mean, rest)) = cx.saved.split_at_mut_checked(C) else {
            return;
        };
        let variance = rest.get_mut(..C).unwrap_or_default();
        let (mean, variance) = (E::scalars_mut(mean), E::scalars_mut(variance));
        let (weight, bias) = (&cx.parameters.weight, &cx.parameters.bias);
        let geometry = Self::geometry(cx.samples);
        let x = E::scalars(S::flat(inputs));
        batch_norm::moments(cx.isa, E::LANES, geometry, x, mean, variance);
        batch_norm::normalize(
            cx.isa,
            E::LANES,
            geometry,
            (E::LANES, mean, variance),
            T::from_f64(self.eps),
            (weight.as_slice(), bias.as_slice()),
            x,
            E::scalars_mut(S::flat_mut(outputs)),
        );
    }

    #[inline]
    fn backward_training<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        inputs: &[S::Of<E>],
        _outputs: &[S::Of<E>],
        d_outputs: &[S::Of<E>],
        d_inputs: &mut [S::Of<E>],
    ) {
        if cx.frozen {
            return self.backward_frozen(&cx, d_outputs, d_inputs);
        }
        let Some((mean, variance)) = cx.saved.split_at_checked(C) else {
            return;
        };
        let (dw, db) = (&mut cx.gradients.weight, &mut cx.gradients.bias);
        batch_norm::backward(
            cx.isa,
            E::LANES,
            Self::geometry(cx.samples),
            (E::scalars(mean), E::scalars(variance)),
            T::from_f64(self.eps),
            cx.parameters.weight.as_slice(),
            E::scalars(S::flat(inputs)),
            E::scalars(S::flat(d_outputs)),
            (dw.as_mut_slice(), db.as_mut_slice()),
            E::scalars_mut(S::flat_mut(d_inputs)),
        );
    }

    fn update_buffers<E: Element<T>>(
        &self,
        buffers: &mut Self::Buffers,
        saved: &mut [E],
        samples: usize,
    ) {
        let Some((mean, variance)) = saved.split_at_checked(C) else {
            return;
        };
        let count = samples * Self::POSITIONS;
        let unbiased = T::from_usize(count) / T::from_usize(count.saturating_sub(1).max(1));
        let momentum = T::from_f64(self.momentum);
        let kept = T::from_f64(1.0 - self.momentum);
        let means = E::scalars(mean).iter().step_by(E::LANES);
        for (running, &mean) in buffers.running_mean.iter_mut().zip(means) {
            *running = kept * *running + momentum * mean;
        }
        let variances = E::scalars(variance).iter().step_by(E::LANES);
        for (running, &variance) in buffers.running_var.iter_mut().zip(variances) {
            *running = kept * *running + momentum * (variance * unbiased);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::element::{LANES, Lanes};
    use crate::gradient_check::check_layer;
    use crate::layer::Randomness;
    use crate::network::inference;
    use crate::pass::Context;
    use crate::simd::Isa;
    use bytemuck::Zeroable;
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    const SAMPLES: usize = LANES + 5;
    type Image<T> = [[[T; 2]; 3]; 4];
    type Norm = BatchNorm<Image<f32>, 4, 4>;

    /// 21 samples in two lane groups; the lanes behind them hold numbers that would spoil every statistic.
    fn batch(mean: f64) -> [Image<Lanes<f32>>; 2] {
        let mut rng = StdRng::seed_from_u64(2);
        let mut groups = [Image::<Lanes<f32>>::zeroed(); 2];
        for (group, x) in groups.iter_mut().enumerate() {
            for x in x.as_flattened_mut().as_flattened_mut() {
                for (lane, x) in x.0.iter_mut().enumerate() {
                    let real = group * LANES + lane < SAMPLES;
                    let value = mean + rng.random_range(-1.7..1.7);
                    *x = if real { value as f32 } else { 1e9 };
                }
            }
        }
        groups
    }

    /// Mean and biased variance of a channel in two passes of `f64`.
    fn moments(x: &[Image<Lanes<f32>>; 2], channel: usize) -> (f64, f64) {
        let values: Vec<f64> = (0..SAMPLES)
            .flat_map(|sample| {
                let plane = x[sample / LANES][channel].as_flattened();
                plane.iter().map(move |x| x.0[sample % LANES].into())
            })
            .collect();
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares = values.iter().map(|x| (x - mean) * (x - mean));
        (mean, squares.sum::<f64>() / count)
    }

    fn train(
        isa: Isa,
        x: &[Image<Lanes<f32>>; 2],
    ) -> ([Image<Lanes<f32>>; 2], BatchNormBuffers<f32, 4>) {
        let layer = Norm::default();
        let (mut parameters, mut buffers) = (Zeroable::zeroed(), Zeroable::zeroed());
        layer.init(&mut parameters, &mut buffers, &mut StdRng::seed_from_u64(0));
        let context = Context {
            samples: SAMPLES,
            input_gradient: true,
            overwrite: false,
            frozen: false,
            randomness: Randomness::new(0, 0, 0),
            isa,
        };
        let mut saved = [Lanes::splat(0.0); 2 * <Norm as Layer<f32>>::SAVED];
        let mut y = [Image::zeroed(); 2];
        let cx = context.forward(&layer, 0, &parameters, &buffers, &mut saved);
        layer.forward_training(cx, x, &mut y);
        layer.update_buffers(&mut buffers, &mut saved, SAMPLES);
        (y, buffers)
    }

    #[test]
    fn agrees_with_two_passes_over_the_real_samples() {
        // A mean of 10⁴ is itself rounded to 5e-4 in f32.
        for (mean, tolerance) in [(0.0, 2e-6), (3.0, 4e-6), (1e4, 2e-3)] {
            let x = batch(mean);
            for isa in Isa::for_tests() {
                let (y, buffers) = train(isa, &x);
                for channel in 0..4 {
                    let (mean, variance) = moments(&x, channel);
                    let plane = x[1][channel].as_flattened().iter();
                    for (x, y) in plane.zip(y[1][channel].as_flattened()) {
                        for lane in 0..SAMPLES - LANES {
                            let expected = (f64::from(x.0[lane]) - mean) / (variance + 1e-5).sqrt();
                            assert!((f64::from(y.0[lane]) - expected).abs() < tolerance);
                        }
                    }
                    let count = (SAMPLES * 6) as f64;
                    let running = f64::from(buffers.running_var[channel]);
                    let unbiased = variance * count / (count - 1.0);
                    assert!((running - (0.9 + 0.1 * unbiased)).abs() < 1e-6);
                    let running = f64::from(buffers.running_mean[channel]);
                    assert!((running - 0.1 * mean).abs() < 1e-7 * mean.max(1.0));
                }
            }
        }
    }

    #[test]
    fn inference_uses_the_running_statistics() {
        let layer = BatchNorm::<[f64; 2], 2, 2>::default();
        let (mut parameters, mut buffers) = (
            BatchNormParameters::<f64, 2>::zeroed(),
            BatchNormBuffers::<f64, 2>::zeroed(),
        );
        parameters.weight = [2.0, 3.0].into();
        parameters.bias = [0.5, -1.0].into();
        buffers.running_mean = [1.0, -2.0].into();
        buffers.running_var = [4.0, 9.0].into();
        let mut y = [0.0; 2];
        let cx = inference(Isa::detect(), &layer, &parameters, &buffers, &mut []);
        layer.forward(cx, &[3.0, 1.0], &mut y);
        assert!((y[0] - (2.0 * 2.0 / 4.00001_f64.sqrt() + 0.5)).abs() < 1e-15);
        assert!((y[1] - (3.0 * 3.0 / 9.00001_f64.sqrt() - 1.0)).abs() < 1e-15);
        let lanes = inference(Isa::detect(), &layer, &parameters, &buffers, &mut []);
        let mut y_lanes = [Lanes::splat(0.0); 2];
        layer.forward(lanes, &[Lanes::splat(3.0), Lanes::splat(1.0)], &mut y_lanes);
        assert_eq!(y_lanes, y.map(Lanes::splat));
    }

    #[test]
    fn gradients_with_and_without_weights() {
        check_layer(BatchNorm::<[f64; 5], 5, 5>::default());
        check_layer(BatchNorm::<[[f64; 3]; 2], 2, 0>::default());
        check_layer(BatchNorm::<[[[f64; 2]; 3]; 2], 2, 2>::new(1e-3, 0.2));
    }
}
