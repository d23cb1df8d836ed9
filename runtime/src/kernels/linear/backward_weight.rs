use crate::Scalar;
use crate::element::{LANES, Lanes};
use crate::simd::{Vector, kernel};

/// Lane groups whose `dy` is transposed at a time.
pub(super) const GROUPS: usize = 8;

/// The same for passes of no more: less memory to clear for small layers.
pub(super) const FEW_GROUPS: usize = 2;

/// Vectors of outputs that a block has at most.
pub(super) const VECTORS: usize = 2;

kernel! {
    /// `dW += dy·xᵀ`, `db += dy` summed over lane groups, one behind the other in `x` and `dy`. `overwrite` sets the sums instead of adding them. Of the `inputs` in `x`, `d_weight` has rows for those
    /// from `first` on.
    BackwardWeight: pub(crate) fn backward_weight<T, FMA, TILE>(
        inputs: usize,
        first: usize,
        outputs: usize,
        overwrite: bool,
        x: &[T],
        dy: &[T],
        d_weight: &mut [T],
        d_bias: &mut [T],
    ) {
        let (outputs, inputs) = (outputs.max(1), inputs.max(1));
        let (x, dy) = (x.as_chunks::<LANES>().0, dy.as_chunks::<LANES>().0);
        let (mut few, mut many);
        let transposed: &mut [Lanes<T>] = if dy.len() <= FEW_GROUPS * outputs {
            few = [Lanes([T::ZERO; LANES]); FEW_GROUPS * LANES * VECTORS];
            &mut few
        } else {
            many = [Lanes([T::ZERO; LANES]); GROUPS * LANES * VECTORS];
            &mut many
        };
        let pieces = x.chunks((GROUPS * inputs).max(1)).zip(dy.chunks((GROUPS * outputs).max(1)));
        for (piece, (x, dy)) in pieces.enumerate() {
            let sums = Gradient { overwrite: overwrite && piece == 0 };
            all_outputs::<T, V, TILE>([first, inputs, outputs], sums, x, dy, transposed, d_weight, d_bias);
        }
    }
}

/// What becomes of the sums: each is that of a vector of weights or biases, or of what is left of one.
pub(super) trait Sums<T: Scalar>: Copy {
    /// Whether it goes on from what is there.
    fn goes_on(self) -> bool;
    /// Where it goes.
    fn end<V: Vector<T>>(self, sum: V, there: &mut [T]);
}

/// They become the gradient, from nothing or from what is there.
#[derive(Clone, Copy)]
struct Gradient {
    overwrite: bool,
}

impl<T: Scalar> Sums<T> for Gradient {
    #[inline(always)]
    fn goes_on(self) -> bool {
        !self.overwrite
    }

    #[inline(always)]
    fn end<V: Vector<T>>(self, sum: V, there: &mut [T]) {
        sum.store_partial(there);
    }
}

/// All outputs of at most [`GROUPS`] lane groups.
#[inline(always)]
pub(super) fn all_outputs<T: Scalar, V: Vector<T>, const TILE: usize>(
    [first, inputs, outputs]: [usize; 3],
    sums: impl Sums<T>,
    x: &[[T; LANES]],
    dy: &[[T; LANES]],
    transposed: &mut [Lanes<T>],
    d_weight: &mut [T],
    d_bias: &mut [T],
) {
    let mut output = 0;
    while output < outputs {
        let at = [output, outputs, first, inputs];
        if const { TILE == 12 } && outputs - output > LANES {
            let transposed = transposed.as_chunks_mut().0;
            block::<T, V, VECTORS, TILE>(at, sums, x, dy, transposed, d_weight, d_bias);
            output += VECTORS * LANES;
        } else {
            let transposed = transposed.as_chunks_mut().0;
            block::<T, V, 1, TILE>(at, sums, x, dy, transposed, d_weight, d_bias);
            output += LANES;
        }
    }
}

