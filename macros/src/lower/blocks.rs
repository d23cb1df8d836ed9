//! Bodies and blocks, laid out one layer behind the other: what is nested in the declaration becomes a list in which
//! every layer says which values it takes.

use super::bilinear;
use super::inputs;
use super::layer;
use super::names::{Locals, Names};
use super::parts;
use crate::catalogue::positive;
use crate::diagnostics::{Diagnostics, Place};
use crate::model::{Join, Layer, LayerKind, Member, Path};
use crate::size::{Size, Symbols, parse_size};
use crate::syntax::{Block, BlockKind, Branch, Generics, Node};
use proc_macro2::Ident;
use quote::format_ident;

/// More than anybody writes, and still compiled in reasonable time.
const LAYERS: usize = 10_000;

/// What the layers of a network are lowered with, and what has come out so far.
pub(super) struct Lowering<'a> {
    pub(super) network: &'a Ident,
    pub(super) generics: &'a Generics,
    pub(super) symbols: &'a mut Symbols,
    pub(super) diagnostics: &'a mut Diagnostics,
    pub(super) locals: Locals,
    /// The names of the inputs, where they have some.
    pub(super) inputs: Vec<&'a Ident>,
    pub(super) layers: Vec<Layer>,
}

/// Where a body stands.
#[derive(Clone, Default)]
pub(super) struct Scope {
    /// The way to the fields of its layers.
    pub(super) path: Path,
    /// What errors call the innermost block.
    pub(super) block: Option<String>,
    /// The heads that it is part of, outermost first.
    heads: Vec<Ident>,
}

impl Scope {
    pub(super) fn field(&self, name: &Ident) -> Self {
        Self {
            path: self.path.join(Member::Field(name.clone())),
            ..self.clone()
        }
    }

    /// Inside of a block.
    pub(super) fn within(self, block: &Block) -> Self {
        let called = match &block.label {
            Some(label) => format!("`{label}: {}`", block.text),
            None => format!("`{}`", block.text),
        };
        Self {
            block: Some(format!("{called} on line {}", block.span.start().line)),
            ..self
        }
    }
}

impl<'a> Lowering<'a> {
    pub(super) fn new(
        network: &'a Ident,
        generics: &'a Generics,
        symbols: &'a mut Symbols,
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        Self {
            network,
            generics,
            symbols,
            diagnostics,
            locals: Locals::default(),
            inputs: Vec::new(),
            layers: Vec::new(),
        }
    }

    /// All layers of a network.
    pub(super) fn lower_network(&mut self, body: &[Node]) {
        let errors = self.diagnostics.len();
        let input = inputs::push(self);
        let result = self.lower_body(body, input, &Scope::default());
        self.freeze_tied();
        if self.diagnostics.len() == errors && !body.is_empty() {
            inputs::check_taken(self, result);
        }
    }

    /// The layers of a body that takes the value `input`; returns the value that comes out.
    pub(super) fn lower_body(&mut self, body: &[Node], input: usize, scope: &Scope) -> usize {
        let labels = body.iter().flat_map(|node| -> Vec<&Ident> {
            match node {
                Node::Layer(layer) => layer.label.iter().collect(),
                // Heads without a label of their own are fields of the network.
                Node::Block(block) if block.kind == BlockKind::Heads && block.label.is_none() => {
                    let branches = block.branches.iter();
                    branches
                        .filter_map(|branch| branch.label.as_ref())
                        .collect()
                }
                // So are those of branches beside their layer.
                Node::Block(block) if block.kind == BlockKind::Bilinear => {
                    let branches = block.branches.iter();
                    let branches = branches.filter_map(|branch| branch.label.as_ref());
                    block.label.iter().chain(branches).collect()
                }
                Node::Block(block) => block.label.iter().collect(),
                Node::Braces(_) | Node::Unread => Vec::new(),
            }
        });
        let mut names = Names::new(labels, self.diagnostics);
        let (mut value, body) = inputs::begin(self, body, input);
        for node in body {
            value = match node {
                Node::Layer(found) if inputs::reject(self, found) => {
                    self.push(layer::unread(found.span(), value))
                }
                Node::Layer(found) => {
                    let layer = layer::lower_layer(self, found, value, scope, &mut names);
                    parts::push(self, layer, scope)
                }
                Node::Block(block) => {
                    let first = self.layers.len();
                    let value = self.lower_block(block, value, scope, &mut names);
                    if let Some(place) = block.freeze {
                        self.freeze(place, block.kind.name(), first);
                    }
                    value
                }
                Node::Braces(braces) => {
                    let span = layer::reject_braces(braces, self.diagnostics);
                    self.push(layer::unread(span, value))
                }
                Node::Unread => self.push(layer::unread(self.network.span(), value)),
            };
        }
        value
    }

