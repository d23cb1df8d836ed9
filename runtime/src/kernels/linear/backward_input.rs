use super::blocks::{COUNT, add, group_tiles};
use crate::Scalar;
use crate::element::LANES;
use crate::kernels::tile::add_products;
use crate::simd::kernel;

/// Inputs whose sums stay in a first-level cache while the outputs stream by.
const INPUTS: usize = 24;

kernel! {
    /// `dx = Wᵀ·dy` for lane groups, one behind the other in `dy` and `dx`.
    BackwardInput: pub(crate) fn backward_input<T, FMA, TILE>(
        outputs: usize,
        weight: &[T],
        dy: &[T],
        dx: &mut [T],
    ) {
        let outputs = outputs.max(1);
        dx.fill(T::ZERO);
        let (dy, dx) = (dy.as_chunks::<LANES>().0, dx.as_chunks_mut::<LANES>().0);
        let inputs = weight.len() / outputs;
        let groups = dy.len() / outputs;
        for first in (0..inputs).step_by(INPUTS) {
            let width = INPUTS.min(inputs - first);
            for start in (0..outputs).step_by(COUNT) {
                let count = core::hint::black_box(COUNT.min(outputs - start));
                group_tiles!(TILE, width, groups =>
                    tile<T, FMA>([first, start, count], [inputs, outputs], weight, dy, &mut *dx));
            }
        }
    }
}

/// Adds what `count` outputs contribute to `N` inputs from `first + input` on, for `G` lane groups. Behind the last
/// input it is computed again and dropped.
#[inline(always)]
fn tile<T: Scalar, const FMA: bool, const N: usize, const G: usize>(
    group: usize,
    input: usize,
    [first, output, count]: [usize; 3],
    [inputs, outputs]: [usize; 2],
    weight: &[T],
    dy: &[[T; LANES]],
    dx: &mut [[T; LANES]],
) {
    let input = first + input;
    let mut columns: [&[T]; N] = [&[]; N];
    for n in 0..N {
        let row = (input + n).min(inputs.saturating_sub(1));
        // Hidden: else the compiler computes it again at every output.
        let start = core::hint::black_box(row * outputs + output);
        match weight.get(start..start + count) {
            Some(weight) => columns[n] = weight,
            None => return,
        }
    }
    let mut vectors: [&[[T; LANES]]; G] = [&[]; G];
    for g in 0..G {
        let start = (group + g) * outputs + output;
        match dy.get(start..start + count) {
            Some(dy) => vectors[g] = dy,
            None => return,
        }
    }
    let mut sums = [[[T::ZERO; LANES]; N]; G];
    for k in 0..count {
        let mut w = [T::ZERO; N];
        for n in 0..N {
            w[n] = columns[n][k];
        }
        for g in 0..G {
            add_products::<T, FMA, LANES, N>(&mut sums[g], &w, &vectors[g][k]);
        }
    }
    add(sums, [group, input], inputs, dx);
}
