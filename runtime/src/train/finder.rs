//! Which learning rate to begin with.

use super::TrainError;
use super::run::{gradients, workspace_for};
use super::trainer::Trainer;
use crate::data::{Batches, Dataset};
use crate::error::BackpropagateError;
use crate::input::Input;
use crate::losses::Loss;
use crate::network::Network;
use crate::optimizers::Optimizer;
use crate::scalar::Scalar;

/// A learning-rate range test (Smith 2017, arXiv:1506.01186): a short training in which the learning rate rises
/// exponentially, until the loss diverges.
///
/// Defaults: 100 steps from 10⁻⁶ to 1, the loss smoothed with `β = 0.9`, an end where it is four times its least.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LearningRateFinder {
    /// The learning rate of the first step.
    pub start: f64,
    /// That of the last, if the loss does not diverge before.
    pub end: f64,
    /// How many steps there are.
    pub steps: u64,
    /// `β` of the moving average of the loss, `l ← β·l + (1 − β)·loss` without the bias of its start.
    pub smoothing: f64,
    /// How many times its least value the average may be.
    pub divergence: f64,
}

impl Default for LearningRateFinder {
    fn default() -> Self {
        Self {
            start: 1e-6,
            end: 1.0,
            steps: 100,
            smoothing: 0.9,
            divergence: 4.0,
        }
    }
}

impl LearningRateFinder {
    /// The learning rate of a step, counted from 0.
    fn rate(&self, step: u64) -> f64 {
        let done = step as f64 / self.steps.saturating_sub(1).max(1) as f64;
        self.start * (self.end / self.start).powf(done)
    }
}

/// What a [`LearningRateFinder`] has found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LearningRateCurve {
    /// The steps.
    pub points: Vec<LearningRatePoint>,
    /// Where the loss falls most steeply over the logarithm of the learning rate: a good first choice. None where it does not
    /// fall.
    pub suggestion: Option<f64>,
    /// Whether it ended because the loss diverged. If not, look further up.
    pub diverged: bool,
}

/// One step of a [`LearningRateCurve`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LearningRatePoint {
    /// The learning rate of the step.
    pub learning_rate: f64,
    /// The loss of its batch, before the step.
    pub loss: f64,
    /// The moving average of the loss.
    pub smoothed: f64,
}

impl LearningRateCurve {
    /// Takes the loss of the next step, and tells whether to go on.
    fn push(&mut self, finder: &LearningRateFinder, learning_rate: f64, loss: f64) -> bool {
        let beta = finder.smoothing;
        let weight = |count: usize| 1.0 - beta.powi(count as i32);
        let before = self.points.len();
        let sum = self
            .points
            .last()
            .map_or(0.0, |point| point.smoothed * weight(before));
        let smoothed = (beta * sum + (1.0 - beta) * loss) / weight(before + 1);
        let least = self
            .points
            .iter()
            .map(|point| point.smoothed)
            .fold(f64::INFINITY, f64::min);
        self.diverged = !loss.is_finite() || smoothed > finder.divergence * least.abs();
        if loss.is_finite() {
            self.points.push(LearningRatePoint {
                learning_rate,
                loss,
                smoothed,
            });
        }
        !self.diverged
    }

    /// The middle of three points with the steepest way down between the outer ones, before the least loss: behind it losses
    /// jump. The average lags behind by `β/(1 − β)` steps, so it is so many steps earlier.
    fn suggest(&mut self, finder: &LearningRateFinder) {
        let by_loss = |a: &(usize, f64), b: &(usize, f64)| a.1.total_cmp(&b.1);
        let losses = self.points.iter().map(|point| point.smoothed).enumerate();
        let least = losses.min_by(by_loss).map_or(0, |(index, _)| index);
        let falling = self.points.get(..=least).unwrap_or_default();
        let slopes = falling
            .windows(3)
            .enumerate()
            .filter_map(|(index, points)| match points {
                [before, _, after] => Some((index + 1, after.smoothed - before.smoothed)),
                _ => None,
            });
        let steepest = slopes.min_by(by_loss).filter(|(_, slope)| *slope < 0.0);
        let lag = (finder.smoothing / (1.0 - finder.smoothing)).round() as usize;
        let suggested = steepest.and_then(|(index, _)| self.points.get(index.saturating_sub(lag)));
        self.suggestion = suggested.map(|point| point.learning_rate);
    }
}

