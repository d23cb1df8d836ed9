//! Decides where every activation lies.
//!
//! A slot is memory for one activation. Slot 0 is the network's input. A layer is
//!
//! - [`Plain`](Form::Plain): it reads a slot and writes the next one;
//! - [`InPlace`](Form::InPlace): an activation that overwrites the slot before it. In inference any may, except on
//!   the network's input, which belongs to the caller. In training only one whose derivative needs nothing but its
//!   output, and only where the layer that wrote the slot does not read its own output again in its backward pass;
//! - [`View`](Form::View): the same slot in another shape. In inference dropout is one too.

use crate::catalogue::Role;
use crate::model::{Layer, LayerKind, Network};
use crate::shape::Shape;

/// Where activations lie, in inference and in training.
#[derive(Default)]
pub(crate) struct Plan {
    pub(crate) inference: Schedule,
    pub(crate) training: Schedule,
}

/// The slots of one of the two, and what each layer does with them.
#[derive(Default)]
pub(crate) struct Schedule {
    /// The shape in which each slot is written.
    pub(crate) slots: Vec<Shape>,
    /// One for each layer.
    pub(crate) steps: Vec<Step>,
}

/// What a layer does with the slots.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) form: Form,
    /// The slot that is read.
    pub(crate) from: usize,
    /// The slot that holds the result.
    pub(crate) to: usize,
}

/// How a layer uses memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Form {
    Plain,
    InPlace,
    View,
}

pub(super) fn plan_buffers(network: &mut Network) {
    let plan = Plan {
        inference: schedule(network, false),
        training: schedule(network, true),
    };
    network.plan = plan;
}

fn schedule(network: &Network, training: bool) -> Schedule {
    let mut schedule = Schedule {
        slots: vec![network.input.clone()],
        steps: Vec::new(),
    };
    // Whether the backward pass of whatever wrote the newest slot reads it again.
    let mut writer_reads_output = false;
    for (index, layer) in network.layers.iter().enumerate() {
        let from = schedule.slots.len() - 1;
        // Input and output are different memory, so something must cross over.
        let last_chance = from == 0 && index + 1 == network.layers.len();
        let form = match role(layer) {
            _ if last_chance => Form::Plain,
            Role::Compute { .. } => Form::Plain,
            Role::View => Form::View,
            Role::Dropout if training => Form::Plain,
            Role::Dropout => Form::View,
            Role::Pointwise { from_output } => {
                let in_place = from > 0 && (!training || (from_output && !writer_reads_output));
                if in_place { Form::InPlace } else { Form::Plain }
            }
        };
        match (form, role(layer)) {
            (Form::Plain, role) => {
                schedule.slots.push(layer.output.clone());
                writer_reads_output = match role {
                    Role::Compute { reads_output } => reads_output,
                    Role::Pointwise { .. } => true,
                    Role::View | Role::Dropout => false,
                };
            }
            (Form::InPlace, _) => writer_reads_output = true,
            (Form::View, _) => {}
        }
        let to = schedule.slots.len() - 1;
        schedule.steps.push(Step { form, from, to });
    }
    schedule
}

/// A user's layer may read its output.
fn role(layer: &Layer) -> Role {
    match &layer.kind {
        LayerKind::BuiltIn(kind, _) => kind.facts.role,
        LayerKind::User { .. } | LayerKind::Unread => Role::Compute { reads_output: true },
    }
}

impl Layer {
    /// Whether its forward pass may leave something for its backward pass besides input and output.
    pub(crate) fn may_save(&self) -> bool {
        match &self.kind {
            LayerKind::BuiltIn(kind, _) => kind.facts.saves,
            LayerKind::User { .. } => true,
            LayerKind::Unread => false,
        }
    }

    /// Whether its forward pass wants that room in inference, too. Of the built-in layers none does.
    pub(crate) fn may_save_in_inference(&self) -> bool {
        matches!(self.kind, LayerKind::User { .. })
    }
}
