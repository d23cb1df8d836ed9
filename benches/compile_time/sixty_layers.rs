//! Sixty layers with the shapes of ResNet-18 on 32×32 images, without its shortcuts.

use chainrule::prelude::*;

network! {
    struct Deep: [3, 32, 32] -> [10] {
        Conv2d(64, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        Conv2d(64, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        Conv2d(64, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        Conv2d(64, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        Conv2d(64, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        Conv2d(128, kernel = 3, padding = 1, stride = 2, bias = false), BatchNorm2d, Relu,
        Conv2d(128, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        Conv2d(128, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        Conv2d(128, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        Conv2d(128, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        Conv2d(256, kernel = 3, padding = 1, stride = 2, bias = false), BatchNorm2d, Relu,
        Conv2d(256, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        Conv2d(256, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        Conv2d(256, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        Conv2d(256, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        Conv2d(512, kernel = 3, padding = 1, stride = 2, bias = false), BatchNorm2d, Relu,
        Conv2d(512, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        Conv2d(512, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        Conv2d(512, kernel = 3, padding = 1, bias = false), BatchNorm2d, Relu,
        AdaptiveAvgPool2d(1), Flatten,
        Linear(10),
    }
}

fn main() {
    let mut rng = StdRng::seed_from_u64(7);
    let mut network = Deep::init(&mut rng);
    let mut workspace = Deep::workspace_with_capacity(16);
    let mut adam = Adam::new(&network);
    let inputs: Vec<[[[f32; 32]; 32]; 3]> = (0..16).map(|_| rng.random()).collect();
    let targets: Vec<usize> = (0..16).map(|_| rng.random_range(0..10)).collect();
    for _ in 0..2 {
        let loss = CrossEntropyLoss::default();
        let loss = network.backpropagate(&inputs, &targets, &loss, &mut workspace);
        println!("{}", loss.expect("the batch fits"));
        adam.step(&mut *network, workspace.gradients());
    }
    let mut outputs = [[0.0; 10]; 16];
    let result = network.forward_batch(&inputs, &mut outputs, &mut workspace);
    println!("{result:?} {:?}", outputs[0]);
}
