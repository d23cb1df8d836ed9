//! dfdx. On stable Rust it has no convolution or pooling layers, and no recurrent ones at all. usage: dfdx [ROW]...

use dfdx::optim::{Adam, AdamConfig, Sgd, SgdConfig};
use dfdx::prelude::*;
use peer_measure::{forward, training, wanted};
use std::hint::black_box;

const PEER: &str = "dfdx";

type Controller = ((Linear<4, 32>, Tanh), (Linear<32, 32>, Tanh), Linear<32, 2>);
type Perceptron<const A: usize, const B: usize, const C: usize, const D: usize> =
    ((Linear<A, B>, ReLU), (Linear<B, C>, ReLU), Linear<C, D>);

// The shape of an input is part of its type, so a function over all rows would need a page of bounds.
macro_rules! time_forward {
    ($row:expr, $network:ty, $inputs:expr, $device:expr) => {
        if wanted($row) {
            let model = $device.build_module::<$network, f32>();
            let x: Tensor<Rank1<{ $inputs }>, f32, _> = $device.sample_normal();
            forward(PEER, $row, || {
                black_box(model.forward(black_box(x.clone())));
            });
        }
    };
}

/// A whole step; the gradients' memory is used again.
macro_rules! time_training {
    ($row:expr, $batch:expr, $network:ty, $inputs:expr, $targets:expr, $optimizer:expr, $loss:expr, $device:expr) => {
        if wanted($row) {
            let mut model = $device.build_module::<$network, f32>();
            let mut gradients = model.alloc_grads();
            let mut optimizer = $optimizer(&model);
            let x: Tensor<Rank2<{ $batch }, { $inputs }>, f32, _> = $device.sample_uniform();
            let t = $targets;
            training(PEER, $row, $batch, || {
                let recorded = x.trace(std::mem::replace(&mut gradients, Gradients::leaky()));
                let loss = $loss(model.forward_mut(recorded), t.clone());
                gradients = loss.backward();
                optimizer
                    .update(&mut model, &gradients)
                    .expect("a gradient for each");
                model.zero_grads(&mut gradients);
            });
        }
    };
}

macro_rules! classify {
    ($row:expr, $batch:expr, $device:expr) => {{
        let mut one_hot = vec![0_f32; $batch * 10];
        for i in 0..$batch {
            one_hot[i * 10 + i % 10] = 1.0;
        }
        let t: Tensor<Rank2<{ $batch }, 10>, f32, _> = $device.tensor(one_hot);
        let adam = |model: &_| Adam::new(model, AdamConfig { lr: 1e-3, ..Default::default() });
        time_training!($row, $batch, Perceptron<784, 128, 64, 10>, 784, t, adam, cross_entropy_with_logits_loss, $device);
    }};
}

macro_rules! regress {
    ($row:expr, $batch:expr, $network:ty, $inputs:expr, $outputs:expr, $device:expr) => {{
        let t: Tensor<Rank2<{ $batch }, { $outputs }>, f32, _> = $device.zeros();
        let sgd = |model: &_| {
            Sgd::new(
                model,
                SgdConfig {
                    lr: 1e-2,
                    momentum: None,
                    weight_decay: None,
                },
            )
        };
        time_training!($row, $batch, $network, $inputs, t, sgd, mse_loss, $device);
    }};
}

fn main() {
    let device = Cpu::default();
    time_forward!("I1", Controller, 4, device);
    time_forward!("I2", Perceptron<16, 64, 64, 8>, 16, device);
    time_forward!("I3", Perceptron<784, 128, 64, 10>, 784, device);
    time_forward!("I6", Perceptron<512, 1024, 1024, 256>, 512, device);
    classify!("T1_b32", 32, device);
    classify!("T1_b256", 256, device);
    regress!("T3_b1", 1, Controller, 4, 2, device);
    regress!("T3_b32", 32, Controller, 4, 2, device);
    regress!("T4_b128", 128, Perceptron<1024, 1024, 1024, 1024>, 1024, 1024, device);
}
