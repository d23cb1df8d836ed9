//! What users see of blocks: fields, names of tensors, outputs with names.

use chainrule::losses::{Loss, Targets};
use chainrule::prelude::*;
use chainrule::simd::Isa;
use chainrule::{BackpropagateError, TargetError};

network! {
    struct Stages: [4] -> [2] {
        stem: Linear(3),
        stage: Repeat(2) { Residual(project = Linear(3, bias = false)) { fc: Linear(3), Tanh } },
        gate: Multiply { value: { Linear(2) } { Linear(2), Sigmoid } },
    }
}

#[test]
fn tensors_are_named_by_their_path() {
    let net = Stages::boxed();
    let names: Vec<String> = net
        .named_parameters()
        .map(|tensor| tensor.name().to_string())
        .collect();
    assert_eq!(
        names,
        [
            "stem.weight",
            "stem.bias",
            "stage.0.residual1.fc.weight",
            "stage.0.residual1.fc.bias",
            "stage.0.residual1.project.weight",
            "stage.1.residual1.fc.weight",
            "stage.1.residual1.fc.bias",
            "stage.1.residual1.project.weight",
            "gate.value.linear1.weight",
            "gate.value.linear1.bias",
            "gate.branch2.linear1.weight",
            "gate.branch2.linear1.bias",
        ]
    );
}

#[test]
fn parameters_are_fields_of_fields() {
    let mut net = Stages::boxed();
    net.stem.weight[(0, 0)] = 1.0;
    net.stage[1].residual1.project.weight[(2, 0)] = 3.0;
    net.gate.branch2.linear1.bias[1] = 0.5;
    let gradients: &StagesParameters = &net;
    let stage: &[StagesStageParameters; 2] = &gradients.stage;
    assert_eq!(stage[1].residual1.project.weight.sum(), 3.0);
    assert_eq!(net.parameters().iter().sum::<f32>(), 4.5);
    // All that `Stages` counts lies in one run.
    assert_eq!(net.parameters().len(), Stages::PARAMETERS);
    assert_eq!(Stages::PARAMETERS, 15 + 2 * (12 + 9) + 2 * 8);
}

#[test]
fn the_summary_shows_the_ends_of_blocks() {
    let summary = Stages::summary().to_string();
    assert!(summary.contains("stage.1.residual1.fc"), "{summary}");
    assert!(
        summary.contains("Residual(project = Linear(3, bias = false))"),
        "{summary}"
    );
}

network! {
    /// An actor and a critic on one body.
    struct Agent<const H: usize, T>: [4] {
        Linear(H), Tanh,
        Heads { policy: { Linear(2) }, value: { Linear(1) } },
    }
}

network! {
    struct Fixed: [3] {
        Heads { policy: { Linear(2) }, image: { Linear(4), Reshape([2, 2]) } },
    }
}

#[test]
fn heads_are_fields_of_the_output() {
    let net = Fixed::init(&mut StdRng::seed_from_u64(1));
    let FixedOutput { policy, image } = net.forward(&[1.0, 2.0, 3.0]);
    let expected = net.policy.linear1.weight * nalgebra::SVector::<f32, 3>::new(1.0, 2.0, 3.0)
        + net.policy.linear1.bias;
    assert!(
        policy
            .iter()
            .zip(expected.iter())
            .all(|(y, e)| (y - e).abs() < 1e-6)
    );
    assert_eq!(image.len() * image[0].len(), 4);
    let mut batch = [FixedOutput {
        policy: [0.0; 2],
        image: [[0.0; 2]; 2],
    }; 20];
    net.forward_batch(&[[1.0, 2.0, 3.0]; 20], &mut batch, &mut Fixed::workspace())
        .unwrap();
    assert!((batch[19].policy[0] - policy[0]).abs() < 1e-6);
}

/// Half the squared error of the value, and minus the chosen policy output times an advantage.
struct ActorCritic;

