//! The stack that calls take does not grow unnoticed.

use chainrule_benches::memory::memories;

/// Kernels of convolutions keep a padded block of their input and a panel of weights there.
const CONVOLUTION: usize = 72 << 10;
/// Weight gradients transpose lane groups there, of `f64` twice as many bytes.
const TRAINING: usize = 32 << 10;
/// Sums, statistics, gates.
const INFERENCE: usize = 8 << 10;

#[test]
#[cfg_attr(debug_assertions, ignore = "measures what release builds take")]
fn static_workspace_networks_keep_to_their_stack() {
    for memory in memories().expect("Linux shows the memory of a process") {
        println!("{memory}");
        let convolves = ["LeNet5", "digits", "resnet_digits"].contains(&memory.name);
        let of_doubles = memory.name == "backprop_vs_sgd";
        let (inference, training) = match (convolves, of_doubles) {
            (true, _) => (CONVOLUTION, CONVOLUTION),
            (false, true) => (INFERENCE, 2 * TRAINING),
            (false, false) => (INFERENCE, TRAINING),
        };
        for (call, stack, bound) in [
            ("forward_with", memory.forward, inference),
            ("backpropagate", memory.backpropagate, training),
            ("train_step", memory.step, training),
            ("stream.step", memory.stream.unwrap_or_default(), inference),
        ] {
            assert!(
                stack <= bound,
                "{call} of {} takes {stack} bytes of stack, more than {bound}",
                memory.name
            );
        }
    }
}
