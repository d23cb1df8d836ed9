//! Statistics of a channel over a batch, normalisation by them, and its gradient.
//!
//! Shapes: `x, y: [group][channels][positions][L]`; statistics: one value a channel, every `step` scalars. Only the first
//! `samples` of the `groups·L` samples are real; the lanes behind them must not count. `L` is 1 or [`LANES`].

use super::tile::{ONE, sum};
use crate::Scalar;
use crate::element::LANES;
use crate::simd::kernel;

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

    /// The positions of one channel in each lane group, with 1 for the real lanes of the group and 0 for the others.
    #[inline(always)]
    fn channel<T: Scalar, const L: usize>(
        self,
        channel: usize,
        x: &[[T; L]],
    ) -> impl Iterator<Item = (&[[T; L]], [T; L])> {
        let start = channel * self.positions;
        let groups = x.chunks_exact((self.channels * self.positions).max(1));
        groups.enumerate().map(move |(group, x)| {
            let x = x.get(start..start + self.positions).unwrap_or_default();
            (x, self.real_lanes(group))
        })
    }

    #[inline(always)]
    fn real_lanes<T: Scalar, const L: usize>(self, group: usize) -> [T; L] {
        let mut real = [T::ZERO; L];
        for (lane, real) in real.iter_mut().enumerate() {
            if group * L + lane < self.samples {
                *real = T::ONE;
            }
        }
        real
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
        if lanes == 1 {
            moments_lanes::<T, ONE>(geometry, x.as_chunks().0, mean.as_chunks_mut().0, variance.as_chunks_mut().0);
        } else {
            moments_lanes::<T, LANES>(geometry, x.as_chunks().0, mean.as_chunks_mut().0, variance.as_chunks_mut().0);
        }
    }
}

#[inline(always)]
fn moments_lanes<T: Scalar, const L: usize>(
    geometry: Geometry,
    x: &[[T; L]],
    means: &mut [[T; L]],
    variances: &mut [[T; L]],
) {
    let count = geometry.count::<T>();
    for (channel, (mean_out, variance_out)) in means.iter_mut().zip(variances).enumerate() {
        let mut sums = [T::ZERO; L];
        for (x, real) in geometry.channel(channel, x) {
            for x in x {
                for l in 0..L {
                    sums[l] += real[l] * x[l];
                }
            }
        }
        let mean = sum(&sums) / count;
        let (mut sums, mut squares) = ([T::ZERO; L], [T::ZERO; L]);
        for (x, real) in geometry.channel(channel, x) {
            for x in x {
                for l in 0..L {
                    let deviation = real[l] * (x[l] - mean);
                    sums[l] += deviation;
                    squares[l] += deviation * deviation;
                }
            }
        }
        let correction = sum(&sums) / count;
        *mean_out = [mean + correction; L];
        *variance_out = [(sum(&squares) / count - correction * correction).max(T::ZERO); L];
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
        let channels = geometry.channels.max(1);
        let plane = (geometry.positions * lanes).max(1);
        for (index, (x, y)) in x.chunks_exact(plane).zip(y.chunks_exact_mut(plane)).enumerate() {
            let channel = index % channels;
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

kernel! {
    /// With `x̂ = (x − mean)/σ`, `σ = √(variance + eps)` and `n` values a channel: `dw += Σ dy·x̂`, `db += Σ dy`,
    /// `dx = w/σ · (dy − Σ dy/n − x̂·Σ dy·x̂/n)`. Statistics as [`moments`] writes them.
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
        if lanes == 1 {
            backward_lanes::<T, ONE>(geometry, statistics, eps, weight, x.as_chunks().0, dy.as_chunks().0, gradients, dx.as_chunks_mut().0);
        } else {
            backward_lanes::<T, LANES>(geometry, statistics, eps, weight, x.as_chunks().0, dy.as_chunks().0, gradients, dx.as_chunks_mut().0);
        }
    }
}

#[inline(always)]
fn backward_lanes<T: Scalar, const L: usize>(
    geometry: Geometry,
    (means, variances): (&[T], &[T]),
    eps: T,
    weight: &[T],
    x: &[[T; L]],
    dy: &[[T; L]],
    (d_weight, d_bias): (&mut [T], &mut [T]),
    dx: &mut [[T; L]],
) {
    let count = geometry.count::<T>();
    for channel in 0..geometry.channels {
        let statistics = (means.get(channel * L), variances.get(channel * L));
        let (Some(&mean), Some(&variance)) = statistics else {
            return;
        };
        let inverse = T::ONE / (variance + eps).sqrt();
        let (mut sums, mut products) = ([T::ZERO; L], [T::ZERO; L]);
        let groups = geometry
            .channel(channel, x)
            .zip(geometry.channel(channel, dy));
        for ((x, _), (dy, real)) in groups {
            for (x, dy) in x.iter().zip(dy) {
                for l in 0..L {
                    let dy = real[l] * dy[l];
                    sums[l] += dy;
                    products[l] += dy * ((x[l] - mean) * inverse);
                }
            }
        }
        let (db, dw) = (sum(&sums), sum(&products));
        if let Some(d_bias) = d_bias.get_mut(channel) {
            *d_bias += db;
        }
        if let Some(d_weight) = d_weight.get_mut(channel) {
            *d_weight += dw;
        }

        let scale = weight.get(channel).copied().unwrap_or(T::ONE) * inverse;
        let (db, dw) = (db / count, dw / count);
        let start = channel * geometry.positions;
        let groups = dx.chunks_exact_mut((geometry.channels * geometry.positions).max(1));
        let inputs = geometry
            .channel(channel, x)
            .zip(geometry.channel(channel, dy));
        for (dx, ((x, _), (dy, real))) in groups.zip(inputs) {
            let dx = dx.get_mut(start..start + geometry.positions);
            for ((dx, x), dy) in dx.unwrap_or_default().iter_mut().zip(x).zip(dy) {
                for l in 0..L {
                    let normal = (x[l] - mean) * inverse;
                    dx[l] = real[l] * scale * (dy[l] - db - normal * dw);
                }
            }
        }
    }
}
