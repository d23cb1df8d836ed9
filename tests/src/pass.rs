//! One layer through the path of the generated code.

use bytemuck::Pod;
use chainrule::__private::{Arena, Context, Isa, inference, scalars, scalars_mut};
use chainrule::losses::Loss;
use chainrule::prelude::*;
use chainrule::{NamedTensor, Tensor};

/// Parameters and buffers of a layer.
pub struct State<T: Scalar, L: Layer<T>> {
    /// The trained values.
    pub parameters: Box<L::Parameters>,
    /// The untrained state.
    pub buffers: Box<L::Buffers>,
}

impl<T: Scalar, L: Layer<T>> Clone for State<T, L> {
    fn clone(&self) -> Self {
        Self {
            parameters: self.parameters.clone(),
            buffers: self.buffers.clone(),
        }
    }
}

impl<T: Scalar, L: Layer<T>> State<T, L> {
    /// The values of every tensor in PyTorch's order, from a function of the tensor.
    pub fn new(values: impl Fn(&Tensor) -> Vec<f64>) -> Self {
        let mut state = Self {
            parameters: bytemuck::zeroed_box(),
            buffers: bytemuck::zeroed_box(),
        };
        fill::<T, _>(L::PARAMETERS, &mut *state.parameters, &values);
        fill::<T, _>(L::BUFFERS, &mut *state.buffers, &values);
        state
    }
}

fn fill<T: Scalar, P: Pod>(
    tensors: &'static [Tensor],
    run: &mut P,
    values: &impl Fn(&Tensor) -> Vec<f64>,
) {
    let mut rest = scalars_mut::<T, P>(run);
    for &tensor in tensors.iter().filter(|tensor| !tensor.is_empty()) {
        let (memory, behind) = rest.split_at_mut(tensor.len());
        // The positions in memory, in PyTorch's order.
        let memory_order: Vec<usize> = (0..tensor.len()).collect();
        let positions = NamedTensor {
            layer: "",
            tensor,
            memory: &memory_order,
        };
        let values = values(&tensor);
        assert_eq!(values.len(), tensor.len(), "values for {}", tensor.name);
        for (position, value) in positions.values().zip(values) {
            memory[position] = T::from_f64(value);
        }
        rest = behind;
    }
}

/// Name and values, in PyTorch's order, of every tensor in a run of scalars.
pub(crate) fn tensors<T: Scalar, P: Pod>(
    tensors: &'static [Tensor],
    run: &P,
) -> Vec<(Tensor, Vec<f64>)> {
    let mut rest = scalars::<T, P>(run);
    let mut named = Vec::new();
    for &tensor in tensors.iter().filter(|tensor| !tensor.is_empty()) {
        let (memory, behind) = rest.split_at(tensor.len());
        let values = NamedTensor {
            layer: "",
            tensor,
            memory,
        }
        .values();
        named.push((tensor, values.map(T::to_f64).collect()));
        rest = behind;
    }
    named
}

/// What a training pass leaves.
pub struct Training<T: Scalar, L: Layer<T>> {
    /// `[sample][feature]`
    pub outputs: Vec<f64>,
    /// `[sample][feature]`
    pub d_inputs: Vec<f64>,
    /// 1 + the gradients: a layer must add to what it finds.
    pub gradients: Box<L::Parameters>,
    /// The buffers after the update.
    pub buffers: Box<L::Buffers>,
}

/// Inference for samples `[sample][feature]`.
pub fn infer<T: Scalar, L: Layer<T>, E: Element<T>>(
    layer: L,
    isa: Isa,
    state: &State<T, L>,
    inputs: &[f64],
) -> Vec<f64> {
    let samples = inputs.len() / L::Input::LEN;
    let x = pack::<T, E>(inputs, samples, Tail::Repeats);
    let mut y = unset::<T, E>(samples, L::Output::LEN);
    let mut saved = unset::<T, E>(1, L::SAVED);
    for (x, y) in L::Input::values(&x)
        .iter()
        .zip(L::Output::values_mut(&mut y))
    {
        layer.forward(
            inference(isa, &layer, &state.parameters, &state.buffers, &mut saved),
            x,
            y,
        );
    }
    unpack::<T, E>(&y, samples)
}

