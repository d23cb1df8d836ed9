//! `examples/xor.expanded.rs` compiles, and is the network that the macro makes: the same bits in every step.

use chainrule::prelude::*;

#[path = "../../examples/xor.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    reason = "an example for readers, with a `main`"
)]
mod declared;

/// For readers the file stands alone; here it takes the place of the macro.
#[allow(unreachable_pub, reason = "as the example declares it")]
mod expanded {
    include!("../../examples/xor.expanded.rs");
}

const INPUTS: [[f32; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
const TARGETS: [[f32; 1]; 4] = [[0.0], [1.0], [1.0], [0.0]];

/// The bits of the losses, and at the end of parameters and outputs.
fn train<N>() -> Vec<u32>
where
    N: Network<Scalar = f32, Input = [f32; 2], Output = [f32; 1]>,
{
    let mut net = N::init(&mut StdRng::seed_from_u64(1));
    let mut workspace = N::workspace();
    let mut sgd = Sgd::new(&*net, 0.2).momentum(0.9);
    let mut values = Vec::new();
    for _ in 0..50 {
        let loss = net
            .backpropagate(&INPUTS, &TARGETS, &MseLoss::default(), &mut workspace)
            .unwrap();
        values.push(loss);
        sgd.step(&mut *net, workspace.gradients());
    }
    assert!(values[49] < values[0], "{values:?}");
    values.extend_from_slice(net.parameters());
    values.extend(INPUTS.iter().map(|input| net.forward(input)[0]));
    values.into_iter().map(f32::to_bits).collect()
}

#[test]
fn the_expansion_for_readers_is_the_network_of_the_macro() {
    assert_eq!(train::<expanded::Xor>(), train::<declared::Xor>());
    assert_eq!(
        expanded::Xor::summary().to_string(),
        declared::Xor::summary().to_string()
    );
}
