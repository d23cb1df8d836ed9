//! What the functions call that `#[network(export_c)]` generates, and the text of their header.
//!
//! Pointers come from C. What they must be stands in the header, which is `macros/src/codegen/export_c/*.h`; with debug
//! assertions it is checked as far as it can be. A panic ends at the generated function, which aborts.

use crate::network::Network;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::stream::{Stream, Streamable};
use core::slice;

/// Bytes of activations that may lie on the stack, as for [`Network::forward`].
const STACK: usize = 128 * 1024;

/// Whether there is a function that puts activations on the stack.
pub const fn fits_stack<N: Network>() -> bool {
    N::INFERENCE_BYTES <= STACK
}

/// Makes a network.
///
/// # Safety
/// `network` is valid for writes; `parameters` and `buffers` are valid for as many scalars as the network has, and lie
/// elsewhere.
#[allow(unsafe_code)] // pointers from C
#[inline]
pub unsafe fn load<N: Network>(
    function: &str,
    network: *mut N,
    parameters: *const N::Scalar,
    buffers: *const N::Scalar,
) {
    check(function, "network", network);
    for (argument, scalars, len) in [
        ("parameters", parameters, N::PARAMETERS),
        ("buffers", buffers, self::buffers::<N>()),
    ] {
        if len > 0 {
            check(function, argument, scalars);
            apart(function, "network", network, 1, scalars, len);
        }
    }
    // SAFETY: it is valid for writes, and zeros are a network, so that what is borrowed is one.
    let network = unsafe {
        network.write_bytes(0, 1);
        &mut *network
    };
    let into = network.parameters_mut();
    // SAFETY: the caller says so.
    into.copy_from_slice(unsafe { scalars(parameters, into.len()) });
    let into = network.buffers_mut();
    // SAFETY: the caller says so.
    into.copy_from_slice(unsafe { scalars(buffers, into.len()) });
}

/// The output for one sample, with activations on the stack.
///
/// # Safety
/// As [`forward_with`], without `scratch`.
#[allow(unsafe_code)] // pointers from C
#[inline]
pub unsafe fn forward<N: Network>(
    function: &str,
    network: *const N,
    input: *const N::Scalar,
    output: *mut N::Scalar,
) {
    if const { fits_stack::<N>() } {
        // SAFETY: the caller says so.
        let (network, input, output) = unsafe { sample(function, network, input, output) };
        N::with_scratch(|scratch| network.infer_sample(input, output, scratch));
    } else {
        panic!(
            "{function}: the activations of this network are too large for the stack; use {function}_with"
        );
    }
}

/// The output for one sample, with activations in `scratch`.
///
/// # Safety
/// `network` is valid for reads and holds a network; `input` is valid for reads of as many scalars as the network takes;
/// `output` and `scratch` are valid for writes of as many as it puts out and needs, and lie elsewhere.
#[allow(unsafe_code)] // pointers from C
#[inline]
pub unsafe fn forward_with<N: Network>(
    function: &str,
    network: *const N,
    input: *const N::Scalar,
    output: *mut N::Scalar,
    scratch: *mut N::Scalar,
) {
    let len = N::INFERENCE_ELEMENTS;
    if len > 0 {
        check(function, "scratch", scratch);
        apart(function, "scratch", scratch, len, network, 1);
        apart(function, "scratch", scratch, len, input, input_len::<N>());
        apart(function, "scratch", scratch, len, output, output_len::<N>());
    }
    // SAFETY: the caller says so.
    let (network, input, output) = unsafe { sample(function, network, input, output) };
    let scratch = match len {
        0 => &mut [],
        // SAFETY: it is valid for writes of so many, and zeros are scalars, so that what is borrowed are some.
        _ => unsafe {
            scratch.write_bytes(0, len);
            slice::from_raw_parts_mut(scratch, len)
        },
    };
    network.infer_sample(input, output, scratch);
}

/// Forgets all steps of a stream.
///
/// # Safety
/// `stream` is valid for writes.
#[allow(unsafe_code)] // pointers from C
#[inline]
pub unsafe fn stream_init<N: Streamable>(function: &str, stream: *mut N::StreamState) {
    check(function, "stream", stream);
    // SAFETY: it is valid for writes.
    unsafe { stream.write_bytes(0, 1) }
}

/// The output of the next step of a stream.
///
/// # Safety
/// `network` is valid for reads and holds a network; `stream` is valid for reads and writes and holds the state of one;
/// `input` is valid for reads of as many scalars as a step takes, `output` for writes of as many as it puts out. What is
/// written lies elsewhere.
#[allow(unsafe_code)] // pointers from C
#[inline]
pub unsafe fn stream_step<N: Streamable>(
    function: &str,
    network: *const N,
    stream: *mut N::StreamState,
    input: *const N::Scalar,
    output: *mut N::Scalar,
) {
    check(function, "network", network);
    check(function, "stream", stream);
    apart(function, "stream", stream, 1, network, 1);
    apart(function, "stream", stream, 1, input, step_input_len::<N>());
    apart(
        function,
        "stream",
        stream,
        1,
        output,
        step_output_len::<N>(),
    );
    apart(
        function,
        "output",
        output,
        step_output_len::<N>(),
        network,
        1,
    );
    // SAFETY: the caller says so.
    let (input, output) =
        unsafe { borrow::<_, N::StepInput, N::StepOutput>(function, input, output) };
    // SAFETY: the caller says so; the state is plain data of a stream that `stream_init` began.
    let (network, state) = unsafe { (&*network, &mut *stream) };
    Stream::with_state(network, state).step_into(input, output);
}

