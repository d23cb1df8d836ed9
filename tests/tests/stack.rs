//! Nothing large on the stack: a network of 105 MB lives through everything on a thread with 256 KiB.

use chainrule::io::Safetensors;
use chainrule::optimizers::Adam;
use chainrule::prelude::*;

const WIDTH: usize = 5120;

network! {
    #[derive(Clone)]
    struct Wide: [WIDTH] -> [WIDTH] { fc: Linear(WIDTH), Tanh }
}

#[test]
fn a_network_of_105_megabytes_fits_a_small_stack() {
    assert!(size_of::<Wide>() > 100_000_000);
    std::thread::Builder::new()
        .stack_size(256 * 1024)
        .spawn(live)
        .unwrap()
        .join()
        .unwrap();
}

fn live() {
    let mut network = Wide::init(&mut StdRng::seed_from_u64(1));
    let mut workspace = Wide::workspace_with_capacity(16);
    let mut adam = Adam::new(&network);
    let inputs = vec![[0.01; WIDTH]; 2];
    let targets: Vec<[f32; WIDTH]> = vec![[0.5; WIDTH]; 2];
    let before = network
        .backpropagate(&inputs, &targets, &MseLoss::default(), &mut workspace)
        .unwrap();
    adam.step(&mut *network, workspace.gradients());
    let after = network
        .backpropagate(&inputs, &targets, &MseLoss::default(), &mut workspace)
        .unwrap();
    assert!(after < before, "{after} < {before}");

    let copy = network.clone();
    assert!(copy.parameters() == network.parameters());

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("wide.safetensors");
    network.save_safetensors(&path).unwrap();
    let mut loaded = Wide::boxed();
    loaded.load_safetensors(&path).unwrap();
    assert!(loaded.parameters() == network.parameters());

    loaded.reset(&mut StdRng::seed_from_u64(2));
    assert!(loaded.parameters() != network.parameters());
    let mut outputs = vec![[0.0; WIDTH]; 2];
    network
        .forward_batch(&inputs, &mut outputs, &mut workspace)
        .unwrap();
    for (batched, single) in outputs[1].iter().zip(network.forward(&inputs[1])) {
        assert!((batched - single).abs() < 1e-5, "{batched} {single}");
    }
}
