//! The handwritten digits of `digits_8x8_u8.bin`, for the examples that read them.

pub(crate) type Image = [[[f32; 8]; 8]; 1];

/// Images with pixels in 0 to 1, and which digit each is.
pub(crate) fn read() -> (Vec<Image>, Vec<u8>) {
    // Rows of 64 pixels (0..=16) and a label.
    let digit = |row: &[u8; 65]| {
        let pixel = |y: usize, x: usize| f32::from(row[8 * y + x]) / 16.0;
        (
            [std::array::from_fn(|y| {
                std::array::from_fn(|x| pixel(y, x))
            })],
            row[64],
        )
    };
    let rows = include_bytes!("digits_8x8_u8.bin").as_chunks::<65>().0;
    rows.iter().map(digit).unzip()
}

/// Every fifth is held out: no network trains on it. The others, and these.
pub(crate) fn split(images: &[Image]) -> (Vec<usize>, Vec<usize>) {
    (0..images.len()).partition(|i| i % 5 != 4)
}
