//! Works out every shape, layer by layer, and checks that each layer fits what arrives.

mod joins;

use crate::catalogue::{Inferred, Site, origin};
use crate::diagnostics::Diagnostics;
use crate::model::{Check, Count, LayerKind, Network};
use crate::shape::{Output, Shape};
use crate::size::{Size, place_at};
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn infer_shapes(network: &mut Network, diagnostics: &mut Diagnostics) {
    // How many errors there were before each layer.
    let mut errors = Vec::new();
    for index in 0..network.layers.len() {
        errors.push(diagnostics.len());
        let value = network.layers[index].inputs[0];
        let (input, origin) = (network.value(value).clone(), origin(network, value));
        joins::check_repetition(network, index, diagnostics);
        look_up_sizes(network, index);
        let inferred = match network.layers[index].kind {
            // After a mistake inside the block its end is a guess.
            LayerKind::Join(_) if diagnostics.len() > errors[network.layers[index].first] => {
                joins::unknown()
            }
            LayerKind::Join(join) => joins::infer_join(network, index, join, diagnostics),
            LayerKind::Input(field) => joins::field(&input, field),
            _ => infer_layer(network, index, &input, &origin, diagnostics),
        };
        let inferred = check_tied(network, index, &input, &origin, inferred, diagnostics);
        let layer = &mut network.layers[index];
        layer.input = input;
        layer.output = inferred.output;
        layer.ty = place_at(inferred.ty, layer.span);
        layer.value = inferred.value;
        layer.parameters = inferred.parameters;
        layer.tensors = inferred.tensors;
        layer.macs = inferred.macs;
        if let LayerKind::User { ty, .. } = &layer.kind {
            layer.ty = ty.clone();
        }
    }
    check_output(network, diagnostics);
}

/// The sizes that a part of a layer takes from a value before it.
fn look_up_sizes(network: &mut Network, index: usize) {
    let (before, layers) = network.layers.split_at_mut(index);
    if let Some(layer) = layers.first_mut()
        && let LayerKind::BuiltIn(_, arguments) = &mut layer.kind
    {
        arguments.look_up(|value| {
            let layer = value.checked_sub(1).and_then(|value| before.get(value));
            match layer.map_or(&network.input, |layer| &layer.output) {
                Shape::Array(sizes) => sizes.last().cloned().unwrap_or(Size::Unknown),
                _ => Size::Unknown,
            }
        });
    }
}

/// Weights of another layer must be those that this one would have.
fn check_tied(
    network: &Network,
    index: usize,
    input: &Shape,
    origin: &str,
    inferred: Inferred,
    diagnostics: &mut Diagnostics,
) -> Inferred {
    let layer = &network.layers[index];
    let Some(tied) = &layer.tied else {
        return inferred;
    };
    let other = &network.layers[tied.to];
    let counts = (inferred.parameters.known(), other.parameters.known());
    if let (false, (Some(here), Some(there))) = (tied.transposed, counts)
        && here != there
    {
        diagnostics
            .error(
                layer.span,
                format!(
                    "`{}` takes {} where it has its weights, and {input} here",
                    other.called(),
                    other.input
                ),
            )
            .note(origin)
            .help("tied layers take values of one size; `transposed = true` goes the other way");
    }
    Inferred {
        parameters: Count::ZERO,
        ..inferred
    }
}

