//! Networks as layers of other networks.

use crate::element::Element;
use crate::indices::WrongIndex;
use crate::inlined::layer_count;
use crate::layer::{Backward, Forward, Layer};
use crate::layer_info::LayerInfo;
use crate::network::Network;
use crate::pass::{Context, Objective, Pass};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::simd::Isa;
use crate::tensor::Tensor;
use crate::weights::{Kept, Unchanged};
use crate::workspace::Arena;
use core::marker::PhantomData;
use rand::Rng;

/// What may stand as a layer in a declaration: a [`Layer`], or a declared network, by its type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer for `{T}`",
    label = "used as a layer here",
    note = "implement `chainrule::Layer<{T}>` for it, declare it with `network!` for the same scalar, or check the name against the built-in layers"
)]
#[doc(hidden)]
pub trait AsLayer<T: Scalar> {
    /// The layer.
    type Layer: Layer<T>;
}

impl<T: Scalar, L: Layer<T>> AsLayer<T> for L {
    type Layer = L;
}

/// A network as a layer. Its activations lie in what the layer saves, and its tensors bear the names of its own layers.
#[doc(hidden)]
pub struct Nested<N>(PhantomData<fn() -> N>);

impl<N> Clone for Nested<N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N> Copy for Nested<N> {}

impl<N> Default for Nested<N> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// The most tensors of a nested network.
const TENSORS: usize = 256;

impl<N: Network> Nested<N> {
    const PARAMETER_NAMES: [Name; TENSORS] = names(N::LAYERS, false);
    const BUFFER_NAMES: [Name; TENSORS] = names(N::LAYERS, true);
    const PARAMETER_TENSORS: [Tensor; TENSORS] = tensors(N::LAYERS, false, &Self::PARAMETER_NAMES);
    const BUFFER_TENSORS: [Tensor; TENSORS] = tensors(N::LAYERS, true, &Self::BUFFER_NAMES);
}

impl<T: Scalar, N: Network<Scalar = T> + 'static> Layer<T> for Nested<N> {
    type Input = N::Input;
    type Output = N::Output;
    type Parameters = N::Parameters;
    type Buffers = N::Buffers;

    const PARAMETERS: &'static [Tensor] = {
        let all: &'static [Tensor; TENSORS] = &Self::PARAMETER_TENSORS;
        all.split_at(count(N::LAYERS, false)).0
    };
    const BUFFERS: &'static [Tensor] = {
        let all: &'static [Tensor; TENSORS] = &Self::BUFFER_TENSORS;
        all.split_at(count(N::LAYERS, true)).0
    };
    const MACS: usize = N::MACS;
    const SAVED: usize = if N::TRAINING_ELEMENTS > N::INFERENCE_ELEMENTS {
        N::TRAINING_ELEMENTS
    } else {
        N::INFERENCE_ELEMENTS
    };
    const SAVED_IN_INFERENCE: usize = N::INFERENCE_ELEMENTS;
    const CROSS_SAMPLE: bool = N::CROSS_SAMPLE;
    const OVERWRITES: bool = true;
    const READS_INDICES: bool = N::READS_INDICES;
    const LAYERS: usize = layer_count(N::LAYERS);
    const INSIDE: &'static [LayerInfo] = N::LAYERS;

    #[inline(always)]
    fn wrong_index(number: impl Fn(usize) -> f64 + Copy) -> Option<WrongIndex> {
        N::wrong_index(number)
    }

    fn init<R: Rng + ?Sized>(
        &self,
        parameters: &mut N::Parameters,
        buffers: &mut N::Buffers,
        rng: &mut R,
    ) {
        N::init_layers(parameters, buffers, rng);
    }

    #[inline(always)]
    fn forward<E: Element<T>>(
        &self,
        cx: Forward<'_, T, Self, E>,
        input: &<N::Input as Shape>::Of<E>,
        output: &mut <N::Output as Shape>::Of<E>,
    ) {
        N::infer::<E>(
            cx.parameters,
            cx.buffers,
            cx.isa,
            core::slice::from_ref(input),
            core::slice::from_mut(output),
            Arena::new(cx.saved, 1),
        );
    }

    #[inline(always)]
    fn backward<E: Element<T>>(
        &self,
        cx: Backward<'_, T, Self, E>,
        input: &<N::Input as Shape>::Of<E>,
        output: &<N::Output as Shape>::Of<E>,
        d_output: &<N::Output as Shape>::Of<E>,
        d_input: &mut <N::Input as Shape>::Of<E>,
    ) {
        self.backward_training(
            cx,
            core::slice::from_ref(input),
            core::slice::from_ref(output),
            core::slice::from_ref(d_output),
            core::slice::from_mut(d_input),
        );
    }

    #[inline(always)]
    fn forward_training<E: Element<T>>(
        &self,
        cx: Forward<'_, T, Self, E>,
        inputs: &[<N::Input as Shape>::Of<E>],
        outputs: &mut [<N::Output as Shape>::Of<E>],
    ) {
        // The first slot of the arena holds the inputs.
        let flat = N::Input::flat::<E>(inputs);
        crate::join::copy(cx.saved.get_mut(..flat.len()).unwrap_or_default(), flat);
        let pass = Pass {
            weights: Unchanged(cx.parameters),
            buffers: Some(cx.buffers),
            arena: Arena::new(cx.saved, inputs.len()),
            context: Context {
                samples: cx.samples,
                input_gradient: false,
                overwrite: false,
                frozen: cx.frozen,
                randomness: cx.randomness,
                isa: cx.isa,
            },
        };
        N::train::<E>(pass, ForwardOnly { outputs });
    }

    #[inline(always)]
    fn backward_training<E: Element<T>>(
        &self,
        cx: Backward<'_, T, Self, E>,
        inputs: &[<N::Input as Shape>::Of<E>],
        _: &[<N::Output as Shape>::Of<E>],
        d_outputs: &[<N::Output as Shape>::Of<E>],
        d_inputs: &mut [<N::Input as Shape>::Of<E>],
    ) {
        let pass = Pass {
            weights: Kept {
                parameters: cx.parameters,
                gradients: cx.gradients,
            },
            buffers: None,
            arena: Arena::new(cx.saved, inputs.len()),
            context: Context {
                samples: cx.samples,
                input_gradient: cx.input_gradient,
                overwrite: cx.overwrite,
                frozen: cx.frozen,
                randomness: cx.randomness,
                isa: cx.isa,
            },
        };
        let objective = BackwardOnly {
            d_outputs,
            d_inputs: cx.input_gradient.then_some(d_inputs),
        };
        N::train::<E>(pass, objective);
    }

    fn update_buffers<E: Element<T>>(
        &self,
        buffers: &mut N::Buffers,
        saved: &mut [E],
        samples: usize,
    ) {
        let groups = saved.len() / Self::SAVED.max(1);
        N::update_buffers(buffers, Arena::new(saved, groups), samples);
    }
}

