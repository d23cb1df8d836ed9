use crate::init::Init;
use crate::layer::{Backward, Forward, Layer};
use crate::simd::Work;
use crate::tensor::Tensor;
use crate::{Element, Scalar, join, parameters};
use core::marker::PhantomData;
use rand::Rng;

/// Tells the steps of a sequence apart by adding sinusoids (Vaswani et al. 2017, arXiv:1706.03762, §3.5): at step `t`
/// `y_2i = x_2i + sin(t·ω_i)` and `y_2i+1 = x_2i+1 + cos(t·ω_i)` with `ω_i = 10000^(−2i/F)`.
///
/// Shapes: `x, y: [L, F]`. Backward: `dx = dy`. PyTorch has no such layer.
///
/// The `L·F` numbers are computed while compiling and lie in the program as `f64`. A [`Stream`](crate::Stream) computes
/// them at each step, and goes on beyond `L`.
#[derive(Clone, Copy, Debug, Default)]
pub struct PositionalEncoding<const L: usize, const F: usize>;

impl<const L: usize, const F: usize> PositionalEncoding<L, F> {
    const TABLE: &[[f64; F]; L] = &sinusoids();
}

impl<T: Scalar, const L: usize, const F: usize> Layer<T> for PositionalEncoding<L, F> {
    type Input = [[T; F]; L];
    type Output = [[T; F]; L];
    type Parameters = ();
    type Buffers = ();

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[[E; F]; L],
        output: &mut [[E; F]; L],
    ) {
        cx.isa.run_for::<T, E, _>(Sum {
            x: input.as_flattened(),
            table: Self::TABLE.as_flattened(),
            y: output.as_flattened_mut(),
            number: T::from_f64,
        });
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        _input: &[[E; F]; L],
        _output: &[[E; F]; L],
        d_output: &[[E; F]; L],
        d_input: &mut [[E; F]; L],
    ) {
        if cx.input_gradient {
            join::copy(d_input.as_flattened_mut(), d_output.as_flattened());
        }
    }
}

/// Tells the steps of a sequence apart by adding a trained vector to each: `y_t = x_t + w_t`.
///
/// Shapes: `x, y: [L, F]`, `w: [L, F]`. Backward: `dw += dy`, `dx = dy`.
/// Init: normal with mean 0 and standard deviation 0.02, as GPT-2's `wpe` and BERT's position embeddings, which are an
/// `nn.Embedding` of this shape in PyTorch.
#[derive(Clone, Copy, Debug, Default)]
pub struct LearnedPositionalEncoding<const L: usize, const F: usize>;

parameters! {
    @[allow(unsafe_code)]
    /// The vectors of a [`LearnedPositionalEncoding`].
    pub struct PositionalEncodingParameters<T, const L: usize, const F: usize> {
        /// `w`, a row a step.
        pub weight: [[T; F]; L],
    }
}

impl<T: Scalar, const L: usize, const F: usize> Layer<T> for LearnedPositionalEncoding<L, F> {
    type Input = [[T; F]; L];
    type Output = [[T; F]; L];
    type Parameters = PositionalEncodingParameters<T, L, F>;
    type Buffers = ();

    const PARAMETERS: &'static [Tensor] = &[Tensor::new("weight", &[L, F])];

    fn init<R: Rng + ?Sized>(&self, parameters: &mut Self::Parameters, _: &mut (), rng: &mut R) {
        let init = Init::Normal {
            mean: 0.0,
            std: 0.02,
        };
        init.fill(parameters.weight.as_flattened_mut(), L, F, rng);
    }

    #[inline]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<T, Self, E>,
        input: &[[E; F]; L],
        output: &mut [[E; F]; L],
    ) {
        cx.isa.run_for::<T, E, _>(Sum {
            x: input.as_flattened(),
            table: cx.parameters.weight.as_flattened(),
            y: output.as_flattened_mut(),
            number: |value: T| value,
        });
    }

    #[inline]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<T, Self, E>,
        _input: &[[E; F]; L],
        _output: &[[E; F]; L],
        d_output: &[[E; F]; L],
        d_input: &mut [[E; F]; L],
    ) {
        if cx.input_gradient {
            join::copy(d_input.as_flattened_mut(), d_output.as_flattened());
        }
        cx.isa.run_for::<T, E, _>(Totals {
            dy: d_output.as_flattened(),
            dw: cx.gradients.weight.as_flattened_mut(),
            scalar: PhantomData,
        });
    }
}

