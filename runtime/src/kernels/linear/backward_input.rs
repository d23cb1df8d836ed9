use crate::Scalar;
use crate::element::LANES;
use crate::simd::{Vector, kernel};

/// Outputs whose products are summed up in registers before the sums go to memory.
const COUNT: usize = 64;

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
        let (groups, inputs) = (dy.len() / outputs, weight.len() / outputs);
        for (block, weight) in weight.chunks((INPUTS * outputs).max(1)).enumerate() {
            for output in (0..outputs).step_by(COUNT) {
                // Hidden: else the compiler computes it again for every output.
                let at = core::hint::black_box([output, COUNT.min(outputs - output), outputs, inputs]);
                let mut input = INPUTS * block;
                if const { TILE == 12 } {
                    // As many inputs as there are pointers for; more groups fill the registers.
                    for rows in weight.chunks((6 * outputs).max(1)) {
                        let rows = self::rows::<T, 6>(at, rows);
                        let mut group = 0;
                        while groups - group >= 4 {
                            tile::<T, V, 6, 4>(at, [group, input], rows, dy, dx);
                            group += 4;
                        }
                        if groups - group >= 2 {
                            tile::<T, V, 6, 2>(at, [group, input], rows, dy, dx);
                            group += 2;
                        }
                        if group < groups {
                            tile::<T, V, 6, 1>(at, [group, input], rows, dy, dx);
                        }
                        input += 6;
                    }
                } else {
                    for rows in weight.chunks((TILE * outputs).max(1)) {
                        let rows = self::rows::<T, TILE>(at, rows);
                        for group in 0..groups {
                            tile::<T, V, TILE, 1>(at, [group, input], rows, dy, dx);
                        }
                        input += TILE;
                    }
                }
            }
        }
    }
}

/// The weights of `count` outputs from `output` on, of `N` inputs. Where there are fewer, the first stands in for those
/// that are not there; what is computed of it is dropped.
#[inline(always)]
fn rows<T: Scalar, const N: usize>(
    [output, count, outputs, _]: [usize; 4],
    weight: &[T],
) -> [&[T]; N] {
    let first = weight.get(output..output + count).unwrap_or_default();
    let mut rows = [first; N];
    for n in 0..N {
        let start = n * outputs + output;
        rows[n] = weight.get(start..start + count).unwrap_or(first);
    }
    rows
}

/// Adds what `count` outputs from `output` on contribute to `N` inputs from `input` on, or as many as there are, for
/// `G` lane groups.
#[inline(always)]
fn tile<T: Scalar, V: Vector<T>, const N: usize, const G: usize>(
    [output, count, outputs, inputs]: [usize; 4],
    [group, input]: [usize; 2],
    mut rows: [&[T]; N],
    dy: &[[T; LANES]],
    dx: &mut [[T; LANES]],
) {
    for row in &mut rows {
        match row.get(..count) {
            Some(whole) => *row = whole,
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
    let mut sums = [[V::zero(); N]; G];
    for k in 0..count {
        let mut dy = [V::zero(); G];
        for g in 0..G {
            match vectors[g].get(k) {
                Some(values) => dy[g] = V::load(values),
                None => return,
            }
        }
        for n in 0..N {
            let Some(&w) = rows[n].get(k) else { return };
            let w = V::splat(w);
            for g in 0..G {
                sums[g][n] = w.multiply_add(dy[g], sums[g][n]);
            }
        }
    }
    for g in 0..G {
        let start = (group + g) * inputs;
        let Some(dx) = dx.get_mut(start + input..start + inputs) else {
            return;
        };
        for n in 0..N {
            if let Some(dx) = dx.get_mut(n) {
                V::load(dx).add(sums[g][n]).store(dx);
            }
        }
    }
}
