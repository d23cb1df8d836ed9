//! candle on the CPU. usage: candle [ROW]...   (RAYON_NUM_THREADS)

use candle_core::{DType, Device, Module, Result, Tensor};
use candle_nn::rnn::{GRUConfig, LSTMConfig, RNN, gru, lstm};
use candle_nn::{
    AdamW, Conv2d, Conv2dConfig, Linear, Optimizer, ParamsAdamW, SGD, VarBuilder, VarMap, conv2d,
    linear, loss,
};
use peer_measure::{forward, training, wanted};
use std::hint::black_box;

const PEER: &str = "candle";
const DEVICE: &Device = &Device::Cpu;

struct Perceptron {
    layers: [Linear; 3],
    with_tanh: bool,
}

impl Perceptron {
    fn new([a, b, c, d]: [usize; 4], with_tanh: bool, variables: VarBuilder) -> Result<Self> {
        let layers = [
            linear(a, b, variables.pp("a"))?,
            linear(b, c, variables.pp("b"))?,
            linear(c, d, variables.pp("c"))?,
        ];
        Ok(Self { layers, with_tanh })
    }

    /// Without the record of operations that a backward pass would need.
    fn detached(self) -> Self {
        let detached =
            |layer: Linear| Linear::new(layer.weight().detach(), layer.bias().map(Tensor::detach));
        Self {
            layers: self.layers.map(detached),
            ..self
        }
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let activate = |x: Tensor| if self.with_tanh { x.tanh() } else { x.relu() };
        let [a, b, c] = &self.layers;
        let x = activate(a.forward(x)?)?;
        let x = activate(b.forward(&x)?)?;
        c.forward(&x)
    }
}

struct LeNet5 {
    conv1: Conv2d,
    conv2: Conv2d,
    layers: [Linear; 3],
}

impl LeNet5 {
    fn new(variables: VarBuilder) -> Result<Self> {
        let padded = Conv2dConfig {
            padding: 2,
            ..Default::default()
        };
        Ok(Self {
            conv1: conv2d(1, 6, 5, padded, variables.pp("conv1"))?,
            conv2: conv2d(6, 16, 5, Default::default(), variables.pp("conv2"))?,
            layers: [
                linear(400, 120, variables.pp("a"))?,
                linear(120, 84, variables.pp("b"))?,
                linear(84, 10, variables.pp("c"))?,
            ],
        })
    }

    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = self.conv1.forward(x)?.relu()?.max_pool2d(2)?;
        let x = self
            .conv2
            .forward(&x)?
            .relu()?
            .max_pool2d(2)?
            .flatten_from(1)?;
        let [a, b, c] = &self.layers;
        let x = a.forward(&x)?.relu()?;
        let x = b.forward(&x)?.relu()?;
        c.forward(&x)
    }
}

fn uniform(shape: &[usize]) -> Result<Tensor> {
    Tensor::rand(-1_f32, 1_f32, shape, DEVICE)
}

fn variables() -> (VarMap, VarBuilder<'static>) {
    let map = VarMap::new();
    let builder = VarBuilder::from_varmap(&map, DType::F32, DEVICE);
    (map, builder)
}

