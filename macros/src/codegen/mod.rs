//! The expansion: structs, constants, and calls into the runtime, one statement a layer.

mod checks;
mod docs;
mod embedded;
mod export_c;
mod groups;
mod half;
mod heads;
mod infer;
mod init;
mod inputs;
mod joins;
mod network;
mod parameters;
mod quantized;
mod records;
mod self_test;
mod sparse;
mod static_sizes;
mod stream;
mod structs;
mod train;
mod update_buffers;
mod wrong_index;

use crate::catalogue::Role;
use crate::model::{Layer, LayerKind, Network};
use crate::passes::{Form, Schedule};
use crate::shape::Shape;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

/// The code of a network without mistakes.
pub(crate) fn generate(network: &Network) -> TokenStream {
    let checks = checks::emit_checks(network);
    let implementation = network::emit_network(network);
    let static_sizes = static_sizes::emit_static_sizes(network);
    let sparse = sparse::emit_sparse(network);
    let stream = stream::emit_stream(network);
    let embedded = embedded::emit_embedded(network);
    let half = half::emit_half(network);
    let export_c = export_c::emit_export(network);
    let network_tokens = emit(
        network,
        quote!(#checks #implementation #sparse #static_sizes #stream #embedded #half #export_c),
        true,
    );
    let quantized = quantized::emit_quantized(network);
    let test = self_test::emit_test(network);
    quote!(#network_tokens #quantized #test)
}

/// The network to train before it is quantised: what it takes and puts out are those of the declared one.
fn generate_training(network: &Network) -> TokenStream {
    let implementation = network::emit_network(network);
    let structs = structs::emit_structs(network);
    let parameters = parameters::emit_parameters(network, true);
    let groups = groups::emit_groups(network);
    let everywhere = &network.attributes.everywhere;
    quote! {
        #structs
        #(#everywhere)*
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, unused, non_upper_case_globals)]
        const _: () = {
            use ::chainrule::__private as __rt;
            #parameters
            #groups
            #implementation
        };
    }
}

