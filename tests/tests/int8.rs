//! Integer networks: against whole numbers in Python, against PyTorch's observers and fake quantisation, and against
//! the networks that they are made of. CI runs this on every instruction set: the bits are the same.

use chainrule::prelude::*;
use chainrule::quantized::{
    Affine, FakeQuantize, FakeWeights, Line, QuantizeError, QuantizedBytesError,
};
use chainrule_tests::Golden;

network! {
    struct Net: [2, 9, 9] -> [3] {
        conv: Conv2d(4, kernel = 3, stride = 2, padding = 1), Relu, MaxPool2d(2), Flatten,
        fc1: Linear(7), Tanh,
        fc2: Linear(3),
    }
    quantize = int8
}

/// A tensor of the goldens in the order of memory: outputs innermost.
fn outputs_innermost(values: &[f64], outputs: usize) -> Vec<f32> {
    let rest = values.len() / outputs;
    let order = (0..values.len()).map(|i| values[i % outputs * rest + i / outputs]);
    order.map(|value| value as f32).collect()
}

#[test]
fn int8_network_has_the_bits_of_whole_numbers_in_python() {
    let golden = Golden::open("int8").case("network");
    let mut net = Net::boxed();
    let fill = |to: &mut [f32], name: &str, outputs| {
        to.copy_from_slice(&outputs_innermost(golden.get(name), outputs));
    };
    fill(net.conv.weight.as_mut_slice(), "conv.weight", 4);
    fill(net.conv.bias.as_mut_slice(), "conv.bias", 1);
    fill(net.fc1.weight.as_mut_slice(), "fc1.weight", 7);
    fill(net.fc1.bias.as_mut_slice(), "fc1.bias", 1);
    fill(net.fc2.weight.as_mut_slice(), "fc2.weight", 3);
    fill(net.fc2.bias.as_mut_slice(), "fc2.bias", 1);
    let mut training = QNet::prepare_qat(&net);
    let ranges = golden.get("ranges").as_chunks::<2>().0;
    for (buffers, [min, max]) in training
        .buffers_mut()
        .as_chunks_mut::<3>()
        .0
        .iter_mut()
        .zip(ranges)
    {
        *buffers = [*min as f32, *max as f32, 1.0];
    }
    let quantized = QNet::convert(&training).unwrap();
    let images = golden
        .get("input")
        .as_chunks::<9>()
        .0
        .as_chunks::<9>()
        .0
        .as_chunks::<2>()
        .0;
    let expected = golden.get("output").as_chunks::<3>().0;
    assert_eq!(images.len(), 20);
    for (image, expected) in images.iter().zip(expected) {
        let image = image.map(|plane| plane.map(|row| row.map(|x| x as f32)));
        assert_eq!(quantized.forward(&image), expected.map(|y| y as f32));
    }
}

network! {
    struct Rounded: [6] -> [6] { round: FakeQuantize<[f32; 6]> }
}

#[test]
fn int8_ranges_and_rounding_are_those_of_pytorch() {
    let golden = Golden::open("int8");
    let observer = golden.case("observer");
    let mut net = Rounded::boxed();
    let mut workspace = Rounded::workspace();
    let mse = MseLoss::default();
    for batch in observer
        .get("batches")
        .as_chunks::<6>()
        .0
        .as_chunks::<4>()
        .0
    {
        let x = batch.map(|row| row.map(|x| x as f32));
        net.backpropagate(&x, &x, &mse, &mut workspace).unwrap();
    }
    let [min, max, batches] = *net.buffers() else {
        panic!("a range has three numbers")
    };
    assert_eq!([f64::from(min), f64::from(max)], observer.get("range"));
    assert_eq!(batches, 5.0);
    let affine = Affine::covering(min, max);
    assert_eq!(f64::from(affine.scale), observer.get("scale")[0]);
    assert_eq!(f64::from(affine.zero), observer.get("zero")[0]);

    let golden = golden.case("activations");
    let inputs = golden.arrays::<f32, 6>("input");
    for ((x, y), dx) in inputs
        .iter()
        .zip(golden.arrays::<f32, 6>("output"))
        .zip(golden.arrays::<f32, 6>("d_input"))
    {
        let output = net.forward(x);
        assert_eq!(output, y);
        // With targets of zero the upstream gradient is `2y/6`.
        let mut gradients = [[0.0; 6]];
        let mut same = Rounded::boxed();
        same.buffers_mut().copy_from_slice(net.buffers());
        same.backpropagate_to_inputs(&[*x], &[[0.0; 6]], &mse, &mut workspace, &mut gradients)
            .unwrap();
        for ((gradient, y), inside) in gradients[0].iter().zip(y).zip(dx) {
            assert!((gradient - inside * 2.0 * y / 6.0).abs() < 1e-6);
        }
    }
}

