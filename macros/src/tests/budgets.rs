//! Budgets: the mistakes of every limit, each on its own.

use super::{check_error, errors};

#[test]
fn budgets_are_held() {
    check_error(
        "[4] { fc: Linear(8), Relu, Linear(2) } budget { parameters <= 57, macs <= 48 }",
        "                                                ~~~~~~~~~~",
        "over budget: parameters are 58, the limit is 57\n\
         note: the layers by cost:\n  40 parameters  fc: Linear(8)\n  18 parameters  linear2: Linear(2)\n\
         help: shrink `fc`, or raise the limit",
    );
    check_error(
        "[4] { Linear(8), Tanh, Linear(2) } budget { training_bytes <= 1 KiB }",
        "                                            ~~~~~~~~~~~~~~",
        "over budget: training_bytes are 1_896, the limit is 1_024\n\
         note: 16 samples run together, and every activation stays:\n  \
         768 bytes  the gradients of activations, which use regions in turns\n  \
         672 bytes  linear1: Linear(8)\n  \
         256 bytes  the inputs\n  \
         200 bytes  linear2: Linear(2)\n\
         help: shrink `Linear(8)`, or raise the limit",
    );
    check_error(
        "[4] { Linear(8), Relu, Linear(2) } budget { inference_bytes <= 31 B }",
        "                                            ~~~~~~~~~~~~~~~",
        "over budget: inference_bytes are 32, the limit is 31\n\
         note: activations use regions in turns, each as large as the largest in it:\n  \
         32 bytes  linear1: Linear(8)\n\
         help: shrink `Linear(8)`, or raise the limit",
    );
    check_error(
        "[4] { Relu } budget { parameter <= 3 }",
        "                      ~~~~~~~~~",
        "a budget has no quantity `parameter`",
    );
    check_error(
        "[4] { Relu } budget { macs < 3 }",
        "                           ~",
        "expected `<=` behind `macs`",
    );
    check_error(
        "[4] { Relu } budget { training_bytes <= 3 kib }",
        "                                          ~~~",
        "unknown unit `kib`",
    );
    check_error(
        "[4] { Relu } budget { macs <= 3 KiB }",
        "                                ~~~",
        "`macs` is a count and has no unit",
    );
}

#[test]
fn every_limit_is_held_on_its_own() {
    let errors = errors(
        "[784] -> [10] { fc1: Linear(128), Relu, fc2: Linear(64), Relu, head: Linear(10) } \
         budget { params <= 3, parameters <= 100_000, macs < 3, inference_bytes <= 512 B, training_bytes <= -1 }",
    );
    let texts: Vec<&str> = errors
        .iter()
        .map(|(_, text)| text.lines().next().unwrap_or_default())
        .collect();
    assert_eq!(
        texts,
        [
            "a budget has no quantity `params`",
            "expected `<=` behind `macs`",
            "a size cannot be negative, but this is `-1`",
            "over budget: parameters are 109_386, the limit is 100_000",
            "over budget: inference_bytes are 768, the limit is 512",
        ]
    );
}

#[test]
fn a_limit_of_zero_is_for_networks_that_need_nothing() {
    let errors = errors("[4] { Relu } budget { parameters <= 0, inference_bytes <= 0 }");
    assert!(errors.is_empty(), "{errors:?}");
    check_error(
        "[4] { Linear(2) } budget { parameters <= 0 }",
        "                           ~~~~~~~~~~",
        "over budget: parameters are 10, the limit is 0",
    );
}
