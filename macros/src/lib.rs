//! The `network!` macro of [chainrule](https://docs.rs/chainrule), which re-exports and documents it.
//!
//! A small compiler: parse, lower, passes, code generation. The files read in that order.

#![forbid(unsafe_code)]

mod catalogue;
mod codegen;
mod diagnostics;
mod fallback;
mod lower;
mod model;
mod passes;
mod shape;
mod size;
mod suggest;
mod syntax;
#[cfg(test)]
mod tests;

use diagnostics::Diagnostics;
use proc_macro2::TokenStream;

/// Declares a network: a type, its forward function and its unrolled backward function, from a list of layers.
///
/// ```ignore
/// network! {
///     /// LeNet-5 for 28×28 grey images.
///     #[derive(Debug)]
///     pub struct LeNet5: [1, 28, 28] -> [10] {
///         conv1: Conv2d(6, kernel = 5, padding = 2), Relu, MaxPool2d(2),
///         conv2: Conv2d(16, kernel = 5), Relu, MaxPool2d(2),
///         Flatten,
///         fc1: Linear(120), Relu,
///         fc2: Linear(84), Relu,
///         head: Linear(10),
///     }
///     budget { parameters <= 62_000, inference_bytes <= 32 KiB }
/// }
/// ```
///
/// - The shape behind the name is that of one input sample. Every layer states only its output; the rest is inferred.
///   `-> [10]` is optional and checked.
/// - `label:` names the field and the saved tensors. A layer with parameters and no label is called by kind and
///   number, `linear2`.
/// - Sizes are literals, `const` expressions, or size parameters: `pub struct Policy<const H: usize>: [4] -> [2]`.
/// - The scalar is `f32`; `#[network(scalar = f64)]` or a type parameter changes that.
/// - A path that is no built-in layer is a type in scope that implements `chainrule::Layer`: `Scale<8>`,
///   `my::Warp(gain = 2.0)`. Without arguments its configuration is `Default::default()`.
#[proc_macro]
pub fn network(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand(input.into()).into()
}

/// The whole pipeline.
fn expand(input: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::default();
    let Some(declaration) = syntax::parse(input, &mut diagnostics) else {
        return diagnostics.into_tokens();
    };
    let mut network = lower::lower(&declaration, &mut diagnostics);
    // AFTER THIS POINT: every word is understood; what was not is reported and replaced or left out.
    passes::run(&mut network, &mut diagnostics);
    // AFTER THIS POINT: every layer has shapes, a runtime type and its slots.
    if diagnostics.is_empty() {
        codegen::generate(&network)
    } else {
        fallback::generate(&network, diagnostics)
    }
}
