//! The stack that calls take does not grow unnoticed.

use chainrule_benches::memory::memories;

/// Kernels of convolutions copy a block of their input to 32 KiB of the stack.
const KERNEL: usize = 40 << 10;
/// Everything else that is not activations.
const FRAMES: usize = 4 << 10;

#[test]
#[cfg_attr(debug_assertions, ignore = "measures what release builds take")]
fn static_workspace_networks_keep_to_their_stack() {
    for memory in memories().expect("Linux shows the memory of a process") {
        println!("{memory}");
        let convolves = ["LeNet5", "digits", "resnet_digits"].contains(&memory.name);
        let frames = if convolves { KERNEL } else { FRAMES };
        for (call, stack, bound) in [
            ("forward_with", memory.forward, frames),
            ("backpropagate", memory.backpropagate, frames),
            ("train_step", memory.step, frames),
            ("stream.step", memory.stream.unwrap_or_default(), frames),
        ] {
            assert!(
                stack <= bound,
                "{call} of {} takes {stack} bytes of stack, more than {bound}",
                memory.name
            );
        }
    }
}
