//! An agent that learns to balance a pole by trial and error: proximal policy optimisation (Schulman et al. 2017,
//! arXiv:1707.06347) of a network with two heads, the *actor*, which says how to push, and the *critic*, which says how
//! well it will go on from here.
//!
//! 1. The actor plays, and each of its pushes is drawn from its probabilities.
//! 2. Where it went better than the critic had thought, the pushes shall become likelier, else less likely.
//! 3. The critic learns how it went.
//!
//! `cargo run --release --example actor_critic`

mod cart_pole;

use cart_pole::{CartPole, MOST_PUSHES, Outcome};
use chainrule::TargetError;
use chainrule::losses::Targets;
use chainrule::prelude::*;
use chainrule::simd::Isa;

network! {
    /// Where the cart and the pole are and how they move, to logits of the two pushes and the value of the state.
    pub struct Agent: [4] {
        Heads {
            policy: { Linear(32), Tanh, Linear(32), Tanh, Linear(2, init = orthogonal(gain = 0.01)) },
            value: { Linear(32), Tanh, Linear(32), Tanh, Linear(1) },
        },
    }
}

/// Worlds that are played in turns, and pushes in each between two updates.
const WORLDS: usize = 8;
const PUSHES: usize = 128;
const UPDATES: usize = 60;
/// How often an update goes through what was played, in batches of so many pushes.
const EPOCHS: usize = 6;
const BATCH: usize = 128;
const LEARNING_RATE: f64 = 2e-3;
/// What a reward is worth a push later.
const DISCOUNT: f32 = 0.99;
/// Every push that the pole survives earns this much, so that values lie in 0 to 1.
const REWARD: f32 = 1.0 - DISCOUNT;
/// How far advantages look ahead: 0 trusts the critic after one push, 1 waits how the game goes.
const TRACE: f32 = 0.95;
const EVALUATIONS: usize = 100;

/// What the actor learns from one push.
#[derive(Clone, Copy, Debug)]
struct Played {
    action: usize,
    /// `ln π(action)` at that time.
    ln_probability: f32,
    /// How much better it went than the critic had thought.
    advantage: f32,
}

/// What both learn: the actor from a push, the critic what it should have thought.
type Experience = (Played, [f32; 1]);

/// The loss of the actor. With the ratio `r = π(a) / π_played(a)` and the advantage `A` of a push, the mean of
///
/// `−min(r·A, clip(r, 1−ε, 1+ε)·A) − β·H(π)`
///
/// The first term makes good pushes likelier, but stops once the probability has changed by the share `ε`: farther away,
/// what was played says little. The entropy `H` keeps the agent from being sure too early.
#[derive(Clone, Copy, Debug)]
struct PpoLoss {
    /// `ε`
    clip: f32,
    /// `β`
    entropy: f32,
}

impl Loss<f32, [f32; 2], Played> for PpoLoss {
    type Scale = f32;

    fn scale<'a>(&self, targets: impl Targets<'a, Played>) -> Result<f32, TargetError> {
        Ok(1.0 / targets.len() as f32)
    }

    /// One sample or sixteen at a time: each logit has a lane for every sample.
    fn evaluate<'a, E: Element<f32>>(
        &self,
        _: Isa,
        scale: f32,
        logits: &[E; 2],
        targets: impl Targets<'a, Played>,
        d_logits: &mut [E; 2],
    ) -> f32 {
        // Lanes without a sample must have no gradient.
        d_logits.fill(E::splat(0.0));
        let mut total = 0.0;
        for (lane, played) in targets.enumerate() {
            let ln_policy = ln_softmax(logits.map(|logit| logit.lanes()[lane]));
            let policy = ln_policy.map(f32::exp);

            let ratio = (ln_policy[played.action] - played.ln_probability).exp();
            let gain = ratio * played.advantage;
            let limit = ratio.clamp(1.0 - self.clip, 1.0 + self.clip) * played.advantage;
            // Beyond the limit the smaller one is constant, and teaches nothing.
            let d_ln_probability = if gain <= limit { gain } else { 0.0 };
            let entropy = -(policy[0] * ln_policy[0] + policy[1] * ln_policy[1]);
            for action in 0..2 {
                let chosen = f32::from(action == played.action);
                let d_gain = d_ln_probability * (chosen - policy[action]);
                let d_entropy = -policy[action] * (ln_policy[action] + entropy);
                d_logits[action].lanes_mut()[lane] = -scale * (d_gain + self.entropy * d_entropy);
            }
            total -= scale * (gain.min(limit) + self.entropy * entropy);
        }
        total
    }
}

