//! The maximum of each window, and its gradient.
//!
//! Shapes: `x: [channels][height][width][L]`, `y: [channels][out_height][out_width][L]`. `L` is 1 or [`LANES`].

mod sample;

use super::tile::ONE;
use super::window::Axis;
use crate::Scalar;
use crate::element::LANES;
use crate::simd::kernel;

/// The sizes of a pooling.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    pub(crate) rows: Axis,
    pub(crate) columns: Axis,
}

impl Geometry {
    /// Whether the windows are 2 × 2 and lie side by side.
    #[inline(always)]
    fn halves(self) -> bool {
        self.rows.halves() && self.columns.halves()
    }

    /// Whether they do and leave out no row or column.
    #[inline(always)]
    fn halves_all(self) -> bool {
        let even = |axis: Axis| axis.input.is_multiple_of(2);
        self.halves() && even(self.rows) && even(self.columns)
    }
}

kernel! {
    /// `y = max x` over each window, for `lanes` samples side by side.
    Forward: pub(crate) fn forward<T, FMA, TILE>(
        lanes: usize,
        geometry: Geometry,
        x: &[T],
        y: &mut [T],
    ) {
        if lanes == 1 {
            sample::forward_planes::<T, V, WIDTH>(geometry, x, y);
        } else {
            forward_planes::<T, LANES>(geometry, x.as_chunks().0, y.as_chunks_mut().0);
        }
    }
}

#[inline(always)]
fn forward_planes<T: Scalar, const L: usize>(geometry: Geometry, x: &[[T; L]], y: &mut [[T; L]]) {
    let Geometry { rows, columns } = geometry;
    let planes = y.chunks_exact_mut((rows.output * columns.output).max(1));
    let planes = x
        .chunks_exact((rows.input * columns.input).max(1))
        .zip(planes);
    if geometry.halves() {
        for (x, y) in planes {
            forward_pairs(columns, x, y);
        }
        return;
    }
    for (x, y) in planes {
        for (oh, y) in y.chunks_exact_mut(columns.output.max(1)).enumerate() {
            for (ow, y) in y.iter_mut().enumerate() {
                *y = maximum(geometry, x, oh, ow).0;
            }
        }
    }
}

/// The windows of 2 × 2 that lie side by side, of one plane: the usual pooling.
#[inline(always)]
fn forward_pairs<T: Scalar, const L: usize>(columns: Axis, x: &[[T; L]], y: &mut [[T; L]]) {
    let width = columns.input.max(1);
    let two_rows = x.chunks_exact((2 * width).max(1));
    for (x, y) in two_rows.zip(y.chunks_exact_mut(columns.output.max(1))) {
        let (upper, lower) = x.split_at_checked(width).unwrap_or_default();
        let inputs = upper.as_chunks().0.iter().zip(lower.as_chunks().0);
        for (([a, b], [c, d]), y) in inputs.zip(y) {
            for l in 0..L {
                y[l] = larger(d[l], larger(c[l], larger(b[l], a[l])));
            }
        }
    }
}

kernel! {
    /// `dx = dy` where `x` is the maximum of a window, summed over the windows, and 0 elsewhere; for `lanes` samples
    /// side by side.
    Backward: pub(crate) fn backward<T, FMA, TILE>(
        lanes: usize,
        geometry: Geometry,
        x: &[T],
        dy: &[T],
        dx: &mut [T],
    ) {
        // Pairs write every input that lies in a pair.
        if !geometry.halves_all() {
            dx.fill(T::ZERO);
        }
        if lanes == 1 {
            let (x, dy) = (x.as_chunks().0, dy.as_chunks().0);
            backward_planes::<T, ONE>(geometry, x, dy, dx.as_chunks_mut().0);
        } else {
            let (x, dy) = (x.as_chunks().0, dy.as_chunks().0);
            backward_planes::<T, LANES>(geometry, x, dy, dx.as_chunks_mut().0);
        }
    }
}

#[inline(always)]
fn backward_planes<T: Scalar, const L: usize>(
    geometry: Geometry,
    x: &[[T; L]],
    dy: &[[T; L]],
    dx: &mut [[T; L]],
) {
    let Geometry { rows, columns } = geometry;
    let plane = (rows.input * columns.input).max(1);
    let planes = x.chunks_exact(plane).zip(dx.chunks_exact_mut(plane));
    if geometry.halves() {
        let d_planes = dy.chunks_exact((rows.output * columns.output).max(1));
        for ((x, dx), dy) in planes.zip(d_planes) {
            backward_pairs(columns, x, dy, dx);
        }
        return;
    }
    let d_planes = dy.chunks_exact((rows.output * columns.output).max(1));
    for ((x, dx), dy) in planes.zip(d_planes) {
        for (oh, dy) in dy.chunks_exact(columns.output.max(1)).enumerate() {
            for (ow, dy) in dy.iter().enumerate() {
                let (_, winner) = maximum(geometry, x, oh, ow);
                let (rows, columns) = (rows.taps(oh), columns.taps(ow));
                let mut number = T::ZERO;
                for row in 0..rows.count {
                    let row = rows.input + row * geometry.rows.dilation;
                    let start = row * geometry.columns.input + columns.input;
                    let dx = dx.get_mut(start..).unwrap_or_default();
                    for column in 0..columns.count {
                        let Some(dx) = dx.get_mut(column * geometry.columns.dilation) else {
                            break;
                        };
                        for l in 0..L {
                            dx[l] += if winner[l] == number { dy[l] } else { T::ZERO };
                        }
                        number += T::ONE;
                    }
                }
            }
        }
    }
}

