//! Parameter groups: other hyperparameters for some layers, and layers that do not train.
//!
//! `network!` makes a constant of every label (see [`Group`]), which the methods `group`, `freeze` and `unfreeze`
//! of an optimizer take. What a group does not set is the optimizer's, also when that changes later.
//!
//! ```
//! use chainrule::prelude::*;
//!
//! network! { struct Net: [4] -> [2] { fc1: Linear(8), Relu, fc2: Linear(8), Relu, head: Linear(2) } }
//!
//! let net = Net::init(&mut StdRng::seed_from_u64(7));
//! let mut adam = AdamW::new(&net).learning_rate(1e-3).weight_decay(0.05);
//! adam.group(Net::biases_and_norms(), |g| g.weight_decay(0.0)) // the most common use
//!     .group(Net::HEAD, |g| g.learning_rate(1e-2))
//!     .group(Net::FC2, |g| g.freeze_until(1000))
//!     .freeze(Net::FC1);
//! // Later, while it trains:
//! adam.unfreeze(Net::FC1);
//! ```
//!
//! **Overlaps.** Each parameter starts from what earlier groups have set for it, and takes what the later one sets: above, the
//! bias of `head` has the learning rate 0.01 and no weight decay. (PyTorch wants every parameter in one group.)
//!
//! **Schedules** scale all groups alike, as PyTorch's do: the learning rate of a group stays to that of the optimizer as the
//! two were built, `g.learning_rate(x)` to `.learning_rate(y)`. So where a schedule begins with `y` in `AdamW::new(&net).learning_rate(y)`,
//! the group begins with `x`. With [`learning_rate_factor`](Adam::learning_rate_factor) the proportion is given itself. A
//! schedule with a smallest learning rate, which PyTorch keeps the same for all groups, has a smallest one in proportion here.
//!
//! **Frozen** parameters and their state do not change by a bit, whatever the weight decay, the momentum or the gradient. Moving averages
//! of parameters that train again count their own steps, as PyTorch's do: the correction of their bias begins where it was.
//! `g.freeze_until(n)` is a function of the count of steps and resumes exactly; `unfreeze` is what your program does, so
//! a program that resumes behind it has to do it at the same step: `adam.freeze(…)`, `adam.set_steps(700)`, `adam.unfreeze(…)`,
//! and then load the checkpoint. The gradients of what an optimizer has
//! frozen are still computed, count in the norm that [`clip_grad_norm`](super::clip_grad_norm) limits, and running statistics of
//! batch norms move. A layer that is declared with `freeze`, see [`network!`](crate::network), saves all that.
//!
//! A step with groups allocates nothing, and has the bits of one without where they set nothing. Plain [`Sgd`](super::Sgd) on a
//! single sample is rounded as others are as soon as there is a group, see [`train_step`](super::Optimizer::train_step).
//! Without the feature `alloc` groups may cut the parameters in at most eight pieces that something is set for.
//!
//! A checkpoint holds no groups: the program that resumes makes them again.
//!
//! The types here are what `|g| …` is given, one for each optimizer.

pub use super::adadelta::GroupOptions as Adadelta;
pub use super::adagrad::GroupOptions as Adagrad;
pub use super::adam::GroupOptions as Adam;
pub use super::adam_w::GroupOptions as AdamW;
pub use super::adamax::GroupOptions as Adamax;
pub use super::adan::GroupOptions as Adan;
pub use super::lamb::GroupOptions as Lamb;
pub use super::lion::GroupOptions as Lion;
pub use super::muon::GroupOptions as Muon;
pub use super::nadam::GroupOptions as NAdam;
pub use super::radam::GroupOptions as RAdam;
pub use super::rms_prop::GroupOptions as RmsProp;
pub use super::schedule_free::GroupOptions as ScheduleFree;
pub use super::sgd::GroupOptions as Sgd;

use crate::group::Group;
use crate::network::Network;

/// That a label fits the optimizer, and names something.
#[track_caller]
pub(super) fn check<N: Network>(group: Group<N>, parameters: Option<usize>) {
    if let Some(parameters) = parameters {
        assert!(
            parameters == N::PARAMETERS,
            "the label is one of `{}`, which has {} parameters, but the optimizer is for {parameters}",
            N::NAME,
            N::PARAMETERS
        );
    }
    assert!(
        !group.is_empty(),
        "the group of `{}` has no parameters",
        N::NAME
    );
}