network! {
    struct Dense: [6] -> [5] { dense: FakeWeights<chainrule::layers::Linear<6, 5, 0>> }
}

#[test]
fn int8_weights_are_rounded_as_pytorch_does() {
    let golden = Golden::open("int8").case("weights");
    let mut net = Dense::boxed();
    net.parameters_mut()
        .copy_from_slice(&outputs_innermost(golden.get("weight"), 5));
    let rounded = golden.arrays::<f32, 6>("output");
    for input in 0..6 {
        let mut x = [0.0; 6];
        x[input] = 1.0;
        assert_eq!(
            net.forward(&x),
            core::array::from_fn(|output| rounded[output][input])
        );
    }
}

network! {
    struct Wide: [140_000] -> [2] { scores: Linear(2) }
    quantize = int8
}

#[test]
fn int8_sums_that_might_overflow_are_refused() {
    let mut net = Wide::boxed();
    let samples = vec![[1.0_f32; 140_000]];
    // The largest weights everywhere: 127·127·140,000 is more than 31 bits hold.
    net.scores.weight.fill(1.0);
    let error = QWide::calibrate(&net, &samples).map(|_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`scores`: the sum of output 0 may reach 2258060000, more than the 2147483647 of 32 bits; \
         give the layer fewer inputs"
    );
    // With a twentieth of the weights zero it fits, and the sum that comes nearest is right.
    for input in 0..7_000 {
        net.scores.weight.column_mut(input).fill(0.0);
    }
    let quantized = QWide::calibrate(&net, &samples).unwrap();
    let (mut output, mut room) = ([0.0; 2], vec![Line::ZERO; QWide::ROOM]);
    quantized
        .forward_with(&samples[0], &mut output, &mut room)
        .unwrap();
    let [a, b] = output;
    assert!((a - 133_000.0).abs() < 1.0 && a == b, "{a}");
}

#[test]
fn int8_needs_samples_and_finite_numbers() {
    let mut net = Net::init(&mut StdRng::seed_from_u64(1));
    let none: [[[[f32; 9]; 9]; 2]; 0] = [];
    let error = QNet::calibrate(&net, &none).map(|_| ()).unwrap_err();
    assert_eq!(error, QuantizeError::NoRange { layer: "the input" });
    net.fc1.weight[(0, 0)] = f32::NAN;
    let samples = [[[[0.5; 9]; 9]; 2]];
    let error = QNet::calibrate(&net, &samples).map(|_| ()).unwrap_err();
    assert_eq!(error, QuantizeError::NotFinite { layer: "fc1" });
}

network! {
    /// Blocks, batch norms, all kinds of joins, and numbers at the end.
    struct Blocks: [3, 10, 10] -> [4] {
        Conv2d(8, kernel = 3, padding = same), BatchNorm2d, Relu,
        stage: Repeat(2) {
            Residual { Conv2d(8, kernel = 3, padding = same, groups = 2), BatchNorm2d, Relu, Conv2d(8, kernel = 3, padding = same) },
            Relu6,
        },
        Concat { { Conv2d(4, kernel = 1), Silu } { AvgPool2d(3, stride = 1, padding = 1) } },
        Multiply { { Conv2d(6, kernel = 2, stride = 2) } { Conv2d(6, kernel = 2, stride = 2), Sigmoid } },
        BatchNorm2d, Relu, Dropout(0.1),
        GlobalAvgPool, Linear(4), Softmax,
    }
    quantize = int8
}

network! {
    struct Heads: { state: [5], goal: [3] } {
        Concat { { state, Linear(12), Gelu } { goal } },
        Linear(24), Relu,
        Heads { policy: { Linear(3), LogSoftmax } value: { Linear(1), Tanh } features: { } },
    }
    quantize = int8
}

network! {
    struct Audio: [2, 40] -> [3] {
        Conv1d(6, kernel = 5, stride = 2, dilation = 2), LeakyRelu, MaxPool1d(2), AdaptiveAvgPool1d(4),
        Flatten, Linear(3),
    }
    quantize = int8
}

