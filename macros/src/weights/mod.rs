//! Weights that become part of the program: a safetensors file is read while the program compiles, held against the
//! declaration, and laid out as the network has it in memory.

mod file;
mod fit;
mod half;
mod header;
mod json;
mod scalars;
mod tensor;

pub(crate) use tensor::Tensor;

use crate::diagnostics::Diagnostics;
use crate::model::{Check, LayerKind, Network};
use crate::syntax::HalfType;
use fit::{Expected, Place};
use proc_macro2::Span;
use quote::quote;
use scalars::Scalar;
use std::path::PathBuf;
use syn::LitStr;
use syn::ext::IdentExt;

/// What the declaration says of its weights.
#[derive(Default)]
pub(crate) struct Weights {
    /// `weights = "net.safetensors"`
    pub(crate) path: Option<LitStr>,
    /// `weights_type = bf16`
    pub(crate) half: Option<(HalfType, Span)>,
    /// What the file holds. Filled in by a pass.
    pub(crate) embedded: Option<Embedded>,
}

impl Weights {
    /// What is built in for the network itself, not for the one with weights of 16 bits.
    pub(crate) fn in_full(&self) -> Option<&Embedded> {
        self.embedded.as_ref().filter(|_| self.half.is_none())
    }
}

/// The weights in a file, as the network has them in memory.
pub(crate) struct Embedded {
    /// Where the file is.
    pub(crate) file: PathBuf,
    /// Little-endian, in the order of the declaration.
    pub(crate) parameters: Vec<u8>,
    pub(crate) buffers: Vec<u8>,
}

/// Reads the file that the declaration names.
pub(crate) fn read_weights(network: &mut Network, diagnostics: &mut Diagnostics) {
    check_half(network, diagnostics);
    let Some(path) = network.weights.path.clone() else {
        return;
    };
    // The layers of a network with mistakes are guesses.
    if !diagnostics.network_is_sound() || !can_be_embedded(network, &path, diagnostics) {
        return;
    }
    let (file, bytes) = match file::read(&path) {
        Ok(found) => found,
        Err(reason) => {
            let text = format!("cannot read `{}`: {}", path.value(), reason.what);
            let error = diagnostics.error(path.span(), text);
            error.note(reason.looked_for);
            error.help(
                "expected is a safetensors file, which `save_safetensors` or PyTorch writes; \
                 its path is relative to the folder of Cargo.toml, or to that of this source file",
            );
            return;
        }
    };
    match embed(network, &path, &file, &bytes) {
        Ok((embedded, checks)) => {
            network.weights.embedded = Some(embedded);
            network.checks.push(checks);
        }
        Err(text) => {
            let note = format!("the file is {}", file.display());
            diagnostics.error(path.span(), text).note(note);
        }
    }
}

/// Numbers of 16 bits are widened to `f32`, and as many as the network has parameters.
fn check_half(network: &Network, diagnostics: &mut Diagnostics) {
    let Some((_, span)) = network.weights.half else {
        return;
    };
    if !network.generics.is_empty() {
        diagnostics
            .error(
                span,
                "a network with generic parameters cannot have weights of 16 bits",
            )
            .note("stable Rust has no arrays of a length that depends on parameters")
            .help("declare the network with its sizes, and `f32` for its scalar");
    } else if network.scalar.to_string() != "f32" {
        diagnostics
            .error(
                span,
                format!(
                    "weights of 16 bits are widened to `f32`, not to `{}`",
                    network.scalar
                ),
            )
            .help("remove `weights_type`, or the other scalar");
    }
}

/// Whether the macro can know all tensors of the network.
fn can_be_embedded(network: &Network, path: &LitStr, diagnostics: &mut Diagnostics) -> bool {
    const HELP: &str =
        "load them when the program starts, with `load_safetensors` or `load_safetensors_bytes`";
    if !network.generics.is_empty() {
        diagnostics
            .error(
                path.span(),
                "weights cannot be built into a network with generic parameters",
            )
            .note("a file holds weights of one size and scalar")
            .help(HELP);
        return false;
    }
    let strange = |layer: &&crate::model::Layer| {
        matches!(layer.kind, LayerKind::User { .. }) && layer.tied.is_none()
    };
    match network.layers.iter().find(strange) {
        None => true,
        Some(layer) => {
            let text = format!(
                "weights cannot be built in, since only the compiler knows which ones `{}` on line {} has",
                layer.text,
                layer.span.start().line
            );
            diagnostics
                .error(path.span(), text)
                .note("the macro sees the names of networks and of layers of your own, not what they are")
                .help(HELP);
            false
        }
    }
}

/// Everything of the file, and what the compiler has to check; or what is wrong.
fn embed(
    network: &Network,
    path: &LitStr,
    file: &std::path::Path,
    bytes: &[u8],
) -> Result<(Embedded, Check), String> {
    let path_text = path.value();
    let (found, data) = header::parse(bytes).map_err(|reason| {
        format!("`{path_text}` is not a whole safetensors file: {reason}; download, copy or save it again")
    })?;
    let expected = fit::expected(network);
    let scalar = match network.scalar.to_string().as_str() {
        "f64" => Scalar::F64,
        _ => Scalar::F32,
    };
    let places = fit::fit(&expected, &found, scalar).map_err(|mismatches| {
        let list: String = mismatches
            .iter()
            .map(|line| format!("\n  {line}"))
            .collect();
        format!(
            "`{path_text}` does not fit the network `{}`:{list}",
            network.name.unraw()
        )
    })?;
    // AFTER THIS POINT: every tensor has its place in the file, with as many bytes as its shape says.
    let trained = match network.weights.half {
        Some((HalfType::Bf16, _)) => Scalar::Bf16,
        Some((HalfType::F16, _)) => Scalar::F16,
        None => scalar,
    };
    let (mut parameters, mut buffers) = (Vec::new(), Vec::new());
    for (expected, place) in expected.iter().zip(&places) {
        let (out, target) = match expected.tensor.trained {
            true => (&mut parameters, trained),
            false => (&mut buffers, scalar),
        };
        let values = data.get(place.range.clone()).unwrap_or_default();
        let outputs = expected
            .tensor
            .outputs_innermost
            .then_some(place.shape.first());
        let outputs = outputs.flatten().copied().unwrap_or(1);
        scalars::append(out, values, place.scalar, target, outputs)
            .map_err(|reason| format!("`{}` in `{path_text}` {reason}", expected.name))?;
    }
    let embedded = Embedded {
        file: file.to_owned(),
        parameters,
        buffers,
    };
    Ok((embedded, emit_check(network, path, &expected, &places)))
}

/// The macro's tensors against those of the types: sizes that only the compiler knows, and that no row of the
/// catalogue says something else than the layer itself.
fn emit_check(
    network: &Network,
    path: &LitStr,
    expected: &[Expected<'_>],
    places: &[Place],
) -> Check {
    let rows = expected.iter().zip(places).map(|(expected, place)| {
        let (layer, name) = (expected.layer, expected.tensor.name.as_ref());
        let order = match expected.tensor.outputs_innermost {
            true => quote!(outputs_innermost),
            false => quote!(new),
        };
        let dims = place
            .shape
            .iter()
            .map(|size| crate::size::number(*size as u64));
        let trained = expected.tensor.trained;
        quote!((#layer, ::chainrule::Tensor::#order(#name, &[#(#dims),*]), #trained))
    });
    let (name, path_text) = (&network.name, path.value());
    Check {
        place: path.span().into(),
        call: quote!(::chainrule::__private::check_embedded::<#name>(#path_text, &[#(#rows),*])),
    }
}
