//! Statistics of a channel over a batch, normalisation by them, and its gradient.
//!
//! Shapes: `x, y: [group][channels][positions][lanes]`; statistics: one value a channel, every `step` scalars. Only the
//! first `samples` of the samples are real; the lanes behind them must not count. `lanes` is 1 or [`LANES`].

use super::normalization::{deviations, gradient_row, gradient_sums};
use super::sum::sum;
use crate::Scalar;
use crate::element::LANES;
use crate::simd::{Vector, kernel};

/// The sizes of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    pub(crate) samples: usize,
    pub(crate) channels: usize,
    pub(crate) positions: usize,
}

impl Geometry {
    /// How many values a statistic of a channel is made of.
    #[inline(always)]
    fn count<T: Scalar>(self) -> T {
        T::from_usize((self.samples * self.positions).max(1))
    }

    /// Scalars of a channel in a lane group.
    #[inline(always)]
    fn plane(self, lanes: usize) -> usize {
        (self.positions * lanes).max(1)
    }

    /// A channel in each lane group.
    #[inline(always)]
    fn channel<T>(self, lanes: usize, channel: usize, x: &[T]) -> impl Iterator<Item = &[T]> {
        let planes = x.chunks_exact(self.plane(lanes));
        planes.skip(channel).step_by(self.channels.max(1))
    }

    /// The same to write to.
    #[inline(always)]
    fn channel_mut<T>(
        self,
        lanes: usize,
        channel: usize,
        x: &mut [T],
    ) -> impl Iterator<Item = &mut [T]> {
        let planes = x.chunks_exact_mut(self.plane(lanes));
        planes.skip(channel).step_by(self.channels.max(1))
    }

    /// Ones in the real lanes of a group and zeros in the others. Of one sample the elements lie there, all real.
    #[inline(always)]
    fn real<T: Scalar, V: Vector<T>>(self, lanes: usize, group: usize) -> V {
        let mut real = [T::ONE; LANES];
        if lanes > 1 {
            for (lane, real) in real.iter_mut().enumerate() {
                if group * LANES + lane >= self.samples {
                    *real = T::ZERO;
                }
            }
        }
        V::load(&real)
    }
}

kernel! {
    /// Mean and biased variance of every channel, in `mean` and `variance`, every `lanes` scalars.
    ///
    /// The mean is taken first and the variance around it, and both are corrected by what the deviations from a rounded
    /// mean add up to (Chan, Golub & LeVeque 1983, The American Statistician 37), so a large mean costs no digits.
    Moments: pub(crate) fn moments<T, FMA, TILE>(
        lanes: usize,
        geometry: Geometry,
        x: &[T],
        mean: &mut [T],
        variance: &mut [T],
    ) {
        let count = geometry.count::<T>();
        let outputs = mean.chunks_exact_mut(lanes.max(1)).zip(variance.chunks_exact_mut(lanes.max(1)));
        for (channel, (mean_out, variance_out)) in outputs.enumerate() {
            let mut total = V::zero();
            for (group, x) in geometry.channel(lanes, channel, x).enumerate() {
                total = sum::<T, V>(x).multiply_add(geometry.real(lanes, group), total);
            }
            let mean = total.total() / count;
            let shift = V::splat(-mean);
            let [mut total, mut total_squares] = [V::zero(); 2];
            for (group, x) in geometry.channel(lanes, channel, x).enumerate() {
                let real = geometry.real::<T, V>(lanes, group);
                let [sum, squares] = deviations::<T, V>(shift, x);
                total = sum.multiply_add(real, total);
                total_squares = squares.multiply_add(real, total_squares);
            }
            let correction = total.total() / count;
            let variance = total_squares.total() / count - correction * correction;
            mean_out.fill(mean + correction);
            variance_out.fill(variance.max(T::ZERO));
        }
    }
}

