//! Metrics: how good outputs are, in numbers that people read.
//!
//! Definitions and names are scikit-learn's. A metric takes outputs with their targets, one after the other, and is asked
//! for its value; so it serves any loop:
//!
//! ```
//! use chainrule::prelude::*;
//! use chainrule::train::metrics::{Accuracy, Average, F1};
//!
//! network! { struct Net: [2] -> [3] { Linear(8), Tanh, Linear(3) } }
//!
//! let net = Net::init(&mut StdRng::seed_from_u64(7));
//! let (mut accuracy, mut f1) = (Accuracy::new(), F1::new(Average::Macro));
//! for (input, label) in [([0.0, 1.0], 2_u8), ([1.0, 0.0], 0)] {
//!     let output = net.forward(&input);
//!     accuracy.add(&output, &label);
//!     f1.add(&output, &label);
//! }
//! println!("accuracy {:.3}, F1 {:.3}", accuracy.value(), f1.value());
//! ```
//!
//! A [`Trainer`](crate::train::Trainer) and [`evaluate`](crate::Network::evaluate) take the same metrics. A metric of one's
//! own is a mean of a function ([`MeanOf`]) or a type that implements [`Metric`] and [`Measure`].
//!
//! Without samples a value is NaN; where it is NaN or not for another reason, the metric says so. Nothing panics.

mod accuracy;
mod average;
mod classes;
mod confusion;
mod f1;
mod mean_of;
mod on;
mod perplexity;
mod regression;
mod roc_auc;

pub use accuracy::{Accuracy, TopK};
pub use average::Average;
pub use classes::ClassScores;
pub(super) use classes::largest;
pub use confusion::ConfusionMatrix;
pub use f1::{F1, Precision, Recall};
pub use mean_of::MeanOf;
pub use on::On;
pub use perplexity::Perplexity;
pub use regression::{Mae, R2, Rmse};
pub use roc_auc::RocAuc;

use crate::schedules::Mode;

/// A number that tells how good outputs are.
pub trait Metric {
    /// What it is called in logs: `accuracy`.
    fn name(&self) -> String;

    /// Whether less or more is better.
    fn mode(&self) -> Mode {
        Mode::Max
    }

    /// Forgets all outputs.
    fn reset(&mut self);

    /// The metric of the outputs so far.
    fn value(&self) -> f64;

    /// The metric of something that `part` makes of outputs and targets: of one of several heads, or of a network whose
    /// outputs are not in the form that the metric takes.
    ///
    /// ```
    /// use chainrule::prelude::*;
    /// use chainrule::train::metrics::Accuracy;
    ///
    /// // The metric takes a logit, this network puts out a probability.
    /// let mut accuracy = Accuracy::new().on("accuracy", |&[p]: &[f32; 1], &target: &[f32; 1]| ([p - 0.5], target));
    /// accuracy.add(&[0.7_f32], &[1.0]);
    /// assert_eq!(accuracy.value(), 1.0);
    /// ```
    fn on<F>(self, name: &str, part: F) -> On<Self, F>
    where
        Self: Sized,
    {
        On::new(self, name, part)
    }
}

/// A [`Metric`] of outputs of type `O` with targets of type `Y`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not measure outputs `{O}` with targets `{Y}`",
    note = "`Metric::on` makes of outputs and targets what a metric takes"
)]
pub trait Measure<O, Y>: Metric {
    /// Takes one output with its target.
    fn add(&mut self, output: &O, target: &Y);
}

impl<M: Metric + ?Sized> Metric for &mut M {
    fn name(&self) -> String {
        (**self).name()
    }
    fn mode(&self) -> Mode {
        (**self).mode()
    }
    fn reset(&mut self) {
        (**self).reset();
    }
    fn value(&self) -> f64 {
        (**self).value()
    }
}

impl<O, Y, M: Measure<O, Y> + ?Sized> Measure<O, Y> for &mut M {
    fn add(&mut self, output: &O, target: &Y) {
        (**self).add(output, target);
    }
}

/// `sum / count`, NaN for none.
fn ratio(sum: f64, count: u64) -> f64 {
    if count == 0 {
        f64::NAN
    } else {
        sum / count as f64
    }
}
