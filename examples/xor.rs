//! The smallest network that needs a hidden layer: exclusive or.
//!
//! `xor.expanded.rs` beside this file shows what the declaration below becomes.

use chainrule::prelude::*;

network! {
    /// Two inputs, three hidden units, one output.
    pub struct Xor: [2] -> [1] {
        hidden: Linear(3), Tanh,
        output: Linear(1),
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let inputs = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let targets = [[0.0], [1.0], [1.0], [0.0]];

    let mut net = Xor::init(&mut StdRng::seed_from_u64(1));
    let mut workspace = Xor::workspace();
    let mut sgd = Sgd::new(&net, 0.2).momentum(0.9);

    println!("{}\n", Xor::summary());
    for step in 0..=500 {
        // The two halves of training: backpropagation finds the gradients, the optimizer uses them.
        let loss = net.backpropagate(&inputs, &targets, &MseLoss::default(), &mut workspace)?;
        sgd.step(&mut net, workspace.gradients());
        if step % 100 == 0 {
            println!("step {step:3}  loss {loss:.6}");
        }
    }

    println!();
    let mut right = 0;
    for (input, [target]) in inputs.iter().zip(targets) {
        let [output] = net.forward(input);
        right += usize::from((output - target).abs() < 0.1);
        println!("{} xor {} = {output:+.3}", input[0], input[1]);
    }
    println!("right answers: {right} of 4");
    Ok(())
}