impl<const H: usize> Loss<f64, AgentOutput<H, f64>, (usize, f64)> for ActorCritic {
    type Scale = f64;
    fn scale<'a>(&self, targets: impl Targets<'a, (usize, f64)>) -> Result<f64, TargetError> {
        Ok(1.0 / targets.len() as f64)
    }
    fn evaluate<'a, E: Element<f64>>(
        &self,
        _: Isa,
        scale: f64,
        y: &AgentOutput<H, E>,
        targets: impl Targets<'a, (usize, f64)>,
        dy: &mut AgentOutput<H, E>,
    ) -> f64 {
        let mut loss = 0.0;
        *dy = bytemuck::Zeroable::zeroed();
        for (lane, &(action, target)) in targets.enumerate() {
            let error = y.value[0].lanes()[lane] - target;
            loss += scale * (0.5 * error * error - y.policy[action].lanes()[lane]);
            dy.value[0].lanes_mut()[lane] = scale * error;
            dy.policy[action].lanes_mut()[lane] = -scale;
        }
        loss
    }
}

#[test]
fn a_loss_of_ones_own_trains_several_heads() {
    type Net = Agent<8, f64>;
    let mut net = Net::init(&mut StdRng::seed_from_u64(3));
    let (mut workspace, mut adam) = (Net::workspace(), Adam::new(&net).learning_rate(0.05));
    let inputs = [
        [0.1, 0.2, 0.3, 0.4],
        [-0.5, 0.1, 0.0, 0.7],
        [0.9, -0.3, 0.2, 0.1],
    ];
    let targets = [(0, 1.0), (1, -1.0), (0, 0.5)];
    for _ in 0..200 {
        net.backpropagate(&inputs, &targets, &ActorCritic, &mut workspace)
            .unwrap();
        adam.step(&mut net, workspace.gradients());
    }
    for (input, (action, value)) in inputs.iter().zip(targets) {
        let output = net.forward(input);
        assert!((output.value[0] - value).abs() < 0.3, "{output:?}");
        assert!(output.policy[action] > 1.0, "{output:?}");
    }
}

#[test]
fn a_tuple_of_losses_trains_several_heads() {
    let mut net = Fixed::init(&mut StdRng::seed_from_u64(3));
    let (mut workspace, mut adam) = (Fixed::workspace(), Adam::new(&net).learning_rate(0.05));
    let inputs = [[0.1, 0.2, 0.3], [-0.5, 0.1, 0.7], [0.9, -0.3, 0.1]];
    let image = |number: f32| [[number, 1.0], [0.0, -number]];
    let mut targets = [(0_u8, image(0.5)), (1, image(-1.0)), (0, image(0.2))];
    let loss = (
        CrossEntropyLoss::default(),
        Weighted {
            weight: 2.0,
            loss: MseLoss::default(),
        },
    );
    let mut last = f32::INFINITY;
    for _ in 0..300 {
        last = net
            .backpropagate(&inputs, &targets, &loss, &mut workspace)
            .unwrap();
        adam.step(&mut net, workspace.gradients());
    }
    assert!(last < 0.05, "{last}");

    // Each head's targets are checked.
    let before = net.parameters().to_vec();
    targets[2].1[1][0] = f32::NAN;
    let error = net.backpropagate(&inputs, &targets, &loss, &mut workspace);
    assert!(
        matches!(
            error,
            Err(BackpropagateError::Target(TargetError::NotFinite {
                sample: 2,
                element: 2,
                ..
            }))
        ),
        "{error:?}"
    );
    targets[1].0 = 2;
    let error = net.backpropagate(&inputs, &targets, &loss, &mut workspace);
    let out_of_range = TargetError::ClassOutOfRange {
        sample: 1,
        class: 2,
        classes: 2,
    };
    assert_eq!(error, Err(BackpropagateError::Target(out_of_range)));
    assert_eq!(net.parameters(), before);
}