    /// The value that it puts out.
    pub(super) fn push(&mut self, layer: Layer) -> usize {
        self.layers.push(layer);
        self.layers.len()
    }

    fn lower_block(
        &mut self,
        block: &Block,
        input: usize,
        scope: &Scope,
        names: &mut Names,
    ) -> usize {
        if block.kind == BlockKind::Bilinear {
            return bilinear::push(self, block, input, scope, names);
        }
        let name = names.name(block.kind.name(), block.label.as_ref(), block.span);
        let inner = scope.field(&name).within(block);
        match block.kind {
            BlockKind::Heads if block.label.is_none() => {
                let path = scope.path.clone();
                self.lower_heads(block, input, &Scope { path, ..inner })
            }
            BlockKind::Heads => self.lower_heads(block, input, &inner),
            BlockKind::Residual => self.lower_residual(block, input, &inner),
            BlockKind::Repeat => self.lower_repeat(block, input, &inner),
            BlockKind::Add | BlockKind::Bilinear => {
                self.lower_branches(block, Join::Add, input, &inner)
            }
            BlockKind::Multiply => self.lower_branches(block, Join::Multiply, input, &inner),
            BlockKind::Concat => {
                let dim = self.dim(block);
                self.lower_branches(block, Join::Concat { dim }, input, &inner)
            }
        }
    }

    fn lower_residual(&mut self, block: &Block, input: usize, scope: &Scope) -> usize {
        let (body, first) = (body(block), self.layers.len());
        if body.is_empty() {
            self.needs_layers(block);
            return input;
        }
        let end = self.lower_body(body, input, scope);
        let project = format_ident!("project", span = block.span);
        let beside = match block.project.as_deref() {
            None => input,
            Some([Node::Layer(only)]) if only.label.is_none() && !inputs::is_name(only) => {
                let mut names = Names::new([&project], self.diagnostics);
                let layer =
                    layer::lower_named(self, only, Some(&project), input, scope, &mut names);
                parts::push(self, layer, scope)
            }
            Some(body) => self.lower_body(body, input, &scope.field(&project)),
        };
        self.join(block, Join::Add, vec![end, beside], first, scope)
    }

    fn lower_repeat(&mut self, block: &Block, input: usize, scope: &Scope) -> usize {
        let body = block
            .branches
            .first()
            .map_or(&[][..], |branch| &branch.body);
        if body.is_empty() {
            self.needs_layers(block);
            return input;
        }
        let mut value = input;
        let mut previous = None;
        for element in 0..self.count(block) {
            if element > 0 && self.puts_out_heads(value) {
                let text = "`Repeat` goes on behind `Heads`, which ends a network";
                self.diagnostics
                    .error(block.span, text)
                    .help("move `Heads` behind the block");
                break;
            }
            let scope = Scope {
                path: scope.path.join(Member::Element(element)),
                ..scope.clone()
            };
            let (first, errors) = (self.layers.len(), self.diagnostics.len());
            value = self.lower_body(body, value, &scope);
            // Said once.
            if self.diagnostics.len() > errors {
                break;
            }
            if let (Some(previous), Some(layer)) = (previous, self.layers.get_mut(first)) {
                layer.repeats = Some((previous, block.span));
            }
            previous = Some(first);
        }
        value
    }

    fn lower_branches(&mut self, block: &Block, join: Join, input: usize, scope: &Scope) -> usize {
        if block.branches.len() < 2 && !block.broken {
            let text = format!("`{}` needs at least two branches", block.kind.name());
            self.diagnostics
                .error(block.span, text)
                .help(format!("write as in `{}`", block.kind.example()));
        }
        let labels = block
            .branches
            .iter()
            .filter_map(|branch| branch.label.as_ref());
        let mut names = Names::new(labels, self.diagnostics);
        let (mut ends, first) = (Vec::new(), self.layers.len());
        for Branch { label, body, .. } in &block.branches {
            let name = names.name("Branch", label.as_ref(), block.span);
            ends.push(self.lower_body(body, input, &scope.field(&name)));
        }
        if ends.is_empty() {
            return input;
        }
        self.join(block, join, ends, first, scope)
    }

