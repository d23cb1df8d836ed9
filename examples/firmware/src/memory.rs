//! Where everything lies that changes.

use crate::{Filter, Policy, Vision};
use chainrule::prelude::*;
use chainrule::{Place, StaticWorkspace};

static POLICY: Place<Policy> = Place::new(Policy::zeroed());
static FILTER: Place<Filter> = Place::new(Filter::zeroed());
static VISION: Place<Vision> = Place::new(Vision::zeroed());
/// Room for 32 images at a time: batch norm sees the whole batch at once.
static WORKSPACE: Place<StaticWorkspace<Vision, 32>> = Place::new(StaticWorkspace::new());
static MOMENTS: Place<[[f32; Vision::PARAMETERS]; 2]> = Place::zeroed();
static SQUARE_AVG: Place<[f32; Vision::PARAMETERS]> = Place::zeroed();

/// All of it.
pub(crate) struct Memory {
    pub(crate) policy: &'static mut Policy,
    pub(crate) filter: &'static mut Filter,
    pub(crate) vision: &'static mut Vision,
    pub(crate) workspace: &'static mut StaticWorkspace<Vision, 32>,
    pub(crate) moments: &'static mut [[f32; Vision::PARAMETERS]; 2],
    pub(crate) square_avg: &'static mut [f32; Vision::PARAMETERS],
}

impl Memory {
    /// The first time; `None` ever after.
    pub(crate) fn take() -> Option<Self> {
        Some(Self {
            policy: POLICY.take()?,
            filter: FILTER.take()?,
            vision: VISION.take()?,
            workspace: WORKSPACE.take()?,
            moments: MOMENTS.take()?,
            square_avg: SQUARE_AVG.take()?,
        })
    }
}

/// Weights from a formula, between -0.25 and 0.25.
pub(crate) fn fill(network: &mut impl Parameters<Scalar = f32>) {
    let mut state = 0x9e37_79b9_u32;
    for weight in network.parameters_mut() {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        *weight = (state >> 8) as f32 / (1 << 25) as f32 - 0.25;
    }
}
