//! The table of layers in the network's documentation, which an editor shows on hover.

use crate::model::{Count, Network};
use proc_macro2::TokenStream;
use quote::quote;

pub(super) fn table(network: &Network) -> TokenStream {
    let documented = network
        .attributes
        .network
        .iter()
        .any(|attribute| attribute.path().is_ident("doc"));
    let mut lines = vec![
        format!("`{}` → `{}`", network.input, network.output()),
        String::new(),
        "| label | layer | output | parameters | multiply-adds |".into(),
        "|---|---|---|---:|---:|".into(),
    ];
    for layer in &network.layers {
        let label = match layer.label.as_str() {
            "" => String::new(),
            label => format!("`{label}`"),
        };
        lines.push(format!(
            "| {label} | `{}` | {} | {} | {} |",
            cell(&layer.text),
            output(&layer.output.to_string()),
            layer.parameters,
            layer.macs
        ));
    }
    let total = |count: fn(&crate::model::Layer) -> &Count| {
        let known = network
            .layers
            .iter()
            .try_fold(0_u64, |sum, layer| sum.checked_add(count(layer).known()?));
        known.map_or_else(String::new, crate::model::grouped)
    };
    let (parameters, macs) = (total(|layer| &layer.parameters), total(|layer| &layer.macs));
    if !parameters.is_empty() {
        lines.push(format!("| | | | **{parameters}** | **{macs}** |"));
    }
    if let Some(path) = &network.weights.path {
        let path = path.value();
        lines.extend([
            String::new(),
            format!("The weights of `{path}` are part of the program, see `embedded`."),
        ]);
    }
    // As `///` writes them: with a space before the text.
    let lines = lines.iter().map(|line| format!(" {line}"));
    // A blank line between the user's words and the table.
    let blank = documented.then(|| quote!(#[doc = ""]));
    quote!(#blank #(#[doc = #lines])*)
}

/// Shapes as code, sentences as they are.
fn output(text: &str) -> String {
    if text.starts_with('[') {
        format!("`{}`", cell(text))
    } else {
        cell(text)
    }
}

/// Bars would end the cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
