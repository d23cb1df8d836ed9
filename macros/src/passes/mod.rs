//! The passes, in order, with what holds between them.

mod check_budget;
mod derive_quantized;
mod derive_stream;
mod infer_shapes;
mod name_groups;
mod plan_buffers;
mod trace_indices;

pub(crate) use name_groups::{GroupName, group_names};
pub(crate) use plan_buffers::{Form, Plan, Schedule};

use crate::diagnostics::Diagnostics;
use crate::model::Network;
use crate::weights::read_weights;

/// Runs all passes.
pub(crate) fn run(network: &mut Network, diagnostics: &mut Diagnostics) {
    infer_shapes::infer_shapes(network, diagnostics);
    // AFTER THIS POINT: every layer has its input and output shape, its runtime type and its cost.
    name_groups::name_groups(network, diagnostics);
    // AFTER THIS POINT: no two layers or blocks with parameters are one constant.
    trace_indices::trace_indices(network, diagnostics);
    // AFTER THIS POINT: what is read as an index is an element of the input that nothing has changed.
    plan_buffers::plan_buffers(network);
    // AFTER THIS POINT: every layer has a slot to read and one to write, in inference and in training.
    check_budget::check_budget(network, diagnostics);
    // AFTER THIS POINT: what the macro can count is within the budget.
    read_weights(network, diagnostics);
    // AFTER THIS POINT: weights that are built in are at hand, in memory order, and fit what the macro knows.
    derive_quantized::derive_quantized(network, diagnostics);
    // AFTER THIS POINT: where whole numbers are asked for, every layer has a form in them, and there is a network to train.
    derive_stream::derive_stream(network);
    // AFTER THIS POINT: a network over sequences has the network of one step beside it, or a reason why not.
}
