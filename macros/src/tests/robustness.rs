//! Whatever it is fed, the macro returns.

use crate::expand;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Declarations whose pieces are mixed.
const FRAGMENTS: &[&str] = &[
    "/// doc\n#[derive(Clone, Debug)] #[network(scalar = f64)] pub struct Net<const H: usize, T>: [1, 28, 28] -> [10] {
        conv1: Conv2d(6, kernel = (5, 3), padding = same), Relu, MaxPool2d(2, ceil_mode = true), Flatten,
        fc: Linear(H, bias = false, init = kaiming_uniform(a = 0.0, mode = fan_out)), Dropout(0.5) }
     budget { parameters <= 62_000, inference_bytes <= 32 KiB }",
    "struct N: [4] { my::Warp<{ N + 1 }>(gain = 2.0), Gain<8>(1), Softmax(dim = 0), Reshape([2, 2]), BatchNorm1d }",
    "struct N<'a, U: Copy, const B: bool>: [] -> [0, -1, 1.5, \"x\", 18446744073709551615] { Residual { Linear(3) }, , }",
    "Linear(99999999999999999999999, 1099511627776), Conv2d(0, 0, stride = 0, dilation = 0, groups = 0), AvgPool2d(0)",
    "Prelu(num_parameters = 2, init = 0.25) Hardtanh(-1, 1) Gelu(approximate = tanh) r#type: Self::X <= { } # ! -> ::",
    "struct N: [4, 4, 1099511627776] { Flatten, Conv2d(3, 2, padding = 1099511627776), AdaptiveAvgPool2d((1, 2, 3)) }",
    "struct N: [4] { Residual(project = Linear(6)) { Linear(6), Tanh }, stage: Repeat(2) { Residual { Linear(6), Relu } } }",
    "struct N: [4] { Concat(dim = 0) { a: { Linear(6) } b: { Repeat(3) { Linear(4) } } {} }, Multiply { {} { Sigmoid } }, Add { {}, { Relu } } }",
    "struct N: { a: [4], b: [2, 2] } -> [4] { Residual(project = b) { a, Linear(6) }, Repeat(2) { Heads { x: { a }, y: { b, Flatten } } } }",
    "struct N: { a: [4], words: [3] } { Concat { { a } { words, Embedding(9, 2), Flatten } {} }, a, mix: Bilinear(3, bias = false) { {} y: { b } }, b }",
];

/// A small generator of our own, so that a failure can be repeated (Marsaglia 2003, xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }
}

/// Drops, doubles, swaps and replaces tokens at every depth.
fn mutate(tokens: TokenStream, pool: &[TokenTree], random: &mut Random) -> TokenStream {
    let mut mutated: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let token = match token {
            TokenTree::Group(group) => {
                let delimiter = match random.below(40) {
                    0 => Delimiter::None,
                    1 => Delimiter::Brace,
                    2 => Delimiter::Parenthesis,
                    _ => group.delimiter(),
                };
                TokenTree::Group(Group::new(delimiter, mutate(group.stream(), pool, random)))
            }
            token => token,
        };
        match random.below(24) {
            0 => {}
            1 => mutated.extend([token.clone(), token]),
            2 => mutated.push(pool[random.below(pool.len())].clone()),
            3 => {
                let at = random.below(mutated.len() + 1);
                mutated.insert(at, token);
            }
            _ => mutated.push(token),
        }
    }
    mutated.into_iter().collect()
}

fn leaves(tokens: TokenStream, pool: &mut Vec<TokenTree>) {
    for token in tokens {
        if let TokenTree::Group(group) = &token {
            leaves(group.stream(), pool);
        }
        pool.push(token);
    }
}

#[test]
fn never_panics() {
    let sources: Vec<TokenStream> = FRAGMENTS
        .iter()
        .map(|text| text.parse().expect("valid tokens"))
        .collect();
    let mut pool = Vec::new();
    for source in &sources {
        leaves(source.clone(), &mut pool);
    }
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for round in 0..4000 {
        let source = sources[round % sources.len()].clone();
        let tokens = if round < sources.len() {
            source
        } else {
            mutate(source, &pool, &mut random)
        };
        let text = tokens.to_string();
        let expansion =
            std::panic::catch_unwind(|| syn::parse2::<syn::File>(expand(tokens.clone())));
        match expansion {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => panic!("round {round}: the expansion is no Rust, {error}\n{text}"),
            Err(_) => panic!("round {round} panicked on\n{text}"),
        }
    }
}

