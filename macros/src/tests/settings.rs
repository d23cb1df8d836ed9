//! What stands behind the layers.

use super::{check_error, errors};

#[test]
fn settings_stand_in_any_order() {
    for rest in [
        "budget { macs <= 40 } quantize = int8",
        "quantize = int8, budget { macs <= 40 }",
        "quantize = int8; budget { macs <= 40 };",
    ] {
        let errors = errors(&format!("[4] {{ Linear(8) }} {rest}"));
        assert!(errors.is_empty(), "{rest}: {errors:?}");
    }
}

#[test]
fn misspelt_settings_are_named() {
    check_error(
        "[4] { Linear(8) } weight = \"a.safetensors\"",
        "                  ~~~~~~",
        "a declaration has no setting `weight`\nhelp: did you mean `weights`?",
    );
    check_error(
        "[4] { Linear(8) } threads = 3",
        "                  ~~~~~~~",
        "a declaration has no setting `threads`\n\
         help: what may stand here is `weights`, `weights_type`, `quantize` and `budget`",
    );
    check_error(
        "[4] { Linear(8) } weights = 3",
        "                            ~",
        "`weights` takes a path in quotes, not `3`",
    );
    check_error(
        "[4] { Linear(8) } weights_type = f8",
        "                                 ~~",
        "`f8` is no type for weights\nhelp: the types are `bf16` and `f16`",
    );
    check_error(
        "[4] { Linear(8) } quantize = int4",
        "                             ~~~~",
        "`quantize` takes no `int4`\nhelp: write `quantize = int8`",
    );
    check_error(
        "[4] { Linear(8) } quantize =",
        "                  ~~~~~~~~",
        "`quantize` needs a value\nhelp: write `quantize = int8`",
    );
    check_error(
        "[4] { Linear(8) } quantize = int8 quantize = int8",
        "                                  ~~~~~~~~",
        "`quantize` stands twice\nnote: the first is on line 1\nhelp: remove one of the two",
    );
}