fn ln_softmax(logits: [f32; 2]) -> [f32; 2] {
    let largest = logits[0].max(logits[1]);
    let sum: f32 = logits.iter().map(|logit| (logit - largest).exp()).sum();
    logits.map(|logit| logit - largest - sum.ln())
}

fn main() -> Result<(), BackpropagateError> {
    println!("{}\n", Agent::summary());
    let mut rng = StdRng::seed_from_u64(7);
    let mut agent = Agent::init(&mut rng);
    let mut workspace = Agent::workspace();
    let mut adam = Adam::new(&agent);
    let mut worlds: Vec<CartPole> = (0..WORLDS).map(|_| CartPole::new(&mut rng)).collect();

    let (mut pushes, mut falls) = (0, 0);
    for update in 0..UPDATES {
        let mut observations = Vec::new();
        let mut experiences = Vec::new();
        for world in &mut worlds {
            falls += play(&agent, world, &mut rng, &mut observations, &mut experiences);
        }
        pushes += experiences.len();

        // Both fall to zero in the end, when it is time to be sure.
        let left = 1.0 - update as f32 / UPDATES as f32;
        adam.set_learning_rate(LEARNING_RATE * f64::from(left));
        let actor = PpoLoss {
            clip: 0.2,
            entropy: 0.01 * left,
        };
        let critic = Weighted {
            weight: 0.5,
            loss: MseLoss::default(),
        };
        let mut order: Vec<usize> = (0..experiences.len()).collect();
        for _ in 0..EPOCHS {
            order.shuffle(&mut rng);
            for batch in order.chunks(BATCH) {
                let x: Vec<[f32; 4]> = batch.iter().map(|&i| observations[i]).collect();
                let mut played: Vec<Experience> = batch.iter().map(|&i| experiences[i]).collect();
                normalise(&mut played);
                agent.backpropagate(&x, &played, &(actor, critic), &mut workspace)?;
                adam.step(&mut agent, workspace.gradients());
            }
        }
        if (update + 1) % 5 == 0 {
            println!("after {pushes:6} pushes: {falls:3} falls since the line before");
            falls = 0;
        }
    }

    let returns: Vec<usize> = (0..EVALUATIONS)
        .map(|_| evaluate(&agent, &mut rng))
        .collect();
    let full = returns
        .iter()
        .filter(|&&pushes| pushes == MOST_PUSHES)
        .count();
    println!("\n{full} of {EVALUATIONS} new episodes last until time is up");
    let mean = returns.iter().sum::<usize>() as f32 / EVALUATIONS as f32;
    println!("mean_return: {mean:.1}");
    Ok(())
}

