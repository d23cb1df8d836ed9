//! Where numbers stopped being finite.

use super::error::Quantity;
use crate::element::{Element, LANES, Lanes};
use crate::input::Input;
use crate::kernels;
use crate::layer::{Layer, Randomness};
use crate::layer_info::LayerInfo;
use crate::network::Network;
use crate::pass::{Call, Context, Objective, Pass};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::simd::Isa;
use crate::tensor::NamedTensor;
use crate::weights::Weights;
use crate::workspace::{Arena, Workspace};
use core::ops::DerefMut;
use thiserror::Error;

/// The first place on the way through a network where a number is infinite or NaN.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// An input.
    #[error(
        "element {element} of the input of sample {sample} is {value}; mend or remove that sample"
    )]
    Input {
        /// The sample's index in the data.
        sample: usize,
        /// The element's position in the input, row-major.
        element: usize,
        /// What stands there.
        value: f64,
    },
    /// A weight or a buffer, since an earlier step.
    #[error(
        "`{tensor}` holds numbers that are not finite; lower the learning rate, or clip gradients"
    )]
    Weights {
        /// Its name, as in PyTorch: `conv1.weight`.
        tensor: String,
    },
    /// The output of a layer whose weights and inputs are finite.
    #[error(
        "the outputs of `{layer}` are the first that are not finite; lower the learning rate, or normalize its inputs"
    )]
    Outputs {
        /// Its label, or the layer as declared where it has none.
        layer: String,
    },
    /// The loss of finite outputs.
    #[error(
        "all outputs of the network are finite, so it is the loss itself; look at the targets of these samples"
    )]
    Loss,
    /// The gradient of a layer, the first on the way back, where everything else is finite.
    #[error(
        "the gradient of `{tensor}` is the first on the way back that is not finite; clip gradients, or scale the loss"
    )]
    Gradient {
        /// The name of the tensor.
        tensor: String,
    },
}

/// Looks for the fault in a batch whose loss or gradient is not finite. `draws` are the seed and the step that dropout saw.
pub(super) fn find<N, X, A, G>(
    network: &N,
    inputs: &[X],
    samples: &[usize],
    workspace: &mut Workspace<N, A, G>,
    draws: (u64, u64),
    quantity: Quantity,
) -> Fault
where
    N: Network,
    X: Input<N::Input>,
    A: DerefMut<Target = [Lanes<N::Scalar>]>,
    G: DerefMut<Target = N::Parameters>,
{
    for (input, &sample) in inputs.iter().zip(samples) {
        for element in 0..<N::Input as Shape>::LEN {
            let value = input.number(element);
            if !value.is_finite() {
                return Fault::Input {
                    sample,
                    element,
                    value,
                };
            }
        }
    }
    let weights = network.named_parameters().chain(network.named_buffers());
    if let Some(tensor) = weights.into_iter().find(|tensor| !is_finite(tensor)) {
        let tensor = tensor.name().to_string();
        return Fault::Weights { tensor };
    }
    if let Some(layer) = first_outputs(network, inputs, workspace, draws) {
        return Fault::Outputs {
            layer: layer.into(),
        };
    }
    if quantity == Quantity::Loss {
        return Fault::Loss;
    }
    let gradients: Vec<_> = workspace.named_gradients().collect();
    match gradients.iter().rfind(|tensor| !is_finite(tensor)) {
        Some(tensor) => Fault::Gradient {
            tensor: tensor.name().to_string(),
        },
        None => Fault::Loss,
    }
}

fn is_finite<T: Scalar>(tensor: &NamedTensor<'_, T>) -> bool {
    tensor.memory.iter().all(|scalar| scalar.is_finite())
}

