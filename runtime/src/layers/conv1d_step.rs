use super::Conv1dParameters;
use crate::kernels::linear;
use crate::simd::{Work, multiply_add};
use crate::stream::{StreamLayer, StreamStep};
use crate::{Element, Scalar};

/// One step of a causal [`Conv1d`](super::Conv1d) with stride 1. Remembers the last `PAST` inputs, `dilation·(K − 1)`.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Conv1dStep<
    const C: usize,
    const OUT: usize,
    const K: usize,
    const PAST: usize,
    const PATCH: usize,
    const BIAS: usize,
> {
    /// Distance of neighbouring taps.
    pub dilation: usize,
    /// Blocks of channels.
    pub groups: usize,
}

impl<
    T: Scalar,
    const C: usize,
    const OUT: usize,
    const K: usize,
    const PAST: usize,
    const PATCH: usize,
    const BIAS: usize,
> StreamLayer<T> for Conv1dStep<C, OUT, K, PAST, PATCH, BIAS>
{
    type Input = [T; C];
    type Output = [T; OUT];
    type Parameters = Conv1dParameters<T, OUT, PATCH, BIAS>;
    /// The last inputs, a ring, and the place of the oldest.
    type State = ([[T; C]; PAST], usize);
    const MACS: usize = OUT * PATCH;

    #[inline(always)]
    fn step<E: Element<T>>(
        &self,
        cx: StreamStep<'_, T, Self>,
        input: &[E; C],
        output: &mut [E; OUT],
    ) {
        let (ring, oldest) = cx.state;
        let (x, y) = (E::scalars(input), E::scalars_mut(output));
        let (weight, bias) = (
            cx.parameters.weight.as_slice(),
            cx.parameters.bias.as_slice(),
        );
        // The inputs under the taps, channel by channel, as the rows of the weights lie.
        let mut taps = [[T::ZERO; K]; C];
        let mut place = *oldest;
        for tap in 0..K {
            let source: &[T] = if tap + 1 == K {
                x
            } else {
                ring.get(place).map_or(&[], |step| step)
            };
            for (taps, &value) in taps.iter_mut().zip(source) {
                if let Some(tap) = taps.get_mut(tap) {
                    *tap = value;
                }
            }
            place += self.dilation;
            if place >= PAST {
                place -= PAST;
            }
        }
        if self.groups == 1 {
            linear::forward::<T, E>(cx.isa, weight, bias, taps.as_flattened(), y);
        } else {
            cx.isa.run_for::<T, E, _>(Grouped {
                groups: self.groups,
                weight,
                bias,
                taps: taps.as_flattened(),
                y,
            });
        }
        if let Some(place) = ring.get_mut(*oldest) {
            E::scalars(input)
                .iter()
                .zip(place)
                .for_each(|(&x, place)| *place = x);
            *oldest = if *oldest + 1 == PAST { 0 } else { *oldest + 1 };
        }
    }
}

/// Each block of outputs sees its own block of taps.
struct Grouped<'a, T> {
    groups: usize,
    weight: &'a [T],
    bias: &'a [T],
    taps: &'a [T],
    y: &'a mut [T],
}

impl<T: Scalar> Work for Grouped<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let outputs = self.y.len();
        self.y.fill(T::ZERO);
        self.y
            .iter_mut()
            .zip(self.bias)
            .for_each(|(y, &bias)| *y = bias);
        let groups = self.groups.max(1);
        let (block, patch) = ((outputs / groups).max(1), (self.taps.len() / groups).max(1));
        let blocks = self
            .y
            .chunks_exact_mut(block)
            .zip(self.taps.chunks_exact(patch));
        for (group, (y, taps)) in blocks.enumerate() {
            for (row, &x) in self.weight.chunks_exact(outputs.max(1)).zip(taps) {
                let row = row.get(group * block..).unwrap_or_default();
                for (y, &weight) in y.iter_mut().zip(row) {
                    *y = multiply_add::<T, FMA>(weight, x, *y);
                }
            }
        }
    }
}
