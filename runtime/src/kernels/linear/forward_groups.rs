use super::blocks::{COUNT, group_tiles};
use crate::Scalar;
use crate::element::LANES;
use crate::kernels::tile::add_products;
use crate::simd::kernel;

/// Outputs of a panel: the weights that are copied side by side, so that rows whose distance is a power of two do not
/// compete for the same few lines of a cache. Whole tiles of 6 and 3.
const PANEL: usize = 24;

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
                *y = [bias.get(index).copied().unwrap_or(T::ZERO); LANES];
            }
        }
        let mut panel = [[T::ZERO; PANEL]; COUNT];
        for first in (0..outputs).step_by(PANEL) {
            let width = PANEL.min(outputs - first);
            for start in (0..inputs).step_by(COUNT) {
                let count = COUNT.min(inputs - start);
                let columns = weight.chunks_exact(outputs).skip(start);
                for (to, column) in panel.iter_mut().zip(columns) {
                    match column.get(first..).and_then(<[T]>::first_chunk) {
                        Some(column) => *to = *column,
                        None => {
                            for (to, &from) in to.iter_mut().zip(column.get(first..).unwrap_or_default()) {
                                *to = from;
                            }
                        }
                    }
                }
                // Of unknown length: the compiler would unroll a loop whose end it knows.
                let panel = core::hint::black_box(panel.get(..count).unwrap_or_default());
                group_tiles!(TILE, width, groups =>
                    tile<T, FMA>([first, start], [inputs, outputs], panel, x, &mut *y));
            }
        }
    }
}

/// Adds what the inputs of a panel contribute to `N` outputs from its `column` on, for `G` lane groups.
#[inline(always)]
fn tile<T: Scalar, const FMA: bool, const N: usize, const G: usize>(
    group: usize,
    column: usize,
    [output, input]: [usize; 2],
    [inputs, outputs]: [usize; 2],
    panel: &[[T; PANEL]],
    x: &[[T; LANES]],
    y: &mut [[T; LANES]],
) {
    let count = panel.len();
    let mut vectors: [&[[T; LANES]]; G] = [&[]; G];
    let mut sums = [[[T::ZERO; LANES]; N]; G];
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
        for g in 0..G {
            add_products::<T, FMA, LANES, N>(&mut sums[g], w, &vectors[g][k]);
        }
    }
    super::blocks::add(sums, [group, output + column], outputs, y);
}
