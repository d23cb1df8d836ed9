//! Networks with several named inputs: the numbers of one input with everything in it, cut by `Slice`.

use chainrule::prelude::*;

network! {
    /// What an action is worth in a state.
    pub struct Critic: { state: [8], action: [2] } -> [1] {
        Concat { { state, hidden: Linear(32), Relu } { action } },
        Multiply { { fc: Linear(5) } { action, gate: Linear(5), Sigmoid } },
        out: Linear(1),
    }
}

network! {
    /// The same: a slice for each input.
    pub struct Sliced: [10] -> [1] {
        Multiply {
            { Concat { { Slice(0, 0, 8), hidden: Linear(32), Relu } { Slice(0, 8, 10) } }, fc: Linear(5) }
            { Slice(0, 8, 10), gate: Linear(5), Sigmoid }
        },
        out: Linear(1),
    }
}

network! {
    /// Sizes and a scalar that are chosen where it is used, and an image.
    pub struct Policy<const S: usize, const A: usize, T>: { state: [S], image: [1, 4, 4], goal: [A] } {
        Heads {
            mean: { Concat { { image, Conv2d(2, 3), Tanh, Flatten } { image, Flatten } }, Linear(A), Residual { goal, Tanh } },
            value: { state, Linear(6), Tanh, Linear(1) },
        },
    }
}

network! {
    /// Indices and numbers.
    pub struct Words: { numbers: [3], words: [4] } -> [2] {
        Concat { { numbers, Linear(2) } { words, EmbeddingBag(9, 3) } { words, Embedding(9, 2), Flatten } },
        Linear(2),
    }
}

network! {
    /// A network with several inputs as a layer, which takes them one behind the other.
    pub struct Around: [4] -> [1] { Linear(10), critic: Critic }
}

network! {
    /// A layer that takes two inputs.
    pub struct Mixed: { a: [2], b: [3] } -> [1] {
        mix: Bilinear(4) { { a } b: { b, fc: Linear(2), Tanh } },
        Bilinear(1, init = constant(1.0), bias = false) { {} { Linear(2) } },
    }
}

fn critics(count: usize) -> (Vec<CriticInput>, Vec<[f32; 10]>, Vec<[f32; 1]>) {
    let mut rng = StdRng::seed_from_u64(4);
    let flat: Vec<[f32; 10]> = (0..count)
        .map(|_| std::array::from_fn(|_| rng.random_range(-1.0..1.0)))
        .collect();
    let inputs = flat.iter().map(|x| CriticInput {
        state: std::array::from_fn(|i| x[i]),
        action: [x[8], x[9]],
    });
    let inputs = inputs.collect();
    let targets = (0..count).map(|_| [rng.random_range(-1.0..1.0)]).collect();
    (inputs, flat, targets)
}

fn pair() -> (Box<Critic>, Box<Sliced>) {
    let critic = Critic::init(&mut StdRng::seed_from_u64(1));
    let mut sliced = Sliced::boxed();
    sliced.parameters_mut().copy_from_slice(critic.parameters());
    (critic, sliced)
}

#[test]
fn one_by_one_and_in_batches() {
    let (critic, sliced) = pair();
    let (inputs, flat, _) = critics(53);
    let single: Vec<[f32; 1]> = inputs.iter().map(|x| critic.forward(x)).collect();
    let expected: Vec<[f32; 1]> = flat.iter().map(|x| sliced.forward(x)).collect();
    assert_eq!(single, expected);
    let (mut batch, mut expected) = (vec![[0.0]; 53], vec![[0.0]; 53]);
    critic
        .forward_batch(&inputs, &mut batch, &mut Critic::workspace())
        .unwrap();
    sliced
        .forward_batch(&flat, &mut expected, &mut Sliced::workspace())
        .unwrap();
    assert_eq!(batch, expected);
}

#[test]
fn gradients_come_in_the_same_struct() {
    let (mut critic, mut sliced) = pair();
    for count in [1, 16, 53] {
        let (inputs, flat, targets) = critics(count);
        let (mut here, mut there) = (Critic::workspace(), Sliced::workspace());
        let (mut d_inputs, mut d_flat) = (inputs.clone(), flat.clone());
        let loss = MseLoss::default();
        let found = critic
            .backpropagate_to_inputs(&inputs, &targets, &loss, &mut here, &mut d_inputs)
            .unwrap();
        let expected = sliced
            .backpropagate_to_inputs(&flat, &targets, &loss, &mut there, &mut d_flat)
            .unwrap();
        assert_eq!(found, expected);
        assert_eq!(
            here.gradients().parameters(),
            there.gradients().parameters()
        );
        for (CriticInput { state, action }, expected) in d_inputs.iter().zip(&d_flat) {
            assert_eq!((state.as_slice(), action.as_slice()), expected.split_at(8));
        }
        // What goes on without the gradients of inputs.
        critic
            .backpropagate(&inputs, &targets, &loss, &mut here)
            .unwrap();
        assert_eq!(
            here.gradients().parameters(),
            there.gradients().parameters()
        );
    }
}

