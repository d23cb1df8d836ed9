use chainrule::prelude::*;

network! {
    pub struct Critic: { state: [8], action: [2] } -> [1] {
        Concat { { stat, Linear(8) } { Linear(2) } },
        action,
        Linear(1),
    }
}

network! {
    pub struct Deaf: { state: [8], action: [2] } -> [1] { state, Linear(1) }
}

// The types are there, and what the inputs are.
fn main() {
    let critic = Critic::boxed();
    let _: [f32; 1] = critic.forward(&CriticInput { state: [0.0; 8], action: [0.0; 2] });
    let _: <Deaf as Network>::Input = DeafInput { state: [0.0; 8], action: [0.0; 2] };
}
