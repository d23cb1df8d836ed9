//! What the firmware does: it infers, runs a stream and goes on learning, all in memory that is laid out while the program
//! compiles.
//!
//! Nothing here knows what it runs on. `main.rs` starts it on bare x86-64 Linux; a test starts it with the standard
//! library and compares every bit that it prints.
#![no_std]

mod functions;
mod memory;

use chainrule::prelude::*;
use core::fmt::{self, Write};
use memory::Memory;

network! {
    /// Sixteen measurements to eight commands: the network of the size table.
    pub struct Policy: [16] -> [8] {
        Linear(64), Relu,
        Linear(64), Relu,
        Linear(8),
    }
}

network! {
    /// Reads digits, with the weights that the example `digits` has trained: they are part of the program.
    pub struct Digits: [1, 8, 8] -> [10] {
        conv1: Conv2d(16, kernel = 3, padding = 1), Relu,
        conv2: Conv2d(32, kernel = 3, padding = 1), Relu, MaxPool2d(2),
        Flatten,
        Dropout(0.25),
        fc: Linear(64), Relu,
        head: Linear(10),
    }
    weights = "../data/digits.safetensors"
}

network! {
    /// Smooths a signal, sample by sample.
    pub struct Filter: [32, 1] -> [32, 1] {
        gru: Gru(8),
        head: Linear(1), Tanh,
    }
}

network! {
    /// Tells four kinds of small images apart, and goes on learning in the field.
    pub struct Vision: [1, 8, 8] -> [4] {
        conv: Conv2d(4, kernel = 3, padding = 1), BatchNorm2d, Relu, MaxPool2d(2),
        Flatten, Dropout(0.1),
        head: Linear(4),
    }
}

/// Why the program stops.
#[derive(Debug)]
pub enum Failure {
    /// It runs a second time, but there is memory for once.
    AlreadyRan,
    /// A step of training failed.
    Training(BackpropagateError),
    /// The output took no more.
    Output,
}

impl From<BackpropagateError> for Failure {
    fn from(error: BackpropagateError) -> Self {
        Self::Training(error)
    }
}

impl From<fmt::Error> for Failure {
    fn from(_: fmt::Error) -> Self {
        Self::Output
    }
}

/// Runs all networks and prints the bits of what they put out.
///
/// # Errors
/// When it runs a second time, or `out` fails.
pub fn run(out: &mut impl Write) -> Result<(), Failure> {
    let Memory {
        policy,
        filter,
        vision,
        workspace,
        moments: [exp_avg, exp_avg_sq],
        square_avg,
    } = Memory::take().ok_or(Failure::AlreadyRan)?;
    // Weights that nobody has trained come out of a formula.
    memory::fill(policy);
    memory::fill(filter);
    memory::fill(vision);

    let commands = policy.forward(&core::array::from_fn::<f32, 16, _>(|i| {
        i as f32 * 0.25 - 2.0
    }));
    print(out, "forward", &commands)?;

    print(out, "embedded", &Digits::embedded().forward(&THREE))?;

    let mut stream = filter.stream();
    for t in 0..8 {
        let y = stream.step(&[(t % 3) as f32 - 1.0]);
        print(out, "stream.step", &y)?;
    }

    let images: [[[[f32; 8]; 8]; 1]; 20] = core::array::from_fn(image);
    let kinds: [u8; 20] = core::array::from_fn(|i| i as u8 % 4);
    let loss = CrossEntropyLoss::default();
    let mut adam = Adam::with_state(exp_avg, exp_avg_sq).learning_rate(0.02);
    for _ in 0..4 {
        // The two halves of training.
        let value = vision.backpropagate(&images, &kinds, &loss, workspace)?;
        adam.step(vision, workspace.gradients());
        print(out, "loss before a step", &[value])?;
    }
    let mut rms_prop = RmsProp::with_state(square_avg).learning_rate(0.005);
    let value = rms_prop.train_step(vision, &images, &kinds, &loss, workspace)?;
    print(out, "loss before a step", &[value])?;
    print(out, "logits after them", &vision.forward(&images[1]))?;
    let mut logits = [[0.0; 4]; 20];
    if vision
        .forward_batch(&images, &mut logits, workspace)
        .is_ok()
    {
        print(out, "the same in a batch", &logits[1])?;
    }
    functions::run(out)?;
    Ok(())
}

/// A three.
#[rustfmt::skip]
const THREE: [[[f32; 8]; 8]; 1] = [[
    [0.0, 0.2, 0.8, 1.0, 0.9, 0.2, 0.0, 0.0],
    [0.0, 0.6, 0.6, 0.3, 0.9, 0.8, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.2, 1.0, 0.5, 0.0, 0.0],
    [0.0, 0.0, 0.4, 1.0, 1.0, 0.3, 0.0, 0.0],
    [0.0, 0.0, 0.1, 0.5, 1.0, 0.8, 0.0, 0.0],
    [0.0, 0.0, 0.0, 0.0, 0.4, 1.0, 0.1, 0.0],
    [0.0, 0.3, 0.2, 0.2, 0.8, 0.9, 0.0, 0.0],
    [0.0, 0.3, 0.9, 1.0, 0.9, 0.3, 0.0, 0.0],
]];

/// Stripes, which lie as the number says.
fn image(number: usize) -> [[[f32; 8]; 8]; 1] {
    let pixel = |row: usize, column: usize| match number % 4 {
        0 => row % 2,
        1 => column % 2,
        2 => (row + column) % 2,
        _ => (row * column) % 2,
    };
    let light = 1.0 + number as f32 * 0.05;
    [core::array::from_fn(|row| {
        core::array::from_fn(|column| light * pixel(row, column) as f32)
    })]
}

/// One line: the values, and their bits.
fn print(out: &mut impl Write, name: &str, values: &[f32]) -> fmt::Result {
    write!(out, "{name}:")?;
    for value in values {
        write!(out, " {:08x}", value.to_bits())?;
    }
    writeln!(out, " ({:+.3})", values[0])
}
