//! Goes on training the same perceptron.
#![cfg_attr(not(feature = "std"), no_std, no_main)]

use chainrule::prelude::*;
use chainrule::{Place, StaticWorkspace};
use core::hint::black_box;

network! {
    pub struct Policy: [16] -> [8] {
        Linear(64), Relu,
        Linear(64), Relu,
        Linear(8),
    }
}

static NET: Place<Policy> = Place::zeroed();
static WORKSPACE: Place<StaticWorkspace<Policy, 16>> = Place::new(StaticWorkspace::new());
static MOMENTS: Place<[[f32; Policy::PARAMETERS]; 2]> = Place::zeroed();

fn train() -> Option<f32> {
    let (net, workspace, [m, v]) = (NET.take()?, WORKSPACE.take()?, MOMENTS.take()?);
    net.parameters_mut()
        .copy_from_slice(size::built_in!(Policy)?.parameters());
    let mut adam = Adam::with_state(m, v);
    let (inputs, targets) = (black_box([[0.5; 16]; 16]), black_box([[0.5; 8]; 16]));
    let mut loss = 0.0;
    for _ in 0..10 {
        loss = adam
            .train_step(net, &inputs, &targets, &MseLoss::default(), workspace)
            .ok()?;
    }
    Some(loss)
}

size::program!(black_box(train()).unwrap_or(0.0));
