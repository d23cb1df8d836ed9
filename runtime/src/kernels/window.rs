//! Where a sliding window meets its input, along one axis.

use core::ops::Range;

/// One axis of a convolution or a pooling: output `o` reads the inputs `o·stride + k·dilation − padding` for the taps
/// `k < kernel`, as far as they exist. So `padding` is what stands before the input; how much stands behind it follows
/// from the number of outputs.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    pub(crate) input: usize,
    pub(crate) output: usize,
    pub(crate) kernel: usize,
    pub(crate) stride: usize,
    pub(crate) padding: usize,
    pub(crate) dilation: usize,
}

/// The taps of one output that fall inside the input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taps {
    /// How many.
    pub(crate) count: usize,
    /// The input that the first one reads.
    pub(crate) input: usize,
}

impl Axis {
    /// The height of what has one dimension.
    pub(crate) const ONE: Self = Self {
        input: 1,
        output: 1,
        kernel: 1,
        stride: 1,
        padding: 0,
        dilation: 1,
    };

    /// The taps of output `o` that fall inside the input.
    #[inline(always)]
    pub(crate) fn taps(self, o: usize) -> Taps {
        let window = o * self.stride;
        let taps = self.inside(window, self.dilation, self.kernel);
        Taps {
            count: taps.end - taps.start,
            input: (window + taps.start * self.dilation).saturating_sub(self.padding),
        }
    }

    /// The outputs all of whose taps fall inside the input.
    #[inline(always)]
    pub(crate) fn interior(self) -> Range<usize> {
        let start = self.inside(0, self.stride, self.output).start;
        let last_tap = self.kernel.saturating_sub(1) * self.dilation;
        let end = self.inside(last_tap, self.stride, self.output).end;
        start..end.max(start)
    }

    /// Whether the windows are the pairs of neighbouring inputs.
    #[inline(always)]
    pub(crate) fn halves(self) -> bool {
        (self.kernel, self.stride, self.padding, self.dilation) == (2, 2, 0, 1)
            && self.output == self.input / 2
    }

    /// The `n < limit` with `padding ≤ offset + n·step < padding + input`.
    #[inline(always)]
    fn inside(self, offset: usize, step: usize, limit: usize) -> Range<usize> {
        let start = quotient(self.padding.saturating_sub(offset), step);
        let end = quotient((self.padding + self.input).saturating_sub(offset), step);
        let end = end.min(limit);
        start.min(end)..end
    }
}

/// `⌈a / b⌉`, without the division in the usual case `b = 1`.
#[inline(always)]
fn quotient(a: usize, b: usize) -> usize {
    if b <= 1 { a } else { a.div_ceil(b) }
}
