//! The blocks of a network, as the labels of its layers tell them.

use crate::LayerInfo;

/// A layer, or those that share a part of their labels.
pub(super) enum Node {
    Layer(&'static LayerInfo),
    Group {
        name: &'static str,
        nodes: Vec<Node>,
    },
}

/// The ends of blocks, which put together what several ways put out.
const JOINS: [&str; 5] = ["Residual", "Add", "Multiply", "Concat", "Heads"];

/// Puts layers into groups: `stage.0.fc` stands in the group `0` of the group `stage`.
///
/// Layers without a label stand where the layer before them stands. The end of a block closes its group.
pub(super) fn build(layers: &'static [LayerInfo]) -> Vec<Node> {
    let mut root = Vec::new();
    let mut open: Vec<&'static str> = Vec::new();
    for layer in layers {
        let mut path = open.clone();
        if let Some(join) = join_kind(layer) {
            if !layer.label.is_empty() {
                path = layer.label.split('.').collect();
            } else if let Some(place) = open.iter().rposition(|name| is_made_from(name, join)) {
                path.truncate(place + 1);
            } else if join == "Heads" {
                path.pop();
            }
            open.clone_from(&path);
            open.pop();
        } else if !layer.label.is_empty() {
            path = layer.label.split('.').collect();
            path.pop();
            open.clone_from(&path);
        }
        insert(&mut root, &path, layer);
    }
    root
}

/// What kind of block a layer ends, if it does.
pub(super) fn join_kind(layer: &LayerInfo) -> Option<&'static str> {
    let kind = layer.declaration.split('(').next()?;
    let known = JOINS.into_iter().find(|join| *join == kind)?;
    (layer.parameters.is_empty() && layer.macs == 0).then_some(known)
}

/// Whether a name is that of a block without a label: `residual1`.
fn is_made_from(name: &str, kind: &str) -> bool {
    name.strip_prefix(&*kind.to_lowercase())
        .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn insert(nodes: &mut Vec<Node>, path: &[&'static str], layer: &'static LayerInfo) {
    let Some((&first, rest)) = path.split_first() else {
        nodes.push(Node::Layer(layer));
        return;
    };
    let is_open = matches!(nodes.last(), Some(Node::Group { name, .. }) if *name == first);
    if !is_open {
        let nodes_of_group = Vec::new();
        nodes.push(Node::Group {
            name: first,
            nodes: nodes_of_group,
        });
    }
    if let Some(Node::Group { nodes, .. }) = nodes.last_mut() {
        insert(nodes, rest, layer);
    }
}