/// The training pass for samples `[sample][feature]`: forward, backward with the given upstream gradients, and
/// the update of the buffers. Outputs, saved elements and input gradients start as NaN, gradients as 1.
pub fn train<T: Scalar, L: Layer<T>, E: Element<T>>(
    layer: L,
    isa: Isa,
    state: &State<T, L>,
    inputs: &[f64],
    d_outputs: &[f64],
    input_gradient: bool,
) -> Training<T, L> {
    let samples = inputs.len() / L::Input::LEN;
    let groups = samples.div_ceil(E::LANES);
    let context = Context {
        samples,
        input_gradient,
        overwrite: false,
        frozen: false,
        randomness: inference::<T, L, E>(isa, &layer, &state.parameters, &state.buffers, &mut [])
            .randomness,
        isa,
    };
    let (inputs, d_outputs) = (
        pack::<T, E>(inputs, samples, Tail::Repeats),
        pack::<T, E>(d_outputs, samples, Tail::Zero),
    );
    let mut memory = unset::<T, E>(samples, L::Output::LEN + L::SAVED + L::Input::LEN);
    let mut arena = Arena::new(&mut memory, groups);
    let (x, dy) = (L::Input::values(&inputs), L::Output::values(&d_outputs));
    let y = arena.take::<T, L::Output>();
    let saved = arena.take_elements(L::SAVED);
    let dx = arena.take::<T, L::Input>();
    let mut gradients: Box<L::Parameters> = bytemuck::zeroed_box();
    scalars_mut::<T, _>(&mut *gradients).fill(T::ONE);
    let mut buffers = state.buffers.clone();

    layer.forward_training(
        context.forward(&layer, 0, &state.parameters, &state.buffers, saved),
        x,
        y,
    );
    let call = context.backward_first(0, &mut *saved);
    let backward = call.backward::<T, L>(&state.parameters, &mut gradients);
    layer.backward_training(backward, x, y, dy, dx);
    layer.update_buffers::<E>(&mut buffers, saved, samples);

    let d_inputs = if input_gradient {
        let d_inputs = L::Input::flat::<E>(dx);
        assert_tail_is_zero::<T, E>(d_inputs, samples);
        unpack::<T, E>(d_inputs, samples)
    } else {
        Vec::new()
    };
    Training {
        outputs: unpack::<T, E>(L::Output::flat::<E>(y), samples),
        d_inputs,
        gradients,
        buffers,
    }
}

/// Loss and gradient with respect to the outputs `[sample][feature]`.
pub fn loss_of<T, S, Y, L, E>(loss: &L, isa: Isa, outputs: &[f64], targets: &[Y]) -> (f64, Vec<f64>)
where
    T: Scalar,
    S: Shape<Scalar = T>,
    L: Loss<T, S, Y>,
    E: Element<T>,
{
    let y = pack::<T, E>(outputs, targets.len(), Tail::Repeats);
    let mut dy = unset::<T, E>(targets.len(), S::LEN);
    let scale = loss.scale(targets.iter()).expect("the targets fit");
    let mut total = T::ZERO;
    let groups = S::values(&y)
        .iter()
        .zip(targets.chunks(E::LANES))
        .zip(S::values_mut(&mut dy));
    for ((y, targets), dy) in groups {
        total += loss.evaluate::<E>(isa, scale, y, targets.iter(), dy);
    }
    assert_tail_is_zero::<T, E>(&dy, targets.len());
    (total.to_f64(), unpack::<T, E>(&dy, targets.len()))
}

/// `len` numbers drawn uniformly between −`bound` and `bound`.
pub fn uniform(rng: &mut StdRng, bound: f64, len: usize) -> Vec<f64> {
    (0..len).map(|_| rng.random_range(-bound..bound)).collect()
}

/// What stands in the lanes behind the last sample.
#[derive(Clone, Copy)]
pub(crate) enum Tail {
    Repeats,
    Zero,
}

pub(crate) fn pack<T: Scalar, E: Element<T>>(values: &[f64], samples: usize, tail: Tail) -> Vec<E> {
    let len = values.len() / samples.max(1);
    let mut elements = unset::<T, E>(samples, len);
    for (position, scalar) in E::scalars_mut(&mut elements).iter_mut().enumerate() {
        let (group, feature, lane) = place::<T, E>(position, len);
        let sample = group * E::LANES + lane;
        *scalar = match tail {
            Tail::Zero if sample >= samples => T::ZERO,
            _ => T::from_f64(values[sample.min(samples - 1) * len + feature]),
        };
    }
    elements
}

pub(crate) fn unpack<T: Scalar, E: Element<T>>(elements: &[E], samples: usize) -> Vec<f64> {
    let len = elements.len() / samples.div_ceil(E::LANES).max(1);
    let mut values = vec![f64::NAN; samples * len];
    for (position, scalar) in E::scalars(elements).iter().enumerate() {
        let (group, feature, lane) = place::<T, E>(position, len);
        if let Some(value) = values.get_mut((group * E::LANES + lane) * len + feature) {
            *value = scalar.to_f64();
        }
    }
    values
}

/// What comes before a layer relies on this.
fn assert_tail_is_zero<T: Scalar, E: Element<T>>(gradients: &[E], samples: usize) {
    let len = gradients.len() / samples.div_ceil(E::LANES).max(1);
    for (position, scalar) in E::scalars(gradients).iter().enumerate() {
        let (group, feature, lane) = place::<T, E>(position, len);
        if group * E::LANES + lane >= samples {
            assert!(
                *scalar == T::ZERO,
                "the gradient of feature {feature} is {scalar} in lane {lane} of group {group}, behind the last of \
                 {samples} samples; it must be zero"
            );
        }
    }
}

/// The lane group, feature and lane of a scalar in `[group][feature][lane]`.
fn place<T: Scalar, E: Element<T>>(position: usize, len: usize) -> (usize, usize, usize) {
    let lane = position % E::LANES;
    let element = position / E::LANES;
    (element / len, element % len, lane)
}

/// `len` elements for every lane group of a batch, NaN until written.
fn unset<T: Scalar, E: Element<T>>(samples: usize, len: usize) -> Vec<E> {
    vec![E::splat(T::from_f64(f64::NAN)); samples.div_ceil(E::LANES) * len]
}
