//! `impl SparseNetwork`: inference from the output of a first layer that is kept up to date outside.

use super::{infer, slot};
use crate::model::{LayerKind, Network};
use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// For a network whose first layer is `SparseLinear`, and alone reads the input.
pub(super) fn emit_sparse(network: &Network) -> TokenStream {
    let Some((first, others)) = network.layers.split_first() else {
        return TokenStream::new();
    };
    let (LayerKind::BuiltIn(kind, arguments), Some(field)) = (&first.kind, &first.field) else {
        return TokenStream::new();
    };
    if kind.name != "SparseLinear" || others.iter().any(|layer| layer.inputs.contains(&0)) {
        return TokenStream::new();
    }
    let (name, scalar) = (&network.name, &network.scalar);
    let (generics, of) = (network.parameters(), network.arguments());
    let (accumulated, elements) = (first.output.ty(scalar), first.output.elements(scalar));
    let output = network.output().elements(scalar);
    let (from, to) = (slot(0), slot(network.plan.inference.output.max(1)));
    let (features, infer) = (arguments.size("features"), infer::emit_infer_from(network));
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl<#generics> ::chainrule::SparseNetwork for #name #of {
            type Accumulated = #accumulated;
            const FEATURES: usize = #features;

            #[inline(always)]
            fn first_layer(&self) -> (&[#scalar], &[#scalar]) {
                let first = &self.__parameters.#field;
                (first.weight.as_slice(), first.bias.as_slice())
            }
            #[inline]
            fn infer_from<__E: ::chainrule::Element<#scalar>>(
                &self,
                isa: __rt::Isa,
                #from: &[#elements],
                #to: &mut [#output],
                mut scratch: __rt::Arena<'_, __E>,
            ) {
                let (parameters, buffers) = (&self.__parameters, &self.__buffers);
                #infer
            }
        }
    }
}
