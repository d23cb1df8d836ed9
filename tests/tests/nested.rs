//! Networks within networks: by their type, with the numbers of the same layers written out.

use chainrule::prelude::*;

network! {
    pub struct Encoder: [2, 6] -> [3] {
        conv: Conv1d(4, kernel = 3), BatchNorm1d, Tanh, Dropout(0.25), Flatten, fc: Linear(3), Relu,
    }
}

network! {
    pub struct Decoder<const H: usize>: [3] -> [2] { hidden: Linear(H), Tanh, out: Linear(2) }
}

network! {
    pub struct Whole: [2, 6] -> [2] { encoder: Encoder, Sigmoid, decoder: Decoder<5>, Softmax }
}

network! {
    /// The same, written out.
    pub struct Flat: [2, 6] -> [2] {
        conv: Conv1d(4, kernel = 3), BatchNorm1d, Tanh, Dropout(0.0), Flatten, fc: Linear(3), Relu,
        Sigmoid,
        hidden: Linear(5), Tanh, out: Linear(2), Softmax,
    }
}

network! {
    pub struct Plain: [2, 6] -> [3] { conv: Conv1d(4, kernel = 3), BatchNorm1d, Tanh, Flatten, fc: Linear(3), Relu }
}

network! {
    #[network(scalar = f64)]
    pub struct Deep: [2, 6] -> [2] {
        Residual { inner: Inner },
        Repeat(2) { Residual { Inner } },
        Flatten, Linear(2),
    }
}

network! {
    #[network(scalar = f64)]
    pub struct Inner: [2, 6] -> [2, 6] { inmost: Inmost<f64>, Tanh, Conv1d(2, kernel = 3, padding = 1) }
}

network! {
    pub struct Inmost<T>: [2, 6] -> [2, 6] { Conv1d(3, kernel = 1), Tanh, Conv1d(2, kernel = 3, causal = true) }
}

fn samples<S: Shape<Scalar = f32>>(count: usize) -> Vec<S> {
    let mut rng = StdRng::seed_from_u64(3);
    let mut samples = vec![S::zeroed(); count];
    for scalar in bytemuck::cast_slice_mut::<S, f32>(&mut samples) {
        *scalar = rng.random_range(-1.0..1.0);
    }
    samples
}

#[test]
fn fields_and_tensors_are_those_of_the_inner_network() {
    let mut net = Whole::init(&mut StdRng::seed_from_u64(7));
    net.encoder.fc.bias[1] = 4.0;
    net.decoder.out.weight[(1, 2)] = 5.0;
    let names: Vec<String> = net
        .named_parameters()
        .map(|t| t.name().to_string())
        .collect();
    assert_eq!(
        names,
        [
            "encoder.conv.weight",
            "encoder.conv.bias",
            "encoder.batch_norm1d1.weight",
            "encoder.batch_norm1d1.bias",
            "encoder.fc.weight",
            "encoder.fc.bias",
            "decoder.hidden.weight",
            "decoder.hidden.bias",
            "decoder.out.weight",
            "decoder.out.bias",
        ]
    );
    let buffers: Vec<String> = net.named_buffers().map(|t| t.name().to_string()).collect();
    assert_eq!(
        buffers,
        [
            "encoder.batch_norm1d1.running_mean",
            "encoder.batch_norm1d1.running_var"
        ]
    );
    assert_eq!(
        Whole::PARAMETERS,
        Encoder::PARAMETERS + Decoder::<5>::PARAMETERS
    );
    assert_eq!(Whole::MACS, Encoder::MACS + Decoder::<5>::MACS);
    const { assert!(Whole::CROSS_SAMPLE) };
    // An inner network's parameters are of its own type.
    let inner: &EncoderParameters = &net.encoder;
    let mut encoder = Encoder::boxed();
    encoder.parameters_mut().copy_from_slice(inner.parameters());
    assert_eq!(encoder.fc.bias[1], 4.0);
}

