//! Decides where every activation lies.
//!
//! A slot is memory for one activation. Slot 0 is the network's input; where inputs have names, each has a slot, too,
//! which is that part of slot 0 for one sample or lane group, and a copy of the parts for several. A layer is
//!
//! - [`Plain`](Form::Plain): it reads a slot and writes the next one;
//! - [`InPlace`](Form::InPlace): an activation that overwrites the slot before it. In inference any may, except on
//!   the network's input, which belongs to the caller. In training only one whose derivative needs nothing but its
//!   output, and only where the layer that wrote the slot does not read its own output again in its backward pass;
//! - [`View`](Form::View): the same slot in another shape. In inference dropout is one too.
//!
//! Where several layers read a value, nobody overwrites its slot, and its gradient is a sum: the layer that stands last
//! in the declaration writes it, the others add to it.

use crate::catalogue::Role;
use crate::model::{Join, Layer, LayerKind, Network};
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
    /// The slot that holds the network's output.
    pub(crate) output: usize,
    /// The region where each slot lies (in inference), or its gradient (in training). Slots whose times do not overlap
    /// share one; what belongs to the caller has none.
    pub(crate) regions: Vec<Option<usize>>,
    /// In training, the slots whose gradient some layer writes beside the others' and adds afterwards.
    pub(crate) beside: Vec<usize>,
}

impl Schedule {
    /// The slots that share each region.
    pub(crate) fn sharing(&self) -> Vec<Vec<&Shape>> {
        let mut sharing = Vec::new();
        for (slot, region) in self.slots.iter().zip(&self.regions) {
            if let Some(region) = *region {
                if sharing.len() <= region {
                    sharing.resize_with(region + 1, Vec::new);
                }
                sharing[region].push(slot);
            }
        }
        sharing
    }
}

/// What a layer does with the slots.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) form: Form,
    /// The slots that are read, one for each input; that of a block's end which works in place comes first.
    pub(crate) from: Vec<usize>,
    /// Which of the inputs that is.
    pub(crate) first: usize,
    /// Whether other layers have written the gradient of each input before this one does.
    pub(crate) adds: Vec<bool>,
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
    let (mut inference, mut training) = (schedule(network, false), schedule(network, true));
    inference.regions = share(&activation_times(&inference));
    training.regions = share(&gradient_times(&training));
    add_gradients(network, &mut training);
    network.plan = Plan {
        inference,
        training,
    };
}

/// What is known of a slot while the steps are laid out.
#[derive(Clone, Copy, Default)]
struct Content {
    /// Whether the backward pass of whatever wrote it last reads it again.
    writer_reads: bool,
    /// Whether more than one layer reads what lay in it at some time: then nobody may overwrite it.
    shared: bool,
    /// Whether it is the network's input, or a part of it: memory of the caller.
    of_caller: bool,
}

fn schedule(network: &Network, training: bool) -> Schedule {
    let values = network.layers.len() + 1;
    let mut readers = vec![0_usize; values];
    for input in network.layers.iter().flat_map(|layer| &layer.inputs) {
        readers[*input] += 1;
    }
    let mut slots = vec![network.input.clone()];
    let mut contents = vec![Content {
        writer_reads: false,
        shared: readers[0] > 1,
        of_caller: true,
    }];
    // Where each value lies.
    let mut places = vec![0_usize];
    let mut steps = Vec::new();
    for (index, layer) in network.layers.iter().enumerate() {
        let mut from: Vec<usize> = layer.inputs.iter().map(|input| places[*input]).collect();
        // Input and output are different memory, so something must cross over.
        let last = index + 1 == network.layers.len();
        let mut first = 0;
        let form = match &layer.kind {
            LayerKind::Join(join) => match join_place(*join, &from, &contents, training) {
                Some(place) => {
                    first = place;
                    from.swap(0, place);
                    Form::InPlace
                }
                None => Form::Plain,
            },
            LayerKind::Input(_) => Form::Plain,
            _ if last && contents[from[0]].of_caller => Form::Plain,
            _ => form(role(layer), contents[from[0]], training),
        };
        let to = match form {
            Form::Plain => {
                slots.push(layer.output.clone());
                contents.push(Content {
                    writer_reads: match role(layer) {
                        Role::Compute { reads_output } => reads_output,
                        Role::Pointwise { .. } => true,
                        Role::View | Role::Dropout => false,
                    },
                    shared: false,
                    of_caller: matches!(layer.kind, LayerKind::Input(_)),
                });
                slots.len() - 1
            }
            Form::InPlace => {
                // A join's backward pass reads nothing that it wrote.
                contents[from[0]].writer_reads = !matches!(layer.kind, LayerKind::Join(_));
                from[0]
            }
            Form::View => from[0],
        };
        contents[to].shared |= readers[index + 1] > 1;
        places.push(to);
        steps.push(Step {
            form,
            adds: vec![false; from.len()],
            first,
            from,
            to,
        });
    }
    Schedule {
        output: places[values - 1],
        regions: vec![None; slots.len()],
        beside: Vec::new(),
        slots,
        steps,
    }
}