/// The weights and biases of `M` vectors of outputs from `output` on.
///
/// `dy` is transposed, `[sample][output]`, so that outputs lie in the SIMD lanes and samples can be broadcast.
#[inline(always)]
fn block<T: Scalar, V: Vector<T>, const M: usize, const N: usize>(
    [output, outputs, first, inputs]: [usize; 4],
    sums: impl Sums<T>,
    x: &[[T; LANES]],
    dy: &[[T; LANES]],
    transposed: &mut [[Lanes<T>; M]],
    d_weight: &mut [T],
    d_bias: &mut [T],
) {
    let groups = transposed.as_chunks_mut::<LANES>().0.iter_mut();
    for (to, dy) in groups.zip(dy.chunks_exact(outputs)) {
        for m in 0..M {
            let mut rows = [V::zero(); LANES];
            let dy = dy.get(output + m * LANES..).unwrap_or_default();
            for i in 0..LANES {
                if let Some(dy) = dy.get(i) {
                    rows[i] = V::load(dy);
                }
            }
            let columns = V::transpose(rows);
            for i in 0..LANES {
                columns[i].store(&mut to[i][m].0);
            }
        }
    }
    let samples = dy.len() / outputs * LANES;
    let dy: &[[Lanes<T>; M]] = transposed.get(..samples).unwrap_or_default();
    for m in 0..M {
        let d_bias = d_bias.get_mut(output + m * LANES..).unwrap_or_default();
        // Sums go on from what is there, so the order of additions does not depend on how many groups a pass has.
        let mut sum = if sums.goes_on() {
            V::load_partial(d_bias)
        } else {
            V::zero()
        };
        for dy in dy {
            sum = sum.add(V::load(&dy[m].0));
        }
        sums.end(sum, d_bias);
    }
    for (tile_index, d_weight) in d_weight.chunks_mut((N * outputs).max(1)).enumerate() {
        let at = [first + tile_index * N, inputs, output, outputs];
        tile::<T, V, M, N>(at, sums, x, dy, d_weight);
    }
}

/// The weights between the outputs of the block and `N` inputs from `input` on, or as many as `d_weight` has rows.
#[inline(always)]
fn tile<T: Scalar, V: Vector<T>, const M: usize, const N: usize>(
    [input, inputs, output, outputs]: [usize; 4],
    into: impl Sums<T>,
    x: &[[T; LANES]],
    dy: &[[Lanes<T>; M]],
    d_weight: &mut [T],
) {
    let mut sums = [[V::zero(); M]; N];
    if into.goes_on() {
        let mut rows = d_weight.chunks(outputs);
        for n in 0..N {
            let row = rows.next().unwrap_or_default();
            for m in 0..M {
                let from = row.get(output + m * LANES..).unwrap_or_default();
                sums[n][m] = V::load_partial(from);
            }
        }
    }
    // Behind the last input come those of the next lane group, whose sums are dropped; in the end zeros.
    let groups = x.get(input..).unwrap_or_default().chunks(inputs);
    let mut rest;
    for (x, dy) in groups.zip(dy.as_chunks::<LANES>().0) {
        let x = match x.first_chunk::<N>() {
            Some(x) => x,
            None => {
                rest = [[T::ZERO; LANES]; N];
                for (to, &x) in rest.iter_mut().zip(x) {
                    *to = x;
                }
                &rest
            }
        };
        for lane in 0..LANES {
            let mut vectors = [V::zero(); M];
            for m in 0..M {
                vectors[m] = V::load(&dy[lane][m].0);
            }
            for n in 0..N {
                let x = V::splat(x[n][lane]);
                for m in 0..M {
                    sums[n][m] = x.multiply_add(vectors[m], sums[n][m]);
                }
            }
        }
    }
    let mut rows = d_weight.chunks_mut(outputs);
    for n in 0..N {
        let row = rows.next().unwrap_or_default();
        for m in 0..M {
            into.end(
                sums[n][m],
                row.get_mut(output + m * LANES..).unwrap_or_default(),
            );
        }
    }
}
