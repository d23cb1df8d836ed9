use crate::Scalar;
use crate::element::LANES;
use crate::simd::{Vector, kernel};

/// Inputs whose products are summed up in registers before the sums go to memory: so few that those of eight lane
/// groups stay in a first-level cache.
const COUNT: usize = 64;

kernel! {
    /// `y = W·x + b` for lane groups, one behind the other in `x` and `y`.
    ForwardGroups: pub(crate) fn forward_groups<T, FMA, TILE>(
        outputs: usize,
        weight: &[T],
        bias: &[T],
        x: &[T],
        y: &mut [T],
    ) {
        let (x, y) = (x.as_chunks::<LANES>().0, y.as_chunks_mut::<LANES>().0);
        let (outputs, inputs) = (outputs.max(1), weight.len() / outputs.max(1));
        let groups = y.len() / outputs;
        for y in y.chunks_exact_mut(outputs) {
            for (index, y) in y.iter_mut().enumerate() {
                V::splat(bias.get(index).copied().unwrap_or(T::ZERO)).store(y);
            }
        }
        for start in (0..inputs).step_by(COUNT) {
            let count = COUNT.min(inputs - start);
            for first in (0..outputs).step_by(TILE) {
                // Behind the last output of a row come those of the next, whose sums are dropped; the rows at the end
                // of the matrix, which have no next one, are copied.
                let weight = weight.get(start * outputs + first..).unwrap_or_default();
                let whole = if weight.len() < TILE { 0 } else { ((weight.len() - TILE) / outputs + 1).min(count) };
                let mut rest = [[T::ZERO; TILE]; TILE];
                for (to, from) in rest.iter_mut().zip(weight.chunks(outputs).skip(whole).take(count - whole)) {
                    for (to, &from) in to.iter_mut().zip(from) {
                        *to = from;
                    }
                }
                // Hidden: else the compiler computes it again for every input.
                let counts = core::hint::black_box([whole, count - whole]);
                let rows = [(weight, outputs), (rest.as_flattened(), TILE)];
                let mut group = 0;
                while group < groups {
                    let at = [group, first, start];
                    if const { TILE == 12 } && groups - group >= 2 {
                        tile::<T, V, TILE, 2>(at, [inputs, outputs], counts, rows, x, y);
                        group += 2;
                    } else {
                        tile::<T, V, TILE, 1>(at, [inputs, outputs], counts, rows, x, y);
                        group += 1;
                    }
                }
            }
        }
    }
}

/// Adds what the inputs from `input` on contribute to `N` outputs from `first` on, as far as there are so many, for
/// `G` lane groups.
#[inline(always)]
fn tile<T: Scalar, V: Vector<T>, const N: usize, const G: usize>(
    [group, first, input]: [usize; 3],
    [inputs, outputs]: [usize; 2],
    counts: [usize; 2],
    rows: [(&[T], usize); 2],
    x: &[[T; LANES]],
    y: &mut [[T; LANES]],
) {
    let mut sums = [[V::zero(); N]; G];
    let mut input = input;
    for (count, (rows, step)) in counts.into_iter().zip(rows) {
        let mut vectors: [&[[T; LANES]]; G] = [&[]; G];
        for g in 0..G {
            let start = (group + g) * inputs + input;
            match x.get(start..start + count) {
                Some(x) => vectors[g] = x,
                None => return,
            }
        }
        let mut at = 0;
        for k in 0..count {
            let Some(w) = rows.get(at..at + N) else {
                return;
            };
            // Rows lie pages apart, so the processor does not see by itself that the next outputs follow.
            // On AVX-512, where they are needed twice as soon.
            if N == 12 {
                V::fetch::<false>(rows.as_ptr().wrapping_add(at + 2 * N - 1));
            }
            let mut x = [V::zero(); G];
            for g in 0..G {
                x[g] = V::load(&vectors[g][k]);
            }
            for n in 0..N {
                let w = V::splat(w[n]);
                for g in 0..G {
                    sums[g][n] = w.multiply_add(x[g], sums[g][n]);
                }
            }
            at += step;
        }
        input += count;
    }
    for g in 0..G {
        let start = (group + g) * outputs;
        let Some(y) = y.get_mut(start + first..start + outputs) else {
            return;
        };
        for n in 0..N {
            if let Some(y) = y.get_mut(n) {
                V::load(y).add(sums[g][n]).store(y);
            }
        }
    }
}
