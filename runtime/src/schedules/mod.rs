//! Schedules: the learning rate as a function of the step.
//!
//! A schedule is plain `Copy` data with public fields, made in a constant where that is wanted; a struct update sets what
//! `new` leaves at its default. Names, defaults and formulas are PyTorch's (`torch.optim.lr_scheduler`), whose
//! `last_epoch` is the step here, counted from 0. [`Optimizer::follow`](crate::optimizers::Optimizer::follow) sets the
//! learning rate of an optimizer's next step; a schedule over epochs is asked itself:
//! `adam.set_learning_rate(schedule.learning_rate(epoch))`. Nothing but [`ReduceLrOnPlateau`] has a state, so the count of
//! steps is all that a resumed run needs.
//!
//! ```
//! use chainrule::prelude::*;
//! use chainrule::schedules::{CosineAnnealingLr, LinearLr, Schedule, SequentialLr};
//!
//! // 100 steps of warm-up, then half a cosine over 900.
//! const SCHEDULE: SequentialLr<LinearLr, CosineAnnealingLr> = SequentialLr {
//!     first: LinearLr { start_factor: 0.01, ..LinearLr::new(1e-3, 100) },
//!     milestone: 100,
//!     next: CosineAnnealingLr::new(1e-3, 900),
//! };
//! assert_eq!(SCHEDULE.learning_rate(0), 1e-5);
//! assert_eq!(SCHEDULE.learning_rate(100), 1e-3);
//!
//! network! { struct Net: [2] -> [1] { Linear(8), Tanh, Linear(1) } }
//!
//! let mut net = Net::init(&mut StdRng::seed_from_u64(7));
//! let (mut workspace, mut adam) = (Net::workspace(), Adam::new(&net));
//! let (inputs, targets) = ([[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.5]]);
//! for _ in 0..50 {
//!     adam.follow(&SCHEDULE);
//!     adam.train_step(&mut *net, &inputs, &targets, &MseLoss::default(), &mut workspace)?;
//! }
//! assert_eq!(adam.current_learning_rate(), SCHEDULE.learning_rate(49));
//! # Ok::<(), BackpropagateError>(())
//! ```

mod cosine;
mod decay;
mod one_cycle;
mod plateau;
mod sequential;
mod warm_up;

pub use cosine::{CosineAnnealingLr, CosineAnnealingWarmRestarts};
pub use decay::{ExponentialLr, MultiStepLr, PolynomialLr, StepLr};
pub use one_cycle::{Anneal, OneCycleLr};
pub use plateau::{Mode, ReduceLrOnPlateau, Threshold};
pub use sequential::SequentialLr;
pub use warm_up::{ConstantLr, LinearLr};

/// A learning rate for every step. A number is a schedule that stays at it.
pub trait Schedule {
    /// The learning rate of the step with this number, counted from 0.
    fn learning_rate(&self, step: u64) -> f64;

    /// This schedule for the steps before `milestone`, then `next`, whose first step that is.
    fn then<S: Schedule>(self, milestone: u64, next: S) -> SequentialLr<Self, S>
    where
        Self: Sized,
    {
        SequentialLr {
            first: self,
            milestone,
            next,
        }
    }
}

impl Schedule for f64 {
    fn learning_rate(&self, _: u64) -> f64 {
        *self
    }
}

impl<S: Schedule + ?Sized> Schedule for &S {
    fn learning_rate(&self, step: u64) -> f64 {
        (**self).learning_rate(step)
    }
}
