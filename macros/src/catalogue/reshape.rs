//! `Flatten` and `Reshape([c, h, w])`

use super::arguments::{Accepts, Argument, Value};
use super::{Arguments, Facts, Inferred, Kind, PLAIN, Role, Site};
use crate::model::Count;
use crate::shape::Shape;
use crate::size::Size;
use quote::quote;

const VIEW: Facts = Facts {
    role: Role::View,
    ..PLAIN
};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "Flatten",
        arguments: &[],
        facts: VIEW,
        infer: flatten,
    },
    Kind {
        name: "Reshape",
        arguments: &[Argument::required("shape", Accepts::Shape)],
        facts: VIEW,
        infer: reshape,
    },
];

/// `[a, b, c] → [a·b·c]`
fn flatten(site: &mut Site<'_>, _: &Arguments) -> Inferred {
    let len = match site.input.clone() {
        Shape::Heads(_) | Shape::Unknown => Size::Unknown,
        Shape::Array(sizes) => site.derive(|symbols| symbols.product(&sizes)),
        Shape::Output(output) if output.generic => {
            let text = format!(
                "`Flatten` needs to know the sizes that `{}` puts out, which depend on the parameters of the network",
                output.text
            );
            site.misfit(text)
                .note("stable Rust cannot compute sizes from generic types")
                .help("give the network literal sizes and a fixed scalar");
            Size::Unknown
        }
        Shape::Output(output) => {
            let ty = site.input.ty(site.scalar);
            let len = quote!(<#ty as ::chainrule::Shape>::LEN);
            site.symbols
                .define_of_layer(len, format!("{}.output.len", output.text))
        }
    };
    view(site, Shape::Array(vec![len]))
}

/// As many elements in another shape.
fn reshape(site: &mut Site<'_>, arguments: &Arguments) -> Inferred {
    let Some(Value::Shape(sizes)) = arguments.get("shape") else {
        return view(site, Shape::Unknown);
    };
    let place = arguments.place("shape").unwrap_or(site.span.into());
    if sizes.is_empty() || sizes.len() > 8 {
        site.diagnostics.error(
            place,
            format!("a shape has one to eight sizes, this has {}", sizes.len()),
        );
        return view(site, Shape::Unknown);
    }
    let sizes: Vec<Size> = sizes
        .iter()
        .map(|size| site.positive("shape", size.clone(), Some(place)))
        .collect();
    if sizes.iter().any(Size::is_unknown) {
        return view(site, Shape::Array(sizes));
    }
    let output = Shape::Array(sizes.clone());
    let same_sizes = matches!(site.input, Shape::Array(input) if multiset_equal(input, &sizes));
    match (site.input.known_len(), output.known_len()) {
        (Some(from), Some(to)) if from != to => {
            let text = format!("`Reshape` to {output} makes {to} elements of {from}");
            let help = format!("choose sizes whose product is {from}");
            let origin = site.origin;
            site.diagnostics.error(place, text).note(origin).help(help);
        }
        (Some(_), Some(_)) => {}
        _ if matches!(site.input, Shape::Unknown) || same_sizes => {}
        _ => {
            let (from, to) = (site.input.len(site.scalar), output.len(site.scalar));
            let origin = site.origin;
            let call = quote!(::chainrule::__private::check_reshape(#from, #to, #origin));
            site.checks.push(crate::model::Check { place, call });
        }
    }
    view(site, output)
}

fn multiset_equal(a: &[Size], b: &[Size]) -> bool {
    let mut rest: Vec<&Size> = b.iter().collect();
    a.len() == b.len()
        && a.iter()
            .all(|size| match rest.iter().position(|other| *other == size) {
                Some(position) => {
                    rest.remove(position);
                    true
                }
                None => false,
            })
}

fn view(site: &Site<'_>, output: Shape) -> Inferred {
    let (from, to) = (site.input.ty(site.scalar), output.ty(site.scalar));
    Inferred {
        ty: quote!(::chainrule::layers::Reshape<#from, #to>),
        value: quote!(::chainrule::layers::Reshape::new()),
        output,
        parameters: Count::ZERO,
        tensors: Vec::new(),
        macs: Count::ZERO,
    }
}
