//! Small networks, whose layers take less time than a call for each: one sample goes through all of them in one
//! function for each instruction set, with constant sizes.

use crate::element::{Element, LANES};
use crate::layer_info::LayerInfo;
use crate::network::Network;
use crate::one::One;
use crate::pass::{Objective, Pass};
use crate::simd::{Isa, Work};
use crate::weights::Weights;
use crate::workspace::Arena;
use core::slice;

/// Whether a network is small: few multiply-adds, and few layers, as the compiler takes long over long functions.
pub(crate) const fn is_small<N: Network>() -> bool {
    is_small_work::<N>(N::MACS, layer_count(N::LAYERS))
}

/// With those of networks that are layers.
pub(crate) const fn layer_count(layers: &[LayerInfo]) -> usize {
    let (mut count, mut i) = (0, 0);
    while i < layers.len() {
        count += layers[i].layers;
        i += 1;
    }
    count
}

/// The same for a pass of so many multiply-adds through so many layers. Never with `opt-level = "s"` or `"z"`: a function
/// of its own is more code than calls of shared ones; nor without the optimiser, neither for this crate nor for the one
/// with the network: there it takes megabytes of stack, and minutes of the compiler.
pub(crate) const fn is_small_work<N: Network>(macs: usize, layers: usize) -> bool {
    cfg!(compiles_whole) && N::OPTIMIZED && macs <= 8192 && layers <= 8
}

/// The forward function for one sample.
#[inline(always)]
pub(crate) fn infer<N: Network>(
    network: &N,
    input: &N::Input,
    output: &mut N::Output,
    scratch: &mut [N::Scalar],
) {
    let inference = Inference {
        network,
        input,
        output,
        scratch,
    };
    let isa = Isa::detect();
    if const { is_small::<N>() } && isa.compiles_whole() {
        isa.run_whole(inference);
    } else {
        inference.run_as::<N::Scalar>(isa);
    }
}

/// The training function, for lane groups or the one sample of a batch.
#[inline(always)]
pub(crate) fn train<N: Network, E: Element<N::Scalar>, W: Weights<N>>(
    pass: Pass<'_, N, E, W>,
    objective: impl Objective<N, E>,
) {
    if const { E::INLINED } {
        pass.context.isa.run_whole(Training { pass, objective });
    } else {
        N::train(pass, objective);
    }
}

struct Inference<'a, N: Network> {
    network: &'a N,
    input: &'a N::Input,
    output: &'a mut N::Output,
    scratch: &'a mut [N::Scalar],
}

impl<N: Network> Inference<'_, N> {
    #[inline(always)]
    fn run_as<E: Element<N::Scalar>>(self, isa: Isa) {
        let scratch = self.scratch.get_mut(..N::INFERENCE_ELEMENTS);
        let (parameters, buffers) = self.network.parts();
        N::infer::<E>(
            parameters,
            buffers,
            isa,
            bytemuck::cast_slice(slice::from_ref(self.input)),
            bytemuck::cast_slice_mut(slice::from_mut(self.output)),
            Arena::new(bytemuck::cast_slice_mut(scratch.unwrap_or_default()), 1),
        );
    }
}

impl<N: Network> Work for Inference<'_, N> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        self.run_on::<FMA>(Isa::detect());
    }
    #[inline(always)]
    fn run_on<const FMA: bool>(self, isa: Isa) {
        self.run_as::<One<N::Scalar>>(isa);
    }
}

struct Training<'a, N: Network, E, W, O> {
    pass: Pass<'a, N, E, W>,
    objective: O,
}

impl<N, E, W, O> Work for Training<'_, N, E, W, O>
where
    N: Network,
    E: Element<N::Scalar>,
    W: Weights<N>,
    O: Objective<N, E>,
{
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        self.run_on::<FMA>(Isa::detect());
    }
    #[inline(always)]
    fn run_on<const FMA: bool>(mut self, isa: Isa) {
        self.pass.context.isa = isa;
        let Some(arena) = self.pass.arena.one_sample(N::TRAINING_ELEMENTS * LANES) else {
            return;
        };
        self.pass.arena = arena;
        N::train(self.pass, self.objective);
    }
}
