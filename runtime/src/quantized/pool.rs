//! Pools: the bytes that come out stand for the same numbers as those that go in.

use super::affine::Affine;

/// The sizes of a pool; rows, then columns.
#[derive(Clone, Copy, Debug)]
pub struct Pool {
    pub(crate) input: [usize; 2],
    pub(crate) output: [usize; 2],
    pub(crate) windows: Windows,
}

/// Which elements an output takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Windows {
    /// As many everywhere.
    Sliding {
        kernel: [usize; 2],
        stride: [usize; 2],
        padding: [usize; 2],
        dilation: [usize; 2],
        /// Whether a mean counts zeros around the input.
        count_padding: bool,
    },
    /// The share of each output.
    Adaptive,
}

/// The elements of a window along one side.
struct Span {
    /// The first one inside the input, and how many more there are at which distance.
    first: usize,
    count: usize,
    distance: usize,
    /// How many a mean divides by.
    divisor: usize,
}

impl Pool {
    /// Pools of shares: an adaptive pool, or a global one with one output.
    pub const fn adaptive(input: [usize; 2], output: [usize; 2]) -> Self {
        Self {
            input,
            output,
            windows: Windows::Adaptive,
        }
    }

    #[inline(always)]
    fn span(&self, axis: usize, index: usize) -> Span {
        let (input, output) = (self.input[axis & 1], self.output[axis & 1].max(1));
        match self.windows {
            Windows::Adaptive => {
                let first = index * input / output;
                let count = ((index + 1) * input).div_ceil(output) - first;
                Span {
                    first,
                    count,
                    distance: 1,
                    divisor: count,
                }
            }
            Windows::Sliding {
                kernel,
                stride,
                padding,
                dilation,
                count_padding,
            } => {
                let (kernel, padding) = (kernel[axis & 1], padding[axis & 1]);
                let distance = dilation[axis & 1].max(1);
                let start = index * stride[axis & 1];
                // Taps before the input.
                let before = padding.saturating_sub(start).div_ceil(distance);
                let first = (start + before * distance).saturating_sub(padding);
                let inside = input.saturating_sub(first).div_ceil(distance);
                let count = inside.min(kernel.saturating_sub(before));
                let counted = kernel.min((input + 2 * padding).saturating_sub(start));
                Span {
                    first,
                    count,
                    distance,
                    divisor: if count_padding { counted } else { count },
                }
            }
        }
    }

    /// The largest of each window.
    #[inline(never)]
    pub fn max(&self, x: &[u8], y: &mut [u8]) {
        if let Windows::Sliding {
            kernel: [2, 2],
            stride: [2, 2],
            padding: [0, 0],
            dilation: [1, 1],
            ..
        } = self.windows
        {
            return self.max_of_fours(x, y);
        }
        let largest = |largest: u32, x: u8| largest.max(u32::from(x));
        self.walk(x, y, 0, largest, |largest, _| largest);
    }

    /// Windows of 2×2 that touch.
    #[inline(always)]
    fn max_of_fours(&self, x: &[u8], y: &mut [u8]) {
        let [[height, width], [rows, columns]] = [self.input, self.output];
        let channels = x
            .chunks_exact((height * width).max(1))
            .zip(y.chunks_exact_mut((rows * columns).max(1)));
        for (x, y) in channels {
            let pairs = x.chunks_exact((2 * width).max(1));
            for (pair, y) in pairs.zip(y.chunks_exact_mut(columns.max(1))) {
                let (above, below) = pair.split_at_checked(width).unwrap_or_default();
                let fours = above
                    .as_chunks::<2>()
                    .0
                    .iter()
                    .zip(below.as_chunks::<2>().0);
                for (y, ([a, b], [c, d])) in y.iter_mut().zip(fours) {
                    *y = (*a).max(*b).max((*c).max(*d));
                }
            }
        }
    }

    /// The mean of each window, rounded to the nearest, ties upwards. Zeros around the input count as such.
    #[inline(never)]
    pub fn mean(&self, input: Affine, x: &[u8], y: &mut [u8]) {
        self.walk(
            x,
            y,
            input.zero,
            |sum, x| sum + u32::from(x),
            |sum, divisor| (2 * sum + divisor) / (2 * divisor).max(1),
        );
    }

    /// Collects the elements of each window, and for a mean what stands for zeros around the input, `zero`.
    #[inline(always)]
    fn walk(
        &self,
        x: &[u8],
        y: &mut [u8],
        zero: u32,
        collect: impl Fn(u32, u8) -> u32,
        finish: impl Fn(u32, u32) -> u32,
    ) {
        let [[height, width], [rows, columns]] = [self.input, self.output];
        let channels = x
            .chunks_exact((height * width).max(1))
            .zip(y.chunks_exact_mut((rows * columns).max(1)));
        for (x, y) in channels {
            for (row, y) in y.chunks_exact_mut(columns.max(1)).enumerate() {
                let down = self.span(0, row);
                for (column, y) in y.iter_mut().enumerate() {
                    let across = self.span(1, column);
                    let mut collected = 0;
                    for row in 0..down.count {
                        let first = (down.first + row * down.distance) * width + across.first;
                        let last = first + (across.count.max(1) - 1) * across.distance + 1;
                        let x = x.get(first..last).unwrap_or_default();
                        if across.distance == 1 {
                            for x in x {
                                collected = collect(collected, *x);
                            }
                        } else {
                            for x in x.iter().step_by(across.distance) {
                                collected = collect(collected, *x);
                            }
                        }
                    }
                    let divisor = (down.divisor * across.divisor) as u32;
                    let outside = divisor.saturating_sub((down.count * across.count) as u32);
                    *y = finish(collected + outside * zero, divisor) as u8;
                }
            }
        }
    }
}
