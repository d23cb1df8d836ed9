//! Checks of a declaration that only the compiler can make: sizes that are `const` expressions, sizes that a user's
//! layer states, and generic sizes.
//!
//! The generated code calls these functions in constants, at the tokens of the user. They say what the macro says
//! about sizes that it knows. A shape without dimensions is that of a type which is no layer: reported elsewhere.

use crate::network::{LayerInfo, Network};

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

/// `a / b`; 1 where that is no number, which is reported elsewhere.
pub const fn quotient(a: usize, b: usize) -> usize {
    if b == 0 || a < b { 1 } else { a / b }
}

/// A dimension; 1 where there is none, which is reported elsewhere.
pub const fn size_at(dims: &[usize], index: usize) -> usize {
    if index < dims.len() { dims[index] } else { 1 }
}

/// How often a window fits into `input + 2·padding`, as PyTorch counts:
/// `⌊(input + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1`. With `ceil_mode` the division rounds up, but the
/// last window must start inside the input or the left padding. 1 where not even one fits, which is reported elsewhere.
pub const fn windows(
    input: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
    ceil_mode: bool,
) -> usize {
    let covered = dilation * kernel.saturating_sub(1) + 1;
    if stride == 0 || covered > input + 2 * padding {
        return 1;
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

/// A layer that takes another rank than a user's layer puts out.
#[track_caller]
pub const fn check_rank(kind: &str, takes: &str, dims: &[usize], rank: usize, origin: &str) {
    if dims.len() != rank && !dims.is_empty() {
        let mut text = Text::new();
        text.put("`").put(kind).put("` takes ").put(takes);
        text.put(", but receives ")
            .dims(dims)
            .put("\nnote: ")
            .put(origin);
        panic!("{}", text.as_str());
    }
}

/// A user's layer that takes another shape than arrives.
#[track_caller]
pub const fn check_input(layer: &str, takes: &[usize], arrives: &[usize], origin: &str) {
    if !equal(takes, arrives) && !takes.is_empty() && !arrives.is_empty() {
        let mut text = Text::new();
        text.put("`").put(layer).put("` takes ").dims(takes);
        text.put(", but receives ")
            .dims(arrives)
            .put("\nnote: ")
            .put(origin);
        panic!("{}", text.as_str());
    }
}

/// A declared output that the layers do not produce.
#[track_caller]
pub const fn check_output(declared: &[usize], found: &[usize], origin: &str) {
    if !equal(declared, found) && !found.is_empty() {
        let mut text = Text::new();
        text.put("the declared output is ").dims(declared);
        text.put(", but the layers produce ")
            .dims(found)
            .put("\nnote: ")
            .put(origin);
        text.put("\nhelp: write `-> ")
            .dims(found)
            .put("`, or change the layers");
        panic!("{}", text.as_str());
    }
}

/// A size of zero.
#[track_caller]
pub const fn check_positive(owner: &str, name: &str, size: usize) {
    if size == 0 {
        let mut text = Text::new();
        text.put("`")
            .put(name)
            .put("` of `")
            .put(owner)
            .put("` is 0, but must be at least 1");
        panic!("{}", text.as_str());
    }
}

/// A kernel larger than what it slides over.
#[track_caller]
pub const fn check_window(
    kind: &str,
    axis: &str,
    input: usize,
    kernel: usize,
    padding: usize,
    dilation: usize,
    origin: &str,
) {
    let covered = dilation * kernel.saturating_sub(1) + 1;
    let available = input + 2 * padding;
    if covered > available {
        let mut text = Text::new();
        text.put("the kernel of `").put(kind).put("`");
        if dilation > 1 {
            text.put(" with its dilation");
        }
        text.put(" covers ")
            .number(covered)
            .put(", but the ")
            .put(axis);
        if padding > 0 {
            text.put(" with its padding");
        }
        text.put(" is only ")
            .number(available)
            .put("\nnote: ")
            .put(origin);
        panic!("{}", text.as_str());
    }
}

/// Padding of a pooling layer by more than half of its kernel.
#[track_caller]
pub const fn check_padding(kind: &str, kernel: usize, padding: usize) {
    if padding > kernel / 2 {
        let mut text = Text::new();
        text.put("the padding of `")
            .put(kind)
            .put("` is ")
            .number(padding);
        text.put(", more than half of its kernel of ")
            .number(kernel);
        panic!("{}", text.as_str());
    }
}

/// Groups that do not divide the channels.
#[track_caller]
pub const fn check_groups(what: &str, channels: usize, groups: usize) {
    if groups != 0 && !channels.is_multiple_of(groups) {
        let mut text = Text::new();
        text.number(groups)
            .put(" groups do not divide the ")
            .number(channels)
            .put(" ")
            .put(what);
        panic!("{}", text.as_str());
    }
}

/// A shape of another number of elements.
#[track_caller]
pub const fn check_reshape(from: usize, to: usize, origin: &str) {
    if from != to {
        let mut text = Text::new();
        text.put("`Reshape` makes ")
            .number(to)
            .put(" elements of ")
            .number(from);
        text.put("\nnote: ").put(origin);
        panic!("{}", text.as_str());
    }
}

/// Slopes that are neither one nor one a channel.
#[track_caller]
pub const fn check_slopes(channels: usize, slopes: usize) {
    if slopes != 1 && slopes != channels {
        let mut text = Text::new();
        text.put("`Prelu` has 1 slope, or one for each of the ")
            .number(channels);
        text.put(" channels, not ").number(slopes);
        panic!("{}", text.as_str());
    }
}

/// A network beyond a limit of its budget.
#[track_caller]
pub const fn check_budget<N: Network>(quantity: &str, found: usize, limit: usize) {
    if found > limit {
        let mut text = Text::new();
        text.put("over budget: ")
            .put(quantity)
            .put(" are ")
            .number(found);
        text.put(", the limit is ")
            .number(limit)
            .put("\nnote: the layers:");
        let mut i = 0;
        while i < N::LAYERS.len() {
            let layer: LayerInfo = N::LAYERS[i];
            text.put("\n  ")
                .put(layer.declaration)
                .put(": ")
                .dims(layer.output)
                .put(", ");
            text.number(layer.parameter_count()).put(" parameters, ");
            text.number(layer.macs).put(" multiply-adds");
            i += 1;
        }
        panic!("{}", text.as_str());
    }
}

/// That the trained values are a run of scalars without padding.
pub const fn assert_packed<N: Network>() {
    assert!(
        size_of::<N::Parameters>() == N::PARAMETERS * size_of::<N::Scalar>(),
        "the parameters of the layers do not lie behind each other without padding"
    );
}

const fn equal(a: &[usize], b: &[usize]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// A message in the making: `const` code cannot format.
struct Text {
    bytes: [u8; 4096],
    len: usize,
}

impl Text {
    const fn new() -> Self {
        Self {
            bytes: [0; 4096],
            len: 0,
        }
    }

    /// Appends; what does not fit is cut off between characters, so that the text stays UTF-8.
    const fn put(&mut self, text: &str) -> &mut Self {
        let text = text.as_bytes();
        let mut end = text.len();
        if end > self.bytes.len() - self.len {
            end = self.bytes.len() - self.len;
            while end > 0 && text[end] & 0xc0 == 0x80 {
                end -= 1;
            }
        }
        let mut i = 0;
        while i < end {
            self.bytes[self.len] = text[i];
            self.len += 1;
            i += 1;
        }
        self
    }

    const fn number(&mut self, number: usize) -> &mut Self {
        let mut digits = [0; 20];
        let (mut rest, mut first) = (number, digits.len());
        loop {
            first -= 1;
            digits[first] = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        match str::from_utf8(digits.split_at(first).1) {
            Ok(text) => self.put(text),
            Err(_) => self,
        }
    }

    /// `[16, 5, 5]`
    const fn dims(&mut self, dims: &[usize]) -> &mut Self {
        self.put("[");
        let mut i = 0;
        while i < dims.len() {
            if i > 0 {
                self.put(", ");
            }
            self.number(dims[i]);
            i += 1;
        }
        self.put("]")
    }

    const fn as_str(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "",
        }
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
    fn messages_hold_numbers_and_stay_utf8() {
        let mut text = Text::new();
        text.put("→ ")
            .number(0)
            .put(" ")
            .number(61_706)
            .dims(&[16, 5]);
        assert_eq!(text.as_str(), "→ 0 61706[16, 5]");
        for _ in 0..3000 {
            text.put("→");
        }
        assert!(text.as_str().ends_with('→'));
    }

    #[test]
    #[should_panic(expected = "`Scale<4>` takes [4], but receives [2, 3]\nnote: line 3")]
    fn a_misfit_is_told_in_words() {
        check_input("Scale<4>", &[4], &[2, 3], "line 3");
    }
}
