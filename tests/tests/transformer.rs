//! `TransformerEncoderLayer` as declared, against PyTorch (`goldens/make_attention.py`).

use chainrule::prelude::*;
use chainrule_tests::check_network;

/// A table of declarations with the cases that they are.
macro_rules! networks {
    ($($case:ident: [$($input:tt)*] $arguments:tt;)*) => {$(
        mod $case {
            use super::*;

            network! { struct Net<T>: [$($input)*] -> [$($input)*] { layer1: TransformerEncoderLayer $arguments } }

            #[test]
            fn f32() {
                check_network::<f32, Net<f32>>("attention", stringify!($case), 1e-5);
            }
            #[test]
            fn f64() {
                check_network::<f64, Net<f64>>("attention", stringify!($case), 1e-12);
            }
        }
    )*};
}

networks! {
    encoder: [4, 6] (2, feedforward = 5, dropout = 0.0);
    encoder_gelu: [3, 4] (1, feedforward = 7, dropout = 0.0, activation = gelu, layer_norm_eps = 0.125);
    encoder_norm_first: [4, 6] (3, feedforward = 8, dropout = 0.0, norm_first = true);
    encoder_causal: [5, 4] (2, feedforward = 3, dropout = 0.0, causal = true);
    encoder_window: [6, 4] (4, feedforward = 9, dropout = 0.0, causal = true, window = 2, norm_first = true, activation = gelu);
}

network! {
    /// Every option at its default.
    struct Plain: [3, 8] -> [3, 8] { layer1: TransformerEncoderLayer(4) }
}

#[test]
fn tensors_have_the_names_and_shapes_of_pytorch() {
    let net = Plain::init(&mut StdRng::seed_from_u64(1));
    let mut tensors: Vec<_> = net
        .named_parameters()
        .map(|tensor| (tensor.name().to_string(), tensor.dims().to_vec()))
        .collect();
    tensors.sort();
    let names = [
        ("linear1.bias", &[2048][..]),
        ("linear1.weight", &[2048, 8]),
        ("linear2.bias", &[8]),
        ("linear2.weight", &[8, 2048]),
        ("norm1.bias", &[8]),
        ("norm1.weight", &[8]),
        ("norm2.bias", &[8]),
        ("norm2.weight", &[8]),
        ("self_attn.in_proj_bias", &[24]),
        ("self_attn.in_proj_weight", &[24, 8]),
        ("self_attn.out_proj.bias", &[8]),
        ("self_attn.out_proj.weight", &[8, 8]),
    ];
    let expected = names.map(|(name, dims)| (format!("layer1.{name}"), dims.to_vec()));
    assert_eq!(tensors, expected);
}

/// PyTorch's rules: Xavier for the projection of the input, ±1/√features for that of the output, zero for their biases.
#[test]
fn weights_start_as_in_pytorch() {
    let net = Plain::init(&mut StdRng::seed_from_u64(1));
    let attention = &net.layer1.self_attn;
    let largest = |values: &[f32]| values.iter().fold(0.0, |a: f32, b| a.max(b.abs()));
    let within = |values: &[f32], bound: f32| (0.9 * bound..=bound).contains(&largest(values));
    assert!(within(
        attention.in_proj_weight.as_slice(),
        (6.0_f32 / 32.0).sqrt()
    ));
    assert!(within(
        attention.out_proj.weight.as_slice(),
        (1.0_f32 / 8.0).sqrt()
    ));
    assert_eq!(largest(attention.in_proj_bias.as_slice()), 0.0);
    assert_eq!(largest(attention.out_proj.bias.as_slice()), 0.0);
    assert!(net.layer1.norm1.weight.iter().all(|&w| w == 1.0));
}