impl<N, O, L, D> Trainer<'_, N, O, L, D>
where
    N: Network,
    O: Optimizer<N::Scalar>,
    L: Loss<N::Scalar, N::Output, D::Target>,
    D: Dataset,
    D::Input: Input<N::Input>,
{
    /// Tries learning rates with the loss, data, batch size, seed and clipping of this trainer. Network and optimizer are
    /// afterwards as they were, also after an error.
    ///
    /// ```
    /// use chainrule::data::Samples;
    /// use chainrule::prelude::*;
    /// use chainrule::train::LearningRateFinder;
    ///
    /// network! { struct Net: [1] -> [1] { Linear(16), Tanh, Linear(1) } }
    ///
    /// let inputs: Vec<[f32; 1]> = (0..256).map(|i| [i as f32 / 128.0 - 1.0]).collect();
    /// let targets = inputs.iter().map(|[x]| [x * x]).collect();
    /// let data = Samples::new(inputs, targets)?;
    /// let mut net = Net::init(&mut StdRng::seed_from_u64(7));
    /// let mut adam = Adam::new(&net);
    /// let finder = LearningRateFinder::default();
    /// let curve = net.trainer(&mut adam, MseLoss::default(), &data).find_learning_rate(finder)?;
    /// adam.set_learning_rate(curve.suggestion.unwrap_or(1e-3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Where a batch cannot be backpropagated. A loss that is not finite is the end of the curve, not an error.
    ///
    /// # Panics
    /// If the learning rates are not finite and above 0, or the smoothing is not in [0, 1).
    #[track_caller]
    pub fn find_learning_rate(
        self,
        finder: LearningRateFinder,
    ) -> Result<LearningRateCurve, TrainError> {
        let positive = |rate: f64| rate > 0.0 && rate.is_finite();
        assert!(
            positive(finder.start) && positive(finder.end),
            "learning rates from {} to {}, but both must be finite and above 0",
            finder.start,
            finder.end
        );
        assert!(
            (0.0..1.0).contains(&finder.smoothing),
            "the smoothing is {}, but must be in [0, 1)",
            finder.smoothing
        );
        if self.data.is_empty() {
            return Err(TrainError::NoSamples);
        }
        let before = Snapshot::of(&*self.network, &*self.optimizer);
        let curve = sweep(
            self.network,
            self.optimizer,
            &self.loss,
            self.data,
            &self.options,
            finder,
        );
        before.restore(self.network, self.optimizer);
        curve
    }
}

fn sweep<N, O, L, D>(
    network: &mut N,
    optimizer: &mut O,
    loss: &L,
    data: &D,
    options: &super::options::Options,
    finder: LearningRateFinder,
) -> Result<LearningRateCurve, TrainError>
where
    N: Network,
    O: Optimizer<N::Scalar>,
    L: Loss<N::Scalar, N::Output, D::Target>,
    D: Dataset,
    D::Input: Input<N::Input>,
{
    let mut workspace = workspace_for::<N>(options);
    workspace.set_seed(options.seed);
    let mut batches = Batches::new(data, options.batch_size, options.seed);
    if N::CROSS_SAMPLE {
        batches = batches.drop_last();
    }
    let mut curve = LearningRateCurve::default();
    let (mut step, mut epoch) = (0, 0);
    while step < finder.steps {
        let Some(batch) = batches.next_batch() else {
            if batches.position() == 0 && batches.per_epoch() == 0 {
                return Err(TrainError::NoSamples);
            }
            epoch += 1;
            batches.start_at(epoch, 0);
            continue;
        };
        let rate = finder.rate(step);
        let value = match gradients(network, batch, loss, &mut workspace, options.part_size) {
            Ok(value) => value.to_f64(),
            Err(BackpropagateError::LossNotFinite { loss, .. }) => loss,
            Err(error) => {
                return Err(TrainError::backpropagate(
                    error,
                    step + 1,
                    epoch + 1,
                    batch.indices(),
                ));
            }
        };
        if !curve.push(&finder, rate, value) {
            break;
        }
        options.clip(workspace.gradients_mut());
        optimizer.set_learning_rate(rate);
        optimizer.step(network, workspace.gradients());
        step += 1;
    }
    curve.suggest(&finder);
    Ok(curve)
}

