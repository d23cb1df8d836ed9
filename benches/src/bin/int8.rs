//! Integer networks beside their networks: one sample through layers of one width, in turns, with the ratio of times.
//!
//! `cargo run --release -p chainrule-benches --bin int8`; fails where a ratio is below 1.5 on a machine with AVX2.

use chainrule::prelude::*;
use chainrule_benches::timing::{TURN, alternating, block};
use std::hint::black_box;

network! {
    struct Width64: [64] -> [64] { Linear(64), Relu, Linear(64), Relu, Linear(64), Relu, Linear(64) }
    quantize = int8
}

network! {
    struct Width128: [128] -> [128] { Linear(128), Relu, Linear(128), Relu, Linear(128), Relu, Linear(128) }
    quantize = int8
}

network! {
    struct Width256: [256] -> [256] { Linear(256), Relu, Linear(256), Relu, Linear(256), Relu, Linear(256) }
    quantize = int8
}

network! {
    struct Width512: [512] -> [512] { Linear(512), Relu, Linear(512), Relu, Linear(512), Relu, Linear(512) }
    quantize = int8
}

network! {
    struct LeNet5: [1, 28, 28] -> [10] {
        Conv2d(6, kernel = 5, padding = 2), Relu, MaxPool2d(2),
        Conv2d(16, kernel = 5), Relu, MaxPool2d(2),
        Flatten, Linear(120), Relu, Linear(84), Relu, Linear(10),
    }
    quantize = int8
}

network! {
    struct Images: [32, 16, 16] -> [10] {
        Conv2d(64, kernel = 3, padding = 1), Relu, Conv2d(64, kernel = 3, padding = 1), Relu, GlobalAvgPool, Linear(10),
    }
    quantize = int8
}

fn main() {
    println!("| network | f32, ns | int8, ns | times as fast |");
    println!("|---|---:|---:|---:|");
    let mut slow = false;
    for ratio in [
        row::<QWidth64>(),
        row::<QWidth128>(),
        row::<QWidth256>(),
        row::<QWidth512>(),
    ] {
        slow |= ratio < 1.5;
    }
    row::<QLeNet5>();
    row::<QImages>();
    if slow && chainrule::simd::Isa::detect() != chainrule::simd::Isa::BASELINE {
        eprintln!("an integer network is less than 1.5 times as fast");
        std::process::exit(1);
    }
}

fn row<Q: QuantizedNetwork>() -> f64 {
    let mut rng = StdRng::seed_from_u64(7);
    let net = Q::Float::init(&mut rng);
    let mut samples: Vec<Q::Input> = vec![bytemuck::Zeroable::zeroed(); 64];
    for x in bytemuck::cast_slice_mut::<Q::Input, f32>(&mut samples) {
        *x = rng.random_range(-1.0..1.0);
    }
    let quantized = Q::calibrate(&net, &samples).expect("finite weights");
    let sample = &samples[0];
    let mut output: Q::Output = bytemuck::Zeroable::zeroed();
    let mut scratch = vec![0.0; Q::Float::INFERENCE_BYTES / size_of::<f32>()];
    let mut float = || {
        let done = net.forward_with(black_box(sample), &mut output, &mut scratch);
        black_box((&mut output, done.is_ok()));
    };
    let mut integer = || {
        black_box(quantized.forward(black_box(sample)));
    };
    let mut integers = |calls| block(&mut integer, calls);
    let [[nanoseconds, ratio]] = alternating(TURN, &mut float, [&mut integers]);
    let name = Q::Float::NAME;
    let float = nanoseconds * ratio;
    println!("| {name} | {float:.0} | {nanoseconds:.0} | {ratio:.2} |");
    ratio
}