/// The largest difference between a network and its integer form, over the largest output.
fn difference<Q: QuantizedNetwork>(seed: u64, random: impl Fn(&mut StdRng) -> Q::Input) -> f32 {
    let mut rng = StdRng::seed_from_u64(seed);
    let net = Q::Float::init(&mut rng);
    let samples: Vec<Q::Input> = (0..100).map(|_| random(&mut rng)).collect();
    let quantized = Q::calibrate(&net, &samples).unwrap();
    let (mut most, mut largest) = (0.0_f32, 0.0_f32);
    let mut outputs: Vec<Q::Output> = vec![bytemuck::Zeroable::zeroed(); samples.len()];
    quantized.forward_batch(&samples, &mut outputs).unwrap();
    for (sample, output) in samples.iter().zip(&outputs) {
        let mut expected = [bytemuck::Zeroable::zeroed()];
        let mut scratch = vec![0.0; Q::Float::INFERENCE_BYTES / 4];
        net.forward_with(sample, &mut expected[0], &mut scratch)
            .unwrap();
        let (expected, found): (&[f32], &[f32]) = (
            bytemuck::cast_slice(&expected),
            bytemuck::cast_slice(std::slice::from_ref(output)),
        );
        for (a, b) in expected.iter().zip(found) {
            most = most.max((a - b).abs());
            largest = largest.max(a.abs());
        }
    }
    most / largest
}

#[test]
fn int8_networks_compute_nearly_what_their_networks_do() {
    let image = |rng: &mut StdRng| {
        [(); 3].map(|()| [(); 10].map(|()| [(); 10].map(|()| rng.random_range(-1.0..1.0))))
    };
    let found = difference::<QBlocks>(3, image);
    assert!(found < 0.02, "{found}");
    let heads = |rng: &mut StdRng| HeadsInput {
        state: [(); 5].map(|()| rng.random_range(-1.0..1.0)),
        goal: [(); 3].map(|()| rng.random_range(0.0..2.0)),
    };
    let found = difference::<QHeads>(4, heads);
    assert!(found < 0.03, "{found}");
    let audio = |rng: &mut StdRng| [(); 2].map(|()| [(); 40].map(|()| rng.random_range(-1.0..1.0)));
    let found = difference::<QAudio>(5, audio);
    assert!(found < 0.05, "{found}");
}

#[test]
fn int8_training_with_rounding_is_what_the_integer_network_computes() {
    let mut rng = StdRng::seed_from_u64(6);
    let net = Net::init(&mut rng);
    let mut training = QNet::prepare_qat(&net);
    let images: Vec<[[[f32; 9]; 9]; 2]> = (0..64)
        .map(|_| [(); 2].map(|()| [(); 9].map(|()| [(); 9].map(|()| rng.random_range(-1.0..1.0)))))
        .collect();
    let labels: Vec<u8> = images
        .iter()
        .map(|image| u8::from(image[0][4][4] > 0.0) + u8::from(image[1][2][2] > 0.0))
        .collect();
    let (mut workspace, mut adam) = (
        QatNet::workspace(),
        Adam::new(&*training).learning_rate(5e-3),
    );
    let loss = CrossEntropyLoss::default();
    let first = training
        .backpropagate(&images, &labels, &loss, &mut workspace)
        .unwrap();
    let mut last = first;
    for _ in 0..150 {
        last = training
            .backpropagate(&images, &labels, &loss, &mut workspace)
            .unwrap();
        adam.step(&mut training, workspace.gradients());
    }
    assert!(last < 0.5 * first, "{first} to {last}");
    let quantized = QNet::convert(&training).unwrap();
    let mut same = 0;
    for image in &images {
        let (a, b) = (training.forward(image), quantized.forward(image));
        let best = |y: [f32; 3]| (0..3).max_by(|&i, &j| y[i].total_cmp(&y[j]));
        same += usize::from(best(a) == best(b));
        // A step of a byte here and there, where the rounded network has sums in floating point.
        assert!(
            a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.15),
            "{a:?} {b:?}"
        );
    }
    assert!(same >= 62, "{same}");
}

#[test]
fn int8_forward_is_the_same_wherever_activations_lie() {
    let net = Net::init(&mut StdRng::seed_from_u64(2));
    let images = [[[[0.5; 9]; 9]; 2], [[[-0.25; 9]; 9]; 2]];
    let quantized = QNet::calibrate(&net, &images).unwrap();
    let mut room = vec![Line::ZERO; QNet::ROOM];
    let (mut output, expected) = ([0.0; 3], quantized.forward(&images[0]));
    quantized
        .forward_with(&images[0], &mut output, &mut room)
        .unwrap();
    assert_eq!(output, expected);
    // What is left of other samples does not matter.
    quantized
        .forward_with(&images[1], &mut output, &mut room)
        .unwrap();
    quantized
        .forward_with(&images[0], &mut output, &mut room)
        .unwrap();
    assert_eq!(output, expected);
    let error = quantized
        .forward_with(&images[0], &mut output, &mut room[1..])
        .unwrap_err();
    assert_eq!(error.needed, error.lines + 1);
}

