//! Small networks, whose layers take less time than a call for each: one sample goes through all of them in one
//! function for each instruction set, with constant sizes.

use crate::element::{Element, LANES};
use crate::network::Network;
use crate::pass::{Objective, Pass};
use crate::simd::{Isa, Work};
use crate::weights::Weights;
use crate::workspace::Arena;
use core::slice;

/// Whether a network is small: few multiply-adds, and few layers, as the compiler takes long over long functions.
const fn is_small<N: Network>() -> bool {
    N::MACS <= 8192 && N::LAYERS.len() <= 8
}

/// Whether all layers of a network are compiled into one function, for elements `E`.
pub(crate) const fn is_one_function<N: Network, E: Element<N::Scalar>>() -> bool {
    is_small::<N>() && E::LANES == 1
}

/// The forward function for one sample.
#[inline(always)]
pub(crate) fn infer<N: Network>(
    network: &N,
    input: &N::Input,
    output: &mut N::Output,
    scratch: &mut [N::Scalar],
) {
    let isa = Isa::detect().outlined();
    let inference = Inference {
        network,
        input,
        output,
        scratch,
    };
    if const { is_one_function::<N, N::Scalar>() } {
        isa.run(inference);
    } else {
        inference.run_on::<false>(isa);
    }
}

/// The training function, for lane groups or the one sample of a batch.
#[inline(always)]
pub(crate) fn train<N: Network, E: Element<N::Scalar>, W: Weights<N>>(
    mut pass: Pass<'_, N, E, W>,
    objective: impl Objective<N, E>,
) {
    if const { is_one_function::<N, E>() } {
        pass.context.isa.run(Training { pass, objective });
    } else {
        // Known to the compiler: else it would compile every layer in both ways.
        pass.context.isa = pass.context.isa.outlined();
        N::train(pass, objective);
    }
}

struct Inference<'a, N: Network> {
    network: &'a N,
    input: &'a N::Input,
    output: &'a mut N::Output,
    scratch: &'a mut [N::Scalar],
}

impl<N: Network> Work for Inference<'_, N> {
    type Output = ();
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        self.run_on::<FMA>(Isa::detect().outlined());
    }
    #[inline(always)]
    fn run_on<const FMA: bool>(self, isa: Isa) {
        let Some(scratch) = self.scratch.get_mut(..N::INFERENCE_ELEMENTS) else {
            return;
        };
        self.network.infer::<N::Scalar>(
            isa,
            bytemuck::cast_slice(slice::from_ref(self.input)),
            bytemuck::cast_slice_mut(slice::from_mut(self.output)),
            Arena::new(scratch, 1),
        );
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
        self.run_on::<FMA>(Isa::detect().outlined());
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
