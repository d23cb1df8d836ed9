//! Headers: generics, shapes, attributes, options.

use super::{analyse_whole, check_error, check_whole, network};

#[test]
fn everything_at_once() {
    let (network, diagnostics) = analyse_whole(
        "/// Documented.\n#[derive(Debug, Clone)] #[cfg(all())] #[must_use] #[network(scalar = f64)]
         pub(crate) struct Net: [2 * 3, WIDTH] -> [WIDTH, 6] {
             a: my::Layer<3, { N + 1 }>(gain = 1.0), r#type: <u8>::Relu(1),
         }
         budget { parameters <= 2 * 31, training_bytes <= LIMIT KiB, }",
    );
    // A path cannot begin with `<`.
    assert_eq!(diagnostics.iter().count(), 1);
    let network = network.expect("a network");
    assert_eq!(network.scalar.to_string(), "f64");
    assert_eq!(network.attributes.everywhere.len(), 1);
    assert_eq!(network.attributes.network.len(), 2);
    assert_eq!(network.attributes.derives.len(), 1);
    assert_eq!(network.budget.len(), 2);
    assert_eq!(network.input.to_string(), "[6, WIDTH]");
}

#[test]
fn generics_are_sizes_and_one_scalar() {
    check_whole(
        "struct N<'a>: [1] { Relu }",
        "'a",
        "a network owns what it holds",
    );
    check_whole(
        "struct N<const B: bool>: [1] { Relu }",
        "bool",
        "`B` is a size and must be `usize`",
    );
    check_whole(
        "struct N<T, U>: [1] { Relu }",
        "U",
        "a network has one type parameter, its scalar, and that is `T`",
    );
    check_whole(
        "struct N<T: Copy>: [1] { Relu }",
        "Copy",
        "`T` is the scalar and takes no other bound",
    );
    check_whole(
        "struct N<const H: usize = 3>: [1] { Relu }",
        "3",
        "sizes of a network take no default",
    );
    check_whole(
        "struct N: [1] where u8: Copy { Relu }",
        "where",
        "expected the layers in braces",
    );
    check_whole(
        "struct N<T>: [T] { Relu }",
        "T",
        "`T` is the scalar of this network, not a size",
    );
}

#[test]
fn options_of_the_network_are_checked() {
    check_whole(
        "#[network(scaler = f64)] struct N: [1] { Relu }",
        "scaler",
        "a network has no option `scaler`\nhelp: did you mean `scalar`?",
    );
    check_whole(
        "#[network(scalar = f16)] struct N: [1] { Relu }",
        "f16",
        "`f16` is not a scalar\nhelp: the scalars are `f32` and `f64`",
    );
    check_whole(
        "#[repr(C)] struct N: [1] { Relu }",
        "repr",
        "a network is `#[repr(C)]` already",
    );
}

#[test]
fn options_of_the_network_stand_once() {
    check_whole(
        "#[network(scalar = f64, scalar = f64)] struct N: [1] { Relu }",
        "scalar = f64",
        "`scalar` is given twice\nhelp: remove one of the two",
    );
    check_whole(
        "#[network(export_c)] #[network(export_c = \"n\")] struct N: [1] { Relu }",
        "export_c = \"n\"",
        "`export_c` is given twice\nhelp: remove one of the two",
    );
    check_whole(
        "#[network(seed = 7)] struct N: [1] { Relu }",
        "seed",
        "a network has no option `seed`\nhelp: the options are `export_c`, `scalar = f64` and `test`",
    );
}

#[test]
fn functions_for_c_have_names_of_c() {
    check_whole(
        "#[network(export_c = 3)] struct TinyNet: [1] { Relu }",
        "3",
        "names in C cannot begin with `3`\nhelp: write `export_c` alone for `tinynet_forward`, or",
    );
    check_whole(
        "#[network(export_c = \"tiny-net\")] struct TinyNet: [1] { Relu }",
        "\"tiny-net\"",
        "names in C cannot begin with `tiny-net`",
    );
    check_whole(
        "#[network(export_c)] struct Größe: [1] { Relu }",
        "export_c",
        "`Größe` has letters that names in C do not have",
    );
    check_whole(
        "#[network(export_c)] struct N<const H: usize>: [H] { Relu }",
        "export_c",
        "`N` has generic parameters, and a function for C is that of one network\nhelp: export a network around it",
    );
    let export = |source: &str| {
        let (network, _) = super::analyse_whole(source);
        let export = network.expect("a network").attributes.export_c;
        export.map(|export| export.prefix)
    };
    assert_eq!(export("struct LeNet5: [1] { Relu }"), None);
    for (option, prefix) in [("", "lenet5"), (" = \"le_net\"", "le_net")] {
        let source = format!("#[network(export_c{option})] struct LeNet5: [1] {{ Relu }}");
        assert_eq!(export(&source).as_deref(), Some(prefix));
    }
}

