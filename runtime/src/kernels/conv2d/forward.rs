use super::Geometry;
use super::correlate::{Correlation, Weights, correlate};
use super::forward_sample::{NEIGHBOURS, forward_sample};
use crate::Scalar;
use crate::element::LANES;
use crate::simd::Isa;

/// `y = W ∗ x + b` for `lanes` samples side by side.
#[inline]
pub(crate) fn forward<T: Scalar>(
    isa: Isa,
    lanes: usize,
    geometry: Geometry,
    weight: &[T],
    bias: &[T],
    x: &[T],
    y: &mut [T],
) {
    let geometry = geometry.in_one_row();
    let Geometry { rows, columns, .. } = geometry;
    // For one sample a row of positions or the outputs lie in the lanes, whichever computes less that is not used; with runs
    // of five, as most instruction sets have them.
    let computed = |outputs: usize, positions: usize| {
        let outputs = geometry.group_outputs().next_multiple_of(outputs);
        outputs * columns.output.next_multiple_of(positions)
    };
    if lanes == 1 && computed(LANES, NEIGHBOURS) < computed(1, LANES) {
        forward_sample(isa, geometry, weight, bias, x, y);
        return;
    }
    let correlation = Correlation {
        lanes,
        groups: geometry.groups,
        channels: geometry.group_channels(),
        results: geometry.group_outputs(),
        lines: geometry.forward_lines(),
        weights: Weights {
            first: 0,
            group: geometry.group_outputs(),
            result: 1,
            channel: geometry.weight_index(1, 0, 0),
            taps: [geometry.weight_index(0, 1, 0), geometry.outputs],
        },
        plane: [rows.output, columns.output],
        place: [0; 2],
        steps: [1; 2],
    };
    correlate(isa, correlation, weight, bias, x, y);
}