fn time_forward() -> Result<()> {
    let perceptrons = [
        ("I1", [4, 32, 32, 2], true),
        ("I2", [16, 64, 64, 8], false),
        ("I3", [784, 128, 64, 10], false),
        ("I6", [512, 1024, 1024, 256], false),
    ];
    for (row, sizes, with_tanh) in perceptrons.into_iter().filter(|(row, ..)| wanted(row)) {
        let (_map, variables) = variables();
        let model = Perceptron::new(sizes, with_tanh, variables)?.detached();
        let x = uniform(&[1, sizes[0]])?;
        forward(PEER, row, || {
            black_box(model.forward(black_box(&x)).expect("shapes fit"));
        });
    }
    if wanted("I4") {
        let (_map, variables) = variables();
        let model = LeNet5::new(variables)?;
        let x = uniform(&[1, 1, 28, 28])?;
        forward(PEER, "I4", || {
            black_box(model.forward(black_box(&x)).expect("shapes fit"));
        });
    }
    if wanted("I5gru") {
        let (_map, variables) = variables();
        let cell = gru(1, 16, GRUConfig::default(), variables.pp("cell"))?;
        let dense = linear(16, 1, variables.pp("dense"))?;
        let x = uniform(&[1, 1])?;
        let mut state = cell.zero_state(1)?;
        forward(PEER, "I5gru", || {
            state = cell.step(&x, &state).expect("shapes fit");
            state.h = state.h.detach();
            black_box(dense.forward(&state.h).expect("shapes fit"));
        });
    }
    if wanted("I5lstm") {
        let (_map, variables) = variables();
        let cell = lstm(1, 20, LSTMConfig::default(), variables.pp("cell"))?;
        let dense = linear(20, 1, variables.pp("dense"))?;
        let x = uniform(&[1, 1])?;
        let mut state = cell.zero_state(1)?;
        forward(PEER, "I5lstm", || {
            state = cell.step(&x, &state).expect("shapes fit");
            state.h = state.h.detach();
            state.c = state.c.detach();
            black_box(dense.forward(&state.h).expect("shapes fit"));
        });
    }
    Ok(())
}

fn labels(batch: usize) -> Result<Tensor> {
    Tensor::from_vec(
        (0..batch as u32).map(|i| i % 10).collect::<Vec<_>>(),
        batch,
        DEVICE,
    )
}

fn adam(map: &VarMap) -> Result<AdamW> {
    let parameters = ParamsAdamW {
        lr: 1e-3,
        weight_decay: 0.0,
        ..Default::default()
    };
    AdamW::new(map.all_vars(), parameters)
}

fn time_training() -> Result<()> {
    for (row, batch) in [("T1_b32", 32), ("T1_b256", 256)] {
        if wanted(row) {
            let (map, variables) = variables();
            let model = Perceptron::new([784, 128, 64, 10], false, variables)?;
            let (mut optimizer, x, t) = (adam(&map)?, uniform(&[batch, 784])?, labels(batch)?);
            training(PEER, row, batch, || {
                let y = model.forward(&x).expect("shapes fit");
                let loss = loss::cross_entropy(&y, &t).expect("shapes fit");
                optimizer.backward_step(&loss).expect("a gradient for each");
            });
        }
    }
    for (row, batch) in [("T2_b32", 32), ("T2_b128", 128)] {
        if wanted(row) {
            let (map, variables) = variables();
            let model = LeNet5::new(variables)?;
            let (mut optimizer, x, t) =
                (adam(&map)?, uniform(&[batch, 1, 28, 28])?, labels(batch)?);
            training(PEER, row, batch, || {
                let y = model.forward(&x).expect("shapes fit");
                let loss = loss::cross_entropy(&y, &t).expect("shapes fit");
                optimizer.backward_step(&loss).expect("a gradient for each");
            });
        }
    }
    let squared = [
        ("T3_b1", [4, 32, 32, 2], true, 1),
        ("T3_b32", [4, 32, 32, 2], true, 32),
        ("T4_b128", [1024, 1024, 1024, 1024], false, 128),
    ];
    for (row, sizes, with_tanh, batch) in squared.into_iter().filter(|(row, ..)| wanted(row)) {
        let (map, variables) = variables();
        let model = Perceptron::new(sizes, with_tanh, variables)?;
        let mut optimizer = SGD::new(map.all_vars(), 1e-2)?;
        let x = uniform(&[batch, sizes[0]])?;
        let t = Tensor::zeros((batch, sizes[3]), DType::F32, DEVICE)?;
        training(PEER, row, batch, || {
            let loss = loss::mse(&model.forward(&x).expect("shapes fit"), &t).expect("shapes fit");
            optimizer.backward_step(&loss).expect("a gradient for each");
        });
    }
    Ok(())
}

fn main() -> Result<()> {
    time_forward()?;
    time_training()
}
