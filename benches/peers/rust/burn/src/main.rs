//! burn with its `flex` backend for CPUs. usage: burn [ROW]...   (RAYON_NUM_THREADS)

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::loss::{CrossEntropyLossConfig, MseLoss, Reduction};
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Linear, LinearConfig, PaddingConfig2d};
use burn::optim::{AdamConfig, GradientsParams, SgdConfig};
use burn::tensor::activation::{relu, sigmoid, tanh};
use burn::tensor::{Device, Distribution, Int, Tensor};
use peer_measure::{forward, training, wanted};
use std::hint::black_box;

const PEER: &str = "burn_flex";

#[derive(Module, Debug)]
struct Perceptron {
    a: Linear,
    b: Linear,
    c: Linear,
}

impl Perceptron {
    fn new([a, b, c, d]: [usize; 4], device: &Device) -> Self {
        Self {
            a: LinearConfig::new(a, b).init(device),
            b: LinearConfig::new(b, c).init(device),
            c: LinearConfig::new(c, d).init(device),
        }
    }

    fn forward(&self, x: Tensor<2>, with_tanh: bool) -> Tensor<2> {
        let activate = |x| if with_tanh { tanh(x) } else { relu(x) };
        let x = activate(self.a.forward(x));
        let x = activate(self.b.forward(x));
        self.c.forward(x)
    }
}

#[derive(Module, Debug)]
struct LeNet5 {
    conv1: Conv2d,
    conv2: Conv2d,
    pool: MaxPool2d,
    a: Linear,
    b: Linear,
    c: Linear,
}

impl LeNet5 {
    fn new(device: &Device) -> Self {
        let padding = PaddingConfig2d::Explicit(2, 2, 2, 2);
        Self {
            conv1: Conv2dConfig::new([1, 6], [5, 5])
                .with_padding(padding)
                .init(device),
            conv2: Conv2dConfig::new([6, 16], [5, 5]).init(device),
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            a: LinearConfig::new(400, 120).init(device),
            b: LinearConfig::new(120, 84).init(device),
            c: LinearConfig::new(84, 10).init(device),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.pool.forward(relu(self.conv1.forward(x)));
        let x = self.pool.forward(relu(self.conv2.forward(x)));
        let x: Tensor<2> = x.flatten(1, 3);
        let x = relu(self.a.forward(x));
        let x = relu(self.b.forward(x));
        self.c.forward(x)
    }
}

fn uniform<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::random(shape, Distribution::Uniform(-1.0, 1.0), device)
}

fn labels(batch: usize, device: &Device) -> Tensor<1, Int> {
    Tensor::arange(0..batch as i64, device).remainder_scalar(10)
}

fn time_forward(device: &Device) {
    let perceptrons = [
        ("I1", [4, 32, 32, 2], true),
        ("I2", [16, 64, 64, 8], false),
        ("I3", [784, 128, 64, 10], false),
        ("I6", [512, 1024, 1024, 256], false),
    ];
    for (row, sizes, with_tanh) in perceptrons.into_iter().filter(|(row, ..)| wanted(row)) {
        let model = Perceptron::new(sizes, device);
        let x = uniform([1, sizes[0]], device);
        forward(PEER, row, || {
            black_box(model.forward(black_box(x.clone()), with_tanh));
        });
    }
    if wanted("I4") {
        let model = LeNet5::new(device);
        let x = uniform([1, 1, 28, 28], device);
        forward(PEER, "I4", || {
            black_box(model.forward(black_box(x.clone())));
        });
    }
    if wanted("I5gru") {
        time_gru(device);
    }
    if wanted("I5lstm") {
        time_lstm(device);
    }
}

