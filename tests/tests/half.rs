//! Weights of 16 bits: rounded as PyTorch rounds, and the results of `f32` arithmetic with them.

#[path = "embedded/networks.rs"]
mod networks;

use chainrule::half::{Bf16, F16, Half};
use chainrule::prelude::*;
use chainrule::{HalfNetwork, HalfWeights};
use chainrule_tests::Golden;
use networks::{WIDTH, with_networks};
use std::path::Path;

/// `goldens/make_half.py`
fn rounds_as_pytorch<H: Half>(name: &str) {
    let case = Golden::open("half").case("rounding");
    let (input, expected) = (case.get("input"), case.get(name));
    assert_eq!(input.len(), expected.len());
    for (&value, &expected) in input.iter().zip(expected) {
        let rounded = H::from_f32(value as f32).to_f32();
        assert_eq!(f64::from(rounded), expected, "{value}");
        assert_eq!(
            rounded.is_sign_negative(),
            expected.is_sign_negative(),
            "{value}"
        );
    }
}

#[test]
fn bf16_rounds_as_pytorch() {
    rounds_as_pytorch::<Bf16>("bf16");
}

#[test]
fn f16_rounds_as_pytorch() {
    rounds_as_pytorch::<F16>("f16");
}

/// Small integers: indices where a network takes some.
fn input<S: Shape<Scalar = f32> + bytemuck::Zeroable>() -> S {
    let mut input = S::zeroed();
    let values = bytemuck::cast_slice_mut::<_, S::Of<f32>>(std::slice::from_mut(&mut input));
    for (i, value) in S::flat_mut::<f32>(values).iter_mut().enumerate() {
        *value = (i * 3 % 5) as f32;
    }
    input
}

/// The outputs of a network with weights of 16 bits are those of `f32` with the same numbers.
fn agrees_with_f32<N: HalfWeights, const P: usize>(half: &HalfNetwork<N, P>, tolerance: f32)
where
    N::Input: chainrule::Sample<N::Input>,
{
    let wide = half.to_network();
    for (half, wide) in half.parameters().iter().zip(wide.parameters()) {
        assert_eq!(half.to_f32(), *wide);
    }
    assert_eq!(half.buffers(), wide.buffers());
    let input = input::<N::Input>();
    let (ours, theirs) = (half.forward(&input), wide.forward(&input));
    let flat = |output: &N::Output| -> Vec<f32> {
        let values =
            bytemuck::cast_slice::<_, <N::Output as Shape>::Of<f32>>(std::slice::from_ref(output));
        N::Output::flat::<f32>(values).to_vec()
    };
    let (ours, theirs) = (flat(&ours), flat(&theirs));
    for (a, b) in ours.iter().zip(&theirs) {
        assert!(
            (a - b).abs() <= tolerance * (1.0 + b.abs()),
            "{}: {ours:?} {theirs:?}",
            N::NAME
        );
    }
    assert!(theirs.iter().any(|value| *value != 0.0), "{}", N::NAME);

    // The same with memory of one's own, and no less of it.
    let mut scratch = vec![f32::NAN; HalfNetwork::<N, P>::INFERENCE_BYTES / 4];
    let mut output = bytemuck::Zeroable::zeroed();
    half.forward_with(&input, &mut output, &mut scratch)
        .expect("enough room");
    assert_eq!(flat(&output), ours);
    if scratch.pop().is_some() {
        assert!(
            half.forward_with(&input, &mut output, &mut scratch)
                .is_err()
        );
    }
}

macro_rules! declare {
    ($($name:ident, $file:literal: { $($declaration:tt)* })*) => {
        declare!(@type bf16 [$($name, $file: { $($declaration)* })*]);
        declare!(@type f16 [$($name, $file: { $($declaration)* })*]);
    };
    (@type $type:ident [$($name:ident, $file:literal: { $($declaration:tt)* })*]) => {
        mod $type {
            use super::*;

            $(network! { pub(crate) struct $name $($declaration)* weights = $file weights_type = $type })*

            /// Every layer that has weights, blocks, levels, tied ones, buffers; and what is built in is what is rounded
            /// when the program runs.
            #[test]
            fn every_layer_has_the_results_of_f32() {
                $({
                    let embedded = HalfNetwork::<$name, { $name::PARAMETERS }>::embedded();
                    let mut net = $name::boxed();
                    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join($file);
                    net.load_safetensors(path).expect("it fits");
                    let half = HalfNetwork::<$name, { $name::PARAMETERS }>::from_network(&net);
                    assert_eq!(embedded.parameters(), half.parameters(), $file);
                    assert_eq!(embedded.buffers(), half.buffers(), $file);
                    agrees_with_f32(embedded, 1e-5);
                })*
            }
        }
    };
}
with_networks!(declare);

/// Large enough for whole tiles of the kernels, and for what is left of them.
#[test]
fn wide_bf16_and_f16_networks_have_the_results_of_f32() {
    mod bf16 {
        use super::*;
        network! { pub struct Wide: [100] -> [7] { Linear(300), Relu, Linear(129), Relu, Linear(7, bias = false) } weights_type = bf16 }
    }
    mod f16 {
        use super::*;
        network! { pub struct Wide: [100] -> [7] { Linear(300), Relu, Linear(129), Relu, Linear(7, bias = false) } weights_type = f16 }
    }
    let mut rng = StdRng::seed_from_u64(7);
    agrees_with_f32(
        &bf16::HalfWide::from_network(&bf16::Wide::init(&mut rng)),
        1e-5,
    );
    agrees_with_f32(
        &f16::HalfWide::from_network(&f16::Wide::init(&mut rng)),
        1e-5,
    );
}

/// A matrix of weights takes half the memory.
#[test]
fn bf16_parameters_have_half_the_bytes() {
    assert_eq!(
        size_of::<HalfNetwork<bf16::Features, { bf16::Features::PARAMETERS }>>(),
        192
    );
    assert_eq!(size_of::<bf16::Features>(), 384);
}
