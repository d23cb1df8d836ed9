use crate::Scalar;
use crate::element::LANES;
use crate::kernels::tile::ONE;
use crate::simd::{kernel, multiply_add};

/// Outputs of a block of `dy`: two vectors of AVX-512, or one of [`LANES`] for few outputs and other registers.
const WIDE: usize = 2 * LANES;

/// Lane groups whose `dy` is transposed at a time.
const GROUPS: usize = 8;

kernel! {
    /// `dW += dy·xᵀ`, `db += dy` summed over lane groups, one behind the other in `x` and `dy`. `overwrite` sets the sums
    /// instead of adding them.
    BackwardWeight: pub(crate) fn backward_weight<T, FMA, TILE>(
        outputs: usize,
        overwrite: bool,
        x: &[T],
        dy: &[T],
        d_weight: &mut [T],
        d_bias: &mut [T],
    ) {
        if overwrite {
            d_bias.fill(T::ZERO);
        }
        let outputs = outputs.max(1);
        let (x, dy) = (x.as_chunks::<LANES>().0, dy.as_chunks::<LANES>().0);
        let inputs = d_weight.len() / outputs;
        let mut memory = [T::ZERO; GROUPS * LANES * WIDE];
        let pieces = x.chunks((GROUPS * inputs).max(1)).zip(dy.chunks(GROUPS * outputs));
        for (piece, (x, dy)) in pieces.enumerate() {
            let x = x.as_flattened();
            let (mut start, mut rest) = (0, outputs);
            let overwrite = overwrite && piece == 0;
            while rest > 0 {
                if TILE == 12 && outputs >= WIDE && rest > LANES {
                    let at = [start, outputs, inputs];
                    block::<T, FMA, WIDE, 6>(at, overwrite, x, dy, memory.as_chunks_mut().0, d_weight, d_bias);
                    (start, rest) = (start + WIDE, rest.saturating_sub(WIDE));
                } else if TILE == 12 {
                    let at = [start, outputs, inputs];
                    block::<T, FMA, LANES, 6>(at, overwrite, x, dy, memory.as_chunks_mut().0, d_weight, d_bias);
                    (start, rest) = (start + LANES, rest.saturating_sub(LANES));
                } else {
                    let at = [start, outputs, inputs];
                    block::<T, FMA, LANES, TILE>(at, overwrite, x, dy, memory.as_chunks_mut().0, d_weight, d_bias);
                    (start, rest) = (start + LANES, rest.saturating_sub(LANES));
                }
            }
        }
    }
}

/// The weights and biases of `W` outputs from `start` on.
///
/// `dy` is transposed into `block`, `[sample][output]`, so that outputs lie in the SIMD lanes and samples can be
/// broadcast. Where fewer than `W` outputs are left the block begins earlier, so that it is still whole, and leaves out
/// what earlier blocks have added; only where there are fewer than `W` at all it is not.
#[inline(always)]
fn block<T: Scalar, const FMA: bool, const W: usize, const N: usize>(
    [start, outputs, inputs]: [usize; 3],
    overwrite: bool,
    x: &[T],
    dy: &[[T; LANES]],
    block: &mut [[T; W]],
    d_weight: &mut [T],
    d_bias: &mut [T],
) {
    let first = start.min(outputs.saturating_sub(W));
    let skipped = start - first;
    let samples = dy.len() / outputs * LANES;
    for (to, dy) in block
        .as_chunks_mut::<LANES>()
        .0
        .iter_mut()
        .zip(dy.chunks_exact(outputs))
    {
        for o in 0..W {
            if let Some(dy) = dy.get(first + o) {
                for l in 0..LANES {
                    to[l][o] = dy[l];
                }
            }
        }
    }
    let block = block.get(..samples).unwrap_or_default();
    // Sums go on from what is there, so the order of additions does not depend on how many groups a pass has.
    let mut sums = [T::ZERO; W];
    for (sum, &db) in sums.iter_mut().zip(d_bias.iter().skip(first)) {
        *sum = db;
    }
    for dy in block {
        for o in 0..W {
            sums[o] += dy[o];
        }
    }
    let biases = d_bias.iter_mut().skip(first).zip(sums);
    for (db, sum) in biases.skip(skipped) {
        *db = sum;
    }
    let sizes = [first, skipped, outputs, inputs];
    let mut input = 0;
    if inputs >= N {
        while input < inputs {
            // The last tile may overlap the one before it; what that has added is left out.
            let begin = input.min(inputs - N);
            tile::<T, FMA, W, N>([begin, input - begin], sizes, overwrite, x, block, d_weight);
            input = begin + N;
        }
    } else {
        for input in 0..inputs {
            tile::<T, FMA, W, ONE>([input, 0], sizes, overwrite, x, block, d_weight);
        }
    }
}

/// The weights between the outputs of the block and `N` inputs from `input` on, without the first `done`.
#[inline(always)]
fn tile<T: Scalar, const FMA: bool, const W: usize, const N: usize>(
    [input, done]: [usize; 2],
    [first, skipped, outputs, inputs]: [usize; 4],
    overwrite: bool,
    x: &[T],
    dy: &[[T; W]],
    d_weight: &mut [T],
) {
    let mut sums = [[T::ZERO; W]; N];
    if !overwrite {
        for n in 0..N {
            let start = (input + n) * outputs + first;
            let Some(dw) = d_weight.get(start..start + W.min(outputs)) else {
                return;
            };
            match dw.first_chunk::<W>() {
                Some(dw) => sums[n] = *dw,
                // Constant indices, as an iterator over the sums would put them in memory.
                None => (0..W).for_each(|o| sums[n][o] = dw.get(o).copied().unwrap_or(T::ZERO)),
            }
        }
    }
    // One loop over the samples of all groups, as nested ones would put the sums in memory.
    let (mut at, mut lane) = (input * LANES, 0);
    for dy in dy {
        let Some(x) = x.get(at..at + (N - 1) * LANES + 1) else {
            return;
        };
        for n in 0..N {
            for o in 0..W {
                sums[n][o] = multiply_add::<T, FMA>(x[n * LANES], dy[o], sums[n][o]);
            }
        }
        at += 1;
        lane += 1;
        if lane == LANES {
            lane = 0;
            at += (inputs - 1) * LANES;
        }
    }
    for n in 0..N {
        if n < done {
            continue;
        }
        let start = (input + n) * outputs + first;
        let Some(dw) = d_weight.get_mut(start..start + W.min(outputs)) else {
            return;
        };
        if let Some(dw) = dw.first_chunk_mut::<W>() {
            for o in 0..W {
                dw[o] = if o < skipped { dw[o] } else { sums[n][o] };
            }
        } else {
            // Constant indices, as an iterator over the sums would put them in memory.
            for o in 0..W {
                if let Some(dw) = dw.get_mut(o) {
                    *dw = sums[n][o];
                }
            }
        }
    }
}