network! {
    pub struct Outer: [2, 6] -> [2] { encoder: Plain, Sigmoid, decoder: Decoder<5>, Softmax }
}

#[test]
fn training_is_that_of_the_layers_written_out() {
    let mut flat = Flat::init(&mut StdRng::seed_from_u64(7));
    let mut outer = Outer::boxed();
    outer.parameters_mut().copy_from_slice(flat.parameters());
    outer.buffers_mut().copy_from_slice(flat.buffers());
    let (inputs, targets) = (samples::<[[f32; 6]; 2]>(37), samples::<[f32; 2]>(37));
    let (mut a, mut b) = (Flat::workspace(), Outer::workspace());
    let (mut adam_a, mut adam_b) = (Adam::new(&flat), Adam::new(&outer));
    for _ in 0..3 {
        let loss = |_: ()| MseLoss::default();
        let one = flat
            .backpropagate(&inputs, &targets, &loss(()), &mut a)
            .unwrap();
        let other = outer
            .backpropagate(&inputs, &targets, &loss(()), &mut b)
            .unwrap();
        assert_eq!(one, other);
        assert_eq!(a.gradients().parameters(), b.gradients().parameters());
        adam_a.step(&mut *flat, a.gradients());
        adam_b
            .train_step(&mut *outer, &inputs, &targets, &loss(()), &mut b)
            .unwrap();
        // That was a step more for the running statistics.
        flat.backpropagate(&inputs, &targets, &loss(()), &mut a)
            .unwrap();
        outer.buffers_mut().copy_from_slice(flat.buffers());
        assert_eq!(flat.parameters(), outer.parameters());
    }
    assert_eq!(flat.forward(&inputs[0]), outer.forward(&inputs[0]));
    let (mut ya, mut yb) = (vec![[0.0; 2]; 37], vec![[0.0; 2]; 37]);
    flat.forward_batch(&inputs, &mut ya, &mut a).unwrap();
    outer.forward_batch(&inputs, &mut yb, &mut b).unwrap();
    assert_eq!(ya, yb);
}

#[test]
fn gradients_three_networks_deep_agree_with_finite_differences() {
    let mut net = Deep::init(&mut StdRng::seed_from_u64(2));
    let mut rng = StdRng::seed_from_u64(5);
    let inputs: Vec<[[f64; 6]; 2]> = (0..19).map(|_| rng.random()).collect();
    let targets: Vec<[f64; 2]> = (0..19).map(|_| rng.random()).collect();
    let loss = MseLoss::default();
    let mut workspace = Deep::workspace();
    for batch in [1, 19] {
        let (inputs, targets) = (&inputs[..batch], &targets[..batch]);
        let mut d_inputs = vec![[[0.0; 6]; 2]; batch];
        net.backpropagate_to_inputs(inputs, targets, &loss, &mut workspace, &mut d_inputs)
            .unwrap();
        let gradients = workspace.gradients().parameters().to_vec();
        let h = 1e-5;
        for (index, gradient) in gradients.iter().enumerate() {
            let before = net.parameters()[index];
            let mut at = |x: f64| {
                net.parameters_mut()[index] = x;
                net.backpropagate(inputs, targets, &loss, &mut workspace)
                    .unwrap()
            };
            let difference = (at(before + h) - at(before - h)) / (2.0 * h);
            at(before);
            assert!(
                (difference - gradient).abs() < 1e-8,
                "{index}: {gradient}, {difference}"
            );
        }
        let mut moved = inputs.to_vec();
        moved[0][1][3] += h;
        let up = net
            .backpropagate(&moved, targets, &loss, &mut workspace)
            .unwrap();
        moved[0][1][3] -= 2.0 * h;
        let down = net
            .backpropagate(&moved, targets, &loss, &mut workspace)
            .unwrap();
        assert!(((up - down) / (2.0 * h) - d_inputs[0][1][3]).abs() < 1e-8);
    }
    let names: Vec<String> = net
        .named_parameters()
        .map(|t| t.name().to_string())
        .collect();
    assert_eq!(names[0], "residual1.inner.inmost.conv1d1.weight");
    assert_eq!(names.last().unwrap(), "linear1.bias");
}