/// How a layer with one input uses memory.
fn form(role: Role, content: Content, training: bool) -> Form {
    match role {
        Role::Compute { .. } => Form::Plain,
        Role::View => Form::View,
        Role::Dropout if training => Form::Plain,
        Role::Dropout => Form::View,
        Role::Pointwise { from_output } => {
            let suits = !training || (from_output && !content.writer_reads);
            if suits && !content.of_caller && !content.shared {
                Form::InPlace
            } else {
                Form::Plain
            }
        }
    }
}

/// The input of the end of a block whose memory takes the result. Sums and products overwrite one that nobody else
/// reads; the backward pass of a product reads its inputs, so that is for inference only.
fn join_place(join: Join, from: &[usize], contents: &[Content], training: bool) -> Option<usize> {
    let may = match join {
        Join::Add => true,
        Join::Multiply => !training,
        Join::Concat { .. } | Join::Heads => false,
    };
    let free = |slot: &usize| {
        let content = contents[*slot];
        let read = training && content.writer_reads;
        !content.of_caller && !content.shared && !read
    };
    from.iter().position(free).filter(|_| may)
}

/// Finds out who writes each gradient and who adds to it, in the order of the backward pass.
fn add_gradients(network: &Network, schedule: &mut Schedule) {
    let mut written = vec![false; schedule.slots.len()];
    written[schedule.output] = true;
    for (step, layer) in schedule.steps.iter_mut().zip(&network.layers).rev() {
        // Inputs with names are parts of one slot: each writes its own.
        if matches!(layer.kind, LayerKind::Input(_)) {
            continue;
        }
        for (from, adds) in step.from.iter().zip(&mut step.adds) {
            if *from == step.to {
                continue;
            }
            *adds = std::mem::replace(&mut written[*from], true);
            if *adds && !matches!(layer.kind, LayerKind::Join(Join::Add)) {
                schedule.beside.push(*from);
            }
        }
    }
}

/// The first and the last moment at which a slot holds something, or nothing for what needs no region.
type Times = Option<(usize, usize)>;

/// Forward, a moment a layer. The input and the output belong to the caller.
fn activation_times(schedule: &Schedule) -> Vec<Times> {
    let mut times: Vec<Times> = vec![None; schedule.slots.len()];
    for (moment, step) in schedule.steps.iter().enumerate() {
        for slot in step.from.iter().chain([&step.to]) {
            let time = times[*slot].get_or_insert((moment, moment));
            time.1 = moment;
        }
    }
    times[0] = None;
    times[schedule.output] = None;
    times
}

/// Backward: the loss writes the first gradient before the first moment; the layer that wrote a slot is the last to
/// read its gradient. That of the input is read after the last moment.
fn gradient_times(schedule: &Schedule) -> Vec<Times> {
    let mut times: Vec<Times> = vec![None; schedule.slots.len()];
    times[schedule.output] = Some((0, 0));
    for (before, step) in schedule.steps.iter().rev().enumerate() {
        let moment = before + 1;
        for slot in step.from.iter().chain([&step.to]) {
            let time = times[*slot].get_or_insert((moment, moment));
            time.1 = moment;
        }
    }
    if let Some((_, end)) = &mut times[0] {
        *end = schedule.steps.len() + 1;
    }
    times
}

/// Deals out regions so that slots in one region never hold something at the same time.
fn share(times: &[Times]) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..times.len())
        .filter(|slot| times[*slot].is_some())
        .collect();
    order.sort_by_key(|slot| times[*slot]);
    let mut regions = vec![None; times.len()];
    // When each region becomes free.
    let mut ends: Vec<usize> = Vec::new();
    for slot in order {
        let Some((start, end)) = times[slot] else {
            continue;
        };
        let region = match ends.iter().position(|free| *free < start) {
            Some(region) => region,
            None => {
                ends.push(0);
                ends.len() - 1
            }
        };
        ends[region] = end;
        regions[slot] = Some(region);
    }
    regions
}

/// A user's layer may read its output.
fn role(layer: &Layer) -> Role {
    match &layer.kind {
        LayerKind::BuiltIn(kind, _) => kind.facts.role,
        LayerKind::User { .. } | LayerKind::Unread => Role::Compute { reads_output: true },
        LayerKind::Join(_) | LayerKind::Input(_) => Role::Compute {
            reads_output: false,
        },
    }
}

impl Layer {
    /// Whether its forward pass may leave something for its backward pass besides input and output.
    pub(crate) fn may_save(&self) -> bool {
        match &self.kind {
            LayerKind::BuiltIn(kind, _) => kind.facts.saves,
            LayerKind::User { .. } => true,
            LayerKind::Join(_) | LayerKind::Input(_) | LayerKind::Unread => false,
        }
    }

    /// Whether its forward pass wants that room in inference, too.
    pub(crate) fn may_save_in_inference(&self) -> bool {
        match &self.kind {
            LayerKind::BuiltIn(kind, _) => kind.facts.saves_in_inference,
            LayerKind::User { .. } => true,
            LayerKind::Join(_) | LayerKind::Input(_) | LayerKind::Unread => false,
        }
    }
}
