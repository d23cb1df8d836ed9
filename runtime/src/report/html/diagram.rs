//! The network as boxes: forwards down, gradients up.

use super::escape::Escaped;
use super::history::{History, LayerSeries};
use super::number::{grouped, short};
use super::tree::{Node, build, join_kind};
use crate::LayerInfo;
use crate::train::RunInfo;

/// The arrows of all wires, drawn once.
const ARROWS: &str = "<svg class=\"hidden\" aria-hidden=\"true\"><defs>\
    <symbol id=\"down\" viewBox=\"0 0 14 34\"><path class=\"forward\" d=\"M7 1V31m-5 -6l5 7l5 -7\"/></symbol>\
    <symbol id=\"up\" viewBox=\"0 0 14 34\"><path class=\"backward\" d=\"M7 33V3\"/>\
    <path class=\"backward tip\" d=\"M2 9l5 -7l5 7\"/></symbol></defs></svg>";

pub(super) fn diagram(run: &RunInfo, history: &History) -> String {
    if run.layers.is_empty() {
        return String::new();
    }
    let mut flow = Flow {
        series: &history.layers,
        shape: run.input,
        trains: false,
    };
    let layers = flow.nodes(&build(run.layers));
    format!(
        "{ARROWS}<div class=\"diagram\"><div class=\"flow\"><div class=\"box end\"><b>input</b></div>{layers}{wire}\
         <div class=\"box end\"><b>loss</b> <span>gradients start here</span></div></div></div>\n",
        wire = flow.wire(),
    )
}

/// What flows at a place of the network.
struct Flow<'a> {
    series: &'a [LayerSeries],
    shape: &'static [usize],
    /// Whether there is something to train before it; only then do gradients go further back.
    trains: bool,
}

impl Flow<'_> {
    fn nodes(&mut self, nodes: &[Node]) -> String {
        let mut html = String::new();
        let mut rest = nodes;
        while let Some((first, behind)) = rest.split_first() {
            let ways = ways(rest);
            if let Some((join, behind)) = rest.get(ways..).and_then(<[Node]>::split_first)
                && ways > 0
            {
                html += &self.branches(&rest[..ways], join);
                rest = behind;
                continue;
            }
            match first {
                Node::Layer(layer) => html += &(self.wire() + &self.layer(layer)),
                Node::Group { name, nodes } => {
                    let inner = self.nodes(nodes);
                    html += &format!(
                        "<div class=\"group\"><span class=\"name\">{}</span>{inner}</div>",
                        Escaped(name)
                    );
                }
            }
            rest = behind;
        }
        html
    }

    /// Ways beside each other up to the layer that joins them.
    fn branches(&mut self, ways: &[Node], join: &Node) -> String {
        let Node::Layer(join) = join else {
            return String::new();
        };
        let (shape, trains) = (self.shape, self.trains);
        let mut trains_after = trains;
        let mut columns = String::new();
        let mut way = |flow: &mut Self, nodes: &[Node]| {
            (flow.shape, flow.trains) = (shape, trains);
            let inner = if nodes.is_empty() {
                "<div class=\"through\"><span>unchanged</span></div>".to_owned()
            } else {
                flow.nodes(nodes)
            };
            columns += &format!("<div class=\"way\">{inner}{}</div>", flow.wire());
            trains_after |= flow.trains;
        };
        if join_kind(join) == Some("Residual") {
            let is_projection = |node: &Node| match node {
                Node::Layer(layer) => layer.label.rsplit('.').next() == Some("project"),
                Node::Group { name, .. } => *name == "project",
            };
            let body = ways.iter().position(is_projection).unwrap_or(ways.len());
            way(self, &ways[..body]);
            way(self, &ways[body..]);
        } else {
            for node in ways {
                way(self, std::slice::from_ref(node));
            }
        }
        self.trains = trains_after;
        let joined = self.layer(join);
        format!("<div class=\"ways\">{columns}</div>{joined}")
    }

    fn layer(&mut self, layer: &'static LayerInfo) -> String {
        let count = layer.parameter_count();
        let label = match layer.label.rsplit('.').next() {
            None | Some("") => String::new(),
            Some(label) => format!("<b>{}</b> ", Escaped(label)),
        };
        let mut facts = Vec::new();
        if count > 0 {
            facts.push(format!("{} parameters", grouped(count as u64)));
        }
        if let Some(series) = self
            .series
            .iter()
            .find(|series| series.label == layer.label)
        {
            let last =
                |series: &super::series::Series| Some(short(series.buckets().last()?.value()));
            facts.extend(last(&series.weights).map(|norm| format!("‖W‖ {norm}")));
            facts.extend(
                last(&series.gradients)
                    .map(|norm| format!("<span class=\"back\">‖∂L/∂W‖ {norm}</span>")),
            );
        }
        let facts = if facts.is_empty() {
            String::new()
        } else {
            format!("<small>{}</small>", facts.join(" · "))
        };
        self.shape = layer.output;
        self.trains |= count > 0;
        format!(
            "<div class=\"box{}\"><div>{label}<code>{}</code></div>{facts}</div>",
            if count > 0 { " trained" } else { "" },
            Escaped(layer.declaration),
        )
    }

    /// The arrows between two layers, with the shape of what goes forwards.
    fn wire(&self) -> String {
        let back = if self.trains {
            "<svg><use href=\"#up\"/></svg><span class=\"back\">∂L</span>"
        } else {
            "<span></span><span></span>"
        };
        format!(
            "<div class=\"wire\"><span>{:?}</span><svg><use href=\"#down\"/></svg>{back}</div>",
            self.shape
        )
    }
}

/// How many nodes at the start are ways to a layer that joins them; 0 if there is none.
fn ways(nodes: &[Node]) -> usize {
    let Some(end) = nodes
        .iter()
        .position(|node| matches!(node, Node::Layer(layer) if join_kind(layer).is_some()))
    else {
        return 0;
    };
    let Some(Node::Layer(join)) = nodes.get(end) else {
        return 0;
    };
    // All of a residual block lies before its end; other joins are of groups.
    let are_groups = nodes[..end]
        .iter()
        .all(|node| matches!(node, Node::Group { .. }));
    if join_kind(join) == Some("Residual") || are_groups {
        end
    } else {
        0
    }
}