#[test]
fn running_statistics_inside_change_as_outside() {
    let mut whole = Whole::init(&mut StdRng::seed_from_u64(7));
    let before = whole.buffers().to_vec();
    let (inputs, targets) = (samples::<[[f32; 6]; 2]>(37), samples::<[f32; 2]>(37));
    let mut workspace = Whole::workspace();
    whole
        .backpropagate(&inputs, &targets, &MseLoss::default(), &mut workspace)
        .unwrap();
    assert_ne!(whole.buffers(), before);
}

network! {
    pub struct Reads: [3] -> [2] { Embedding(5, 4), Flatten, Linear(2) }
}

network! {
    pub struct Reader: [3] -> [1] { words: Reads, Linear(1) }
}

#[test]
fn indices_of_a_network_inside_are_checked() {
    let mut net = Reader::init(&mut StdRng::seed_from_u64(7));
    let mut workspace = Reader::workspace();
    let mut run = |inputs: &[[u8; 3]]| {
        let targets = vec![[0.0]; inputs.len()];
        net.backpropagate(inputs, &targets, &MseLoss::default(), &mut workspace)
    };
    run(&[[0, 1, 4]]).unwrap();
    let error = run(&[[0, 1, 4], [0, 5, 0]]).unwrap_err();
    assert!(matches!(
        error,
        BackpropagateError::IndexOutOfRange {
            sample: 1,
            element: 1,
            rows: 5,
            ..
        }
    ));
}

network! {
    pub struct Around<const H: usize>: [3] -> [2] { Linear(3), decoder: Decoder<H> }
}

#[test]
fn sizes_of_the_network_around_go_to_the_one_inside() {
    let net = Around::<7>::init(&mut StdRng::seed_from_u64(7));
    assert_eq!(net.decoder.hidden.weight.shape(), (7, 3));
    assert!(net.forward(&[0.1, 0.2, 0.3]).iter().all(|y| y.is_finite()));
}

network! {
    pub struct Twice: [3] -> [2] { first: Linear(3), Tanh, again: Same, tied(again), tied(first), Linear(2) }
}

network! {
    pub struct Same: [3] -> [3] { Linear(3), Sigmoid }
}

#[test]
fn a_network_inside_may_be_tied() {
    let mut net = Twice::init(&mut StdRng::seed_from_u64(7));
    assert_eq!(Twice::PARAMETERS, 12 + 12 + 8);
    let (inputs, targets) = (samples::<[f32; 3]>(21), samples::<[f32; 2]>(21));
    let mut workspace = Twice::workspace();
    let loss = MseLoss::default();
    net.backpropagate(&inputs, &targets, &loss, &mut workspace)
        .unwrap();
    let gradients = workspace.gradients().parameters().to_vec();
    let mut other = net.clone();
    let (mut a, mut b) = (Sgd::new(&net, 0.1), Sgd::new(&other, 0.1));
    a.step(&mut *net, workspace.gradients());
    b.train_step(&mut *other, &inputs, &targets, &loss, &mut workspace)
        .unwrap();
    assert_eq!(net.parameters(), other.parameters());
    assert!(gradients.iter().any(|g| *g != 0.0));
}

/// Training on images of bytes that would not fit the stack as scalars.
#[test]
fn large_samples_of_bytes_train() {
    network! { struct Large: [3, 120, 120] -> [1] { AvgPool2d(40), Flatten, Linear(1) } }
    let images = vec![[[[7_u8; 120]; 120]; 3]; 2];
    let mut net = Large::init(&mut StdRng::seed_from_u64(7));
    let mut workspace = Large::workspace();
    net.backpropagate(&images, &[[0.0]; 2], &MseLoss::default(), &mut workspace)
        .unwrap();
}