network! {
    /// Heads in a head.
    struct Pilot<const H: usize, T>: [5, 3] {
        Gru(4), Linear(H),
        Heads {
            steer: { Linear(4), Heads { yaw: { Linear(2), Tanh }, thrust_level: { Linear(1) } } },
            value: { Linear(1) },
        },
    }
}

#[test]
fn heads_in_a_head_are_a_struct_in_a_struct() {
    let mut net = Pilot::<6, f64>::init(&mut StdRng::seed_from_u64(5));
    let inputs: [[[f64; 3]; 5]; 20] = std::array::from_fn(|n| {
        std::array::from_fn(|t| std::array::from_fn(|i| ((n * 15 + t * 3 + i) as f64).sin()))
    });
    let PilotOutput { steer, value } = net.forward(&inputs[7]);
    let PilotOutputSteer { yaw, thrust_level } = steer;
    assert_eq!((yaw.len(), thrust_level.len(), value.len()), (5, 5, 5));

    // For a batch, and step by step.
    let mut batch = [net.forward(&inputs[0]); 20];
    net.forward_batch(&inputs, &mut batch, &mut Pilot::workspace())
        .unwrap();
    let mut stream = net.stream();
    for t in 0..5 {
        let step: PilotStepOutput<6, f64> = stream.step(&inputs[7][t]);
        for (head, others) in [
            (value[t][0], [batch[7].value[t][0], step.value[0]]),
            (yaw[t][1], [batch[7].steer.yaw[t][1], step.steer.yaw[1]]),
            (
                thrust_level[t][0],
                [
                    batch[7].steer.thrust_level[t][0],
                    step.steer.thrust_level[0],
                ],
            ),
        ] {
            assert!(others.iter().all(|other| (other - head).abs() < 1e-12));
        }
    }

    // A tuple of losses in a tuple.
    let targets: Vec<_> = (0..20)
        .map(|n| {
            let turn = if n % 2 == 0 { 0.5 } else { -0.5 };
            (([[turn, 0.0]; 5], [[turn]; 5]), [[1.0]; 5])
        })
        .collect();
    let weighted = Weighted {
        weight: 0.5,
        loss: L1Loss::default(),
    };
    let loss = ((MseLoss::default(), weighted), MseLoss::default());
    let mut workspace = Pilot::workspace();
    let found = net
        .backpropagate(&inputs, &targets, &loss, &mut workspace)
        .unwrap();

    // What it says, in words.
    let expected: f64 = batch
        .iter()
        .zip(&targets)
        .map(|(y, ((turn, thrust), value))| {
            let squares: f64 = std::iter::zip(y.steer.yaw, turn)
                .map(|(y, t)| (y[0] - t[0]).powi(2) + (y[1] - t[1]).powi(2))
                .sum();
            let distances: f64 = std::iter::zip(y.steer.thrust_level, thrust)
                .map(|(y, t)| (y[0] - t[0]).abs())
                .sum();
            let values: f64 = std::iter::zip(y.value, value)
                .map(|(y, t)| (y[0] - t[0]).powi(2))
                .sum();
            squares / 200.0 + 0.5 * distances / 100.0 + values / 100.0
        })
        .sum();
    assert!((found - expected).abs() < 1e-12, "{found} {expected}");

    // And its gradients are those of finite differences.
    let gradients: Vec<f64> =
        bytemuck::cast_slice(std::slice::from_ref(workspace.gradients())).to_vec();
    for index in (0..gradients.len()).step_by(7) {
        let before = net.parameters()[index];
        let mut at = |parameter: f64| {
            net.parameters_mut()[index] = parameter;
            net.backpropagate(&inputs, &targets, &loss, &mut workspace)
                .unwrap()
        };
        let slope = (at(before + 1e-6) - at(before - 1e-6)) / 2e-6;
        at(before);
        let off = (slope - gradients[index]).abs();
        assert!(off < 1e-7, "{index}: {slope} {}", gradients[index]);
    }
}
