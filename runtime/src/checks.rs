//! Checks of a declaration that only the compiler can make: sizes that are `const` expressions, sizes that a user's
//! layer states, and generic sizes.
//!
//! The generated code calls these functions in constants, at the tokens of the user. They say what the macro says
//! about sizes that it knows. A shape without dimensions is that of a type which is no layer, and a size of 0 one that
//! cannot be (see `arithmetic`): both are reported elsewhere.

mod arithmetic;
mod embedded;
mod text;

pub use arithmetic::{any, difference, max, product, quotient, size_at, sum, trailing, windows};
pub use embedded::check_embedded;

use crate::layer_info::LayerInfo;
use crate::network::Network;
use text::Text;

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
    if !equal(takes, arrives) && is_known(takes) && is_known(arrives) {
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
    if !equal(declared, found) && is_known(declared) && is_known(found) {
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

/// A kernel larger than what it slides over. `rows` and `columns`: input, kernel, padding, dilation.
#[track_caller]
pub const fn check_windows(kind: &str, rows: [usize; 4], columns: [usize; 4], origin: &str) {
    let (height, width) = (extent(rows), extent(columns));
    let (high, wide) = (height[0] > height[1], width[0] > width[1]);
    if !high && !wide {
        return;
    }
    let mut text = Text::new();
    text.put("the kernel of `").put(kind).put("`");
    if rows[3] > 1 || columns[3] > 1 {
        text.put(" with its dilation");
    }
    let same = height[0] == width[0] && height[1] == width[1];
    let both = high && wide && !same;
    let first = if high { height } else { width };
    text.put(" covers ").number(first[0]);
    if both {
        text.put("×").number(width[0]);
    }
    text.put(", but the ").put(match (high, wide) {
        (true, true) if same => "height and width",
        (true, true) => "input",
        (true, false) => "height",
        (false, _) => "width",
    });
    if rows[2] > 0 || columns[2] > 0 {
        text.put(" with its padding");
    }
    text.put(if high && wide && same { " are" } else { " is" });
    text.put(" only ").number(first[1]);
    if both {
        text.put("×").number(width[1]);
    }
    text.put("\nnote: ").put(origin);
    panic!("{}", text.as_str());
}

/// A kernel larger than the length it slides along: input, kernel, padding, dilation.
#[track_caller]
pub const fn check_window(kind: &str, window: [usize; 4], origin: &str) {
    let [covered, available] = extent(window);
    if covered > available {
        let mut text = Text::new();
        text.put("the kernel of `").put(kind).put("`");
        if window[3] > 1 {
            text.put(" with its dilation");
        }
        text.put(" covers ").number(covered);
        text.put(", but the length");
        if window[2] > 0 {
            text.put(" with its padding");
        }
        text.put(" is only ").number(available);
        text.put("\nnote: ").put(origin);
        panic!("{}", text.as_str());
    }
}

/// What a kernel covers, and what there is; nothing where a size is reported elsewhere.
const fn extent([input, kernel, padding, dilation]: [usize; 4]) -> [usize; 2] {
    if input == 0 || kernel == 0 {
        return [0, 0];
    }
    [
        dilation.saturating_mul(kernel - 1).saturating_add(1),
        padding.saturating_mul(2).saturating_add(input),
    ]
}

/// Padding of a pooling layer by more than half of its kernel.
#[track_caller]
pub const fn check_padding(kind: &str, kernel: usize, padding: usize) {
    if padding > kernel / 2 && kernel != 0 {
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

/// A dimension that is to be halved and is odd.
#[track_caller]
pub const fn check_even(kind: &str, dim: usize, size: usize, origin: &str) {
    if !size.is_multiple_of(2) {
        let mut text = Text::new();
        text.put("`")
            .put(kind)
            .put("` halves dimension ")
            .number(dim)
            .put(", which is ")
            .number(size)
            .put(" and odd\nnote: ")
            .put(origin);
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

/// Heads that do not divide the features.
#[track_caller]
pub const fn check_heads(features: usize, heads: usize) {
    if heads != 0 && !features.is_multiple_of(heads) {
        let mut text = Text::new();
        text.number(heads)
            .put(" heads do not divide the ")
            .number(features)
            .put(" features that arrive");
        panic!("{}", text.as_str());
    }
}

/// A norm over more dimensions than a user's layer puts out.
#[track_caller]
pub const fn check_dims(kind: &str, dims: &[usize], count: usize, origin: &str) {
    if count > dims.len() && !dims.is_empty() {
        let mut text = Text::new();
        text.put("`")
            .put(kind)
            .put("` is to normalise over ")
            .number(count);
        text.put(" dimensions, but receives ")
            .dims(dims)
            .put("\nnote: ")
            .put(origin);
        panic!("{}", text.as_str());
    }
}

/// A shape of another number of elements.
#[track_caller]
pub const fn check_reshape(from: usize, to: usize, origin: &str) {
    if from != to && from != 0 && to != 0 {
        let mut text = Text::new();
        text.put("`Reshape` makes ")
            .number(to)
            .put(" elements of ")
            .number(from);
        text.put("\nnote: ").put(origin);
        panic!("{}", text.as_str());
    }
}

/// Trained values (`noun`) that are neither one nor one a channel.
#[track_caller]
pub const fn check_values(kind: &str, noun: &str, channels: usize, values: usize) {
    if values > 1 && values != channels && channels != 0 {
        let mut text = Text::new();
        text.put("`").put(kind).put("` has 1 ").put(noun);
        text.put(", or one for each of the ").number(channels);
        text.put(" channels, not ").number(values);
        panic!("{}", text.as_str());
    }
}

/// Padding of a transposed convolution that leaves nothing of a height, width or length.
#[track_caller]
pub const fn check_transposed(kind: &str, what: &str, input: usize, output: usize) {
    if output == 0 && input != 0 {
        let mut text = Text::new();
        text.put("the padding of `").put(kind);
        text.put("` cuts off the whole ").put(what);
        panic!("{}", text.as_str());
    }
}

/// A slice that is empty or reaches beyond its dimension.
#[track_caller]
pub const fn check_slice(dim: usize, size: usize, start: usize, end: usize) {
    if size == 0 || (start < end && end <= size) {
        return;
    }
    let mut text = Text::new();
    text.put("`Slice` takes ")
        .number(start)
        .put("..")
        .number(end);
    text.put(" of dimension ")
        .number(dim)
        .put(", which has ")
        .number(size);
    panic!("{}", text.as_str());
}

/// A network that reads indices, where these are computed.
#[track_caller]
pub const fn check_no_indices(layer: &str, reads_indices: bool) {
    if reads_indices {
        let mut text = Text::new();
        text.put("`").put(layer);
        text.put("` takes indices, which have no derivative, so it must take the input of the network itself");
        panic!("{}", text.as_str());
    }
}

/// A padding row that a table does not have.
#[track_caller]
pub const fn check_padding_idx(row: usize, rows: usize) {
    if row >= rows && rows != 0 {
        let mut text = Text::new();
        text.put("`padding_idx` is ")
            .number(row)
            .put(", but there are ")
            .number(rows);
        text.put(" rows, counted from 0");
        panic!("{}", text.as_str());
    }
}

/// A mirrored margin that is as large as what it mirrors.
#[track_caller]
pub const fn check_mirror(what: &str, size: usize, margin: usize) {
    if margin >= size && size != 0 {
        let mut text = Text::new();
        text.put("`mode = reflect` mirrors ")
            .number(margin)
            .put(" elements, but of the ")
            .put(what);
        text.put(" of ")
            .number(size)
            .put(" only ")
            .number(size - 1)
            .put(" lie behind the edge");
        panic!("{}", text.as_str());
    }
}

/// Channels that make no whole pixels.
#[track_caller]
pub const fn check_shuffle(channels: usize, factor: usize) {
    if factor != 0 && !channels.is_multiple_of(factor * factor) {
        let mut text = Text::new();
        text.put("`PixelShuffle` makes one channel of ")
            .number(factor * factor);
        text.put(", which do not divide the ")
            .number(channels)
            .put(" channels that arrive");
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

/// Whether no size of a shape is reported elsewhere.
const fn is_known(dims: &[usize]) -> bool {
    let mut i = 0;
    while i < dims.len() {
        if dims[i] == 0 {
            return false;
        }
        i += 1;
    }
    !dims.is_empty()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "`Gain<4>` takes [4], but receives [2, 3]\nnote: line 3")]
    fn a_misfit_is_told_in_words() {
        check_input("Gain<4>", &[4], &[2, 3], "line 3");
    }

    #[test]
    #[should_panic(
        expected = "the kernel of `Conv2d` covers 5×7, but the input with its padding is only 4×6\nnote: line 3"
    )]
    fn a_window_that_fits_neither_way_is_one_mistake() {
        check_windows("Conv2d", [4, 5, 0, 1], [4, 7, 1, 1], "line 3");
    }

    #[test]
    #[should_panic(
        expected = "the kernel of `MaxPool2d` covers 5, but the height and width are only 3\nnote: line 3"
    )]
    fn a_square_window_over_a_square_has_one_number() {
        check_windows("MaxPool2d", [3, 5, 0, 1], [3, 5, 0, 1], "line 3");
    }

    #[test]
    #[should_panic(
        expected = "the kernel of `Conv1d` with its dilation covers 9, but the length with its padding is only 8\nnote: line 3"
    )]
    fn a_window_along_a_length() {
        check_window("Conv1d", [6, 5, 1, 2], "line 3");
    }

    #[test]
    #[should_panic(expected = "the padding of `ConvTranspose1d` cuts off the whole length")]
    fn padding_that_leaves_nothing() {
        check_transposed("ConvTranspose1d", "length", 3, 1);
        check_transposed("ConvTranspose1d", "length", 3, 0);
    }

    #[test]
    #[should_panic(expected = "`Slice` takes 3..6 of dimension 1, which has 5")]
    fn a_slice_beyond_its_dimension() {
        check_slice(1, 5, 0, 5);
        check_slice(1, 5, 3, 6);
    }

    #[test]
    #[should_panic(
        expected = "`mode = reflect` mirrors 3 elements, but of the width of 3 only 2 lie behind the edge"
    )]
    fn a_mirror_is_as_large_as_what_lies_behind_the_edge() {
        check_mirror("width", 3, 2);
        check_mirror("width", 3, 3);
    }

    #[test]
    #[should_panic(
        expected = "`PixelShuffle` makes one channel of 9, which do not divide the 12 channels that arrive"
    )]
    fn channels_that_make_no_pixels() {
        check_shuffle(12, 2);
        check_shuffle(12, 3);
    }

    #[test]
    #[should_panic(expected = "3 heads do not divide the 8 features that arrive")]
    fn heads_that_do_not_divide() {
        check_heads(8, 4);
        check_heads(8, 3);
    }

    #[test]
    fn what_is_reported_elsewhere_is_not_reported_again() {
        check_input("Gain<4>", &[4], &[], "line 3");
        check_output(&[4], &[2, 0, 0], "line 3");
        check_windows("Conv2d", [0, 5, 0, 1], [0, 5, 0, 1], "line 3");
        check_reshape(0, 12, "line 3");
        check_transposed("ConvTranspose1d", "length", 0, 0);
        check_slice(0, 0, 1, 2);
        check_mirror("width", 0, 2);
        check_shuffle(3, 0);
        check_heads(8, 0);
    }
}