/// `y = x + table`, the same for every lane.
struct Sum<'a, E, N, F> {
    x: &'a [E],
    table: &'a [N],
    y: &'a mut [E],
    number: F,
}

impl<T: Scalar, E: Element<T>, N: Copy, F: Fn(N) -> T> Work for Sum<'_, E, N, F> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for ((y, &x), &value) in self.y.iter_mut().zip(self.x).zip(self.table) {
            *y = x + (self.number)(value);
        }
    }
}

/// `dw += dy`, summed over the lanes.
struct Totals<'a, T, E> {
    dy: &'a [E],
    dw: &'a mut [T],
    scalar: PhantomData<E>,
}

impl<T: Scalar, E: Element<T>> Work for Totals<'_, T, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for (dw, &dy) in self.dw.iter_mut().zip(self.dy) {
            *dw += dy.sum();
        }
    }
}

/// `ω` of each feature, the same for both of a pair.
pub(super) const fn frequencies<const F: usize>() -> [f64; F] {
    let mut frequencies = [1.0; F];
    let ratio = 1.0 / exp(2.0 * LN_10000 / F as f64);
    let mut f = 2;
    while f < F {
        frequencies[f] = frequencies[f - 2] * ratio;
        if f + 1 < F {
            frequencies[f + 1] = frequencies[f];
        }
        f += 2;
    }
    frequencies
}

/// The numbers that are added. From step to step each pair is a vector that turns, so only the first angles need a sine.
const fn sinusoids<const L: usize, const F: usize>() -> [[f64; F]; L] {
    let mut table = [[0.0; F]; L];
    let frequencies = frequencies::<F>();
    let mut i = 0;
    while i < F {
        let (turn_sin, turn_cos) = sin_cos(frequencies[i]);
        let (mut sin, mut cos, mut t) = (0.0, 1.0, 0);
        while t < L {
            table[t][i] = sin;
            if i + 1 < F {
                table[t][i + 1] = cos;
            }
            (sin, cos) = (
                sin * turn_cos + cos * turn_sin,
                cos * turn_cos - sin * turn_sin,
            );
            t += 1;
        }
        i += 2;
    }
    table
}

const LN_10000: f64 = 4.0 * core::f64::consts::LN_10;

/// `e^x` for `x ≥ 0`, by its series, which has no terms that cancel; 90 are enough up to 20.
const fn exp(x: f64) -> f64 {
    let (mut sum, mut term, mut n) = (1.0, 1.0, 1.0);
    while n < 90.0 {
        term *= x / n;
        sum += term;
        n += 1.0;
    }
    sum
}

/// Sine and cosine of an angle from 0 to 1, by their series.
const fn sin_cos(x: f64) -> (f64, f64) {
    let (mut sin, mut cos, mut term, mut n) = (0.0, 1.0, 1.0, 1.0);
    while n < 22.0 {
        term *= x / n;
        sin += term;
        term *= -x / (n + 1.0);
        cos += term;
        n += 2.0;
    }
    (sin, cos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradient_check::{check_lanes, check_layer};

    #[test]
    fn gradients() {
        check_layer(PositionalEncoding::<4, 5>);
        check_layer(LearnedPositionalEncoding::<4, 5>);
    }

    #[test]
    fn lanes_give_the_bits_of_single_samples() {
        check_lanes::<f32, _>(PositionalEncoding::<3, 4>, 0.0);
        check_lanes::<f32, _>(LearnedPositionalEncoding::<3, 4>, 0.0);
    }

    /// Every number by the definition.
    #[test]
    fn sinusoids_of_long_sequences_and_many_features() {
        check_table::<600, 1>();
        check_table::<600, 2>();
        check_table::<600, 3>();
        check_table::<600, 64>();
        check_table::<20, 513>();
    }

    fn check_table<const L: usize, const F: usize>() {
        for (t, row) in PositionalEncoding::<L, F>::TABLE.iter().enumerate() {
            for (f, &number) in row.iter().enumerate() {
                let frequency = 10_000_f64.powf(-((f / 2 * 2) as f64) / F as f64);
                let angle = t as f64 * frequency;
                let want = if f % 2 == 0 { angle.sin() } else { angle.cos() };
                assert!((number - want).abs() < 2e-13, "{t} {f}: {number} {want}");
            }
        }
    }
}
