//! The norms of layers, and units that learn nothing.

use crate::layer_info::LayerInfo;
use crate::network::Network;
use crate::scalar::Scalar;
use crate::tensor::{NamedTensor, Order, Tensor};
use crate::train::LayerNorms;
use core::iter::Peekable;

/// Looks at the gradients of every step. A unit is an output of a layer: a row of its weight in PyTorch's shape, with its
/// bias.
#[derive(Debug)]
pub(super) struct Watch {
    layers: Vec<Units>,
}

#[derive(Debug)]
struct Units {
    label: &'static str,
    /// By unit, whether its gradient was other than zero since the last report and the start of the epoch.
    alive: Vec<bool>,
    /// And since the start of the epoch, until the last report.
    in_epoch: Vec<bool>,
    /// And since the last report, until the start of the epoch.
    in_report: Vec<bool>,
    /// Whether all of `alive` are true: then there is nothing to look for.
    all_alive: bool,
    /// How many were dead in the last epoch.
    dead: usize,
}

impl Watch {
    pub(super) fn new<N: Network>() -> Self {
        let layers = N::LAYERS.iter().filter(|layer| layer.parameter_count() > 0);
        Self {
            layers: layers.map(Units::of).collect(),
        }
    }

    /// Takes the gradients of a step.
    pub(super) fn see<N: Network>(&mut self, gradients: &N::Parameters) {
        let mut tensors = N::name_parameters(gradients).peekable();
        for layer in &mut self.layers {
            while let Some(tensor) = tensors.next_if(|tensor| tensor.layer == layer.label) {
                if !layer.all_alive {
                    mark(&mut layer.alive, &tensor.tensor, tensor.memory);
                }
            }
            layer.all_alive = layer.all_alive || layer.alive.iter().all(|alive| *alive);
        }
    }

    /// The norms after a step.
    pub(super) fn report<N: Network>(
        &mut self,
        weights: &N::Parameters,
        gradients: &N::Parameters,
    ) -> Vec<LayerNorms> {
        let mut weights = N::name_parameters(weights).peekable();
        let mut gradients = N::name_parameters(gradients).peekable();
        let norms = self.layers.iter_mut().map(|layer| LayerNorms {
            label: layer.label,
            weights: norm(layer.label, &mut weights),
            gradients: norm(layer.label, &mut gradients),
            dead: layer.end_of_report(),
        });
        norms.collect()
    }

    /// What is to be said about an epoch, if it was seen as a whole: in which layers more units than before had no gradient.
    pub(super) fn end_of_epoch(&mut self, whole: bool) -> Vec<String> {
        let mut notes = Vec::new();
        for layer in &mut self.layers {
            let (dead, units) = (layer.end_of_epoch(), layer.alive.len());
            if whole && dead > layer.dead {
                let label = layer.label;
                notes.push(format!(
                    "{dead} of {units} units of `{label}` had a gradient of exactly zero for a whole epoch: they learn nothing"
                ));
            }
            if whole {
                layer.dead = dead;
            }
        }
        notes
    }
}

impl Units {
    fn of(layer: &LayerInfo) -> Self {
        let first = layer.parameters.iter().find(|tensor| !tensor.is_empty());
        let units = first.and_then(|tensor| tensor.dims.first()).copied();
        // What is frozen is meant to learn nothing.
        let units = units.filter(|_| layer.frozen_count() == 0);
        let none = vec![false; units.unwrap_or(0)];
        Self {
            label: layer.label,
            alive: none.clone(),
            in_epoch: none.clone(),
            in_report: none,
            all_alive: false,
            dead: 0,
        }
    }

    /// The share of dead units; a new window begins.
    fn end_of_report(&mut self) -> f64 {
        let dead = turn(&mut self.alive, &mut self.in_epoch, &mut self.in_report);
        self.all_alive = false;
        dead as f64 / self.alive.len().max(1) as f64
    }

    /// The number of dead units; a new window begins.
    fn end_of_epoch(&mut self) -> usize {
        self.all_alive = false;
        turn(&mut self.alive, &mut self.in_report, &mut self.in_epoch)
    }
}

/// Closes the window of `alive` and `ends`, and counts the units that were not alive in it. The window of `goes_on` takes
/// over what `alive` holds.
fn turn(alive: &mut [bool], goes_on: &mut [bool], ends: &mut [bool]) -> usize {
    let mut dead = 0;
    for ((alive, goes_on), ends) in alive.iter_mut().zip(goes_on).zip(ends) {
        dead += usize::from(!*alive && !*ends);
        *goes_on |= *alive;
        (*alive, *ends) = (false, false);
    }
    dead
}

/// The norm over the tensors of a layer, which come next.
fn norm<'a, T: Scalar>(
    label: &str,
    tensors: &mut Peekable<impl Iterator<Item = NamedTensor<'a, T>>>,
) -> f64 {
    let mut sum = 0.0;
    while let Some(tensor) = tensors.next_if(|tensor| tensor.layer == label) {
        for scalar in tensor.memory {
            sum += scalar.to_f64() * scalar.to_f64();
        }
    }
    f64::sqrt(sum)
}

/// Marks the units of one tensor that have a gradient. One with another first dimension than the layer's has none of them.
fn mark<T: Scalar>(alive: &mut [bool], tensor: &Tensor, gradients: &[T]) {
    if tensor.dims.first() != Some(&alive.len()) || alive.is_empty() {
        return;
    }
    match tensor.order {
        Order::OutputsInnermost => {
            for gradients in gradients.chunks_exact(alive.len()) {
                for (alive, gradient) in alive.iter_mut().zip(gradients) {
                    *alive |= *gradient != T::ZERO;
                }
            }
        }
        Order::RowMajor => {
            let rows = gradients.chunks_exact((gradients.len() / alive.len()).max(1));
            for (alive, row) in alive.iter_mut().zip(rows) {
                *alive |= row.iter().any(|gradient| *gradient != T::ZERO);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_windows_of_reports_and_epochs_overlap() {
        let none = || vec![false; 2];
        let mut units = Units {
            label: "fc",
            alive: none(),
            in_epoch: none(),
            in_report: none(),
            all_alive: false,
            dead: 0,
        };
        units.alive[0] = true;
        assert_eq!(units.end_of_report(), 0.5);
        units.alive[1] = true;
        assert_eq!(units.end_of_epoch(), 0);
        assert_eq!(units.end_of_report(), 0.5);
        assert_eq!(units.end_of_report(), 1.0);
        assert_eq!(units.end_of_epoch(), 2);
    }

    #[test]
    fn units_lie_in_memory_by_the_tensors_order() {
        let mut alive = [false; 3];
        // Two inputs: the weights of the first, then of the second.
        let weight = Tensor::outputs_innermost("weight", &[3, 2]);
        mark(&mut alive, &weight, &[0.0, 0.0, 1.0, 0.0, 0.0, 0.0]);
        assert_eq!(alive, [false, false, true]);
        let rows = Tensor::new("weight", &[3, 2]);
        mark(&mut alive, &rows, &[0.0, -1.0, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(alive, [true, false, true]);
        mark(
            &mut alive,
            &Tensor::new("bias", &[3]),
            &[0.0, f32::NAN, 0.0],
        );
        assert_eq!(alive, [true; 3]);
    }
}
