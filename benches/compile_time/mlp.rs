//! A perceptron as a user writes it: training with Adam, then one sample.

use chainrule::prelude::*;

network! {
    struct Perceptron: [784] -> [10] {
        Linear(128), Relu,
        Linear(64), Relu,
        Linear(10),
    }
}

fn main() {
    let mut rng = StdRng::seed_from_u64(7);
    let mut network = Perceptron::init(&mut rng);
    let mut workspace = Perceptron::workspace();
    let mut adam = Adam::new(&network);
    let inputs: Vec<[f32; 784]> = (0..32)
        .map(|_| core::array::from_fn(|_| rng.random()))
        .collect();
    let targets: Vec<usize> = (0..32).map(|_| rng.random_range(0..10)).collect();
    for _ in 0..10 {
        let loss = CrossEntropyLoss::default();
        let loss = network.backpropagate(&inputs, &targets, &loss, &mut workspace);
        println!("{}", loss.expect("the batch fits"));
        adam.step(&mut *network, workspace.gradients());
    }
    println!("{:?}", network.forward(&inputs[0]));
}