/// As [`forward_pairs`]. All four inputs are at hand at once, so that the comparisons stay in registers. Which wins is the rule of [`maximum`].
#[inline(always)]
fn backward_pairs<T: Scalar, const L: usize>(
    columns: Axis,
    x: &[[T; L]],
    dy: &[[T; L]],
    dx: &mut [[T; L]],
) {
    let width = columns.input.max(1);
    let two_rows = x
        .chunks_exact((2 * width).max(1))
        .zip(dx.chunks_exact_mut((2 * width).max(1)));
    for ((x, dx), dy) in two_rows.zip(dy.chunks_exact(columns.output.max(1))) {
        let (upper, lower) = x.split_at_checked(width).unwrap_or_default();
        let (d_upper, d_lower) = dx.split_at_mut_checked(width).unwrap_or_default();
        let inputs = upper
            .as_chunks::<2>()
            .0
            .iter()
            .zip(lower.as_chunks::<2>().0);
        let d_upper = d_upper.as_chunks_mut::<2>().0.iter_mut();
        let d_inputs = d_upper.zip(d_lower.as_chunks_mut::<2>().0);
        for (((upper, lower), (d_upper, d_lower)), dy) in inputs.zip(d_inputs).zip(dy) {
            let [mut d_a, mut d_b, mut d_c, mut d_d] = [[T::ZERO; L]; 4];
            for l in 0..L {
                let (a, b, c, d) = (upper[0][l], upper[1][l], lower[0][l], lower[1][l]);
                let b_wins = wins(b, a);
                let best = if b_wins { b } else { a };
                let c_wins = wins(c, best);
                let best = if c_wins { c } else { best };
                let d_wins = wins(d, best);
                let dy = dy[l];
                d_d[l] = if d_wins { dy } else { T::ZERO };
                d_c[l] = if c_wins & !d_wins { dy } else { T::ZERO };
                d_b[l] = if b_wins & !c_wins & !d_wins {
                    dy
                } else {
                    T::ZERO
                };
                d_a[l] = if b_wins | c_wins | d_wins {
                    T::ZERO
                } else {
                    dy
                };
            }
            (*d_upper, *d_lower) = ([d_a, d_b], [d_c, d_d]);
        }
    }
}

/// Whether `x` takes the place of the largest input so far.
#[inline(always)]
pub(crate) fn wins<T: Scalar>(x: T, best: T) -> bool {
    (x > best) | x.is_nan()
}

/// The one that [`wins`].
#[inline(always)]
pub(crate) fn larger<T: Scalar>(x: T, best: T) -> T {
    if wins(x, best) { x } else { best }
}

