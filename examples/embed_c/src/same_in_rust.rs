//! What `main.c` does, in Rust: it prints the same.

use chainrule::prelude::*;
use embed_c::{Amp, LeNet5};

/// Numbers without a pattern, from −0.25 to 0.25, exact in both types.
fn noise(index: usize) -> f32 {
    let hash = (index as u32).wrapping_mul(2_654_435_761) >> 12;
    hash as f32 / (1 << 21) as f32 - 0.25
}

fn main() {
    let mut net = LeNet5::boxed();
    fill(net.parameters_mut(), noise);
    let mut image = [[[0.0; 28]; 28]; 1];
    for (index, x) in image
        .as_flattened_mut()
        .as_flattened_mut()
        .iter_mut()
        .enumerate()
    {
        *x = noise(1000 + index);
    }
    for y in net.forward(&image) {
        println!("lenet5 {:08x}", y.to_bits());
    }

    let mut amps = [Amp::boxed(), Amp::boxed()];
    for (which, amp) in amps.iter_mut().enumerate() {
        fill(amp.parameters_mut(), |index| {
            f64::from(noise(2000 * (which + 1) + index))
        });
        // A variance is no less than zero.
        fill(amp.buffers_mut(), |index| f64::from(noise(index)) + 0.25);
    }
    let [first, second] = &amps;
    let mut stream = first.stream();
    for t in 0..100 {
        if t == 50 {
            *stream.network_mut() = second;
        }
        let [y] = stream.step(&[f64::from(noise(5000 + t))]);
        println!("amp {t} {:016x}", y.to_bits());
    }
}

fn fill<T>(scalars: &mut [T], value: impl Fn(usize) -> T) {
    for (index, scalar) in scalars.iter_mut().enumerate() {
        *scalar = value(index);
    }
}
