use chainrule::prelude::*;

network! {
    pub struct Net: [1, 28, 28] -> [10] {
        conv1: Conv2d(6, kernel = 5, padding = 2), Relu, MaxPool2d(2),
        conv2: Conv2d(16, kernel = 5), Relu, MaxPool2d(2),
        fc1: Linear(120), Relu,
        head: Linear(10),
    }
}

// The network still has its type and signatures: no second error here.
fn main() {
    let mut net = Net::init(&mut StdRng::seed_from_u64(1));
    let mut workspace = Net::workspace();
    let _ = net.backpropagate(&[[[[0.0; 28]; 28]; 1]], &[3_usize], &CrossEntropyLoss::default(), &mut workspace);
    let logits: [f32; 10] = net.forward(&[[[0.0; 28]; 28]; 1]);
    println!("{} {}", logits[0], net.conv1.weight.norm());
}
