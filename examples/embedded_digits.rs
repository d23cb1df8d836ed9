//! A network that is part of the program: no file to open, nothing to parse, no allocation, and the first answer some
//! microseconds after the start.
//!
//! `cargo run --release --example embedded_digits`. The weights are those that `digits` has trained, see there.

#[path = "data/digits.rs"]
mod data;

use chainrule::prelude::*;
use std::hint::black_box;
use std::time::Instant;

network! {
    /// The network of `digits`. In inference `Dropout` is no work.
    pub struct Digits: [1, 8, 8] -> [10] {
        conv1: Conv2d(16, kernel = 3, padding = 1), Relu,
        conv2: Conv2d(32, kernel = 3, padding = 1), Relu, MaxPool2d(2),
        Flatten,
        Dropout(0.25),
        fc: Linear(64), Relu,
        head: Linear(10),
    }
    weights = "data/digits.safetensors"
}

network! {
    /// The same in half the bytes: `HalfSmall::embedded()`.
    struct Small: [1, 8, 8] -> [10] {
        conv1: Conv2d(16, kernel = 3, padding = 1), Relu,
        conv2: Conv2d(32, kernel = 3, padding = 1), Relu, MaxPool2d(2),
        Flatten,
        Dropout(0.25),
        fc: Linear(64), Relu,
        head: Linear(10),
    }
    weights = "data/digits.safetensors"
    weights_type = bf16
}

/// A reference that the compiler knows: any part of a program may have it, without asking for it at run time.
static NET: &Digits = Digits::embedded();

fn main() {
    // A three, as the program might find it.
    #[rustfmt::skip]
    let three = [[
        [0.0, 0.2, 0.8, 1.0, 0.9, 0.2, 0.0, 0.0],
        [0.0, 0.6, 0.6, 0.3, 0.9, 0.8, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.2, 1.0, 0.5, 0.0, 0.0],
        [0.0, 0.0, 0.4, 1.0, 1.0, 0.3, 0.0, 0.0],
        [0.0, 0.0, 0.1, 0.5, 1.0, 0.8, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.4, 1.0, 0.1, 0.0],
        [0.0, 0.3, 0.2, 0.2, 0.8, 0.9, 0.0, 0.0],
        [0.0, 0.3, 0.9, 1.0, 0.9, 0.3, 0.0, 0.0],
    ]];
    let start = Instant::now();
    let digit = largest(NET.forward(&three));
    let first = start.elapsed();
    println!("read: {digit}");
    println!(
        "microseconds to the first answer: {:.1}",
        first.as_secs_f64() * 1e6
    );

    let repetitions = 10_000;
    let start = Instant::now();
    for _ in 0..repetitions {
        black_box(largest(NET.forward(black_box(&three))));
    }
    let each = start.elapsed() / repetitions;
    println!("microseconds an answer: {:.2}", each.as_secs_f64() * 1e6);
    println!("bytes of weights: {}", size_of_val(NET));

    let (images, labels) = data::read();
    let (_, held_out) = data::split(&images);
    let accuracy = |answer: fn(&data::Image) -> u8| {
        let right = held_out
            .iter()
            .filter(|&&i| answer(&images[i]) == labels[i]);
        right.count() as f32 / held_out.len() as f32
    };
    println!(
        "test accuracy: {:.3}",
        accuracy(|image| largest(NET.forward(image)))
    );
    let half = HalfSmall::embedded();
    println!("bytes of weights in 16 bits: {}", size_of_val(half));
    println!(
        "test accuracy in 16 bits: {:.3}",
        accuracy(|image| largest(HalfSmall::embedded().forward(image)))
    );
}

/// The digit with the largest output.
fn largest(outputs: [f32; 10]) -> u8 {
    let largest =
        (0..10_u8).max_by(|&a, &b| outputs[usize::from(a)].total_cmp(&outputs[usize::from(b)]));
    largest.unwrap_or(0)
}
