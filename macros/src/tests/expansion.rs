//! Golden expansions, and their size. `BLESS=1 cargo test -p chainrule-macros` writes the golden files anew.

use crate::expand;
use proc_macro2::{TokenStream, TokenTree};
use std::path::Path;
use std::time::Instant;

/// Pretty-prints an expansion and compares it with the file `src/snapshots/<name>.rs`.
#[track_caller]
fn check_golden(name: &str, source: &str) {
    let expansion = expand(source.parse().expect("valid tokens"));
    let file = syn::parse2(expansion).expect("the expansion is valid Rust");
    let found = format!(
        "// {}\n\n{}",
        source.lines().collect::<Vec<_>>().join("\n// "),
        prettyplease::unparse(&file)
    );
    compare(&format!("src/snapshots/{name}.rs"), found);
}

/// Compares with the file, or writes it.
#[track_caller]
fn compare(path: &str, found: String) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, found).expect("the golden file can be written");
        return;
    }
    let expected = std::fs::read_to_string(&file).expect("the golden file is there");
    assert!(
        found == expected,
        "the expansion in {path} changed; look at it, then `BLESS=1 cargo test -p chainrule-macros`\n{found}"
    );
}

/// What `examples/xor.expanded.rs` begins with.
const XOR_HEADER: &str = "\
// What `network!` makes of the declaration in `xor.rs`, for readers: the types, then their implementations, among them
// `infer` (the forward function) and `train` (forward in order, the loss, backward in reverse).
//
// The macro wrote this file and prettyplease formatted it. A test compares it with what the macro writes today, another
// one compiles and trains it. To write it anew: `BLESS=1 cargo test -p chainrule-macros`.

";

#[test]
fn xor_for_readers() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/xor.rs");
    let source = std::fs::read_to_string(example).expect("the example is there");
    let file = syn::parse_file(&source).expect("the example is Rust");
    let declarations: Vec<_> = file
        .items
        .into_iter()
        .filter_map(|item| match item {
            syn::Item::Macro(item) if item.mac.path.is_ident("network") => Some(item.mac.tokens),
            _ => None,
        })
        .collect();
    let [declaration] = declarations.as_slice() else {
        panic!(
            "one `network!` in examples/xor.rs, found {}",
            declarations.len()
        );
    };
    let expansion = syn::parse2(expand(declaration.clone())).expect("the expansion is valid Rust");
    compare(
        "../examples/xor.expanded.rs",
        format!("{XOR_HEADER}{}", prettyplease::unparse(&expansion)),
    );
}

#[test]
fn convolutional() {
    check_golden(
        "convolutional",
        "#[derive(Debug)]\nstruct Small: [1, 8, 8] -> [10] {\n    conv: Conv2d(4, kernel = 3, padding = same, init = kaiming_uniform(a = 0.0)), BatchNorm2d, Relu, MaxPool2d(2),\n    Flatten, Dropout(0.2),\n    Linear(10),\n}",
    );
}

#[test]
fn blocks() {
    check_golden(
        "blocks",
        "struct Blocks: [4] -> [3] {\n    Linear(4),\n    stage: Repeat(2) { Residual { fc: Linear(4), Tanh } },\n    gate: Multiply { value: { Linear(3) } open: { Linear(3), Sigmoid } },\n}",
    );
}

#[test]
fn heads() {
    check_golden(
        "heads",
        "struct Agent<const H: usize>: [4] {\n    Linear(H), Tanh,\n    Heads { policy: { Linear(2) }, value: { Linear(1) } },\n}",
    );
}

#[test]
fn inputs() {
    check_golden(
        "inputs",
        "struct Critic<const H: usize>: { state: [H], action: [2] } -> [1] {\n    gate: Multiply { { state, Linear(4), Tanh } { action, Linear(4), Sigmoid } },\n    Linear(1),\n}",
    );
}

#[test]
fn generic() {
    check_golden(
        "generic",
        "pub struct Policy<const H: usize, T>: [4] -> [2] {\n    Linear(H), Gelu, my::Warp<H>(gain = 2.0), Linear(2),\n}"
            .replace(", Linear(2),\n", ",\n")
            .replace("-> [2]", "")
            .as_str(),
    );
}

#[test]
fn symbolic() {
    check_golden(
        "symbolic",
        "struct Symbolic: [2, WIDTH, 4] -> [CLASSES] {\n    MaxPool2d(2), Flatten,\n    Linear(HIDDEN), Relu, Gain<8>,\n    Linear(CLASSES),\n}\nbudget { parameters <= LIMIT }",
    );
}

#[test]
fn fallback() {
    check_golden(
        "fallback",
        "struct Wrong: [4] -> [2] {\n    first: Linear(8), Liner(3), Linear(2),\n}",
    );
}

/// The declaration of a network with this many hidden layers, and of all kinds that infer shapes in their own way.
fn deep(layers: usize) -> TokenStream {
    let body = "Linear(WIDTH), Relu, Conv<3>, Conv2d(8, 3), BatchNorm2d, ".repeat(layers / 5);
    let source = format!("struct Deep: [8, 9, WIDTH] {{ {body} }}");
    source.parse().expect("valid tokens")
}

/// The number of tokens, with those inside of brackets.
fn count(tokens: TokenStream) -> usize {
    let count = |token| match token {
        TokenTree::Group(group) => 1 + count(group.stream()),
        _ => 1,
    };
    tokens.into_iter().map(count).sum()
}

#[test]
fn expansion_is_linear_in_the_number_of_layers() {
    for layers in [500, 1000] {
        let [once, twice] = [layers, 2 * layers].map(|layers| count(expand(deep(layers))));
        assert!(
            twice as f64 <= 2.05 * once as f64,
            "{once} tokens for {layers} layers, but {twice} for twice as many"
        );
    }
}

/// What the macro alone takes. rustc runs macros without optimisation: so does
/// `CARGO_PROFILE_RELEASE_OPT_LEVEL=0 cargo test --release -p chainrule-macros expansion_time -- --ignored --nocapture`.
#[test]
#[ignore = "prints times"]
fn expansion_time() {
    for layers in [100, 1000, 4000] {
        let declaration = deep(layers);
        let start = Instant::now();
        let tokens = expand(declaration);
        let seconds = start.elapsed().as_secs_f64();
        println!("{layers} layers: {seconds:.3} s, {} tokens", count(tokens));
    }
}

#[test]
fn only_functions_for_c_are_unsafe() {
    let expansion = |attribute: &str| {
        let source =
            format!("{attribute} struct Amp: [8, 2] -> [8, 1] {{ gru: Gru(4), Linear(1) }}");
        expand(source.parse().expect("valid tokens")).to_string()
    };
    assert!(!expansion("").contains("unsafe"));
    let exported = expansion("#[network(export_c)]");
    for function in [
        "load",
        "forward",
        "forward_with",
        "stream_init",
        "stream_step",
    ] {
        let function = format!("unsafe extern \"C\" fn amp_{function} (");
        assert_eq!(exported.matches(&function).count(), 1, "{exported}");
    }
    assert_eq!(exported.matches("unsafe extern").count(), 5);
}
