//! What the compiler says: every rule of the macro with the exact words, and declarations that must pass.
//!
//! `TRYBUILD=overwrite cargo test -p chainrule-tests --test ui` writes the `.stderr` files anew.

use std::path::Path;

#[test]
fn compile_errors_have_their_exact_words() {
    let cases = trybuild::TestCases::new();
    for topic in [
        "block",
        "budget",
        "export_c",
        "freeze",
        "generics",
        "group",
        "layer",
        "name",
        "option",
        "quantize",
        "self_test",
        "shape",
        "sizes",
        "stream",
        "syntax",
        "weights",
    ] {
        cases.compile_fail(format!("ui/{topic}/*.rs"));
    }
    cases.pass("ui/pass/*.rs");
}

/// A `.stderr` without its `.rs` is left over from a renamed case.
#[test]
fn every_expected_error_belongs_to_a_case() {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui");
    for topic in ui.read_dir().unwrap() {
        for file in topic.unwrap().path().read_dir().unwrap() {
            let file = file.unwrap().path();
            if file
                .extension()
                .is_some_and(|extension| extension == "stderr")
            {
                assert!(
                    file.with_extension("rs").exists(),
                    "{} has no case",
                    file.display()
                );
            }
        }
    }
}
