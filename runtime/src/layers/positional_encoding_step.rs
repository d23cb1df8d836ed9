use super::positional_encoding::frequencies;
use crate::simd::Work;
use crate::stream::{StreamLayer, StreamStep};
use crate::{Element, Scalar};
use core::f64::consts::TAU;
use core::marker::PhantomData;

/// 2⁶⁴
const WHOLE: f64 = 18_446_744_073_709_551_616.0;

/// One step of a [`PositionalEncoding`](super::PositionalEncoding). Remembers how many there have been.
///
/// An angle is a share of a turn, in units of `2⁻⁶⁴`: what overflows are whole turns, so steps go on without end.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default)]
pub struct PositionalEncodingStep<const F: usize>;

impl<const F: usize> PositionalEncodingStep<F> {
    const TURNS: &[u64; F] = &turns();
}

/// How far each feature turns in a step.
const fn turns<const F: usize>() -> [u64; F] {
    let (frequencies, mut turns, mut f) = (frequencies::<F>(), [0; F], 0);
    while f < F {
        turns[f] = (frequencies[f] / TAU * WHOLE) as u64;
        f += 1;
    }
    turns
}

impl<T: Scalar, const F: usize> StreamLayer<T> for PositionalEncodingStep<F> {
    type Input = [T; F];
    type Output = [T; F];
    type Parameters = ();
    type State = u64;
    const MACS: usize = 0;

    #[inline(always)]
    fn step<E: Element<T>>(
        &self,
        cx: StreamStep<'_, T, Self>,
        input: &[E; F],
        output: &mut [E; F],
    ) {
        cx.isa.run_for::<T, E, _>(Sum {
            step: *cx.state,
            turns: Self::TURNS,
            x: input,
            y: output,
            scalar: PhantomData,
        });
        *cx.state = cx.state.wrapping_add(1);
    }
}

struct Sum<'a, T, E> {
    step: u64,
    turns: &'a [u64],
    x: &'a [E],
    y: &'a mut [E],
    scalar: PhantomData<T>,
}

impl<T: Scalar, E: Element<T>> Work for Sum<'_, T, E> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let pairs = self.x.chunks(2).zip(self.y.chunks_mut(2));
        for ((x, y), turn) in pairs.zip(self.turns.iter().step_by(2)) {
            // From −π to π.
            let turned = self.step.wrapping_mul(*turn).cast_signed();
            let (sin, cos) = Scalar::sin_cos(turned as f64 * (TAU / WHOLE));
            for ((y, &x), number) in y.iter_mut().zip(x).zip([sin, cos]) {
                *y = x + T::from_f64(number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Isa;

    /// The rounding of a turn grows with the steps, as that of any product does.
    #[test]
    fn positions_go_on_beyond_every_sequence() {
        for step in [0_u64, 1, 1000, 1_000_003, (1 << 40) + 1] {
            let (mut state, mut y) = (step, [0.0_f64; 2]);
            let cx = StreamStep {
                parameters: &(),
                state: &mut state,
                isa: Isa::detect(),
            };
            PositionalEncodingStep::<2>.step::<f64>(cx, &[0.5, 0.25], &mut y);
            assert_eq!(state, step + 1);
            let angle = step as f64;
            let tolerance = 1e-15 * (2.0 + angle);
            let errors = [y[0] - 0.5 - angle.sin(), y[1] - 0.25 - angle.cos()];
            assert!(
                errors.iter().all(|error| error.abs() <= tolerance),
                "{step}: {errors:?}"
            );
        }
    }
}