/// The forward half of a training pass; its activations stay in the arena.
struct ForwardOnly<'a, O> {
    outputs: &'a mut [O],
}

impl<N: Network, E: Element<N::Scalar>> Objective<N, E>
    for ForwardOnly<'_, <N::Output as Shape>::Of<E>>
{
    #[inline(always)]
    fn outputs(
        &mut self,
        _: Isa,
        outputs: &[<N::Output as Shape>::Of<E>],
        _: &mut [<N::Output as Shape>::Of<E>],
    ) -> bool {
        crate::join::copy(
            N::Output::flat_mut::<E>(self.outputs),
            N::Output::flat::<E>(outputs),
        );
        false
    }
    #[inline(always)]
    fn inputs(&mut self, _: &[<N::Input as Shape>::Of<E>]) {}
}

/// The backward half, from the gradient of the outputs.
struct BackwardOnly<'a, O, I> {
    d_outputs: &'a [O],
    d_inputs: Option<&'a mut [I]>,
}

impl<N: Network, E: Element<N::Scalar>> Objective<N, E>
    for BackwardOnly<'_, <N::Output as Shape>::Of<E>, <N::Input as Shape>::Of<E>>
{
    #[inline(always)]
    fn outputs(
        &mut self,
        _: Isa,
        _: &[<N::Output as Shape>::Of<E>],
        d_outputs: &mut [<N::Output as Shape>::Of<E>],
    ) -> bool {
        crate::join::copy(
            N::Output::flat_mut::<E>(d_outputs),
            N::Output::flat::<E>(self.d_outputs),
        );
        true
    }
    #[inline(always)]
    fn inputs(&mut self, d_inputs: &[<N::Input as Shape>::Of<E>]) {
        if let Some(place) = &mut self.d_inputs {
            crate::join::copy(
                N::Input::flat_mut::<E>(place),
                N::Input::flat::<E>(d_inputs),
            );
        }
    }
}

/// The name of a tensor of a layer, `fc1.weight`.
#[derive(Clone, Copy)]
struct Name {
    bytes: [u8; 120],
    len: usize,
}

impl Name {
    const EMPTY: Self = Self {
        bytes: [0; 120],
        len: 0,
    };

    const fn push(&mut self, text: &str) {
        let text = text.as_bytes();
        assert!(
            self.len + text.len() <= self.bytes.len(),
            "a tensor of a network within a network has a name longer than 120 bytes"
        );
        let mut i = 0;
        while i < text.len() {
            self.bytes[self.len] = text[i];
            self.len += 1;
            i += 1;
        }
    }

    const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}

const fn of(layer: &LayerInfo, buffers: bool) -> &'static [Tensor] {
    if buffers {
        layer.buffers
    } else {
        layer.parameters
    }
}

const fn count(layers: &[LayerInfo], buffers: bool) -> usize {
    let (mut count, mut i) = (0, 0);
    while i < layers.len() {
        count += of(&layers[i], buffers).len();
        i += 1;
    }
    assert!(
        count <= TENSORS,
        "a network within a network has at most 256 tensors"
    );
    count
}

const fn names(layers: &[LayerInfo], buffers: bool) -> [Name; TENSORS] {
    let mut names = [Name::EMPTY; TENSORS];
    count(layers, buffers);
    let (mut next, mut i) = (0, 0);
    while i < layers.len() {
        let tensors = of(&layers[i], buffers);
        let mut j = 0;
        while j < tensors.len() {
            names[next].push(layers[i].label);
            names[next].push(".");
            names[next].push(tensors[j].name);
            next += 1;
            j += 1;
        }
        i += 1;
    }
    names
}

const fn tensors(
    layers: &[LayerInfo],
    buffers: bool,
    names: &'static [Name; TENSORS],
) -> [Tensor; TENSORS] {
    let mut all = [Tensor::new("", &[]); TENSORS];
    let (mut next, mut i) = (0, 0);
    while i < layers.len() {
        let tensors = of(&layers[i], buffers);
        let mut j = 0;
        while j < tensors.len() {
            all[next] = Tensor {
                name: names[next].as_str(),
                ..tensors[j]
            };
            next += 1;
            j += 1;
        }
        i += 1;
    }
    all
}
