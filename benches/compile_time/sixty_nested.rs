//! Sixty layers in blocks three deep: residual in concatenation in repetition. `network_gradients` of the tests checks
//! its gradients.

use chainrule::prelude::*;

network! {
    pub(crate) struct Nested<T>: [1, 4, 4] -> [3] {
        stem: Conv2d(2, kernel = 3, padding = 1), Gelu,
        images: Repeat(3) {
            Concat {
                { Residual { Conv2d(2, kernel = 3, padding = 1), Tanh, Conv2d(2, kernel = 3, padding = 1), Silu } }
                { AvgPool2d(3, stride = 1, padding = 1), Conv2d(2, kernel = 1), Sigmoid }
            },
            Conv2d(2, kernel = 1), Softplus,
        },
        AvgPool2d(2), Flatten, Linear(4),
        vectors: Repeat(4) {
            Concat { { Residual { Linear(4), Tanh, Linear(4) } } { Linear(2), Softsign } },
            Linear(4), Elu,
        },
        head: Linear(3),
    }
}

fn main() {
    let mut rng = StdRng::seed_from_u64(7);
    let mut network = Nested::<f32>::init(&mut rng);
    let mut workspace = Nested::<f32>::workspace();
    let mut adam = Adam::new(&network);
    let inputs: Vec<[[[f32; 4]; 4]; 1]> = (0..32).map(|_| rng.random()).collect();
    let targets: Vec<usize> = (0..32).map(|_| rng.random_range(0..3)).collect();
    for _ in 0..2 {
        let loss = CrossEntropyLoss::default();
        let loss = network.backpropagate(&inputs, &targets, &loss, &mut workspace);
        println!("{}", loss.expect("the batch fits"));
        adam.step(&mut *network, workspace.gradients());
    }
    println!("{:?}", network.forward(&inputs[0]));
}
