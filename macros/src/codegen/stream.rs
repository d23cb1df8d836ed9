//! `impl Streamable`: one time step through the layers, or the reason why there is none.

use super::{at, half, heads, infer, local, network, state};
use crate::model::{Layer, LayerKind, Network, Stream};
use crate::shape::Shape;
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

/// The implementation for a network without mistakes.
pub(super) fn emit_stream(network: &Network) -> TokenStream {
    match &network.stream {
        Stream::NoSequence => TokenStream::new(),
        Stream::Steps(steps) => {
            let (steps, half) = (emit_steps(steps), half::emit_steps(network, steps));
            quote!(#steps #half)
        }
        Stream::Refused { span, text, help } => emit_reason(network, *span, text, *help),
    }
}

/// After a mistake: functions that never return.
pub(super) fn emit_signatures(network: &Network) -> TokenStream {
    let (input, output) = match (&network.stream, &network.input) {
        (Stream::Steps(steps), _) => (steps.input.clone(), steps.output().clone()),
        (_, Shape::Array(sizes)) if sizes.len() == 2 => {
            (Shape::Array(sizes[1..].to_vec()), Shape::Unknown)
        }
        _ => return TokenStream::new(),
    };
    let implementation = emit_impl(network, &input, &output, Body::default());
    let half = half::emit_refused(network, &TokenStream::new());
    quote!(#implementation #half)
}

/// The structs of heads that a step puts out.
pub(super) fn emit_output(network: &Network) -> TokenStream {
    match &network.stream {
        Stream::Steps(steps) => heads::emit_structs(steps),
        Stream::NoSequence | Stream::Refused { .. } => TokenStream::new(),
    }
}

/// The layers with a memory, from the last to the first.
fn remembering(steps: &Network) -> impl Iterator<Item = (usize, &Layer)> {
    let layers = steps.layers.iter().enumerate().rev();
    layers.filter(|(_, layer)| layer.remembers())
}

/// A pattern for the memories.
pub(super) fn emit_states(steps: &Network) -> TokenStream {
    remembering(steps).fold(quote!(_), |rest, (index, _)| {
        let state = state(index);
        quote!((#state, #rest))
    })
}

fn emit_steps(steps: &Network) -> TokenStream {
    let scalar = &steps.scalar;
    // Pairs in pairs: the state of the first layer, and that of all others.
    let state_type = remembering(steps).fold(quote!(()), |rest, (_, layer)| {
        let ty = &layer.ty;
        quote_spanned!(at(layer)=> (<#ty as __rt::StreamLayer<#scalar>>::State, #rest))
    });
    let states = emit_states(steps);
    let macs = steps.layers.iter().filter_map(|layer| match layer.kind {
        LayerKind::Join(_) | LayerKind::Input(_) | LayerKind::Unread => None,
        LayerKind::BuiltIn(..) | LayerKind::User { .. } => {
            let ty = &layer.ty;
            Some(if layer.remembers() {
                quote_spanned!(at(layer)=> <#ty as __rt::StreamLayer<#scalar>>::MACS)
            } else {
                quote_spanned!(at(layer)=> <#ty as ::chainrule::Layer<#scalar>>::MACS)
            })
        }
    });
    let state = local("state");
    let infer = infer::emit_infer(steps);
    let shape = heads::emit_shapes(steps);
    let implementation = emit_impl(
        steps,
        &steps.input,
        steps.output(),
        Body {
            bounds: TokenStream::new(),
            state: state_type,
            elements: network::emit_inference_elements(steps),
            macs: quote!(__rt::sum(&[#(#macs),*])),
            layers: steps.layers.len(),
            with_scratch: network::emit_with_scratch(
                steps,
                &quote!(<Self as ::chainrule::Streamable>::STEP_ELEMENTS),
            ),
            step: quote_spanned!(Span::mixed_site()=>
                let (parameters, buffers) = (&self.__parameters, &self.__buffers);
                let #states = #state;
                #infer
            ),
        },
    );
    quote!(#shape #implementation)
}

struct Body {
    /// A `where` clause, or nothing.
    bounds: TokenStream,
    state: TokenStream,
    elements: TokenStream,
    macs: TokenStream,
    layers: usize,
    with_scratch: TokenStream,
    step: TokenStream,
}

/// Of functions that never return.
impl Default for Body {
    fn default() -> Self {
        Self {
            bounds: TokenStream::new(),
            state: quote!(()),
            elements: quote!(0),
            macs: quote!(0),
            layers: 0,
            with_scratch: quote!(loop {}),
            step: quote!(loop {}),
        }
    }
}

fn emit_impl(network: &Network, input: &Shape, output: &Shape, body: Body) -> TokenStream {
    let (name, scalar) = (&network.name, &network.scalar);
    let (generics, arguments) = (network.parameters(), network.arguments());
    let (first, last) = (
        super::slot(0),
        super::slot(network.plan.inference.output.max(1)),
    );
    let (input_elements, output_elements) = (input.elements(scalar), output.elements(scalar));
    let (input, output) = (input.ty(scalar), output.ty(scalar));
    let Body {
        bounds,
        state,
        elements,
        macs,
        layers,
        with_scratch,
        step,
    } = body;
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl<#generics> ::chainrule::Streamable for #name #arguments #bounds {
            type StepInput = #input;
            type StepOutput = #output;
            type StreamState = #state;
            const STEP_ELEMENTS: usize = #elements;
            const STEP_MACS: usize = #macs;
            const STEP_LAYERS: usize = #layers;

            #[inline(always)]
            fn with_step_scratch<__R>(run: impl ::core::ops::FnOnce(&mut [#scalar]) -> __R) -> __R {
                #with_scratch
            }
            #[inline(always)]
            fn infer_step<__E: ::chainrule::Element<#scalar>>(
                &self,
                isa: __rt::Isa,
                state: &mut #state,
                #first: &[#input_elements],
                #last: &mut [#output_elements],
                mut scratch: __rt::Arena<'_, __E>,
            ) {
                #step
            }
        }
    }
}

/// An implementation that asks for what nothing is, so that a call of `stream` shows the reason.
fn emit_reason(
    network: &Network,
    span: Span,
    text: &str,
    help: Option<&'static str>,
) -> TokenStream {
    let (name, arguments) = (&network.name, network.arguments());
    let message = format!("`{name}` does not run as a stream: {text}");
    let help = help.map(|help| quote!(note = #help,));
    let span = Span::mixed_site().located_at(span);
    let bounds = quote_spanned! {span=>
        // For all lifetimes, else the bound would be an error where it stands.
        where for<'__network> &'__network #name #arguments: __CanStream
    };
    let body = Body {
        bounds,
        ..Body::default()
    };
    let half = half::emit_refused(network, &body.bounds);
    let implementation = emit_impl(network, &Shape::Unknown, &Shape::Unknown, body);
    quote! {
        #[diagnostic::on_unimplemented(message = #message, label = "needs one step at a time", #help)]
        #[doc(hidden)]
        pub trait __CanStream {}
        #implementation
        #half
    }
}