#[test]
fn int8_bytes_are_a_quarter() {
    assert_eq!(QNet::BYTES, size_of::<QNet>());
    assert_eq!(align_of::<QNet>(), 64);
    assert_eq!(QWide::BYTES, 64 + 64 + 64 + 64 + 64 * 140_000 / 4);
}

network! {
    struct Evaluation: [6] -> [1] {
        SparseLinear(40, 20), ClippedRelu, Linear(16), ClippedRelu, Linear(1), Tanh,
    }
    quantize = int8
}

network! {
    struct Words: { words: [5], more: [3], letters: [2, 2] } -> [2] {
        Concat {
            { words, EmbeddingBag(30, 24, padding_idx = 3), BatchNorm1d, Relu }
            { letters, Flatten, Embedding(9, 4), Flatten, Tanh }
            { more }
        },
        Linear(8), Relu, Linear(2),
    }
    quantize = int8
}

network! {
    struct Bags: [4] -> [3] { bag: EmbeddingBag(10, 3, mode = sum), Softmax }
    quantize = int8
}

network! {
    /// A batch norm behind a layer of a sequence has a factor for each step, and not for each output.
    struct Steps: [5] -> [2] {
        Embedding(12, 8), BatchNorm1d, Linear(6), norm: BatchNorm1d, Relu, Flatten, Linear(2),
    }
    quantize = int8
}

#[test]
fn int8_sparse_networks_compute_nearly_what_their_networks_do() {
    let index = |rng: &mut StdRng, rows: i32| rng.random_range(-1..rows) as f32;
    let board = |rng: &mut StdRng| [(); 6].map(|()| index(rng, 40));
    let found = difference::<QEvaluation>(7, board);
    assert!(found < 0.04, "{found}");
    let words = |rng: &mut StdRng| WordsInput {
        words: [(); 5].map(|()| index(rng, 30)),
        more: [(); 3].map(|()| rng.random_range(-1.0..1.0)),
        letters: [(); 2].map(|()| [(); 2].map(|()| rng.random_range(0..9) as f32)),
    };
    let found = difference::<QWords>(8, words);
    assert!(found < 0.04, "{found}");
    let found = difference::<QBags>(9, |rng| [(); 4].map(|()| index(rng, 10)));
    assert!(found < 0.02, "{found}");
    let found = difference::<QSteps>(10, |rng| [(); 5].map(|()| rng.random_range(0..12) as f32));
    assert!(found < 0.05, "{found}");
}

#[test]
fn int8_sparse_networks_take_bags_and_pass_over_what_is_no_index() {
    let net = Evaluation::init(&mut StdRng::seed_from_u64(2));
    let samples: Vec<[u8; 6]> = (0..34).map(|i| [0, 1, 2, 3, 4, 5].map(|k| k + i)).collect();
    let quantized = QEvaluation::calibrate(&net, &samples).unwrap();
    let bag = chainrule::Bag::<6>::try_from([7, 3, 39].as_slice()).unwrap();
    let expected = quantized.forward(&[7.0, 3.0, 39.0, -1.0, -1.0, -1.0]);
    assert_eq!(quantized.forward(&bag), expected);
    let strange = [40.0, 39.0, f32::NAN, 3.0, f32::INFINITY, 7.0];
    assert_eq!(quantized.forward(&strange), expected);
    // In lines: the rows, which are bytes, 40 of 20 outputs in two blocks of 16; and the two layers behind.
    assert_eq!(QEvaluation::BYTES, 64 * ((5 + 40 * 32 / 64) + 8 + 7));
}

