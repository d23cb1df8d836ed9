use super::Geometry;
use super::correlate::{Correlation, Weights, correlate};
use super::correlate_sample::{correlate_sample, pays};
use super::line::Line;
use crate::Scalar;
use crate::simd::Isa;

/// `dx = Wᵀ ∗ dy + b` for `lanes` samples side by side, with a bias for each channel of `x`, or none: a transposed
/// convolution has one.
///
/// With a stride the inputs fall into classes that meet different taps, every `stride`-th row and column one class; each
/// is a correlation of its own.
#[inline]
pub(crate) fn backward_input<T: Scalar>(
    isa: Isa,
    lanes: usize,
    geometry: Geometry,
    weight: &[T],
    bias: &[T],
    dy: &[T],
    dx: &mut [T],
) {
    let geometry = geometry.in_one_row();
    let Geometry { rows, columns, .. } = geometry;
    let outputs = geometry.outputs;
    let [rows_apart, columns_apart] = [rows.stride.max(1), columns.stride.max(1)];
    let unread = |axis, stride| (0..stride).any(|input| Line::backward(axis, input).0.taps == 0);
    if unread(rows, rows_apart) || unread(columns, columns_apart) {
        let planes = dx.chunks_exact_mut((rows.input * columns.input * lanes).max(1));
        for (channel, dx) in planes.enumerate() {
            dx.fill(bias.get(channel).copied().unwrap_or(T::ZERO));
        }
    }
    for row in 0..rows_apart.min(rows.input) {
        for column in 0..columns_apart.min(columns.input) {
            let (row_line, [r, next_r]) = Line::backward(rows, row);
            let (column_line, [s, next_s]) = Line::backward(columns, column);
            let correlation = Correlation {
                lanes,
                groups: geometry.groups,
                channels: geometry.group_outputs(),
                results: geometry.group_channels(),
                lines: [row_line, column_line],
                weights: Weights {
                    first: geometry.weight_index(0, r, s),
                    group: geometry.group_outputs(),
                    result: geometry.weight_index(1, 0, 0),
                    channel: 1,
                    taps: [next_r * columns.kernel * outputs, next_s * outputs],
                },
                plane: [rows.input, columns.input],
                place: [row, column],
                steps: [rows_apart, columns_apart],
            };
            if pays(&correlation) {
                correlate_sample(isa, correlation, weight, bias, dy, dx);
            } else {
                correlate(isa, correlation, weight, bias, dy, dx);
            }
        }
    }
}