/// The network, an input and an output as references.
///
/// # Safety
/// As [`forward_with`].
#[allow(unsafe_code)] // pointers from C
#[inline]
unsafe fn sample<'a, N: Network>(
    function: &str,
    network: *const N,
    input: *const N::Scalar,
    output: *mut N::Scalar,
) -> (&'a N, &'a N::Input, &'a mut N::Output) {
    check(function, "network", network);
    apart(function, "output", output, output_len::<N>(), network, 1);
    // SAFETY: the caller says so.
    let (input, output) = unsafe { borrow(function, input, output) };
    // SAFETY: the caller says so.
    (unsafe { &*network }, input, output)
}

/// An input and an output as references.
///
/// # Safety
/// `input` is valid for reads of an `X`, `output` for writes of a `Y`, and they do not overlap.
#[allow(unsafe_code)] // pointers from C
#[inline]
unsafe fn borrow<'a, T: Scalar, X: Shape<Scalar = T>, Y: Shape<Scalar = T>>(
    function: &str,
    input: *const T,
    output: *mut T,
) -> (&'a X, &'a mut Y) {
    const {
        assert!(align_of::<X>() == align_of::<T>() && size_of::<X>() == X::LEN * size_of::<T>());
        assert!(align_of::<Y>() == align_of::<T>() && size_of::<Y>() == Y::LEN * size_of::<T>());
    }
    check(function, "input", input);
    check(function, "output", output);
    apart(function, "output", output, Y::LEN, input, X::LEN);
    let (input, output) = (input.cast::<X>(), output.cast::<Y>());
    // SAFETY: shapes are plain data with the alignment and the size of their scalars, so that any scalars are one. What
    // is written need not hold any before.
    unsafe {
        output.write_bytes(0, 1);
        (&*input, &mut *output)
    }
}

/// So many scalars; none, wherever the pointer points.
///
/// # Safety
/// The pointer is valid for reads of so many.
#[allow(unsafe_code)] // pointers from C
#[inline]
unsafe fn scalars<'a, T: Scalar>(pointer: *const T, len: usize) -> &'a [T] {
    match len {
        0 => &[],
        // SAFETY: the caller says so.
        _ => unsafe { slice::from_raw_parts(pointer, len) },
    }
}

/// That a pointer is one, where debug assertions are on.
#[inline]
#[track_caller]
fn check<P>(function: &str, argument: &str, pointer: *const P) {
    debug_assert!(!pointer.is_null(), "{function}: `{argument}` is null");
    debug_assert!(
        pointer.is_aligned(),
        "{function}: `{argument}` is not aligned to {} bytes",
        align_of::<P>()
    );
}

/// That what is written overlaps nothing else, where debug assertions are on.
#[inline]
#[track_caller]
fn apart<P, Q>(
    function: &str,
    argument: &str,
    written: *const P,
    count: usize,
    other: *const Q,
    others: usize,
) {
    let (start, other) = (written.addr(), other.addr());
    debug_assert!(
        start.saturating_add(count * size_of::<P>()) <= other
            || other.saturating_add(others * size_of::<Q>()) <= start,
        "{function}: `{argument}` overlaps another argument"
    );
}

/// Scalars of untrained state.
pub const fn buffers<N: Network>() -> usize {
    size_of::<N::Buffers>() / size_of::<N::Scalar>()
}

const fn input_len<N: Network>() -> usize {
    <N::Input as Shape>::LEN
}

const fn output_len<N: Network>() -> usize {
    <N::Output as Shape>::LEN
}

const fn step_input_len<N: Streamable>() -> usize {
    <N::StepInput as Shape>::LEN
}

const fn step_output_len<N: Streamable>() -> usize {
    <N::StepOutput as Shape>::LEN
}

/// C has no arrays without elements.
pub const fn at_least_one(len: usize) -> usize {
    if len == 0 { 1 } else { len }
}

/// The size of a type as C has it, where there are none without.
pub const fn size<P>() -> usize {
    if size_of::<P>() == 0 {
        align_of::<P>()
    } else {
        size_of::<P>()
    }
}

/// A piece of the header.
pub enum Part {
    /// As it stands.
    Text(&'static str),
    /// In decimal.
    Number(usize),
}

/// Bytes of the header.
pub const fn len(parts: &[Part]) -> usize {
    let (mut len, mut i) = (0, 0);
    while i < parts.len() {
        len += match &parts[i] {
            Part::Text(text) => text.len(),
            Part::Number(number) => digits(*number),
        };
        i += 1;
    }
    len
}

/// The header.
pub const fn text<const LEN: usize>(parts: &[Part]) -> [u8; LEN] {
    let mut bytes = [0; LEN];
    let (mut at, mut i) = (0, 0);
    while i < parts.len() {
        match &parts[i] {
            Part::Text(text) => {
                bytes
                    .split_at_mut(at)
                    .1
                    .split_at_mut(text.len())
                    .0
                    .copy_from_slice(text.as_bytes());
                at += text.len();
            }
            Part::Number(number) => {
                let (mut rest, digits) = (*number, digits(*number));
                let mut digit = digits;
                while digit > 0 {
                    digit -= 1;
                    bytes[at + digit] = b'0' + (rest % 10) as u8;
                    rest /= 10;
                }
                at += digits;
            }
        }
        i += 1;
    }
    bytes
}

const fn digits(number: usize) -> usize {
    match number.checked_ilog10() {
        Some(log) => log as usize + 1,
        None => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_its_parts_in_order() {
        const PARTS: &[Part] = &[
            Part::Text("a "),
            Part::Number(0),
            Part::Text(""),
            Part::Text(" b "),
            Part::Number(1_234_567_890),
        ];
        assert_eq!(text::<{ len(PARTS) }>(PARTS), *b"a 0 b 1234567890");
    }
}