#[test]
fn int8_sparse_training_rounds_rows_and_finds_wrong_indices() {
    let net = Evaluation::init(&mut StdRng::seed_from_u64(3));
    let mut training = QEvaluation::prepare_qat(&net);
    let (mut workspace, mut adam) = (QatEvaluation::workspace(), Adam::new(&*training));
    let samples: Vec<[u8; 6]> = (0..34).map(|i| [0, 1, 2, 3, 4, 5].map(|k| k + i)).collect();
    let targets: Vec<[f32; 1]> = (0..34).map(|i| [i as f32 / 50.0]).collect();
    let loss = MseLoss::default();
    let mut losses = Vec::new();
    for _ in 0..200 {
        let backpropagated = training.backpropagate(&samples, &targets, &loss, &mut workspace);
        losses.push(backpropagated.unwrap());
        adam.step(&mut training, workspace.gradients());
    }
    assert!(losses[199] < 0.1 * losses[0], "{losses:?}");
    let quantized = QEvaluation::convert(&training).unwrap();
    for sample in &samples {
        let ([a], [b]) = (training.forward(sample), quantized.forward(sample));
        assert!((a - b).abs() < 0.03, "{a} {b}");
    }
    let error = training
        .backpropagate(&[[40.0; 6]], &[[0.0]], &loss, &mut workspace)
        .unwrap_err();
    assert!(matches!(
        error,
        BackpropagateError::IndexOutOfRange {
            index: 40.0,
            rows: 40,
            ..
        }
    ));
}

mod other {
    use chainrule::prelude::*;
    network! {
        /// As many bytes as the other of this name, and other layers.
        pub struct Evaluation: [6] -> [1] {
            SparseLinear(40, 20), Relu, Linear(16), ClippedRelu, Linear(1), Tanh,
        }
        quantize = int8
    }
}

static PLACED: chainrule::Place<QEvaluation> = chainrule::Place::new(QEvaluation::zeroed());

#[test]
fn int8_networks_are_loaded_into_a_static_and_read_in_place() {
    let net = Evaluation::init(&mut StdRng::seed_from_u64(5));
    let samples = [[0_u8, 1, 2, 3, 4, 5], [34, 35, 36, 37, 38, 39]];
    let quantized = QEvaluation::calibrate(&net, &samples).unwrap();
    let bytes = quantized.to_bytes();
    assert_eq!(bytes.len(), 64 + QEvaluation::BYTES);
    let placed = PLACED.take().unwrap();
    // Zeros compute, too.
    assert!(placed.forward(&samples[0])[0].is_finite());
    placed.load_bytes(&bytes).unwrap();
    assert_eq!(placed.forward(&samples[1]), quantized.forward(&samples[1]));

    let mut lines = vec![Line::ZERO; bytes.len() / 64 + 1];
    let memory: &mut [u8] = bytemuck::cast_slice_mut(&mut lines);
    memory[..bytes.len()].copy_from_slice(&bytes);
    let read = QEvaluation::from_bytes(&memory[..bytes.len()]).unwrap();
    assert_eq!(read.forward(&samples[1]), quantized.forward(&samples[1]));
    memory[1..=bytes.len()].copy_from_slice(&bytes);
    let network = "Evaluation";
    assert_eq!(
        QEvaluation::from_bytes(&memory[1..=bytes.len()]).map(|_| ()),
        Err(QuantizedBytesError::Unaligned { network })
    );
}

#[test]
fn int8_bytes_of_another_network_are_refused() {
    let net = Evaluation::init(&mut StdRng::seed_from_u64(5));
    let mut quantized = QEvaluation::calibrate(&net, &[[0_u8, 1, 2, 3, 4, 5]]).unwrap();
    let bytes = quantized.to_bytes();
    let before = quantized.forward(&[3_u8; 6]);
    let network = "Evaluation";
    assert_eq!(
        other::QEvaluation::zeroed().load_bytes(&bytes),
        Err(QuantizedBytesError::OtherNetwork { network })
    );
    let error = QBags::zeroed().load_bytes(&bytes).unwrap_err();
    assert_eq!(
        error.to_string(),
        "these are the bytes of another network than `Bags`, or of one with other layers; \
         convert it again and write it with `to_bytes`"
    );
    let (expected, short) = (bytes.len(), &bytes[..bytes.len() - 1]);
    for (short, found) in [
        (short, expected - 1),
        (&bytes[..24], 24),
        (&bytes[..17], 17),
    ] {
        assert_eq!(
            quantized.load_bytes(short),
            Err(QuantizedBytesError::Length {
                network,
                expected,
                found
            })
        );
    }
    for wrong in [&bytes[..9], &[], &bytes[64..]] {
        assert_eq!(
            quantized.load_bytes(wrong),
            Err(QuantizedBytesError::NotANetwork)
        );
    }
    for place in [30, 40, 63, 64, bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[place] ^= 4;
        assert_eq!(
            quantized.load_bytes(&changed),
            Err(QuantizedBytesError::Changed { network })
        );
    }
    assert_eq!(quantized.forward(&[3_u8; 6]), before);
    quantized.load_bytes(&bytes).unwrap();
}
