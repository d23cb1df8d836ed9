//! A pole on a cart, which falls over unless the cart is pushed to the left and to the right in time.
//!
//! The equations of Barto, Sutton & Anderson 1983 (*Neuronlike adaptive elements that can solve difficult learning
//! control problems*, IEEE Trans. SMC-13) without friction, with the constants, the integration by Euler's rule and the
//! ends of an episode that gymnasium's `CartPole-v1` has. The test beside compares with episodes played there.

use chainrule::prelude::*;

/// An episode ends after so many pushes, ten seconds.
pub(crate) const MOST_PUSHES: usize = 500;

const GRAVITY: f64 = 9.8;
const CART_MASS: f64 = 1.0;
const POLE_MASS: f64 = 0.1;
const MASS: f64 = CART_MASS + POLE_MASS;
/// Half the length of the pole.
const LENGTH: f64 = 0.5;
const FORCE: f64 = 10.0;
/// Seconds between pushes.
const TAU: f64 = 0.02;
/// The middle of the cart stays within ±2.4 m.
const TRACK: f64 = 2.4;
/// The pole stays within ±12°.
const LEAN: f64 = 12.0 * std::f64::consts::PI / 180.0;

/// How an episode goes after a push.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// There is a next push.
    GoesOn,
    /// The pole leans too much, or the cart has left the track.
    Fallen,
    /// The pole still stands after [`MOST_PUSHES`].
    TimeUp,
}

/// The world: position and velocity of the cart, angle of the pole from the vertical and its angular velocity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CartPole {
    state: [f64; 4],
    pushes: usize,
}

impl CartPole {
    /// An episode that begins near rest, in the middle of the track.
    pub(crate) fn new(rng: &mut impl Rng) -> Self {
        Self::at(std::array::from_fn(|_| rng.random_range(-0.05..0.05)))
    }

    fn at(state: [f64; 4]) -> Self {
        Self { state, pushes: 0 }
    }

    /// What the agent sees.
    pub(crate) fn observation(&self) -> [f32; 4] {
        self.state.map(|number| number as f32)
    }

    /// Pushes the cart to the left (0) or to the right (1), for a fiftieth of a second.
    pub(crate) fn push(&mut self, action: usize) -> Outcome {
        let [x, velocity, angle, spin] = self.state;
        let force = if action == 1 { FORCE } else { -FORCE };
        let (sin, cos) = angle.sin_cos();
        // What would accelerate the cart if the pole did not turn.
        let pushed = (force + POLE_MASS * LENGTH * spin * spin * sin) / MASS;
        let angular_acceleration =
            (GRAVITY * sin - cos * pushed) / (LENGTH * (4.0 / 3.0 - POLE_MASS * cos * cos / MASS));
        let acceleration = pushed - POLE_MASS * LENGTH * angular_acceleration * cos / MASS;
        self.state = [
            x + TAU * velocity,
            velocity + TAU * acceleration,
            angle + TAU * spin,
            spin + TAU * angular_acceleration,
        ];
        self.pushes += 1;

        let [x, _, angle, _] = self.state;
        if x.abs() > TRACK || angle.abs() > LEAN {
            Outcome::Fallen
        } else if self.pushes == MOST_PUSHES {
            Outcome::TimeUp
        } else {
            Outcome::GoesOn
        }
    }
}

/// Each line of the trace holds pushes since the line before, the state after them, and how the episode goes.
#[test]
fn moves_as_in_gymnasium() {
    let mut world = CartPole::at([0.0; 4]);
    let mut outcomes = [0; 3];
    for line in include_str!("trace.csv").lines() {
        let (pushes, rest) = line.split_once(',').unwrap();
        let (numbers, end) = rest.rsplit_once(',').unwrap();
        let numbers: Vec<f64> = numbers.split(',').map(|x| x.parse().unwrap()).collect();
        let noted: [f64; 4] = numbers.try_into().unwrap();
        if end == "start" {
            world = CartPole::at(noted);
            continue;
        }
        let mut outcome = Outcome::GoesOn;
        for push in pushes.chars() {
            assert_eq!(outcome, Outcome::GoesOn, "before the last push of {line}");
            outcome = world.push(usize::from(push == '1'));
        }
        for (ours, theirs) in world.state.iter().zip(noted) {
            assert!((ours - theirs).abs() < 1e-12, "{world:?}, noted {line}");
        }
        let expected = match end {
            "goes on" => Outcome::GoesOn,
            "fallen" => Outcome::Fallen,
            "time up" => Outcome::TimeUp,
            _ => panic!("{line}"),
        };
        assert_eq!(outcome, expected, "{line}");
        outcomes[outcome as usize] += 1;
        // The pole multiplies a rounding error: go on from what is noted.
        world.state = noted;
    }
    assert!(outcomes.iter().all(|&count| count > 0), "{outcomes:?}");
}