/// Goes on in a world for [`PUSHES`], and judges each. Returns how often the pole fell.
fn play(
    agent: &Agent,
    world: &mut CartPole,
    rng: &mut StdRng,
    observations: &mut Vec<[f32; 4]>,
    experiences: &mut Vec<Experience>,
) -> usize {
    let first = experiences.len();
    let mut falls = 0;
    // The reward and what the critic thinks of the next state, and whether the episode goes on there.
    let mut later = Vec::new();
    for _ in 0..PUSHES {
        let observation = world.observation();
        let AgentOutput { policy, value } = agent.forward(&observation);
        let ln_policy = ln_softmax(policy);
        let action = usize::from(rng.random::<f32>() < ln_policy[1].exp());
        let outcome = world.push(action);
        observations.push(observation);
        let played = Played {
            action,
            ln_probability: ln_policy[action],
            advantage: 0.0,
        };
        experiences.push((played, value));
        // A fallen pole earns nothing any more. One that stands when time is up would have earned more: only the game
        // was stopped.
        let next = match outcome {
            Outcome::Fallen => 0.0,
            Outcome::GoesOn | Outcome::TimeUp => agent.forward(&world.observation()).value[0],
        };
        later.push((REWARD + DISCOUNT * next, outcome == Outcome::GoesOn));
        if outcome != Outcome::GoesOn {
            falls += usize::from(outcome == Outcome::Fallen);
            *world = CartPole::new(rng);
        }
    }

    // Generalised advantage estimation (Schulman et al. 2015, arXiv:1506.02438), from the last push to the first: by how
    // much each push surprised the critic, and, less and less, those that came after.
    let mut advantage = 0.0;
    for ((played, value), (estimate, goes_on)) in experiences[first..].iter_mut().zip(later).rev() {
        let surprise = estimate - value[0];
        advantage = surprise
            + if goes_on {
                DISCOUNT * TRACE * advantage
            } else {
                0.0
            };
        played.advantage = advantage;
        value[0] += advantage;
    }
    falls
}

/// Advantages of mean 0 and deviation 1, so that the steps do not depend on the scale of rewards.
fn normalise(experiences: &mut [Experience]) {
    let n = experiences.len() as f32;
    let mean = experiences
        .iter()
        .map(|(played, _)| played.advantage)
        .sum::<f32>()
        / n;
    let squares = experiences
        .iter()
        .map(|(played, _)| (played.advantage - mean).powi(2));
    let deviation = (squares.sum::<f32>() / n).sqrt();
    for (played, _) in experiences {
        played.advantage = (played.advantage - mean) / (deviation + 1e-8);
    }
}

/// How many pushes a new episode lasts if each is the likelier one: its return, as every push earns 1.
fn evaluate(agent: &Agent, rng: &mut StdRng) -> usize {
    let mut world = CartPole::new(rng);
    let mut pushes = 0;
    loop {
        let [left, right] = agent.forward(&world.observation()).policy;
        pushes += 1;
        if world.push(usize::from(right > left)) != Outcome::GoesOn {
            return pushes;
        }
    }
}

/// The gradient that is written down above against differences of the loss, with pushes on each side of the limits.
#[test]
fn the_loss_has_its_gradient() {
    let loss = PpoLoss {
        clip: 0.2,
        entropy: 0.3,
    };
    let logits = [0.3, -0.4];
    let turns = [
        (1.0, 1.0),
        (1.0, -1.0),
        (1.5, 1.0),
        (1.5, -1.0),
        (0.5, 1.0),
        (0.5, -1.0),
    ];
    for (ratio, advantage) in turns {
        let played = [Played {
            action: 1,
            ln_probability: ln_softmax(logits)[1] - f32::ln(ratio),
            advantage,
        }];
        let evaluate = |logits: [f32; 2]| {
            let mut gradient = [0.0; 2];
            let isa = Isa::detect();
            let loss = loss.evaluate::<f32>(isa, 2.0, &logits, played.iter(), &mut gradient);
            (loss, gradient)
        };
        let (_, gradient) = evaluate(logits);
        for (i, gradient) in gradient.into_iter().enumerate() {
            let moved = |by: f32| {
                let mut logits = logits;
                logits[i] += by;
                evaluate(logits).0
            };
            let difference = (moved(0.01) - moved(-0.01)) / 0.02;
            assert!(
                (gradient - difference).abs() < 1e-4,
                "{gradient} and {difference}: {played:?}"
            );
        }
    }
}
