//! Optimizers, with options and state that are known at run time alone.

use chainrule::Lanes;
use chainrule::optimizers::{Lbfgs, Muon};
use chainrule::prelude::*;

network! { pub struct Net: [20] -> [10] { Linear(60), Tanh, Linear(60), Relu, Linear(10) } }

type State<T> = &'static mut [T];
type Workspace<'a> =
    chainrule::Workspace<Net, &'a mut [Lanes<f32>], &'a mut <Net as Network>::Parameters>;

macro_rules! optimizers {
    ($($name:ident: $optimizer:ident;)*) => {
        $(mod $name {
            use super::*;

            #[unsafe(export_name = concat!(stringify!($name), "::step"))]
            pub fn step(optimizer: &mut $optimizer<f32, State<f32>>, net: &mut Net, workspace: &Workspace<'_>) {
                optimizer.step(net, workspace.gradients());
            }

            #[unsafe(export_name = concat!(stringify!($name), "::step_slices"))]
            pub fn step_slices(optimizer: &mut $optimizer<f64, State<f64>>, weights: &mut [f64], gradients: &[f64]) {
                optimizer.step_slices(weights, gradients);
            }

            #[unsafe(export_name = concat!(stringify!($name), "::train_step"))]
            pub fn train_step(
                optimizer: &mut $optimizer<f32, State<f32>>,
                net: &mut Net,
                inputs: &[[f32; 20]],
                targets: &[[f32; 10]],
                workspace: &mut Workspace<'_>,
            ) -> Result<f32, BackpropagateError> {
                optimizer.train_step(net, inputs, targets, &MseLoss::default(), workspace)
            }
        })*
    };
}

optimizers! {
    sgd: Sgd;
    adam: Adam;
    adam_w: AdamW;
    rms_prop: RmsProp;
}

/// Second-order steps of a whole batch.
#[unsafe(export_name = "lbfgs::train_step")]
pub fn lbfgs(
    lbfgs: &mut Lbfgs<f32, State<f32>>,
    net: &mut Net,
    inputs: &[[f32; 20]],
    targets: &[[f32; 10]],
    workspace: &mut Workspace<'_>,
) -> Result<f32, BackpropagateError> {
    lbfgs.train_step(net, inputs, targets, &MseLoss::default(), workspace)
}

type Matrices = Muon<AdamW<f32, State<f32>>, f32, State<f32>>;

/// Matrices by Muon, the rest by another optimizer.
#[unsafe(export_name = "muon::step")]
pub fn muon(muon: &mut Matrices, net: &mut Net, workspace: &Workspace<'_>) {
    muon.step(net, workspace.gradients());
}
