//! `impl Network`: the constants, access to the parts, and the generated functions.

use super::structs::{buffers_type, parameters_name};
use super::{checks, infer, init, region_lengths, train, update_buffers, wrong_index};
use crate::model::{LayerKind, Network};
use crate::syntax::Parameter;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;

pub(super) fn emit_network(network: &Network) -> TokenStream {
    let scalar = &network.scalar;
    let layers = network.layers.iter().map(|layer| {
        let (ty, label, text) = (&layer.ty, &layer.label, &layer.text);
        if let LayerKind::Join(_) | LayerKind::Input(_) = layer.kind {
            let output = layer.output.ty(scalar);
            return quote_spanned!(super::at(layer)=> ::chainrule::LayerInfo::join::<#output>(#label, #text));
        }
        let function = super::local(match layer.tied {
            Some(_) => "tied",
            None => "of",
        });
        let frozen = (layer.frozen && layer.owns_parameters())
            .then(|| quote_spanned!(super::at(layer)=> .frozen()));
        quote_spanned!(super::at(layer)=> ::chainrule::LayerInfo::#function::<#scalar, #ty>(#label, #text) #frozen)
    });
    let layers = quote!(&[#(#layers),*]);
    let cross_sample = emit_cross_sample(network);
    let inference_elements = emit_inference_elements(network);
    let training_elements = train::emit_elements(network);
    let with_scratch = emit_with_scratch(
        network,
        &quote!(<Self as ::chainrule::Network>::INFERENCE_ELEMENTS),
    );
    let check = checks::emit_use(network);
    let init_layers = init::emit_init(network);
    let infer = infer::emit_infer(network);
    let train = train::emit_train(network);
    let update_buffers = update_buffers::emit_update_buffers(network);
    let tied = network
        .layers
        .iter()
        .any(|layer| layer.tied.is_some())
        .then(|| {
            quote!(
                const TIED: bool = true;
            )
        });
    let wrong_index = wrong_index::emit_wrong_index(network);

    emit_impl(
        network,
        [layers, cross_sample, inference_elements, training_elements],
        Bodies {
            init_layers: quote!(#check #init_layers),
            with_scratch,
            infer: quote!(#check #infer),
            train: quote!(#check #train),
        },
        quote!(#tied #update_buffers #wrong_index),
    )
}

/// The same implementation with functions that never return: what stands behind a declaration with mistakes.
pub(super) fn emit_signatures(network: &Network) -> TokenStream {
    let never = || quote!(loop {});
    emit_impl(
        network,
        [quote!(&[]), quote!(false), quote!(0), quote!(0)],
        Bodies {
            init_layers: never(),
            with_scratch: never(),
            infer: never(),
            train: never(),
        },
        TokenStream::new(),
    )
}

struct Bodies {
    init_layers: TokenStream,
    with_scratch: TokenStream,
    infer: TokenStream,
    train: TokenStream,
}

fn emit_impl(
    network: &Network,
    [layers, cross_sample, inference_elements, training_elements]: [TokenStream; 4],
    bodies: Bodies,
    others: TokenStream,
) -> TokenStream {
    let (name, scalar) = (&network.name, &network.scalar);
    let (generics, arguments) = (network.parameters(), network.arguments());
    let (parameters, buffers) = (parameters_name(network), buffers_type(network));
    let parameters = quote!(#parameters #arguments);
    let text = name.unraw().to_string();
    let as_layer = emit_as_layer(network);
    let (input, output) = (network.input.ty(scalar), network.output().ty(scalar));
    let (input_elements, output_elements) = (
        network.input.elements(scalar),
        network.output().elements(scalar),
    );
    let (first, last) = (
        super::slot(0),
        super::slot(network.plan.inference.output.max(1)),
    );
    let Bodies {
        init_layers,
        with_scratch,
        infer,
        train,
    } = bodies;
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl<#generics> ::chainrule::Network for #name #arguments {
            type Input = #input;
            type Output = #output;
            type Parameters = #parameters;
            type Buffers = #buffers;
            const NAME: &'static str = #text;
            const LAYERS: &'static [::chainrule::LayerInfo] = #layers;
            const CROSS_SAMPLE: bool = #cross_sample;
            const OPTIMIZED: bool = !::core::cfg!(debug_assertions);
            const INFERENCE_ELEMENTS: usize = #inference_elements;
            const TRAINING_ELEMENTS: usize = #training_elements;

            #[inline(always)]
            fn parts(&self) -> (&#parameters, &#buffers) {
                (&self.__parameters, &self.__buffers)
            }
            #[inline(always)]
            fn parts_mut(&mut self) -> (&mut #parameters, &mut #buffers) {
                (&mut self.__parameters, &mut self.__buffers)
            }
            fn init_layers<__R: __rt::rand::Rng + ?::core::marker::Sized>(
                parameters: &mut #parameters,
                buffers: &mut #buffers,
                rng: &mut __R,
            ) {
                #init_layers
            }
            #[inline(always)]
            fn with_scratch<__R>(run: impl ::core::ops::FnOnce(&mut [#scalar]) -> __R) -> __R {
                #with_scratch
            }
            #[inline(always)]
            fn infer<__E: ::chainrule::Element<#scalar>>(
                parameters: &#parameters,
                buffers: &#buffers,
                isa: __rt::Isa,
                #first: &[#input_elements],
                #last: &mut [#output_elements],
                mut scratch: __rt::Arena<'_, __E>,
            ) {
                #infer
            }
            #[inline(always)]
            fn train<__E: ::chainrule::Element<#scalar>>(
                pass: __rt::Pass<'_, Self, __E, impl __rt::Weights<Self>>,
                mut objective: impl __rt::Objective<Self, __E>,
            ) {
                #train
            }
            #others
        }
        #as_layer
    }
}

/// What lets the network stand as a layer in another one. Not for all scalars at once: another crate might make a
/// `Layer<Own>` of `Net<Own>`, as far as the compiler knows.
fn emit_as_layer(network: &Network) -> TokenStream {
    let sizes: Vec<_> = network.generics.sizes().collect();
    let scalars = match network.generics.scalar() {
        None => vec![network.scalar.clone()],
        Some(_) => vec![quote!(f32), quote!(f64)],
    };
    let name = &network.name;
    let implementations = scalars.into_iter().map(|scalar| {
        let arguments = network
            .generics
            .parameters
            .iter()
            .map(|parameter| match parameter {
                Parameter::Size(name) => quote!(#name),
                Parameter::Scalar(_) => scalar.clone(),
            });
        let arguments = (!network.generics.is_empty()).then(|| quote!(<#(#arguments),*>));
        quote! {
            #[automatically_derived]
            impl<#(const #sizes: usize),*> __rt::AsLayer<#scalar> for #name #arguments {
                type Layer = __rt::Nested<Self>;
            }
        }
    });
    quote!(#(#implementations)*)
}

/// Known from the catalogue, asked of the user's layers.
fn emit_cross_sample(network: &Network) -> TokenStream {
    let scalar = &network.scalar;
    if network
        .layers
        .iter()
        .any(|layer| matches!(&layer.kind, LayerKind::BuiltIn(kind, _) if kind.facts.cross_sample && !layer.frozen))
    {
        return quote!(true);
    }
    let asked: Vec<TokenStream> = network
        .layers
        .iter()
        .filter(|layer| matches!(layer.kind, LayerKind::User { .. }))
        .map(|layer| {
            let ty = &layer.ty;
            quote_spanned!(super::at(layer)=> <#ty as ::chainrule::Layer<#scalar>>::CROSS_SAMPLE)
        })
        .collect();
    match asked.as_slice() {
        [] => quote!(false),
        asked => quote!(__rt::any(&[#(#asked),*])),
    }
}

/// The regions, and room for what user's layers save.
pub(super) fn emit_inference_elements(network: &Network) -> TokenStream {
    let mut parts = region_lengths(network, &network.plan.inference);
    parts.extend(infer::saved_length(network));
    match parts.as_slice() {
        [] => quote!(0),
        parts => quote!(#(#parts)+*),
    }
}

/// The exact array; where its length depends on parameters, the next of a few size classes.
pub(super) fn emit_with_scratch(network: &Network, len: &TokenStream) -> TokenStream {
    let run = super::local("run");
    if network.generics.is_empty() {
        quote!(#run(&mut *__rt::Aligned::new([0.0; #len])))
    } else {
        quote!(__rt::with_scratch(#len, #run))
    }
}
