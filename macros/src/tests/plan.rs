//! Which slot every activation lies in.

use super::network;
use crate::passes::{Form, Schedule};

fn steps(schedule: &Schedule) -> String {
    let steps = schedule.steps.iter().map(|step| match step.form {
        Form::Plain => {
            let from: Vec<String> = step.from.iter().map(usize::to_string).collect();
            format!("{}>{}", from.join("+"), step.to)
        }
        Form::InPlace => format!("{}!", step.to),
        Form::View => format!("{}v", step.to),
    });
    steps.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(source: &str, inference: &str, training: &str) {
    let plan = network(source).plan;
    assert_eq!(
        (
            steps(&plan.inference).as_str(),
            steps(&plan.training).as_str()
        ),
        (inference, training),
        "{source}"
    );
}

#[test]
fn activations_from_the_output_work_in_place() {
    check(
        "[2] { Linear(3), Tanh, Linear(1) }",
        "0>1 1! 1>2",
        "0>1 1! 1>2",
    );
}

#[test]
fn a_pool_finds_its_largest_elements_in_its_input() {
    check(
        "[1, 4, 4] { MaxPool2d(2), Relu, AvgPool2d(2), Relu }",
        "0>1 1! 1>2 2!",
        "0>1 1! 1>2 2!",
    );
}

#[test]
fn activations_that_need_their_input_get_a_slot_in_training() {
    check(
        "[2] { Linear(3), Gelu, Linear(1) }",
        "0>1 1! 1>2",
        "0>1 1>2 2>3",
    );
}

#[test]
fn the_output_of_a_layer_that_reads_it_again_stays() {
    check(
        "[1, 4, 4] { Conv2d(1, 1), Sigmoid, Relu }",
        "0>1 1! 1!",
        "0>1 1! 1>2",
    );
    check("[4] { Linear(4), Relu, Tanh }", "0>1 1! 1!", "0>1 1! 1>2");
    check("[4] { Gain<4>, Relu }", "0>1 1!", "0>1 1>2");
}

#[test]
fn the_input_belongs_to_the_caller() {
    check("[4] { Relu, Linear(2) }", "0>1 1>2", "0>1 1>2");
}

#[test]
fn views_cost_nothing() {
    check(
        "[2, 3] { Flatten, Linear(2), Dropout, Reshape([2, 1]) }",
        "0v 0>1 1v 1v",
        "0v 0>1 1>2 2v",
    );
    check(
        "[2, 3] { Conv, Flatten, Relu, Linear(2) }",
        "0>1 1v 1! 1>2",
        "0>1 1v 1>2 2>3",
    );
}

#[test]
fn something_crosses_from_input_to_output() {
    check("[2, 3] { Flatten }", "0>1", "0>1");
    check("[2, 3] { Dropout, Flatten }", "0v 0>1", "0>1 1v");
}

#[test]
fn nobody_overwrites_what_a_block_adds() {
    // The sum works in place on what the layers put out; the activation before the block does, and the first inside not.
    check(
        "[4] { Linear(4), Relu, Residual { Relu, Linear(4) }, Relu }",
        "0>1 1! 1>2 2>3 3! 3!",
        "0>1 1! 1>2 2>3 3! 3!",
    );
    // What a sigmoid put out it reads again.
    check(
        "[4] { Linear(4), Residual { Linear(4), Sigmoid } }",
        "0>1 1>2 2! 2!",
        "0>1 1>2 2! 2+1>3",
    );
}

#[test]
fn products_and_concatenations_keep_their_parts_for_the_way_back() {
    check(
        "[4] { Multiply { { Linear(4) } { Linear(4) } } }",
        "0>1 0>2 1!",
        "0>1 0>2 1+2>3",
    );
    check(
        "[4] { Concat { { Linear(2) } {} } }",
        "0>1 1+0>2",
        "0>1 1+0>2",
    );
}

#[test]
fn regions_are_shared_by_what_is_not_alive_together() {
    let plan = network(
        "[4] { Linear(4), Linear(4), Residual { Linear(8), Linear(8), Linear(4) }, Linear(4) }",
    )
    .plan;
    // The second layer's output waits for the end of the block; those inside take turns, and go on behind it.
    let regions = plan.inference.regions;
    assert_eq!(
        regions,
        [None, Some(0), Some(1), Some(0), Some(2), Some(0), None]
    );
}