fn infer_layer(
    network: &mut Network,
    index: usize,
    input: &Shape,
    origin: &str,
    diagnostics: &mut Diagnostics,
) -> Inferred {
    let Network {
        layers,
        scalar,
        symbols,
        checks,
        ..
    } = network;
    let layer = &layers[index];
    if matches!(input, Shape::Heads(_)) && layer.inputs == [0] {
        // A body that does not say which input it takes is reported where it begins.
        return joins::unknown();
    }
    let mut input = input;
    if matches!(input, Shape::Heads(_)) {
        diagnostics
            .error(
                layer.span,
                format!("`{}` follows `Heads`, which ends a network", layer.text),
            )
            .help("move it into the heads");
        input = &Shape::Unknown;
    }
    match &layer.kind {
        LayerKind::BuiltIn(kind, arguments) => {
            let mut site = Site {
                kind: kind.name,
                called: layer.called(),
                span: layer.span,
                input,
                origin,
                block: layer.block.as_deref(),
                scalar,
                symbols,
                checks,
                diagnostics,
            };
            let mut inferred = (kind.infer)(&mut site, arguments);
            if inferred.output.is_too_large() {
                let text = format!(
                    "`{}` puts out {}, more than any memory holds",
                    kind.name, inferred.output
                );
                site.misfit(text);
                inferred.output = Shape::Unknown;
            } else if inferred.parameters.is_too_large() {
                let text = format!("`{}` has more parameters than any memory holds", kind.name);
                site.misfit(text);
            }
            inferred
        }
        LayerKind::Join(_) | LayerKind::Input(_) | LayerKind::Unread => Inferred {
            output: Shape::Unknown,
            ty: TokenStream::new(),
            value: TokenStream::new(),
            parameters: Count::Unknown,
            tensors: Vec::new(),
            macs: Count::Unknown,
        },
        LayerKind::User {
            ty, value, generic, ..
        } => {
            if !matches!(input, Shape::Unknown) {
                let (arrives, text) = (input.ty(scalar), &layer.text);
                checks.push(Check {
                    place: layer.span.into(),
                    call: quote!(::chainrule::__private::check_input(
                        #text,
                        <<#ty as ::chainrule::Layer<#scalar>>::Input as ::chainrule::Shape>::DIMS,
                        <#arrives as ::chainrule::Shape>::DIMS,
                        #origin
                    )),
                });
            }
            if layer.inputs != [0] {
                let text = &layer.text;
                checks.push(Check {
                    place: layer.span.into(),
                    call: quote!(::chainrule::__private::check_no_indices(
                        #text,
                        <#ty as ::chainrule::Layer<#scalar>>::READS_INDICES
                    )),
                });
            }
            Inferred {
                output: Shape::Output(Output {
                    layer: place_at(ty.clone(), layer.span),
                    text: layer.text.clone(),
                    generic: *generic,
                }),
                ty: ty.clone(),
                value: value.clone(),
                parameters: Count::Unknown,
                tensors: Vec::new(),
                macs: Count::Unknown,
            }
        }
    }
}

/// `-> [10]` against what the last layer puts out.
fn check_output(network: &mut Network, diagnostics: &mut Diagnostics) {
    let origin = origin(network, network.layers.len());
    let Some((declared, place)) = &network.declared_output else {
        return;
    };
    // Without layers that is the mistake.
    if network.layers.is_empty() {
        return;
    }
    let found = network.inferred_output();
    // Sizes of a user's layer are known to the compiler only, and nobody could type their names.
    let of_layer = matches!(found, Shape::Array(sizes) if sizes.iter().any(Size::is_of_layer));
    let same = declared.same(found).filter(|same| *same || !of_layer);
    match same {
        Some(true) => {}
        Some(false) => {
            let error = diagnostics.error(
                *place,
                format!("the declared output is {declared}, but the layers produce {found}"),
            );
            error.note(origin);
            if let (Shape::Array(declared), Shape::Array(found)) = (declared, found)
                && let ([declared @ (Size::Known(_) | Size::Generic(_))], [_], Some(last)) =
                    (declared.as_slice(), found.as_slice(), network.layers.last())
                && last.text.starts_with("Linear(")
            {
                error.help(format!(
                    "write `-> {}`, or end with `Linear({declared})`",
                    network.inferred_output()
                ));
            } else {
                error.help(format!("write `-> {found}`, or change the layers"));
            }
        }
        None => {
            let (declared, found) = (declared.ty(&network.scalar), found.ty(&network.scalar));
            network.checks.push(Check {
                place: *place,
                call: quote!(::chainrule::__private::check_output(
                    <#declared as ::chainrule::Shape>::DIMS,
                    <#found as ::chainrule::Shape>::DIMS,
                    #origin
                )),
            });
        }
    }
}