/// By tensor operations with the gates in one matrix, which is faster here than the layer.
fn time_gru(device: &Device) {
    let (wi, wh) = (
        uniform([1, 48], device) * 0.3,
        uniform([16, 48], device) * 0.3,
    );
    let (b, bn) = (uniform([1, 48], device), uniform([1, 16], device));
    let dense: Linear = LinearConfig::new(16, 1).init(device);
    let x = uniform([1, 1], device);
    let mut h = uniform([1, 16], device);
    forward(PEER, "I5gru", || {
        let gi = x.clone().matmul(wi.clone()) + b.clone();
        let gh = h.clone().matmul(wh.clone());
        let rz = sigmoid(gi.clone().slice([0..1, 0..32]) + gh.clone().slice([0..1, 0..32]));
        let (r, z) = (rz.clone().slice([0..1, 0..16]), rz.slice([0..1, 16..32]));
        let n = tanh(gi.slice([0..1, 32..48]) + r * (gh.slice([0..1, 32..48]) + bn.clone()));
        h = n.clone() + z * (h.clone() - n);
        black_box(dense.forward(h.clone()));
    });
}

fn time_lstm(device: &Device) {
    let (wi, wh) = (
        uniform([1, 80], device) * 0.3,
        uniform([20, 80], device) * 0.3,
    );
    let b = uniform([1, 80], device);
    let dense: Linear = LinearConfig::new(20, 1).init(device);
    let x = uniform([1, 1], device);
    let (mut h, mut c) = (uniform([1, 20], device), uniform([1, 20], device));
    forward(PEER, "I5lstm", || {
        let gates = x.clone().matmul(wi.clone()) + h.clone().matmul(wh.clone()) + b.clone();
        let s = sigmoid(gates.clone().slice([0..1, 0..60]));
        let n = tanh(gates.slice([0..1, 60..80]));
        c = s.clone().slice([0..1, 20..40]) * c.clone() + s.clone().slice([0..1, 0..20]) * n;
        h = s.slice([0..1, 40..60]) * tanh(c.clone());
        black_box(dense.forward(h.clone()));
    });
}

/// A whole step: the model is moved through the optimizer.
macro_rules! time_training {
    ($row:expr, $batch:expr, $model:expr, $optimizer:expr, $rate:expr, $loss:expr) => {{
        let mut model = Some($model);
        let mut optimizer = $optimizer;
        let loss = $loss;
        training(PEER, $row, $batch, || {
            let current = model.take().expect("the last step put it back");
            let gradients = GradientsParams::from_grads(loss(&current).backward(), &current);
            model = Some(optimizer.step($rate, current, gradients));
        });
    }};
}

fn time_steps(device: &Device) {
    for (row, batch) in [("T1_b32", 32), ("T1_b256", 256)] {
        if wanted(row) {
            let (x, t) = (uniform([batch, 784], device), labels(batch, device));
            let entropy = CrossEntropyLossConfig::new().init(device);
            let model = Perceptron::new([784, 128, 64, 10], device);
            let loss = |m: &Perceptron| entropy.forward(m.forward(x.clone(), false), t.clone());
            time_training!(row, batch, model, AdamConfig::new().init(), 1e-3, loss);
        }
    }
    for (row, batch) in [("T2_b32", 32), ("T2_b128", 128)] {
        if wanted(row) {
            let (x, t) = (uniform([batch, 1, 28, 28], device), labels(batch, device));
            let entropy = CrossEntropyLossConfig::new().init(device);
            let loss = |m: &LeNet5| entropy.forward(m.forward(x.clone()), t.clone());
            time_training!(
                row,
                batch,
                LeNet5::new(device),
                AdamConfig::new().init(),
                1e-3,
                loss
            );
        }
    }
    let squared = [
        ("T3_b1", [4, 32, 32, 2], true, 1),
        ("T3_b32", [4, 32, 32, 2], true, 32),
        ("T4_b128", [1024, 1024, 1024, 1024], false, 128),
    ];
    for (row, sizes, with_tanh, batch) in squared.into_iter().filter(|(row, ..)| wanted(row)) {
        let x = uniform([batch, sizes[0]], device);
        let t: Tensor<2> = Tensor::zeros([batch, sizes[3]], device);
        let loss = |m: &Perceptron| {
            MseLoss::new().forward(m.forward(x.clone(), with_tanh), t.clone(), Reduction::Mean)
        };
        let model = Perceptron::new(sizes, device);
        time_training!(row, batch, model, SgdConfig::new().init(), 1e-2, loss);
    }
}

fn main() {
    time_forward(&Device::flex());
    time_steps(&Device::flex().autodiff());
}
