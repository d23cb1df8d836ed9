//! LeNet-5: training with Adam, then one sample.

use chainrule::prelude::*;

network! {
    struct LeNet5: [1, 28, 28] -> [10] {
        Conv2d(6, kernel = 5, padding = 2), Relu, MaxPool2d(2),
        Conv2d(16, kernel = 5), Relu, MaxPool2d(2),
        Flatten,
        Linear(120), Relu,
        Linear(84), Relu,
        Linear(10),
    }
}

fn main() {
    let mut rng = StdRng::seed_from_u64(7);
    let mut network = LeNet5::init(&mut rng);
    let mut workspace = LeNet5::workspace();
    let mut adam = Adam::new(&network);
    let inputs: Vec<[[[f32; 28]; 28]; 1]> = (0..32).map(|_| rng.random()).collect();
    let targets: Vec<usize> = (0..32).map(|_| rng.random_range(0..10)).collect();
    for _ in 0..10 {
        let loss = CrossEntropyLoss::default();
        let loss = network.backpropagate(&inputs, &targets, &loss, &mut workspace);
        println!("{}", loss.expect("the batch fits"));
        adam.step(&mut *network, workspace.gradients());
    }
    println!("{:?}", network.forward(&inputs[0]));
}