#[test]
fn steps_and_backpropagation_in_one() {
    let (mut critic, mut sliced) = pair();
    let (mut here, mut there) = (Critic::workspace(), Sliced::workspace());
    let (mut adam, mut adam_of_sliced) = (Adam::new(&critic), Adam::new(&sliced));
    for count in [1, 7, 40] {
        let (inputs, flat, targets) = critics(count);
        let loss = MseLoss::default();
        let found = adam.train_step(&mut *critic, &inputs, &targets, &loss, &mut here);
        let expected = adam_of_sliced.train_step(&mut *sliced, &flat, &targets, &loss, &mut there);
        assert_eq!(found.unwrap(), expected.unwrap());
        assert_eq!(critic.parameters(), sliced.parameters());
    }
}

#[test]
fn generic_sizes_and_scalars() {
    type Net = Policy<3, 2, f64>;
    let net = Net::init(&mut StdRng::seed_from_u64(1));
    let mut input = PolicyInput {
        state: [0.1, 0.2, 0.3],
        image: [[[0.5; 4]; 4]],
        goal: [1.0, -1.0],
    };
    let before = net.forward(&input);
    // Each input reaches the head that reads it, and no other.
    input.state[1] += 1.0;
    let after = net.forward(&input);
    assert_eq!(after.mean, before.mean);
    assert_ne!(after.value, before.value);
    input.goal[0] = 0.0;
    let last = net.forward(&input);
    assert_eq!(last.value, after.value);
    assert!((before.mean[0] - last.mean[0] - 1_f64.tanh()).abs() < 1e-12);
    assert_eq!(before.mean[1], last.mean[1]);
    assert_eq!(<PolicyInput<3, 2, f64> as Shape>::LEN, 21);
}

#[test]
fn indices_are_read_where_they_lie() {
    let mut net = Words::init(&mut StdRng::seed_from_u64(1));
    let mut input = WordsInput {
        numbers: [0.5, 100.5, -3.0],
        words: [1.0, 8.0, 0.0, 3.0],
    };
    let (mut workspace, loss) = (Words::workspace(), MseLoss::default());
    net.backpropagate(&[input], &[[0.0; 2]], &loss, &mut workspace)
        .unwrap();
    input.words[2] = 9.0;
    let error = net
        .backpropagate(&[input], &[[0.0; 2]], &loss, &mut workspace)
        .unwrap_err();
    assert!(
        error.to_string().starts_with("element 5 of input 0 is 9"),
        "{error}"
    );
}

#[test]
fn a_layer_takes_several_inputs_one_behind_the_other() {
    let net = Around::init(&mut StdRng::seed_from_u64(1));
    let x = [0.1, -0.2, 0.3, 0.4];
    let hidden = net.linear1.weight * nalgebra::SVector::from(x) + net.linear1.bias;
    let mut critic = Critic::boxed();
    critic
        .parameters_mut()
        .copy_from_slice(bytemuck::cast_slice(std::slice::from_ref(&net.critic)));
    let y = critic.forward(&CriticInput {
        state: std::array::from_fn(|i| hidden[i]),
        action: [hidden[8], hidden[9]],
    });
    assert!((net.forward(&x)[0] - y[0]).abs() < 1e-6);
}

#[test]
fn the_summary_shows_the_inputs() {
    let summary = Critic::summary().to_string();
    let rows: Vec<&str> = summary
        .lines()
        .filter(|line| line.contains("state") || line.contains("action"))
        .collect();
    assert_eq!(rows.len(), 2, "{summary}");
    assert!(
        rows[0].contains("[8]") && rows[1].contains("[2]"),
        "{summary}"
    );
}

#[test]
fn a_bilinear_layer_stands_beside_its_branches() {
    let mut net = Mixed::init(&mut StdRng::seed_from_u64(1));
    let tensors = net.named_parameters();
    let tensors: Vec<String> = tensors
        .map(|tensor| format!("{} {:?}", tensor.name(), tensor.dims()))
        .collect();
    assert_eq!(
        tensors,
        [
            "b.fc.weight [2, 3]",
            "b.fc.bias [2]",
            "mix.weight [4, 2, 2]",
            "mix.bias [4]",
            "branch4.linear1.weight [2, 4]",
            "branch4.linear1.bias [2]",
            "bilinear2.weight [1, 4, 2]",
        ]
    );
    // PyTorch's rule: ±1/√in1.
    let bound = 0.5_f32.sqrt();
    assert!(net.mix.weight.iter().all(|w| w.abs() <= bound));
    assert!(net.mix.weight.iter().any(|w| w.abs() > 0.5 * bound));
    assert_eq!(net.bilinear2.weight, [[1.0_f32]; 8].into());
    // y = Σ aᵢ·bⱼ
    net.mix.weight.fill(0.0);
    net.mix.bias.copy_from_slice(&[1.0, 2.0, 3.0, 4.0]);
    net.branch4.linear1.weight.fill(0.0);
    net.branch4.linear1.bias.copy_from_slice(&[5.0, 6.0]);
    let input = MixedInput {
        a: [0.5; 2],
        b: [0.25; 3],
    };
    assert_eq!(net.forward(&input), [10.0 * 11.0]);
}
