//! Names the groups of parameters: a constant for each layer and each block that has some.

use crate::diagnostics::Diagnostics;
use crate::model::{Count, Member, Network};
use proc_macro2::{Ident, Span};
use std::collections::HashMap;
use std::ops::Range;
use syn::ext::IdentExt;

/// The constants that every network has: those of the trait, and that of `export_c`.
const TAKEN: [&str; 8] = [
    "CROSS_SAMPLE",
    "C_HEADER",
    "INFERENCE_BYTES",
    "LAYERS",
    "MACS",
    "NAME",
    "PARAMETERS",
    "TRAINING_BYTES",
];

/// A constant.
pub(crate) struct GroupName {
    pub(crate) name: Ident,
    /// The way to the field, as in the names of tensors.
    pub(crate) path: String,
    /// The layers that it stands for.
    pub(crate) layers: Range<usize>,
    /// As declared; nothing for a block.
    pub(crate) text: Option<String>,
}

/// All of them: that of a block in front of those of its layers.
pub(crate) fn group_names(network: &Network) -> Vec<GroupName> {
    let mut groups: Vec<GroupName> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for (index, layer) in network.layers.iter().enumerate() {
        let none =
            matches!(&layer.parameters, Count::Sum(_)) && layer.parameters.known() == Some(0);
        let Some(path) = layer
            .field
            .as_ref()
            .filter(|_| layer.owns_parameters() && !none)
        else {
            continue;
        };
        let mut way = String::new();
        for (depth, member) in path.0.iter().enumerate() {
            let (step, span) = match member {
                Member::Field(name) => (name.unraw().to_string(), name.span()),
                Member::Element(element) => (element.to_string(), layer.span),
            };
            if depth > 0 {
                way.push('.');
            }
            way.push_str(&step);
            if let Some(place) = places.get(&way) {
                groups[*place].layers.end = index + 1;
                continue;
            }
            let Some(name) = constant(&way, span) else {
                continue;
            };
            places.insert(way.clone(), groups.len());
            groups.push(GroupName {
                name,
                path: way.clone(),
                layers: index..index + 1,
                text: (depth + 1 == path.0.len()).then(|| layer.text.clone()),
            });
        }
    }
    groups
}

/// `stage.0.conv` → `STAGE_0_CONV`
fn constant(path: &str, span: Span) -> Option<Ident> {
    let mut name = path.replace('.', "_").to_uppercase();
    if TAKEN.contains(&name.as_str()) {
        name.push('_');
    }
    // Unicode has letters whose upper case begins no name.
    let mut ident = syn::parse_str::<Ident>(&name).ok()?;
    ident.set_span(span);
    Some(ident)
}

/// Reports two paths that would be one constant.
pub(super) fn name_groups(network: &Network, diagnostics: &mut Diagnostics) {
    let mut seen: HashMap<String, GroupName> = HashMap::new();
    for group in group_names(network) {
        let name = group.name.to_string();
        if let Some(first) = seen.get(&name) {
            diagnostics
                .error(
                    group.name.span(),
                    format!(
                        "the parameters of `{}` and of `{}` would both be the constant `{name}`",
                        first.path, group.path
                    ),
                )
                .note(format!(
                    "`{}` is on line {}",
                    first.path,
                    first.name.span().start().line
                ))
                .help("choose another label");
            continue;
        }
        seen.insert(name, group);
    }
}