/// What a group of parameters sets: one for each optimizer, with the options that it has.
macro_rules! group_options {
    ($name:ident [$($scalar:ident)*] [$($beta:ident)*] { $($(#[$doc:meta])* $option:ident: $check:ident,)* }) => {
        #[doc = concat!("What a group of parameters sets, for [`", stringify!($name), "`](crate::optimizers::", stringify!($name), ").")]
        #[derive(Clone, Copy, Debug)]
        #[must_use]
        pub struct GroupOptions {
            learning_rate: f64,
            factor: f64,
            $($beta: f64,)*
            $($option: f64,)*
            /// Zero, or the step before which nothing is to change.
            frozen_until: u64,
        }

        impl GroupOptions {
            /// Sets the learning rate `η`. A schedule scales it as it scales that of the optimizer.
            ///
            /// # Panics
            /// If it is negative, infinite or NaN.
            #[track_caller]
            pub fn learning_rate(mut self, learning_rate: f64) -> Self {
                self.learning_rate = super::hyperparameters::not_negative("learning rate", learning_rate);
                self.factor = f64::NAN;
                self
            }

            /// Sets the learning rate as a factor of that of the optimizer.
            ///
            /// # Panics
            /// If it is negative, infinite or NaN.
            #[track_caller]
            pub fn learning_rate_factor(mut self, factor: f64) -> Self {
                self.factor = super::hyperparameters::not_negative("learning_rate_factor", factor);
                self.learning_rate = f64::NAN;
                self
            }

            /// Freezes the parameters.
            pub fn freeze(self) -> Self {
                self.freeze_until(u64::MAX)
            }

            /// Freezes the parameters until the optimizer has made so many steps.
            pub fn freeze_until(mut self, steps: u64) -> Self {
                self.frozen_until = steps;
                self
            }

            super::groups::group_betas! { [$($scalar)*] [$($beta)*] }

            $(super::groups::group_setter! { $(#[$doc])* $option: $check })*
        }

        impl super::segments::Overrides for GroupOptions {
            const NOTHING: Self = Self {
                learning_rate: f64::NAN,
                factor: f64::NAN,
                $($beta: f64::NAN,)*
                $($option: f64::NAN,)*
                frozen_until: 0,
            };

            fn take_freeze(&mut self) -> Option<u64> {
                let until = core::mem::take(&mut self.frozen_until);
                (until > 0).then_some(until)
            }
        }

        impl super::optimizer::Grouped for Options {
            type Overrides = GroupOptions;

            #[inline]
            fn with(&self, group: &GroupOptions, ratio: f64) -> Self {
                use super::segments::or;
                let shared = self.learning_rate * or(group.factor, 1.0);
                let mut options = *self;
                options.learning_rate = or(group.learning_rate * ratio, shared);
                $(options.$beta = or(group.$beta, self.$beta);)*
                $(options.$option = or(group.$option, self.$option);)*
                options
            }
        }
    };
}
pub(super) use group_options;

/// The factors of the moving averages, where nothing is kept that belongs to all parameters and depends on them.
macro_rules! group_betas {
    ([] [$($beta:ident)+]) => {
        /// Sets the factors `β₁`, `β₂`, … of the moving averages.
        ///
        /// # Panics
        /// If one is not in [0, 1).
        #[track_caller]
        pub fn betas(mut self, $($beta: f64),+) -> Self {
            $(self.$beta = super::hyperparameters::decay_rate(stringify!($beta), $beta);)+
            self
        }
    };
    ($($other:tt)*) => {};
}
pub(super) use group_betas;

/// Sets one option.
macro_rules! group_setter {
    ($(#[$doc:meta])* $option:ident: not_negative) => {
        $(#[$doc])*
        ///
        /// # Panics
        /// If it is negative, infinite or NaN.
        #[track_caller]
        pub fn $option(mut self, $option: f64) -> Self {
            self.$option = super::hyperparameters::not_negative(stringify!($option), $option);
            self
        }
    };
    ($(#[$doc:meta])* $option:ident: decay_rate) => {
        $(#[$doc])*
        ///
        /// # Panics
        /// If it is not in [0, 1).
        #[track_caller]
        pub fn $option(mut self, $option: f64) -> Self {
            self.$option = super::hyperparameters::decay_rate(stringify!($option), $option);
            self
        }
    };
    // What is the same for all parameters.
    ($(#[$doc:meta])* $option:ident: $other:ident) => {};
}
pub(super) use group_setter;

/// The methods of an optimizer that take labels.
macro_rules! group_methods {
    () => {
        /// Sets hyperparameters of some parameters alone, by their label, see [`groups`](crate::optimizers::groups):
        /// `adam.group(LeNet5::FC1, |g| g.learning_rate(1e-4).weight_decay(0.0))`.
        ///
        /// # Panics
        /// If the optimizer is for another number of parameters than the network of the label has, or if the group has no parameters.
        #[track_caller]
        pub fn group<N: crate::Network<Scalar = T>>(
            &mut self,
            group: crate::Group<N>,
            set: impl Fn(GroupOptions) -> GroupOptions,
        ) -> &mut Self {
            super::groups::check(group, self.parameter_count());
            self.groups.set(group.ranges(), self.steps, |segment| {
                segment.overrides = set(segment.overrides);
            });
            self.check_groups();
            self
        }

        /// Freezes some parameters from the next step on: they and their state stay as they are, see
        /// [`groups`](crate::optimizers::groups).
        ///
        /// # Panics
        /// As [`group`](Self::group).
        #[track_caller]
        pub fn freeze<N: crate::Network<Scalar = T>>(
            &mut self,
            group: crate::Group<N>,
        ) -> &mut Self {
            self.group(group, GroupOptions::freeze)
        }

        /// Has some parameters train again from the next step on.
        ///
        /// # Panics
        /// As [`group`](Self::group).
        #[track_caller]
        pub fn unfreeze<N: crate::Network<Scalar = T>>(
            &mut self,
            group: crate::Group<N>,
        ) -> &mut Self {
            super::groups::check(group, self.parameter_count());
            let steps = self.steps;
            self.groups
                .set(group.ranges(), steps, |segment| segment.unfreeze(steps));
            self
        }
    };
}
pub(super) use group_methods;
