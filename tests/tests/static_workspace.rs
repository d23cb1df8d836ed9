//! Networks, workspaces and optimizer state in a `static`: the same bits as on the heap, and exactly the bytes that the
//! constants of a network say.

use chainrule::optimizers::{Adam, AdamW, RmsProp, Sgd};
use chainrule::prelude::*;
use chainrule::{Input, LANES, Lanes, Place, StaticNetwork, StaticWorkspace, Workspace};

network! {
    #[derive(Clone)]
    struct Small: [4] -> [3] { Linear(16), Tanh, Linear(3) }
}
network! {
    #[derive(Clone)]
    struct Images: [1, 12, 12] -> [5] {
        Conv2d(4, kernel = 3, padding = 1), BatchNorm2d, Relu, MaxPool2d(2),
        Residual { Conv2d(4, kernel = 3, padding = 1), Gelu },
        Flatten, Dropout(0.25), Linear(5),
    }
}
network! {
    #[derive(Clone)]
    struct Sequences: [10, 3] -> [2] { Gru(6), LayerNorm, Lstm(5, last = true), Linear(2) }
}
network! {
    #[derive(Clone)]
    struct Attending: [6, 8] -> [6, 4] { MultiheadAttention(2, causal = true), Gelu, Linear(4) }
}
network! {
    #[derive(Clone)]
    struct Soft: [7] -> [2] { Linear(9), Softplus, Linear(2) }
}
network! {
    struct Steps: [16, 2] -> [16, 1] { gru: Gru(4), head: Linear(1) }
}

const STATE: [f32; Small::PARAMETERS] = [0.0; Small::PARAMETERS];

static SMALL: Place<Small> = Place::new(Small::zeroed());
static WORKSPACE: Place<StaticWorkspace<Small, 16>> = Place::new(StaticWorkspace::new());
static ADAM: Place<Adam<f32, [f32; Small::PARAMETERS]>> =
    Place::new(Adam::with_state(STATE, STATE));
static ADAM_W: Place<AdamW<f32, [f32; Small::PARAMETERS]>> =
    Place::new(AdamW::with_state(STATE, STATE));
static RMS_PROP: Place<RmsProp<f32, [f32; Small::PARAMETERS]>> =
    Place::new(RmsProp::with_state(STATE));
static SGD: Place<Sgd<f32, [f32; Small::PARAMETERS]>> =
    Place::new(Sgd::with_state(0.1, 0.9, STATE));
static PLAIN: Place<Sgd<f32, [f32; 0]>> = Place::new(Sgd::with_state(0.1, 0.0, []));

#[test]
fn static_workspace_and_state_give_the_bits_of_the_heap() {
    let net = SMALL.take().unwrap();
    let workspace = WORKSPACE.take().unwrap();
    same_as_boxed(net, workspace, ADAM.take().unwrap(), Adam::new(&*net));
    same_as_boxed(net, workspace, ADAM_W.take().unwrap(), AdamW::new(&*net));
    same_as_boxed(
        net,
        workspace,
        RMS_PROP.take().unwrap(),
        RmsProp::new(&*net),
    );
    let momentum = Sgd::new(&*net, 0.1).momentum(0.9);
    same_as_boxed(net, workspace, SGD.take().unwrap(), momentum);
    same_as_boxed(net, workspace, PLAIN.take().unwrap(), Sgd::new(&*net, 0.1));
}

fn same_as_boxed(
    net: &mut Small,
    workspace: &mut StaticWorkspace<Small, 16>,
    optimizer: &mut impl Optimizer<f32>,
    mut boxed_optimizer: impl Optimizer<f32>,
) {
    net.reset(&mut StdRng::seed_from_u64(7));
    let mut boxed = Small::init(&mut StdRng::seed_from_u64(7));
    let mut boxed_workspace = Small::workspace_with_capacity(16);
    let inputs: Vec<[f32; 4]> = (0..40).map(|i| [i as f32 * 0.1, 0.3, -0.2, 0.5]).collect();
    let labels: Vec<u8> = (0..40).map(|i| i % 3).collect();
    let loss = CrossEntropyLoss::default();
    for batch in [1, 7, 16, 40] {
        let (inputs, labels) = (&inputs[..batch], &labels[..batch]);
        net.backpropagate(inputs, labels, &loss, workspace).unwrap();
        optimizer.step(net, workspace.gradients());
        optimizer
            .train_step(net, inputs, labels, &loss, workspace)
            .unwrap();
        boxed
            .backpropagate(inputs, labels, &loss, &mut boxed_workspace)
            .unwrap();
        boxed_optimizer.step(&mut boxed, boxed_workspace.gradients());
        boxed_optimizer
            .train_step(&mut *boxed, inputs, labels, &loss, &mut boxed_workspace)
            .unwrap();
        assert_eq!(net.parameters(), boxed.parameters());
    }
    assert_ne!(
        net.parameters(),
        Small::init(&mut StdRng::seed_from_u64(7)).parameters()
    );
}

#[test]
fn static_workspace_of_a_stream_is_a_constant_too() {
    static NET: Steps = Steps::zeroed();
    static STREAM: Place<Stream<&Steps, <Steps as Streamable>::StreamState>> =
        Place::new(Stream::new(&NET));
    let stream = STREAM.take().unwrap();
    assert_eq!(stream.step(&[1.0, 2.0]), [0.0]);
}