/// The first layer whose outputs are not finite, by a forward pass in training mode over as many samples as fit at once.
fn first_outputs<N, X, A, G>(
    network: &N,
    inputs: &[X],
    workspace: &mut Workspace<N, A, G>,
    (seed, step): (u64, u64),
) -> Option<&'static str>
where
    N: Network,
    X: Input<N::Input>,
    A: DerefMut<Target = [Lanes<N::Scalar>]>,
    G: DerefMut<Target = N::Parameters>,
{
    let capacity = workspace.capacity().max(LANES);
    let (parameters, buffers) = network.parts();
    for (piece, inputs) in inputs.chunks(capacity).enumerate() {
        let groups = inputs.len().div_ceil(LANES);
        let arena = workspace.arena();
        let x = Arena::training::<N::Scalar>(arena, groups).take::<N::Scalar, N::Input>();
        kernels::pack::<N::Scalar, N::Input, X, Lanes<N::Scalar>>(inputs, x);
        let mut first = None;
        N::train::<Lanes<N::Scalar>>(
            Pass {
                weights: Inspected {
                    parameters,
                    first: &mut first,
                },
                buffers: Some(buffers),
                arena: Arena::training::<N::Scalar>(arena, groups),
                context: Context {
                    samples: inputs.len(),
                    input_gradient: false,
                    overwrite: true,
                    randomness: Randomness::new(seed, step, piece * capacity),
                    isa: Isa::detect(),
                    frozen: false,
                },
            },
            GoBack,
        );
        if let Some(layer) = first {
            return Some(layer);
        }
    }
    None
}

/// Weights that look at what lies between the layers on the way back, and compute nothing.
struct Inspected<'a, P> {
    parameters: &'a P,
    /// The name of the first layer so far with outputs that are not finite.
    first: &'a mut Option<&'static str>,
}

impl<N: Network> Weights<N> for Inspected<'_, N::Parameters> {
    fn parameters(&self) -> &N::Parameters {
        self.parameters
    }

    fn backward<L: Layer<N::Scalar>, E: Element<N::Scalar>>(
        &mut self,
        _: &L,
        call: Call<'_, E>,
        _: impl Fn(&N::Parameters) -> &L::Parameters,
        _: impl Fn(&mut N::Parameters) -> &mut L::Parameters,
        inputs: &[<L::Input as Shape>::Of<E>],
        outputs: &[<L::Output as Shape>::Of<E>],
        _: &[<L::Output as Shape>::Of<E>],
        d_inputs: &mut [<L::Input as Shape>::Of<E>],
    ) {
        let finite = |elements| {
            let scalars = E::scalars(elements);
            scalars.iter().all(|scalar| scalar.is_finite())
        };
        let index = call.index();
        let before = index
            .checked_sub(1)
            .filter(|_| !finite(L::Input::flat(inputs)));
        let here = (!finite(L::Output::flat(outputs))).then_some(index);
        if let Some(layer) = before.or(here).and_then(|index| N::LAYERS.get(index)) {
            *self.first = Some(name(layer));
        }
        E::scalars_mut(L::Input::flat_mut(d_inputs)).fill(N::Scalar::ZERO);
    }

    fn backward_frozen<L: Layer<N::Scalar>, E: Element<N::Scalar>>(
        &mut self,
        layer: &L,
        call: Call<'_, E>,
        shared: impl Fn(&N::Parameters) -> &L::Parameters,
        exclusive: impl Fn(&mut N::Parameters) -> &mut L::Parameters,
        inputs: &[<L::Input as Shape>::Of<E>],
        outputs: &[<L::Output as Shape>::Of<E>],
        d_outputs: &[<L::Output as Shape>::Of<E>],
        d_inputs: &mut [<L::Input as Shape>::Of<E>],
    ) {
        Weights::<N>::backward(
            self, layer, call, shared, exclusive, inputs, outputs, d_outputs, d_inputs,
        );
    }

    fn parts(&mut self) -> Option<(&N::Parameters, &mut N::Parameters)> {
        None
    }
}

fn name(layer: &LayerInfo) -> &'static str {
    if layer.label.is_empty() {
        layer.declaration
    } else {
        layer.label
    }
}

/// A loss that never stops the way back, with gradients of zero.
struct GoBack;

impl<N: Network, E: Element<N::Scalar>> Objective<N, E> for GoBack {
    fn outputs(
        &mut self,
        _: Isa,
        _: &[<N::Output as Shape>::Of<E>],
        d_outputs: &mut [<N::Output as Shape>::Of<E>],
    ) -> bool {
        E::scalars_mut(N::Output::flat_mut(d_outputs)).fill(N::Scalar::ZERO);
        true
    }
    fn inputs(&mut self, _: &[<N::Input as Shape>::Of<E>]) {}
}
