//! Arithmetic of sizes in constants. A size of 0 stands for one that cannot be: the mistake is reported where it was
//! made, and what is computed from it is 0 again, so that no second check fails.

/// The largest of some lengths.
pub const fn max(lengths: &[usize]) -> usize {
    let (mut max, mut i) = (0, 0);
    while i < lengths.len() {
        if lengths[i] > max {
            max = lengths[i];
        }
        i += 1;
    }
    max
}

/// The sum of some lengths.
pub const fn sum(lengths: &[usize]) -> usize {
    let (mut sum, mut i) = (0, 0);
    while i < lengths.len() {
        sum += lengths[i];
        i += 1;
    }
    sum
}

/// The product of some sizes.
pub const fn product(sizes: &[usize]) -> usize {
    let (mut product, mut i) = (1, 0);
    while i < sizes.len() {
        product *= sizes[i];
        i += 1;
    }
    product
}

/// Whether one of some flags is set.
pub const fn any(flags: &[bool]) -> bool {
    let mut i = 0;
    while i < flags.len() {
        if flags[i] {
            return true;
        }
        i += 1;
    }
    false
}

/// `a − b`; 0 where that is no size.
pub const fn difference(a: usize, b: usize) -> usize {
    a.saturating_sub(b)
}

/// `a / b`; 0 where that is no number.
pub const fn quotient(a: usize, b: usize) -> usize {
    match a.checked_div(b) {
        Some(quotient) => quotient,
        None => 0,
    }
}

/// A dimension; 0 where there is none.
pub const fn size_at(dims: &[usize], index: usize) -> usize {
    if index < dims.len() { dims[index] } else { 0 }
}

/// The product of the last dimensions; 0 where there are not so many.
pub const fn trailing(dims: &[usize], count: usize) -> usize {
    match dims.len().checked_sub(count) {
        Some(others) => product(dims.split_at(others).1),
        None => 0,
    }
}

/// How often a window fits into `input + 2·padding`, as PyTorch counts:
/// `⌊(input + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1`. With `ceil_mode` the division rounds up, but the
/// last window must start inside the input or the left padding. 0 where not even one fits.
pub const fn windows(
    input: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
    ceil_mode: bool,
) -> usize {
    let covered = dilation * kernel.saturating_sub(1) + 1;
    if input == 0 || kernel == 0 || stride == 0 || covered > input + 2 * padding {
        return 0;
    }
    let room = input + 2 * padding - covered;
    if !ceil_mode {
        return room / stride + 1;
    }
    let count = room.div_ceil(stride) + 1;
    if (count - 1) * stride >= input + padding {
        count - 1
    } else {
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_counted_as_pytorch_counts() {
        // From torch.nn.functional.max_pool2d and conv2d (PyTorch 1.13), output heights.
        assert_eq!(windows(28, 5, 1, 2, 1, false), 28);
        assert_eq!(windows(28, 2, 2, 0, 1, false), 14);
        assert_eq!(windows(7, 3, 2, 1, 1, true), 4);
        assert_eq!(windows(5, 2, 2, 0, 1, true), 3);
        assert_eq!(windows(5, 2, 4, 1, 1, true), 2);
        assert_eq!(windows(3, 1, 3, 0, 1, true), 1);
        assert_eq!(windows(9, 3, 2, 0, 2, false), 3);
    }

    #[test]
    fn what_cannot_be_stays_zero() {
        assert_eq!(size_at(&[4], 1), 0);
        assert_eq!(windows(0, 1, 1, 0, 1, false), 0);
        assert_eq!(windows(2, 3, 1, 0, 1, false), 0);
        assert_eq!(difference(2, 3), 0);
        assert_eq!(quotient(0, 2), 0);
        assert_eq!(quotient(2, 0), 0);
        assert_eq!(product(&[0, 3]), 0);
    }
}