kernel! {
    /// `y = (x − mean) / √(variance + eps) · weight + bias`, with statistics every `step` scalars; `weight` and `bias`
    /// may be empty.
    Normalize: pub(crate) fn normalize<T, FMA, TILE>(
        lanes: usize,
        geometry: Geometry,
        statistics: (usize, &[T], &[T]),
        eps: T,
        affine: (&[T], &[T]),
        x: &[T],
        y: &mut [T],
    ) {
        let (step, mean, variance) = statistics;
        let plane = geometry.plane(lanes);
        if plane == 1 && step == 1 {
            let channels = geometry.channels.max(1);
            for (x, y) in x.chunks_exact(channels).zip(y.chunks_exact_mut(channels)) {
                normalize_features(mean, variance, eps, affine, x, y);
            }
            return;
        }
        for (index, (x, y)) in x.chunks_exact(plane).zip(y.chunks_exact_mut(plane)).enumerate() {
            let channel = index % geometry.channels.max(1);
            let (Some(&mean), Some(&variance)) = (mean.get(channel * step), variance.get(channel * step)) else {
                return;
            };
            let weight = affine.0.get(channel).copied().unwrap_or(T::ONE);
            let bias = affine.1.get(channel).copied().unwrap_or(T::ZERO);
            let scale = weight / (variance + eps).sqrt();
            for (x, y) in x.iter().zip(y) {
                *y = (*x - mean) * scale + bias;
            }
        }
    }
}

/// One sample in which each channel is one number: the channels lie in the SIMD lanes.
#[inline(always)]
fn normalize_features<T: Scalar>(
    mean: &[T],
    variance: &[T],
    eps: T,
    (weight, bias): (&[T], &[T]),
    x: &[T],
    y: &mut [T],
) {
    let statistics = mean.iter().zip(variance);
    for ((&x, y), (&mean, &variance)) in x.iter().zip(&mut *y).zip(statistics) {
        *y = (x - mean) / (variance + eps).sqrt();
    }
    for (y, (&weight, &bias)) in y.iter_mut().zip(weight.iter().zip(bias)) {
        *y = *y * weight + bias;
    }
}

kernel! {
    /// With `x̂ = (x − mean)/σ`, `σ = √(variance + eps)` and `n` values a channel: `dw += Σ dy·x̂`, `db += Σ dy`,
    /// `dx = w/σ · (dy − Σ dy/n − x̂·Σ dy·x̂/n)`. Statistics as [`moments`] writes them; `dy` is zero in the lanes behind
    /// the last sample.
    Backward: pub(crate) fn backward<T, FMA, TILE>(
        lanes: usize,
        geometry: Geometry,
        statistics: (&[T], &[T]),
        eps: T,
        weight: &[T],
        x: &[T],
        dy: &[T],
        gradients: (&mut [T], &mut [T]),
        dx: &mut [T],
    ) {
        let (means, variances) = statistics;
        let (d_weight, d_bias) = gradients;
        let count = geometry.count::<T>();
        for channel in 0..geometry.channels {
            let statistics = (means.get(channel * lanes), variances.get(channel * lanes));
            let (Some(&mean), Some(&variance)) = statistics else {
                return;
            };
            let inverse = T::ONE / (variance + eps).sqrt();
            let (shift, mut sums) = (V::splat(-mean), [V::zero(); 2]);
            let planes = geometry.channel(lanes, channel, x).zip(geometry.channel(lanes, channel, dy));
            for (x, dy) in planes {
                let [sum, product] = gradient_sums::<T, V>(shift, V::splat(inverse), x, dy);
                sums = [sums[0].add(sum), sums[1].add(product)];
            }
            let (db, dw) = (sums[0].total(), sums[1].total());
            if let Some(d_bias) = d_bias.get_mut(channel) {
                *d_bias += db;
            }
            if let Some(d_weight) = d_weight.get_mut(channel) {
                *d_weight += dw;
            }

            let scale = weight.get(channel).copied().unwrap_or(T::ONE) * inverse;
            let offset = V::splat(-scale * (db / count));
            let slope = V::splat(-scale * (dw / count) * inverse);
            let planes = geometry.channel(lanes, channel, x).zip(geometry.channel(lanes, channel, dy));
            let planes = planes.zip(geometry.channel_mut(lanes, channel, dx));
            for (group, ((x, dy), dx)) in planes.enumerate() {
                let real = geometry.real::<T, V>(lanes, group);
                let (slope, offset) = (slope.multiply(real), offset.multiply(real));
                gradient_row::<T, V>(shift, slope, offset, V::splat(scale), x, dy, dx);
            }
        }
    }
}