/// The maximum of a window and the number of the input, in row-major order inside the window, that it was found at.
///
/// The rule is PyTorch's: the first of equal maxima, and a NaN beats every number and every NaN before it. Numbers of
/// inputs are kept as scalars because selecting them then is the same vector instruction as selecting the maximum.
#[inline(always)]
fn maximum<T: Scalar, const L: usize>(
    geometry: Geometry,
    x: &[[T; L]],
    oh: usize,
    ow: usize,
) -> ([T; L], [T; L]) {
    let (rows, columns) = (geometry.rows.taps(oh), geometry.columns.taps(ow));
    let mut best = [-T::INFINITY; L];
    let mut winner = [T::ZERO; L];
    let mut number = T::ZERO;
    for row in 0..rows.count {
        let row = rows.input + row * geometry.rows.dilation;
        let start = row * geometry.columns.input + columns.input;
        let x = x.get(start..).unwrap_or_default();
        for column in 0..columns.count {
            let Some(x) = x.get(column * geometry.columns.dilation) else {
                break;
            };
            for l in 0..L {
                let wins = wins(x[l], best[l]);
                best[l] = if wins { x[l] } else { best[l] };
                winner[l] = if wins { number } else { winner[l] };
            }
            number += T::ONE;
        }
    }
    (best, winner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simd::Isa;
    use rand::rngs::StdRng;
    use rand::{RngExt, SeedableRng};

    /// Every window by the definition, with padding as −∞; returns `y` and `dx`.
    fn naive(
        Geometry { rows, columns }: Geometry,
        planes: usize,
        lanes: usize,
        x: &[f32],
        dy: &[f32],
    ) -> (Vec<f32>, Vec<f32>) {
        let (mut y, mut dx) = (Vec::new(), vec![0.0; x.len()]);
        for plane in 0..planes {
            for (oh, ow) in (0..rows.output).flat_map(|h| (0..columns.output).map(move |w| (h, w)))
            {
                for lane in 0..lanes {
                    let (mut best, mut place) = (f32::NEG_INFINITY, None);
                    for (kh, kw) in
                        (0..rows.kernel).flat_map(|h| (0..columns.kernel).map(move |w| (h, w)))
                    {
                        let h = (oh * rows.stride + kh * rows.dilation).checked_sub(rows.padding);
                        let w = (ow * columns.stride + kw * columns.dilation)
                            .checked_sub(columns.padding);
                        let (Some(h), Some(w)) = (h, w) else { continue };
                        if h >= rows.input || w >= columns.input {
                            continue;
                        }
                        let index = ((plane * rows.input + h) * columns.input + w) * lanes + lane;
                        if place.is_none() || x[index] > best || x[index].is_nan() {
                            (best, place) = (x[index], Some(index));
                        }
                    }
                    dx[place.unwrap()] += dy[y.len()];
                    y.push(best);
                }
            }
        }
        (y, dx)
    }

    fn axis(input: usize, kernel: usize, stride: usize, padding: usize, ceil: bool) -> Axis {
        let span = input + 2 * padding - kernel;
        let output = if ceil {
            span.div_ceil(stride)
        } else {
            span / stride
        } + 1;
        Axis {
            input,
            output,
            kernel,
            stride,
            padding,
            dilation: 1,
        }
    }

    fn dilated(
        input: usize,
        kernel: usize,
        stride: usize,
        padding: usize,
        dilation: usize,
    ) -> Axis {
        Axis {
            output: (input + 2 * padding - (kernel - 1) * dilation - 1) / stride + 1,
            dilation,
            ..axis(input, kernel, stride, padding, false)
        }
    }

    #[test]
    fn agrees_with_the_definition_on_ties_nans_and_infinities() {
        let mut rng = StdRng::seed_from_u64(1);
        for (rows, columns) in [
            (axis(4, 2, 2, 0, false), axis(6, 2, 2, 0, false)),
            (axis(5, 2, 2, 0, false), axis(7, 2, 2, 0, false)),
            (axis(6, 2, 2, 0, false), axis(70, 2, 2, 0, false)),
            (axis(5, 2, 2, 0, false), axis(602, 2, 2, 0, false)),
            (axis(7, 3, 2, 1, false), axis(5, 3, 1, 1, false)),
            (axis(5, 2, 2, 0, true), axis(3, 3, 3, 1, true)),
            (axis(1, 1, 1, 0, false), axis(17, 5, 3, 2, true)),
            (dilated(9, 3, 1, 1, 2), axis(5, 2, 1, 0, false)),
            (axis(5, 2, 1, 0, false), dilated(23, 3, 1, 1, 4)),
            (dilated(8, 2, 2, 1, 3), dilated(29, 2, 2, 1, 3)),
        ] {
            let geometry = Geometry { rows, columns };
            for (planes, lanes, isa) in [1, 3]
                .into_iter()
                .flat_map(|planes| [(planes, 1), (planes, LANES)])
                .flat_map(|(planes, lanes)| Isa::for_tests().map(move |isa| (planes, lanes, isa)))
            {
                // Few different values, so that ties are common.
                let values = [-1.0, 0.0, 1.0, 2.0, f32::NEG_INFINITY, f32::NAN];
                let mut draw = |len: usize, values: &[f32]| -> Vec<f32> {
                    (0..len)
                        .map(|_| values[rng.random_range(0..values.len())])
                        .collect()
                };
                let x = draw(planes * rows.input * columns.input * lanes, &values);
                let dy = draw(
                    planes * rows.output * columns.output * lanes,
                    &[1.0, 2.0, 4.0],
                );
                let (expected, d_expected) = naive(geometry, planes, lanes, &x, &dy);
                let (mut y, mut dx) = (vec![9.0; expected.len()], vec![9.0; x.len()]);
                forward(isa, lanes, geometry, &x, &mut y);
                backward(isa, lanes, geometry, &x, &dy, &mut dx);
                for (y, expected) in y.iter().zip(expected) {
                    assert!(*y == expected || y.is_nan() && expected.is_nan());
                }
                assert_eq!(dx, d_expected);
            }
        }
    }
}