#[test]
fn static_workspace_has_the_capacity_that_was_asked_for() {
    static SIXTEEN: Place<StaticWorkspace<Images, 16>> = Place::new(StaticWorkspace::new());
    static MORE: Place<StaticWorkspace<Images, 48>> = Place::new(StaticWorkspace::new());
    let (sixteen, more) = (SIXTEEN.take().unwrap(), MORE.take().unwrap());
    assert_eq!((sixteen.capacity(), more.capacity()), (16, 48));

    // Samples are mixed, so 17 do not fit.
    let mut net = Images::init(&mut StdRng::seed_from_u64(1));
    let inputs = [[[[0.5; 12]; 12]; 1]; 17];
    let loss = CrossEntropyLoss::default();
    assert_eq!(
        net.backpropagate(&inputs, &[0_u8; 17], &loss, sixteen),
        Err(BackpropagateError::BatchTooLarge {
            samples: 17,
            capacity: 16
        }),
    );
    net.backpropagate(&inputs, &[0_u8; 17], &loss, more)
        .unwrap();
}

/// What no computation here puts out.
const UNTOUCHED: f32 = f32::from_bits(0x7fc0_dead);

fn untouched(scalars: &[f32]) -> usize {
    let same = |x: &&f32| x.to_bits() == UNTOUCHED.to_bits();
    scalars.iter().filter(same).count()
}

/// Trains with sixteen samples and infers one, in memory of exactly the bytes that the constants say, painted before.
fn bytes_are_exact<N, Y, L>(input: N::Input, target: Y, loss: &L)
where
    N: StaticNetwork<Scalar = f32>,
    N::Input: Input<N::Input>,
    Y: Clone + Sync,
    L: chainrule::losses::Loss<f32, N::Output, Y>,
{
    let gradient_bytes = size_of::<N::Parameters>();
    assert_eq!(gradient_bytes, N::PARAMETERS * size_of::<f32>());
    let arena_bytes = N::TRAINING_BYTES - gradient_bytes;
    assert_eq!(arena_bytes, LANES * size_of::<N::Activations>());

    let len = arena_bytes / size_of::<Lanes<f32>>();
    let mut arena = vec![Lanes([UNTOUCHED; LANES]); len];
    let mut gradients: Box<N::Parameters> = bytemuck::zeroed_box();
    bytemuck::cast_slice_mut::<_, f32>(std::slice::from_mut(&mut *gradients)).fill(UNTOUCHED);
    let mut net = N::init(&mut StdRng::seed_from_u64(1));
    let inputs = vec![input; LANES];
    let targets = vec![target; LANES];
    let mut input_gradients = inputs.clone();
    let mut workspace = Workspace::<N, _, _>::from_parts(&mut arena[..], &mut *gradients);
    assert_eq!(workspace.capacity(), LANES);
    net.backpropagate_to_inputs(
        &inputs,
        &targets,
        loss,
        &mut workspace,
        &mut input_gradients,
    )
    .unwrap();
    assert_eq!(
        untouched(bytemuck::cast_slice(&arena)),
        0,
        "activations of {}",
        N::NAME
    );
    assert_eq!(
        untouched(bytemuck::cast_slice(std::slice::from_ref(&*gradients))),
        0,
        "gradients of {}",
        N::NAME
    );

    // With an element less not even one lane group fits.
    let mut workspace = Workspace::<N, _, _>::from_parts(&mut arena[1..], &mut *gradients);
    assert_eq!(workspace.capacity(), 0);
    assert!(matches!(
        net.backpropagate(&inputs, &targets, loss, &mut workspace),
        Err(BackpropagateError::BatchTooLarge { capacity: 0, .. })
    ));

    let scalars = N::INFERENCE_BYTES / size_of::<f32>();
    let mut scratch = vec![UNTOUCHED; scalars];
    let mut output = net.forward(&input);
    net.forward_with(&input, &mut output, &mut scratch).unwrap();
    assert_eq!(untouched(&scratch), 0, "inference of {}", N::NAME);
    if scalars > 0 {
        net.forward_with(&input, &mut output, &mut scratch[1..])
            .unwrap_err();
    }
}

#[test]
fn static_workspace_bytes_are_exact() {
    let classes = CrossEntropyLoss::default();
    bytes_are_exact::<Small, _, _>([0.3; 4], 1_u8, &classes);
    bytes_are_exact::<Images, _, _>([[[0.4; 12]; 12]; 1], 1_u8, &classes);
    bytes_are_exact::<Sequences, _, _>([[0.4; 3]; 10], 1_u8, &classes);
    bytes_are_exact::<Attending, _, _>([[0.4; 8]; 6], [[0.1; 4]; 6], &MseLoss::default());
    bytes_are_exact::<Soft, _, _>([0.3; 7], 1_u8, &classes);
}

#[test]
fn static_workspace_holds_little_beside_its_bytes() {
    // Seed, step and what alignment asks for.
    let size = size_of::<StaticWorkspace<Small, 16>>();
    assert!(
        (Small::TRAINING_BYTES..Small::TRAINING_BYTES + 192).contains(&size),
        "{size}"
    );
}
