//! `#[network(export_c)]`: `extern "C"` functions, and the header that declares them.

use crate::model::{ExportC, Network, Stream};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;

/// The functions and the header.
pub(super) fn emit_export(network: &Network) -> TokenStream {
    let Some(export) = &network.attributes.export_c else {
        return TokenStream::new();
    };
    let functions = emit_functions(network, export);
    let parts = emit_parts(network, export);
    let header = emit_constant(
        network,
        quote!({
            const __PARTS: &[__rt::export_c::Part] = &[#(#parts),*];
            const __TEXT: [u8; __rt::export_c::len(__PARTS)] = __rt::export_c::text(__PARTS);
            match ::core::str::from_utf8(&__TEXT) {
                ::core::result::Result::Ok(text) => text,
                ::core::result::Result::Err(_) => "",
            }
        }),
    );
    quote!(#functions #header)
}

/// After a mistake: an empty header.
pub(super) fn emit_signature(network: &Network) -> Option<TokenStream> {
    let export = network.attributes.export_c.as_ref();
    export.map(|_| emit_constant(network, quote!("")))
}

fn emit_constant(network: &Network, value: TokenStream) -> TokenStream {
    let (visibility, name) = (&network.visibility, &network.name);
    let (generics, arguments) = (network.parameters(), network.arguments());
    let doc = format!(" The C header of the functions that [`{name}`] exports, also for C++.");
    quote! {
        impl<#generics> #name #arguments {
            #[doc = #doc]
            #visibility const C_HEADER: &'static str = #value;
        }
    }
}

fn emit_functions(network: &Network, export: &ExportC) -> TokenStream {
    let (name, scalar) = (&network.name, &network.scalar);
    let reads = |argument: &str| {
        let argument = super::local(argument);
        quote!(#argument: *const #scalar)
    };
    let writes = |argument: &str| {
        let argument = super::local(argument);
        quote!(#argument: *mut #scalar)
    };
    let this = || quote!(network: *const #name);
    let mut functions = vec![
        (
            "load",
            vec![
                quote!(network: *mut #name),
                reads("parameters"),
                reads("buffers"),
            ],
        ),
        ("forward", vec![this(), reads("input"), writes("output")]),
        (
            "forward_with",
            vec![this(), reads("input"), writes("output"), writes("scratch")],
        ),
    ];
    if let Stream::Steps(_) = network.stream {
        let stream = || quote!(stream: *mut <#name as ::chainrule::Streamable>::StreamState);
        functions.push(("stream_init", vec![stream()]));
        functions.push((
            "stream_step",
            vec![this(), stream(), reads("input"), writes("output")],
        ));
    }
    let functions = functions.into_iter();
    let embedded = emit_embedded(network, export);
    functions
        .map(|(function, arguments)| emit_function(name, export, function, &arguments))
        .chain(embedded)
        .collect()
}

/// The function that gives the network with built-in weights, where there are some.
fn emit_embedded(network: &Network, export: &ExportC) -> Option<TokenStream> {
    network.weights.in_full()?;
    let network = &network.name;
    let span = Span::mixed_site().located_at(export.span);
    let name = format_ident!("{}_embedded", export.prefix, span = span);
    Some(quote_spanned! {span=>
        #[allow(unsafe_code, improper_ctypes_definitions)]
        #[unsafe(no_mangle)]
        pub extern "C" fn #name() -> *const #network {
            #network::embedded()
        }
    })
}

/// A function that hands its arguments on to the one of the same name in the runtime, with what it is called in C.
fn emit_function(
    network: &Ident,
    export: &ExportC,
    function: &str,
    arguments: &[TokenStream],
) -> TokenStream {
    let called = format!("{}_{function}", export.prefix);
    // At the option, for who forbids `unsafe` or exports one name twice.
    let span = Span::mixed_site().located_at(export.span);
    let name = format_ident!("{called}", span = span);
    let function = super::local(function);
    let names = arguments
        .iter()
        .filter_map(|argument| argument.clone().into_iter().next());
    // SAFETY: the runtime's function asks for what the header says to who calls from C.
    quote_spanned! {span=>
        #[doc = " # Safety\n\nAs the header says."]
        #[allow(unsafe_code, improper_ctypes_definitions, clippy::undocumented_unsafe_blocks)]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn #name(#(#arguments),*) {
            unsafe { __rt::export_c::#function::<#network>(#called, #(#names),*) }
        }
    }
}

/// The header: texts, and numbers that the compiler puts between them.
fn emit_parts(network: &Network, export: &ExportC) -> Vec<TokenStream> {
    let name = &network.name;
    let mut template = String::from(include_str!("export_c/network.h"));
    let mut words = vec![
        ("prefix", export.prefix.clone()),
        ("PREFIX", export.prefix.to_uppercase()),
        ("Net", name.unraw().to_string()),
        ("scalar", export.scalar(network).into()),
        ("input", comment(&network.input)),
        ("output", comment(network.output())),
    ];
    let of_network = quote!(<#name as ::chainrule::Network>);
    let mut numbers = vec![
        (
            "input_len",
            quote!(<#of_network::Input as ::chainrule::Shape>::LEN),
        ),
        (
            "output_len",
            quote!(<#of_network::Output as ::chainrule::Shape>::LEN),
        ),
        ("parameters", quote!(#of_network::PARAMETERS)),
        ("buffers", quote!(__rt::export_c::buffers::<#name>())),
        ("bytes", quote!(__rt::export_c::size::<#name>())),
        ("align", quote!(::core::mem::align_of::<#name>())),
        (
            "scratch_len",
            quote!(__rt::export_c::at_least_one(#of_network::INFERENCE_ELEMENTS)),
        ),
    ];
    if let Stream::Steps(steps) = &network.stream {
        template.push_str(include_str!("export_c/stream.h"));
        words.push(("step_input", comment(&steps.input)));
        words.push(("step_output", comment(steps.output())));
        let stream = quote!(<#name as ::chainrule::Streamable>);
        let state = quote!(#stream::StreamState);
        numbers.extend([
            (
                "step_input_len",
                quote!(<#stream::StepInput as ::chainrule::Shape>::LEN),
            ),
            (
                "step_output_len",
                quote!(<#stream::StepOutput as ::chainrule::Shape>::LEN),
            ),
            ("stream_bytes", quote!(__rt::export_c::size::<#state>())),
            ("stream_align", quote!(::core::mem::align_of::<#state>())),
        ]);
    }
    if network.weights.in_full().is_some() {
        template.push_str(include_str!("export_c/embedded.h"));
    }
    template.push_str(include_str!("export_c/end.h"));
    let fill = |text: &str| {
        words.iter().fold(text.to_string(), |text, (word, value)| {
            text.replace(&format!("@{word}@"), value)
        })
    };
    let forward = Literal::string(&fill(include_str!("export_c/forward.h")));

    // At odd places stands what is between two `@`.
    let filled = fill(&template);
    let pieces = filled.split('@').enumerate();
    let parts = pieces.map(|(index, piece)| match piece.strip_prefix('#') {
        Some(number) if index % 2 == 1 => {
            let value = numbers.iter().find(|(name, _)| *name == number);
            let (_, value) = value.unwrap_or_else(|| {
                unreachable!("macro bug: no number `{number}` for the header; please report")
            });
            quote!(__rt::export_c::Part::Number(#value))
        }
        _ if index % 2 == 1 => quote! {
            __rt::export_c::Part::Text(if __rt::export_c::fits_stack::<#name>() { #forward } else { "" })
        },
        _ => quote!(__rt::export_c::Part::Text(#piece)),
    });
    parts.collect()
}

/// A shape as the text of a comment, which nothing in it can end, and no mark of the template.
fn comment(shape: &crate::shape::Shape) -> String {
    shape
        .to_string()
        .replace("*/", "* /")
        .replace("/*", "/ *")
        .replace('@', "(at)")
        .replace('\n', " ")
}

impl ExportC {
    /// What a scalar is in C.
    fn scalar(&self, network: &Network) -> &'static str {
        if network.scalar.to_string() == "f64" {
            "double"
        } else {
            "float"
        }
    }
}
