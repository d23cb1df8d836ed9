use crate::Scalar;
use crate::element::LANES;
use crate::simd::{Vector, kernel};

/// Outputs of a panel: the weights that are copied side by side, so that rows whose distance is a power of two do not
/// compete for the same few lines of a cache. Whole tiles of any size.
const PANEL: usize = 48;

/// Inputs of a panel: products that are summed up in registers before the sums go to memory.
const COUNT: usize = 128;

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
        let mut panel = [[T::ZERO; PANEL]; COUNT];
        if inputs == 0 { return }
        for start in (0..inputs).step_by(COUNT) {
            let count = COUNT.min(inputs - start);
            for first in (0..outputs).step_by(PANEL) {
                let width = PANEL.min(outputs - first);
                let mut at = start * outputs + first;
                for to in panel.iter_mut().take(count) {
                    // Behind the last output comes what the tiles do not use.
                    let row = weight.get(at..).unwrap_or_default();
                    for (v, to) in to.as_chunks_mut().0.iter_mut().enumerate() {
                        if v * LANES < width {
                            V::load_partial(row.get(v * LANES..).unwrap_or_default()).store(to);
                        }
                    }
                    at += outputs;
                }
                // Of unknown length: else the compiler computes it again for every input.
                let panel = core::hint::black_box(panel.get(..count).unwrap_or_default());
                let mut group = 0;
                while group < groups {
                    let at = [group, first, start];
                    if TILE == 12 && groups - group >= 2 {
                        for column in (0..width).step_by(TILE) {
                            tile::<T, V, TILE, 2>(at, column, [inputs, outputs], panel, x, y);
                        }
                        group += 2;
                    } else {
                        for column in (0..width).step_by(TILE) {
                            tile::<T, V, TILE, 1>(at, column, [inputs, outputs], panel, x, y);
                        }
                        group += 1;
                    }
                }
            }
        }
    }
}

/// Adds what the inputs of a panel contribute to `N` outputs from its `column` on, for `G` lane groups; with biases
/// it begins the sums.
#[inline(always)]
fn tile<T: Scalar, V: Vector<T>, const N: usize, const G: usize>(
    [group, first, input]: [usize; 3],
    column: usize,
    [inputs, outputs]: [usize; 2],
    panel: &[[T; PANEL]],
    x: &[[T; LANES]],
    y: &mut [[T; LANES]],
) {
    let count = panel.len();
    let mut vectors: [&[[T; LANES]]; G] = [&[]; G];
    let mut sums = [[V::zero(); N]; G];
    for g in 0..G {
        let start = (group + g) * inputs + input;
        match x.get(start..start + count) {
            Some(x) => vectors[g] = x,
            None => return,
        }
    }
    for k in 0..count {
        let Some(w) = panel[k].get(column..).and_then(<[T]>::first_chunk::<N>) else {
            return;
        };
        let x: [V; G] = core::array::from_fn(|g| V::load(&vectors[g][k]));
        for n in 0..N {
            let w = V::splat(w[n]);
            for g in 0..G {
                sums[g][n] = w.multiply_add(x[g], sums[g][n]);
            }
        }
    }
    for g in 0..G {
        let start = (group + g) * outputs + first;
        let Some(y) = y.get_mut(start + column..start - first + outputs) else {
            return;
        };
        for n in 0..N {
            if let Some(y) = y.get_mut(n) {
                V::load(y).add(sums[g][n]).store(y);
            }
        }
    }
}