/// Layers with a number at every `#`.
const LAYERS: &[&str] = &[
    "Linear(#)",
    "Linear(#, bias = false)",
    "Conv1d(#, #, stride = #, padding = #, dilation = #, groups = #)",
    "Conv1d(#, #, causal = true, dilation = #)",
    "Conv1d(#, #, padding = same, dilation = #)",
    "Conv2d(#, #)",
    "Conv2d(#, (#, #), stride = #, padding = #, dilation = #, groups = #)",
    "Conv2d(#, #, stride = (#, #), padding = (#, #), dilation = (#, #))",
    "Conv2d(#, #, padding = same, dilation = #)",
    "ConvTranspose1d(#, #, stride = #, padding = #, output_padding = #, dilation = #, groups = #)",
    "ConvTranspose2d(#, #)",
    "ConvTranspose2d(#, (#, #), stride = (#, #), padding = (#, #), output_padding = (#, #), dilation = (#, #))",
    "MaxPool2d(#)",
    "MaxPool2d(#, #, padding = #, dilation = #, ceil_mode = true)",
    "AvgPool2d((#, #), (#, #), padding = (#, #), ceil_mode = true)",
    "AvgPool2d(#, padding = #)",
    "MaxPool1d(#, #, padding = #, dilation = #, ceil_mode = true)",
    "AvgPool1d(#)",
    "AdaptiveMaxPool1d(#)",
    "AdaptiveAvgPool2d((#, #))",
    "GlobalAvgPool",
    "Flatten",
    "Reshape([#])",
    "Reshape([#, #, #])",
    "Transpose",
    "Permute([#, #])",
    "Permute([#, #, #])",
    "Slice(#, #)",
    "Slice(#, #, #)",
    "Pad(#)",
    "Pad((#, #), mode = reflect)",
    "Pad((#, #, #, #), mode = replicate)",
    "PixelShuffle(#)",
    "Upsample(#, mode = linear)",
    "Upsample((#, #), mode = bilinear, align_corners = true)",
    "BatchNorm1d(eps = #)",
    "BatchNorm2d(momentum = #)",
    "LayerNorm(dims = #)",
    "RmsNorm(dims = #, eps = #)",
    "GroupNorm(#)",
    "InstanceNorm1d(eps = #)",
    "InstanceNorm2d(affine = true)",
    "Embedding(#, #, padding_idx = #)",
    "EmbeddingBag(#, #, mode = sum)",
    "SparseLinear(#, #)",
    "Softmax(#)",
    "LogSoftmax(dim = #)",
    "Prelu(#)",
    "Scale(#)",
    "Snake(#, init = #)",
    "Dropout(#)",
    "Glu(#)",
    "SwiGlu(dim = #)",
    "Hardtanh(#, #)",
    "Threshold(#, #)",
    "Clamp(#, #)",
    "SquaredClippedRelu(#)",
    "Relu",
    "Gelu",
    "Gain<#>",
    "my::Warp(#)",
    "Residual { Linear(#) }",
    "Residual(project = Conv2d(#, #)) { Conv2d(#, #), MaxPool2d(#) }",
    "Repeat(#) { Linear(#), Repeat(#) { Relu } }",
    "Concat(dim = #) { { Linear(#) } {} { Reshape([#]) } }",
    "Multiply { { Linear(#) } { Linear(#) } }",
];

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "8",
    "1048576",
    "4294967295",
    "1099511627775",
    "1099511627776",
    "1099511627777",
    "9223372036854775808",
    "18446744073709551615",
    "99999999999999999999999",
    "1 - 2",
    "1 / 0",
    "SIZE",
    "H",
];

/// Networks of real layers with extreme numbers: the arithmetic of shapes and costs must not overflow.
#[test]
fn extreme_numbers_never_panic() {
    // More rounds than a test run takes: `ROUNDS=1000000 cargo test -p chainrule-macros extreme`.
    let rounds = std::env::var("ROUNDS").map_or(3000, |rounds| rounds.parse().expect("a number"));
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for round in 0..rounds {
        let generics = ["", "<const H: usize>", "<const H: usize, T>"][random.below(3)];
        let input = ["[#]", "[#, #]", "[#, #, #]", "[3, 8, 8]", "[1, #, #, #]"][random.below(5)];
        let output = ["", "-> [#]", "-> [#, #, #]"][random.below(3)];
        let layers: Vec<&str> = (0..=random.below(4))
            .map(|_| LAYERS[random.below(LAYERS.len())])
            .collect();
        let budget = "budget { parameters <= #, macs <= #, inference_bytes <= # MiB, training_bytes <= # kB }";
        let template = format!(
            "struct N{generics}: {input} {output} {{ {} }} {budget}",
            layers.join(", ")
        );
        // Mostly small numbers, so that shapes survive to the later layers.
        let mut source = String::new();
        for (index, piece) in template.split('#').enumerate() {
            if index > 0 {
                let bound = [6, NUMBERS.len()][random.below(2)];
                source.push_str(NUMBERS[random.below(bound)]);
            }
            source.push_str(piece);
        }
        let tokens: TokenStream = source.parse().expect("valid tokens");
        match std::panic::catch_unwind(|| syn::parse2::<syn::File>(expand(tokens))) {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => panic!("round {round}: the expansion is no Rust, {error}\n{source}"),
            Err(_) => panic!("round {round} panicked on\n{source}"),
        }
    }
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{", "}")] {
        let source = format!(
            "struct N: [4] {{ Linear({}1{}) }}",
            open.repeat(2000),
            close.repeat(2000)
        );
        let expansion = expand(source.parse().expect("valid tokens")).to_string();
        assert!(expansion.contains("nest more than"), "{expansion}");
    }
    let source = format!("struct N: [4] {{ Linear({}1) }}", "-".repeat(20_000));
    assert!(
        expand(source.parse().expect("valid tokens"))
            .to_string()
            .contains("compile_error")
    );
}

#[test]
fn nothing_is_an_error() {
    assert!(
        expand(TokenStream::new())
            .to_string()
            .contains("needs a declaration")
    );
}