    fn lower_heads(&mut self, block: &Block, input: usize, scope: &Scope) -> usize {
        let first = self.layers.len();
        let (mut ends, mut heads) = (Vec::new(), Vec::new());
        for Branch { label, body, place } in &block.branches {
            let Some(label) = label else {
                self.diagnostics
                    .error(
                        *place,
                        "a head needs a name, which becomes a field of the output",
                    )
                    .help(format!("write as in `{}`", block.kind.example()));
                continue;
            };
            let mut inner = scope.field(label);
            inner.heads.push(label.clone());
            ends.push(self.lower_body(body, input, &inner));
            heads.push(label.clone());
        }
        if ends.is_empty() {
            if !block.broken && block.branches.is_empty() {
                self.needs_layers(block);
            }
            return input;
        }
        let value = self.join(block, Join::Heads, ends, first, scope);
        if let Some(layer) = self.layers.last_mut() {
            layer.heads = heads;
            layer.heads_around = scope.heads.clone();
        }
        value
    }

    fn puts_out_heads(&self, value: usize) -> bool {
        let layer = value
            .checked_sub(1)
            .and_then(|index| self.layers.get(index));
        layer.is_some_and(|layer| matches!(layer.kind, LayerKind::Join(Join::Heads)))
    }

    /// The end of a block that begins with the layer `first`.
    fn join(
        &mut self,
        block: &Block,
        join: Join,
        mut inputs: Vec<usize>,
        first: usize,
        scope: &Scope,
    ) -> usize {
        inputs::check_ends(self, block, &mut inputs);
        let name = block.label.clone();
        let name =
            name.unwrap_or_else(|| Ident::new(&block.kind.name().to_lowercase(), block.span));
        let layer = Layer {
            user_label: block.label.as_ref().map(ToString::to_string),
            label: match block.label {
                Some(_) => scope.path.to_string(),
                None => String::new(),
            },
            local: self.locals.local(&name, block.span),
            text: block.text.clone(),
            kind: LayerKind::Join(join),
            first,
            block: scope.block.clone(),
            ..layer::unread(block.span, 0)
        };
        self.push(Layer { inputs, ..layer })
    }

    /// `Repeat(3)`: how often.
    fn count(&mut self, block: &Block) -> usize {
        let Some(count) = &block.count else {
            if block.broken {
                return 1;
            }
            self.diagnostics
                .error(block.span, "`Repeat` needs to know how often")
                .help(format!("write as in `{}`", block.kind.example()));
            return 1;
        };
        let size = parse_size(count, self.generics, self.symbols, self.diagnostics);
        let place = Place::of(count);
        match size {
            Size::Known(0) => {
                positive(
                    "Repeat",
                    "count",
                    size,
                    place,
                    &mut Vec::new(),
                    self.diagnostics,
                );
                1
            }
            Size::Known(count) => {
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                let layers = count.saturating_mul(body(block).len());
                if layers > LAYERS.saturating_sub(self.layers.len()) {
                    let text = format!("this makes more than {LAYERS} layers");
                    self.diagnostics.error(place, text);
                    return 1;
                }
                count
            }
            Size::Unknown => 1,
            Size::Generic(_) | Size::Symbol(_) => {
                self.diagnostics
                    .error(place, "`Repeat` needs a literal number")
                    .note("the layers are written out while the program compiles, before constants have values");
                1
            }
        }
    }

    /// `Concat(dim = 1)`
    fn dim(&mut self, block: &Block) -> usize {
        let Some(dim) = &block.dim else {
            return 0;
        };
        match parse_size(dim, self.generics, self.symbols, self.diagnostics) {
            Size::Known(dim) => usize::try_from(dim).unwrap_or(usize::MAX),
            Size::Unknown => 0,
            Size::Generic(_) | Size::Symbol(_) => {
                self.diagnostics
                    .error(Place::of(dim), "`dim` needs a literal number");
                0
            }
        }
    }

    fn needs_layers(&mut self, block: &Block) {
        let place = block
            .branches
            .first()
            .map_or(Place::from(block.span), |branch| branch.place);
        self.diagnostics
            .error(
                place,
                format!("`{}` needs at least one layer", block.kind.name()),
            )
            .help(format!("write as in `{}`", block.kind.example()));
    }
}

/// The layers of a block that has one body.
fn body(block: &Block) -> &[Node] {
    block.branches.first().map_or(&[], |branch| &branch.body)
}
