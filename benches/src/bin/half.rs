//! Weights of 16 bits beside those of 32: one sample through I3 and I6, in turns, with the ratio of times.
//!
//! `cargo run --release -p chainrule-benches --bin half`; fails where I6, which is bound by memory, takes more than 0.6 of the
//! time on a machine with AVX2.

use chainrule::prelude::*;
use chainrule::{HalfNetwork, HalfWeights};
use chainrule_benches::timing::{TURN, alternating, block};
use std::hint::black_box;

macro_rules! networks {
    ($($half:ident)*) => {$(
        mod $half {
            use super::*;

            network! {
                /// As in `workloads`.
                pub(super) struct Perceptron: [784] -> [10] { Linear(128), Relu, Linear(64), Relu, Linear(10) }
                weights_type = $half
            }

            network! {
                /// As in `workloads`.
                pub(super) struct Wide: [512] -> [256] { Linear(1024), Relu, Linear(1024), Relu, Linear(256) }
                weights_type = $half
            }
        }
    )*};
}
networks!(bf16 f16);

/// Sixteen inputs in turn, as in `workloads`.
const INPUTS: usize = 16;

fn main() {
    println!("| | weights | f32, ns | 16 bits, ns | ratio |");
    println!("|---|---|---:|---:|---:|");
    row::<bf16::Perceptron, { bf16::Perceptron::PARAMETERS }>("I3", "bf16");
    row::<f16::Perceptron, { f16::Perceptron::PARAMETERS }>("I3", "f16");
    let wide = [
        row::<bf16::Wide, { bf16::Wide::PARAMETERS }>("I6", "bf16"),
        row::<f16::Wide, { f16::Wide::PARAMETERS }>("I6", "f16"),
    ];
    let slow = wide.iter().any(|ratio| *ratio > 0.6);
    if slow && chainrule::simd::Isa::detect() != chainrule::simd::Isa::BASELINE {
        eprintln!("I6 takes more than 0.6 of the time with weights of 16 bits");
        std::process::exit(1);
    }
}

/// Prints a row, and returns which share of the time weights of 16 bits take.
fn row<N: HalfWeights, const P: usize>(name: &str, weights: &str) -> f64 {
    let mut rng = StdRng::seed_from_u64(1);
    let net = N::init(&mut rng);
    let narrow = HalfNetwork::<N, P>::from_network(&net);
    let mut inputs: Vec<N::Input> = vec![bytemuck::Zeroable::zeroed(); INPUTS];
    for x in bytemuck::cast_slice_mut::<N::Input, f32>(&mut inputs) {
        *x = rng.random_range(-1.0..1.0);
    }
    let [mut turn, mut narrow_turn] = [0; 2];
    let mut wide_call = || {
        turn += 1;
        black_box(&black_box(&*net).forward(black_box(&inputs[turn % INPUTS])));
    };
    let mut narrow_call = || {
        narrow_turn += 1;
        black_box(&black_box(&*narrow).forward(black_box(&inputs[narrow_turn % INPUTS])));
    };
    let mut narrow_block = |calls| block(&mut narrow_call, calls);
    let [[nanoseconds, wide_over_narrow]] = alternating(TURN, &mut wide_call, [&mut narrow_block]);
    let wide = nanoseconds * wide_over_narrow;
    let ratio = 1.0 / wide_over_narrow;
    println!("| {name} | {weights} | {wide:.0} | {nanoseconds:.0} | {ratio:.2} |");
    ratio
}
