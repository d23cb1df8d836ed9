//! Weights that are built into the program.
//!
//! `cargo test -p chainrule-tests --test embedded_files -- --ignored` writes the files of `networks`,
//! `goldens/make_half.py` those of other types.

mod networks;

use chainrule::prelude::*;
use networks::{WIDTH, with_networks};
use std::path::Path;

fn file(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file")
}

macro_rules! declare {
    ($($name:ident, $file:literal: { $($declaration:tt)* })*) => {
        $(network! {
            #[derive(Debug, PartialEq)]
            pub struct $name $($declaration)*
            weights = $file
        })*

        /// Every layer that has weights: as when they are loaded, bit for bit.
        #[test]
        fn embedded_weights_are_those_that_are_loaded() {
            $(
                let embedded = $name::embedded();
                let mut loaded = $name::boxed();
                loaded.load_safetensors_bytes(&file($file)).expect("it fits");
                assert_eq!(embedded.parameters(), loaded.parameters(), $file);
                assert_eq!(embedded.buffers(), loaded.buffers(), $file);
                assert!(embedded.parameters().iter().any(|weight| *weight != 0.0));
                assert!(std::ptr::from_ref(embedded).addr().is_multiple_of(64), $file);
            )*
        }
    };
}
with_networks!(declare);

macro_rules! of_every_type {
    ($($name:ident($scalar:ident) = $file:literal;)*) => {
        $(network! {
            #[network(scalar = $scalar)]
            struct $name: [4] -> [2] { fc1: Linear(3), BatchNorm1d, head: Linear(2) }
            weights = $file
        })*

        /// The numbers are exact in every type.
        #[test]
        fn embedded_weights_are_converted_from_every_type() {
            let wide = EmbeddedF64::embedded();
            assert!(wide.parameters().iter().any(|weight| *weight != 0.0));
            $(
                let net = $name::embedded();
                let same = |ours: &[$scalar], theirs: &[f64]| {
                    assert_eq!(ours.len(), theirs.len());
                    ours.iter().zip(theirs).all(|(ours, theirs)| f64::from(*ours) == *theirs)
                };
                assert!(same(net.parameters(), wide.parameters()), $file);
                assert!(same(net.buffers(), wide.buffers()), $file);
            )*
        }
    };
}
of_every_type! {
    EmbeddedF64(f64) = "goldens/exact_f64.safetensors";
    FromF64(f32) = "goldens/exact_f64.safetensors";
    FromF32(f32) = "goldens/exact_f32.safetensors";
    FromF16(f32) = "goldens/exact_f16.safetensors";
    FromBf16(f32) = "goldens/exact_bf16.safetensors";
    WideFromF16(f64) = "goldens/exact_f16.safetensors";
    WideFromF32(f64) = "goldens/exact_f32.safetensors";
}

#[test]
fn embedded_networks_are_where_training_starts() {
    let before = Tied::embedded();
    let mut net = before.to_boxed();
    let mut workspace = Tied::workspace();
    let mut sgd = Sgd::new(&net, 0.1);
    let inputs = [[0.5, -0.25, 1.0, 0.0, 0.125, -1.0]];
    let mut step = || {
        let loss = net.backpropagate(&inputs, &inputs, &MseLoss::default(), &mut workspace);
        sgd.step(&mut net, workspace.gradients());
        loss.expect("a finite loss")
    };
    assert!(step() > step());
    assert_eq!(before, Tied::embedded());
    assert_ne!(net.parameters(), before.parameters());
}

/// Where the crate has no such file, it is looked for beside the source file.
#[test]
fn embedded_files_lie_beside_the_source_file() {
    network! {
        struct Beside: [4] -> [2] { fc1: Linear(3), BatchNorm1d, head: Linear(2) }
        weights = "../../goldens/exact_f32.safetensors"
    }
    assert_eq!(
        Beside::embedded().parameters(),
        FromF32::embedded().parameters()
    );
}

/// A reference that the compiler knows.
static NET: &Tied = Tied::embedded();

#[test]
fn embedded_networks_are_constants() {
    assert_eq!(NET.forward(&[1.0; 6]), Tied::embedded().forward(&[1.0; 6]));
}

/// Cargo watches the file, but the program does not hold it as it is.
#[test]
fn embedded_files_are_not_in_the_program_themselves() {
    let program = std::fs::read(std::env::current_exe().expect("a path")).expect("this program");
    let contains = |bytes: &[u8]| program.windows(bytes.len()).any(|window| window == bytes);
    // Whole, the file would have its header with it.
    assert!(!contains(&file("weights/images.safetensors")[8..72]));
    // The weights are there once: how they lie in memory.
    assert!(contains(bytemuck::cast_slice(
        &Images::embedded().parameters()[..16]
    )));
}