/// All that a training changes.
struct Snapshot<T> {
    parameters: Vec<T>,
    buffers: Vec<T>,
    state: Vec<Vec<T>>,
    scalars: Vec<f64>,
    steps: u64,
    learning_rate: f64,
}

impl<T: Scalar> Snapshot<T> {
    fn of<N: Network<Scalar = T>>(network: &N, optimizer: &impl Optimizer<T>) -> Self {
        Self {
            parameters: network.parameters().to_vec(),
            buffers: network.buffers().to_vec(),
            state: optimizer.state().map(|(_, state)| state.to_vec()).collect(),
            scalars: optimizer.scalar_state().map(|(_, scalar)| scalar).collect(),
            steps: optimizer.steps(),
            learning_rate: optimizer.current_learning_rate(),
        }
    }

    fn restore<N: Network<Scalar = T>>(self, network: &mut N, optimizer: &mut impl Optimizer<T>) {
        network.parameters_mut().copy_from_slice(&self.parameters);
        network.buffers_mut().copy_from_slice(&self.buffers);
        for ((_, state), before) in optimizer.state_mut().zip(&self.state) {
            state.copy_from_slice(before);
        }
        for ((_, scalar), before) in optimizer.scalar_state_mut().zip(self.scalars) {
            *scalar = before;
        }
        optimizer.set_steps(self.steps);
        optimizer.set_learning_rate(self.learning_rate);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_where_the_loss_falls_most_steeply_and_stops_where_it_diverges() {
        let finder = LearningRateFinder {
            smoothing: 0.0,
            steps: 9,
            start: 1e-4,
            end: 1e4,
            ..LearningRateFinder::default()
        };
        let mut curve = LearningRateCurve::default();
        let losses = [1.0, 1.0, 0.9, 0.5, 0.3, 0.4, 0.8, 1.3, 2.0];
        let taken = losses
            .iter()
            .zip(0..)
            .take_while(|&(&loss, step)| curve.push(&finder, finder.rate(step), loss));
        assert_eq!(taken.count(), 7);
        curve.suggest(&finder);
        assert!(curve.diverged);
        assert_eq!(curve.points.len(), 8);
        assert!((curve.suggestion.unwrap() - 0.1).abs() < 1e-12);
    }

    #[test]
    fn a_loss_that_is_not_finite_is_divergence_and_no_point() {
        let finder = LearningRateFinder::default();
        let mut curve = LearningRateCurve::default();
        assert!(curve.push(&finder, 0.1, 1.0));
        assert!(!curve.push(&finder, 0.2, f64::NAN));
        assert_eq!((curve.points.len(), curve.diverged), (1, true));
        curve.suggest(&finder);
        assert_eq!(curve.suggestion, None);
    }

    #[test]
    fn smoothing_has_no_bias_at_the_start() {
        let finder = LearningRateFinder::default();
        let mut curve = LearningRateCurve::default();
        for step in 0..20 {
            assert!(curve.push(&finder, finder.rate(step), 2.0));
        }
        assert!(
            curve
                .points
                .iter()
                .all(|point| (point.smoothed - 2.0).abs() < 1e-12)
        );
    }
}
