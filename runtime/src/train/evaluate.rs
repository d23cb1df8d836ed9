//! A pass over data without training.

use super::TrainError;
use super::metrics::Measure;
use crate::data::{Batches, Dataset};
use crate::element::Lanes;
use crate::error::TargetError;
use crate::indices;
use crate::input::Input;
use crate::losses::Loss;
use crate::network::Network;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::simd::Isa;
use crate::workspace::Workspace;
use bytemuck::Zeroable;
use core::ops::DerefMut;
use core::slice;

/// How many samples are looked at together. A loss that is a mean is one over these, so it does not depend on how many
/// samples a weight update takes.
const SAMPLES: usize = 256;

/// A sample and what the network says about it.
pub(super) struct Evaluated<'a, X, O, Y> {
    pub(super) index: usize,
    pub(super) input: &'a X,
    pub(super) output: &'a O,
    pub(super) target: &'a Y,
}

/// Runs the network in inference mode over all samples, in their order, and returns the mean loss; `each` sees every sample.
pub(super) fn pass<N, D, L, A, G>(
    network: &N,
    data: &D,
    loss: &L,
    workspace: &mut Workspace<N, A, G>,
    mut each: impl FnMut(Evaluated<'_, D::Input, N::Output, D::Target>),
) -> Result<f64, TrainError>
where
    N: Network,
    D: Dataset + ?Sized,
    D::Input: Input<N::Input>,
    L: Loss<N::Scalar, N::Output, D::Target>,
    A: DerefMut<Target = [Lanes<N::Scalar>]>,
    G: DerefMut<Target = N::Parameters>,
{
    let mut batches = Batches::new(data, SAMPLES.min(data.len().max(1)), 0).in_order();
    let mut outputs: Vec<N::Output> = bytemuck::zeroed_vec(batches.batch_size());
    let (mut sum, mut count) = (0.0, 0_usize);
    while let Some(batch) = batches.next_batch() {
        let (inputs, targets) = (batch.inputs(), batch.targets());
        let outputs = outputs.get_mut(..inputs.len()).unwrap_or_default();
        let wrong = |error| TrainError::backpropagate(error, 0, 0, batch.indices());
        indices::check::<N, _>(inputs).map_err(wrong)?;
        if network.forward_batch(inputs, outputs, workspace).is_err() {
            // There is an output for each input.
            break;
        }
        match loss.scale(targets.iter()) {
            Ok(scale) => {
                let of_samples = outputs.iter().zip(targets);
                let losses = of_samples.map(|(output, target)| scaled(loss, scale, output, target));
                sum += losses.sum::<f64>() * inputs.len() as f64;
                count += inputs.len();
            }
            // Not one of them is meant to count.
            Err(TargetError::NothingCounts) => {}
            Err(error) => {
                return Err(wrong(error.into()));
            }
        }
        let samples = batch.indices().iter().zip(inputs).zip(outputs).zip(targets);
        for (((&index, input), output), target) in samples {
            each(Evaluated {
                index,
                input,
                output,
                target,
            });
        }
    }
    Ok(if count == 0 {
        f64::NAN
    } else {
        sum / count as f64
    })
}

/// The loss of a sample alone; NaN where it has none.
pub(super) fn loss_of<T, S, Y, L>(loss: &L, output: &S, target: &Y) -> f64
where
    T: Scalar,
    S: Shape<Scalar = T>,
    L: Loss<T, S, Y>,
{
    match loss.scale(slice::from_ref(target).iter()) {
        Ok(scale) => scaled(loss, scale, output, target),
        Err(_) => f64::NAN,
    }
}

fn scaled<T, S, Y, L>(loss: &L, scale: L::Scale, output: &S, target: &Y) -> f64
where
    T: Scalar,
    S: Shape<Scalar = T>,
    L: Loss<T, S, Y>,
{
    let scalars: &[T] = bytemuck::cast_slice(slice::from_ref(output));
    let mut d_output = S::Of::<T>::zeroed();
    let targets = slice::from_ref(target).iter();
    S::values::<T>(scalars).first().map_or(f64::NAN, |output| {
        loss.evaluate::<T>(Isa::detect(), scale, output, targets, &mut d_output)
            .to_f64()
    })
}

/// [`Network::evaluate`].
pub(crate) fn evaluate<N, D, L>(
    network: &N,
    data: &D,
    loss: &L,
    metrics: &mut [&mut dyn Measure<N::Output, D::Target>],
) -> Result<f64, TrainError>
where
    N: Network,
    D: Dataset + ?Sized,
    D::Input: Input<N::Input>,
    L: Loss<N::Scalar, N::Output, D::Target>,
{
    let mut workspace = N::workspace();
    for metric in &mut *metrics {
        metric.reset();
    }
    pass(network, data, loss, &mut workspace, |sample| {
        for metric in &mut *metrics {
            metric.add(sample.output, sample.target);
        }
    })
}
