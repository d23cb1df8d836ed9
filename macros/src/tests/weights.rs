//! Weights that are built in: what is said about files that do not fit, and that nothing panics.

use super::analyse;
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

/// A file with these tensors, all zeros.
fn file(folder: &TempDir, tensors: &[(&str, &str, &[usize])]) -> PathBuf {
    let (mut header, mut end) = (Vec::new(), 0);
    for (name, dtype, shape) in tensors {
        let bytes = match *dtype {
            "F64" | "I64" => 8,
            "F32" => 4,
            _ => 2,
        };
        let start = end;
        end += bytes * shape.iter().product::<usize>();
        header.push(format!(
            "{name:?}:{{\"dtype\":{dtype:?},\"shape\":{shape:?},\"data_offsets\":[{start},{end}]}}"
        ));
    }
    let header = format!("{{{}}}", header.join(","));
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(vec![0; end]);
    let path = folder.path().join("net.safetensors");
    fs::write(&path, bytes).unwrap();
    path
}

/// The errors of a declaration with the weights in a file.
fn errors(declaration: &str, path: &str) -> Vec<String> {
    let (network, diagnostics) = analyse(&format!("{declaration} weights = {path:?}"));
    assert!(network.is_some());
    let all = diagnostics.iter().map(|error| error.parts().1.to_owned());
    all.collect()
}

fn expand_text(declaration: &str) -> String {
    crate::expand(declaration.parse().unwrap()).to_string()
}

#[test]
fn weights_that_fit_are_built_in() {
    let folder = TempDir::new().unwrap();
    let path = file(
        &folder,
        &[
            ("norm.running_mean", "F32", &[3]),
            ("norm.running_var", "F64", &[3]),
            ("norm.num_batches_tracked", "I64", &[]),
            ("fc.weight", "BF16", &[3, 2]),
            ("fc.bias", "F16", &[3]),
        ],
    );
    let declaration = format!(
        "pub struct Net: [2] {{ fc: Linear(3), norm: BatchNorm1d(affine = false) }} weights = {:?}",
        path.display().to_string()
    );
    let text = expand_text(&declaration);
    assert!(text.contains("embedded ()"), "{text}");
    assert!(text.contains("check_embedded"), "{text}");
    assert!(!text.contains("compile_error"), "{text}");
}

#[test]
fn all_tensors_that_do_not_fit_are_listed() {
    let folder = TempDir::new().unwrap();
    let path = file(
        &folder,
        &[
            ("fc1.weight", "F32", &[3, 2]),
            ("fc_1.bias", "F32", &[3]),
            ("head.weight", "F32", &[3, 5]),
            ("head.bias", "I64", &[5]),
            ("optimizer.step", "F32", &[]),
        ],
    );
    let path = path.display().to_string();
    let found = errors(
        "[2] { fc1: Linear(3), Tanh, head: Linear(2 * WIDTH, bias = true), out: Linear(1) }",
        &path,
    );
    let [error] = found.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(
        *error,
        format!(
            "`{path}` does not fit the network `Net`:\
             \n  `fc1.bias` [3] is missing; the file has `fc_1.bias`\
             \n  `head.weight` has shape [3, 5] in the file, but [2 * WIDTH, 3] in the network\
             \n  `head.bias` holds I64, but the network F32; convert it with PyTorch's `tensor.float()`\
             \n  `out.weight` [1, 2 * WIDTH] is missing\
             \n  `out.bias` [1] is missing\
             \n  `fc_1.bias` [3] is not in the network; the network has `fc1.bias`\
             \n  `optimizer.step` [] is not in the network\
             \nnote: the file is {path}"
        )
    );
}

#[test]
fn files_that_are_none_are_told_apart() {
    let folder = TempDir::new().unwrap();
    let whole = fs::read(file(
        &folder,
        &[("fc.weight", "F32", &[3, 2]), ("fc.bias", "F32", &[3])],
    ))
    .unwrap();
    let path = folder.path().join("damaged.safetensors");
    let written = path.display().to_string();
    let of = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        errors("[2] { fc: Linear(3) }", &written)
    };
    assert!(of(&whole).is_empty());
    for len in 0..whole.len() {
        let found = of(&whole[..len]);
        assert_eq!(found.len(), 1, "{len}");
        assert!(
            found[0].starts_with(&format!("`{written}` is not a whole safetensors file: it")),
            "{found:?}"
        );
    }
    let found = errors(
        "[2] { fc: Linear(3) }",
        &folder.path().display().to_string(),
    );
    assert!(found[0].contains("it is a folder"), "{found:?}");
    let found = errors("[2] { fc: Linear(3) }", "nowhere/a.safetensors");
    assert!(found[0].starts_with(
        "cannot read `nowhere/a.safetensors`: there is no such file\nnote: looked for "
    ));
    assert_eq!(errors("[2] { fc: Linear(3) }", "").len(), 1);
    assert_eq!(errors("[2] { fc: Linear(3) }", "a\0b").len(), 1);
    #[cfg(unix)]
    assert!(errors("[2] { fc: Linear(3) }", "/dev/zero")[0].contains("it is no ordinary file"));
}

#[test]
fn networks_that_the_macro_does_not_know_are_refused_with_a_reason() {
    for (declaration, reason) in [
        (
            "[2] { own: Gain<2>, Linear(1) }",
            "since only the compiler knows which ones `Gain<2>` on line 1 has",
        ),
        (
            "[2] { Linear(2), encoder: Encoder }",
            "since only the compiler knows which ones `Encoder` on line 1 has",
        ),
    ] {
        let found = errors(declaration, "any.safetensors");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].contains(reason) && found[0].contains("load_safetensors"),
            "{found:?}"
        );
    }
    for generics in ["T", "const H: usize"] {
        let text = expand_text(&format!(
            "pub struct Net<{generics}>: [2] {{ Linear(3) }} weights = \"a.safetensors\""
        ));
        assert!(
            text.contains("weights cannot be built into a network with generic parameters"),
            "{text}"
        );
    }
}

/// With weights of 16 bits the network itself has none built in, in C either.
#[test]
fn bf16_weights_are_built_in_instead() {
    let folder = TempDir::new().unwrap();
    let path = file(
        &folder,
        &[("fc.weight", "F32", &[3, 2]), ("fc.bias", "F32", &[3])],
    );
    let text = expand_text(&format!(
        "#[network(export_c)] pub struct Net: [2] {{ fc: Linear(3) }} weights = {:?} weights_type = bf16",
        path.display().to_string()
    ));
    assert!(
        text.contains("HalfNet") && text.contains("EmbeddedHalf"),
        "{text}"
    );
    assert!(
        !text.contains("fn embedded") && !text.contains("net_embedded"),
        "{text}"
    );
}

/// After a mistake the function is still there, and the file is not asked for.
#[test]
fn a_network_with_mistakes_keeps_the_signature() {
    let text = expand_text("pub struct Net: [2] { Lineer(3) } weights = \"nowhere.safetensors\"");
    assert!(text.contains("const fn embedded ()"), "{text}");
    assert!(!text.contains("nowhere.safetensors` : there"), "{text}");
    assert_eq!(text.matches("compile_error").count(), 1, "{text}");
}