/// The types and signatures of a network with mistakes.
pub(crate) fn generate_signatures(network: &Network) -> TokenStream {
    let signatures = network::emit_signatures(network);
    let static_sizes = static_sizes::emit_static_sizes(network);
    let stream = stream::emit_signatures(network);
    let embedded = embedded::emit_signature(network);
    let half = half::emit_signatures(network);
    let export_c = export_c::emit_signature(network);
    let network_tokens = emit(
        network,
        quote!(#signatures #static_sizes #stream #embedded #half #export_c),
        false,
    );
    let quantized = quantized::emit_signatures(network);
    quote!(#network_tokens #quantized)
}

/// The types, what all networks share, and these implementations.
fn emit(network: &Network, implementations: TokenStream, check: bool) -> TokenStream {
    let symbols = emit_symbols(network);
    let aliases = emit_aliases(network);
    let structs = structs::emit_structs(network);
    let (input, input_shape) = (inputs::emit_struct(network), inputs::emit_shape(network));
    let (output, output_shape) = (heads::emit_structs(network), heads::emit_shapes(network));
    let step_output = stream::emit_output(network);
    let half = half::emit_alias(network);
    let parameters = parameters::emit_parameters(network, check);
    let groups = groups::emit_groups(network);
    let everywhere = &network.attributes.everywhere;
    quote! {
        #symbols
        #aliases
        #structs
        #input
        #output
        #step_output
        #half
        #(#everywhere)*
        #[allow(clippy::all, clippy::pedantic, clippy::nursery, unused, non_upper_case_globals)]
        const _: () = {
            use ::chainrule::__private as __rt;
            #parameters
            #groups
            #input_shape
            #output_shape
            #implementations
        };
    }
}

/// One constant for each `const` expression among the sizes.
fn emit_symbols(network: &Network) -> TokenStream {
    let everywhere = &network.attributes.everywhere;
    let items = network.symbols.items().map(|(symbol, expression)| {
        let ident = &symbol.ident;
        quote! {
            #(#everywhere)*
            #[doc(hidden)]
            #[allow(non_upper_case_globals, dead_code)]
            const #ident: usize = #expression;
        }
    });
    items.collect()
}

/// The types of the user's layers under names of their own: a type that is no layer is one error.
fn emit_aliases(network: &Network) -> TokenStream {
    let (scalar, everywhere) = (&network.scalar, &network.attributes.everywhere);
    let layers = network.layers.iter().filter(|layer| layer.tied.is_none());
    let aliases = layers.map(|layer| match &layer.kind {
        LayerKind::User {
            path,
            ty,
            generic: false,
            ..
        } => {
            // The path stands once, so that a name that is not in scope is one error, too.
            let mut written = format_ident!("{}_as_written", ty.to_string());
            written.set_span(layer.span);
            quote_spanned! {at(layer)=>
                #(#everywhere)*
                #[doc(hidden)]
                #[allow(non_camel_case_types)]
                type #written = #path;
                #(#everywhere)*
                #[doc(hidden)]
                #[allow(non_camel_case_types)]
                type #ty = ::chainrule::__private::layer!(#scalar, #written);
                #(#everywhere)*
                const _: () = ::chainrule::__private::assert_layer::<#scalar, #written>();
            }
        }
        LayerKind::User { .. }
        | LayerKind::BuiltIn(..)
        | LayerKind::Join(_)
        | LayerKind::Input(_)
        | LayerKind::Unread => TokenStream::new(),
    });
    aliases.collect()
}

/// A local variable of the macro, which no name of the user can meet.
fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// `x3`: the activation in slot 3.
fn slot(index: usize) -> Ident {
    local(&format!("x{index}"))
}

/// `d3`: its gradient.
fn gradient(index: usize) -> Ident {
    local(&format!("d{index}"))
}

/// `region1`: memory that slots use in turns.
fn region(index: usize) -> Ident {
    local(&format!("region{index}"))
}

/// `state3`: what layer 3 of a stream remembers.
fn state(index: usize) -> Ident {
    local(&format!("state{index}"))
}

/// `let fc1: Linear<400, 120, 120> = …;`
fn emit_configuration(layer: &Layer) -> TokenStream {
    let (name, ty, value) = (&layer.local, &layer.ty, &layer.value);
    quote_spanned!(at(layer)=> let #name: #ty = #value;)
}

/// At the layer's name, with the hygiene of the macro.
fn at(layer: &Layer) -> Span {
    Span::mixed_site().located_at(layer.span)
}

/// `&parameters.fc1`, or `&()`.
fn parameters_of(layer: &Layer) -> TokenStream {
    let parameters = local("parameters");
    match &layer.field {
        Some(field) if layer.may_have_parameters() => quote!(&#parameters.#field),
        _ => quote!(&()),
    }
}

/// `&buffers.norm1`, or `&()`.
fn buffers_of(layer: &Layer) -> TokenStream {
    let buffers = local("buffers");
    match &layer.field {
        Some(field) if layer.may_have_buffers() => quote!(&#buffers.#field),
        _ => quote!(&()),
    }
}

/// `name`, a reference to values of one shape, as one to another: the same where the two are one type. `known` says
/// that the macro itself has compared the lengths.
fn cast(
    name: &Ident,
    from: &TokenStream,
    to: &TokenStream,
    known: bool,
    exclusive: bool,
) -> TokenStream {
    if from.to_string() == to.to_string() {
        return quote!(#name);
    }
    let function = local(match (known, exclusive) {
        (true, false) => "reshape",
        (true, true) => "reshape_mut",
        (false, false) => "fit",
        (false, true) => "fit_mut",
    });
    quote!(__rt::#function::<#from, #to, __E>(#name))
}

/// The type that a layer takes: its own word where only the compiler knows what arrives, else what arrives.
fn input_type(network: &Network, layer: &Layer) -> TokenStream {
    let (ty, scalar) = (&layer.ty, &network.scalar);
    let own = quote_spanned!(at(layer)=> <#ty as ::chainrule::Layer<#scalar>>::Input);
    match (&layer.kind, &layer.input) {
        (LayerKind::User { .. }, _) => own,
        (LayerKind::BuiltIn(kind, _), Shape::Output(_))
            if matches!(kind.facts.role, Role::Compute { .. }) =>
        {
            own
        }
        _ => layer.input.ty(scalar),
    }
}

/// Whether the macro itself has seen that two shapes have the same length.
fn lengths_known(from: &Shape, to: &Shape) -> bool {
    from.known_len().is_some() && from.known_len() == to.known_len()
}

/// Access to an activation or gradient in a slot, in the shape in which a layer reads or writes it.
struct Access<'a> {
    network: &'a Network,
    schedule: &'a Schedule,
}

impl Access<'_> {
    /// The input of the layer with this index, from `name`, which holds its slot.
    fn input(&self, index: usize, name: &Ident, exclusive: bool) -> TokenStream {
        let layer = &self.network.layers[index];
        let home = &self.schedule.slots[self.schedule.steps[index].from[0]];
        let known =
            lengths_known(home, &layer.input) && matches!(layer.kind, LayerKind::BuiltIn(..));
        self.cast(
            home,
            &input_type(self.network, layer),
            known,
            name,
            exclusive,
        )
    }

    /// The output of the layer with this index.
    fn output(&self, index: usize, name: &Ident, exclusive: bool) -> TokenStream {
        let layer = &self.network.layers[index];
        let home = &self.schedule.slots[self.schedule.steps[index].to];
        let known = lengths_known(home, &layer.output);
        self.cast(
            home,
            &layer.output.ty(&self.network.scalar),
            known,
            name,
            exclusive,
        )
    }

    /// The output of the network.
    fn last(&self, name: &Ident, exclusive: bool) -> TokenStream {
        let home = &self.schedule.slots[self.schedule.output];
        let output = self.network.output();
        let known = lengths_known(home, output);
        self.cast(
            home,
            &output.ty(&self.network.scalar),
            known,
            name,
            exclusive,
        )
    }

    fn cast(
        &self,
        home: &Shape,
        wanted: &TokenStream,
        known: bool,
        name: &Ident,
        exclusive: bool,
    ) -> TokenStream {
        let from = home.ty(&self.network.scalar);
        cast(name, &from, wanted, known, exclusive)
    }
}

/// The length of each region, as an expression.
fn region_lengths(network: &Network, schedule: &Schedule) -> Vec<TokenStream> {
    let sharing = schedule.sharing().into_iter();
    sharing.map(|slots| largest(network, slots)).collect()
}

/// The largest length among some shapes, as an expression.
fn largest<'a>(network: &Network, shapes: impl IntoIterator<Item = &'a Shape>) -> TokenStream {
    let lengths = shapes.into_iter().map(|shape| shape.len(&network.scalar));
    match lengths.collect::<Vec<_>>().as_slice() {
        [one] => one.clone(),
        several => quote!(__rt::max(&[#(#several),*])),
    }
}

/// Whether a step calls the layer.
fn computes(layer: &Layer, form: Form) -> bool {
    form != Form::View && !matches!(layer.kind, LayerKind::Join(_) | LayerKind::Input(_))
}
