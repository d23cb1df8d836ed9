use super::Schedule;
use super::cosine::anneal;

/// How [`OneCycleLr`] goes from one learning rate to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Anneal {
    /// On half a cosine.
    #[default]
    Cos,
    /// On a straight line.
    Linear,
}

/// Up once and down once (Smith & Topin 2018, arXiv:1708.07120), PyTorch's `OneCycleLR`: from `η_max/div_factor` to
/// `η_max` in the first `pct_start` of the steps, then down to `η_max/div_factor/final_div_factor`. In three phases the way
/// down goes through the start, as long as the way up took. Behind the last step the learning rate stays; PyTorch refuses
/// to go there. The momentum does not change.
///
/// Defaults: `pct_start = 0.3`, cosines, `div_factor = 25`, `final_div_factor = 10⁴`, two phases.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneCycleLr {
    /// `η_max`
    pub max_learning_rate: f64,
    /// The number of steps.
    pub total_steps: u64,
    /// The part of the steps in which the learning rate grows.
    pub pct_start: f64,
    /// The shape of each phase.
    pub anneal_strategy: Anneal,
    /// By what the greatest learning rate is divided for the first.
    pub div_factor: f64,
    /// By what the first is divided for the last.
    pub final_div_factor: f64,
    /// Whether the way down goes through the start.
    pub three_phase: bool,
}

impl OneCycleLr {
    /// With the defaults.
    pub const fn new(max_learning_rate: f64, total_steps: u64) -> Self {
        Self {
            max_learning_rate,
            total_steps,
            pct_start: 0.3,
            anneal_strategy: Anneal::Cos,
            div_factor: 25.0,
            final_div_factor: 1e4,
            three_phase: false,
        }
    }
}

impl Schedule for OneCycleLr {
    fn learning_rate(&self, step: u64) -> f64 {
        let (total, top) = (self.total_steps as f64, self.max_learning_rate);
        let first = top / self.div_factor;
        let last = first / self.final_div_factor;
        let step = (step as f64).min(total - 1.0);
        let peak = self.pct_start * total - 1.0;
        let again = 2.0 * self.pct_start * total - 2.0;
        let (from, to, start, end) = if step <= peak {
            (0.0, peak, first, top)
        } else if !self.three_phase {
            (peak, total - 1.0, top, last)
        } else if step <= again {
            (peak, again, top, first)
        } else {
            (again, total - 1.0, first, last)
        };
        let done = if to > from {
            (step - from) / (to - from)
        } else {
            1.0
        };
        match self.anneal_strategy {
            Anneal::Cos => anneal(start, end, done),
            Anneal::Linear => start + (end - start) * done,
        }
    }
}
