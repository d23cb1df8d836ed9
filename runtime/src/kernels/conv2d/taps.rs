use super::Geometry;
use super::blocks::TAPS;
use super::window::Window;

/// A tap of a channel: where it meets the first position in the window, and where the weights of all outputs begin.
#[derive(Clone, Copy, Default)]
pub(super) struct Tap {
    pub(super) offset: usize,
    pub(super) weights: usize,
}

/// The taps of some channels. Returns how many there are.
#[inline(always)]
pub(super) fn write_taps(
    geometry: Geometry,
    window: &Window,
    channels: [usize; 2],
    [rows, columns]: [[usize; 2]; 2],
    taps: &mut [Tap; TAPS],
) -> usize {
    let mut places = taps.iter_mut();
    let mut count = 0;
    for channel in 0..channels[1] {
        for row in 0..rows[1] {
            for column in 0..columns[1] {
                if let Some(place) = places.next() {
                    let (row_tap, column_tap) = (rows[0] + row, columns[0] + column);
                    *place = Tap {
                        offset: window.offset([channel, row, column]),
                        weights: geometry.weight_index(channels[0] + channel, row_tap, column_tap),
                    };
                    count += 1;
                }
            }
        }
    }
    count
}