#[test]
fn headers_are_complete() {
    check_whole("struct N { Relu }", "N", "`N` does not say what goes in");
    check_whole(
        "struct N: [1] { }",
        "{ }",
        "a network needs at least one layer",
    );
    check_whole("struct N: 3 { Relu }", "3", "expected a shape in brackets");
    check_whole("struct N: [1]", "N", "`N` has no layers");
    check_whole(
        "struct N: [1] { Relu } struct M",
        "struct",
        "expected a setting, `budget { … }`, or the end",
    );
    check_whole("enum N: [1] { Relu }", "enum", "expected `struct`");
}

#[test]
fn generic_sizes_flow_but_do_not_compute() {
    let (network, diagnostics) = analyse_whole(
        "struct N<const C: usize, const H: usize>: [C, H, 8] -> [C, H, 8] {
             Relu, Conv2d(C, kernel = 3, padding = 1, groups = 1), Reshape([H, C, 8]), Reshape([C, H, 8]) }",
    );
    let texts: Vec<_> = diagnostics.iter().map(|error| error.parts().1).collect();
    // The patch of the convolution is `C·3·3`.
    assert_eq!(texts.len(), 1, "{texts:#?}");
    assert!(
        texts[0]
            .starts_with("stable Rust has no arithmetic of generic sizes, and `Conv2d` needs it")
    );
    assert_eq!(
        network.expect("a network").output().to_string(),
        "[C, H, 8]"
    );
    check_whole(
        "struct N<const H: usize>: [H, 4] { Flatten }",
        "Flatten",
        "stable Rust has no arithmetic of generic sizes, and `Flatten` needs it for [H, 4]",
    );
    check_whole(
        "struct N<const H: usize>: [4] { Linear(2 * H) }",
        "2 * H",
        "stable Rust has no arithmetic of generic sizes, and `2 * H` is such",
    );
    check_whole(
        "struct N<const H: usize>: [4] -> [4] { Linear(H) }",
        "[4]",
        "the declared output is [4], but the layers produce [H]",
    );
}

#[test]
fn labels_and_commas() {
    check_error(
        "[4] { type: Linear(2) }",
        "      ~~~~",
        "`type` is a keyword of Rust; as a label write `r#type`",
    );
    check_error(
        "[4] { Linear(2) Relu }",
        "                ~~~~",
        "expected `,` between layers",
    );
    check_error(
        "[4] { Linear(2 3) }",
        "               ~",
        "expected `,` between arguments",
    );
    check_error(
        "[4] { a: Relu, a: Relu }",
        "               ~",
        "the label `a` is taken\nnote: the first `a` is on line 1",
    );
    check_error(
        "[4] { Linear<3>(2) }",
        "      ~~~~~~~~~",
        "`Linear` takes its sizes in parentheses",
    );
    check_error(
        "[4] { Gain<4>(1.0, gain = 2.0) }",
        "              ~~~",
        "`Gain` mixes arguments with and without names",
    );
    assert_eq!(network("[4] { my::Gain, Linear(2), }").layers.len(), 2);
}

#[test]
fn a_test_is_that_of_one_network() {
    check_whole(
        "#[network(test)] struct Net<const H: usize>: [4] -> [2] { Linear(H), Linear(2) }",
        "test",
        "`Net` has generic parameters, and a test is that of one network",
    );
    check_whole(
        "#[network(test = 3)] struct Net: [4] -> [2] { Linear(2) }",
        "3",
        "`test` takes no value",
    );
    check_whole(
        "#[network(tests)] struct Net: [4] -> [2] { Linear(2) }",
        "tests",
        "a network has no option `tests`\nhelp: did you mean `test`?",
    );
}
