//! Windows that slide: convolution and pooling.

use super::{Size, factor};
use std::cmp::Ordering;

/// A window that slides along one dimension.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) input: Size,
    pub(crate) kernel: Size,
    pub(crate) stride: Size,
    pub(crate) padding: Size,
    pub(crate) dilation: Size,
    pub(crate) ceil_mode: bool,
}

impl Window {
    pub(super) fn sizes(&self) -> [&Size; 5] {
        [
            &self.input,
            &self.kernel,
            &self.stride,
            &self.padding,
            &self.dilation,
        ]
    }

    /// All five numbers, when the macro knows them.
    pub(crate) fn known(&self) -> Option<[u64; 5]> {
        let mut known = [0; 5];
        for (known, size) in known.iter_mut().zip(self.sizes()) {
            *known = size.known()?;
        }
        Some(known)
    }

    /// What the kernel covers and what there is to cover, when the macro knows.
    pub(crate) fn extent(&self) -> Option<[u64; 2]> {
        let [input, kernel, _, padding, dilation] = self.known()?;
        Some(extent(input, kernel, padding, dilation))
    }

    /// Whether the size stays: a kernel of one in steps of one, or `2p = d(k − 1)` in steps of one.
    pub(crate) fn is_identity(&self) -> bool {
        match (&self.kernel, &self.stride, &self.padding, &self.dilation) {
            (Size::Known(kernel), Size::Known(1), Size::Known(padding), Size::Known(dilation)) => {
                let taken = dilation.checked_mul(kernel.saturating_sub(1));
                *kernel > 0 && *dilation > 0 && padding.checked_mul(2) == taken
            }
            _ => false,
        }
    }

    /// The arithmetic for a reader: `(WIDTH - 4) / 2 + 1`.
    pub(super) fn text(&self) -> String {
        let Self {
            input,
            kernel,
            stride,
            padding,
            dilation,
            ..
        } = self;
        // With a stride the formula takes one more away before it divides.
        let step = u64::from(*stride != Size::Known(1));
        let span = match (kernel.known(), padding.known(), dilation.known()) {
            (Some(kernel), Some(padding), Some(dilation)) => {
                let added = padding.saturating_mul(2);
                let taken = dilation
                    .saturating_mul(kernel.saturating_sub(1))
                    .saturating_add(step);
                match added.cmp(&taken) {
                    Ordering::Equal => format!("{input}"),
                    Ordering::Greater => format!("{input} + {}", added - taken),
                    Ordering::Less => format!("{input} - {}", taken - added),
                }
            }
            _ => {
                let (padding, dilation) = (factor(padding), factor(dilation));
                let one = if step == 1 { " - 1" } else { "" };
                format!("{input} + 2 * {padding} - {dilation} * ({kernel} - 1){one}")
            }
        };
        match stride {
            Size::Known(1) => span,
            stride if span.contains(' ') => format!("({span}) / {} + 1", factor(stride)),
            stride => format!("{span} / {} + 1", factor(stride)),
        }
    }
}

fn extent(input: u64, kernel: u64, padding: u64, dilation: u64) -> [u64; 2] {
    let covered = dilation
        .saturating_mul(kernel.saturating_sub(1))
        .saturating_add(1);
    let available = padding.saturating_mul(2).saturating_add(input);
    [covered, available]
}

/// How often a window fits into `input + 2·padding`: `⌊(input + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1`.
/// With `ceil_mode` the division rounds up, but the last window must start inside the input or the left padding, as
/// in PyTorch. 1 where not even one fits: that is reported elsewhere.
pub(crate) fn windows(
    input: u64,
    kernel: u64,
    stride: u64,
    padding: u64,
    dilation: u64,
    ceil_mode: bool,
) -> u64 {
    let stride = stride.max(1);
    let [covered, available] = extent(input, kernel, padding, dilation);
    let Some(room) = available.checked_sub(covered) else {
        return 1;
    };
    if !ceil_mode {
        return (room / stride).saturating_add(1);
    }
    let last = room.div_ceil(stride);
    if last.saturating_mul(stride) >= input.saturating_add(padding) {
        last
    } else {
        last.saturating_add(1)
    }
}
