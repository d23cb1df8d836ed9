//! How much a network adds to a program: stripped release programs with `opt-level = "z"`, beside one without a network
//! that is built alike.
//!
//! `cargo test -p chainrule-tests --test size -- --ignored --nocapture` prints the table.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs of `tests/size`, the bytes of their weights, and what each may add without and with the standard library.
const PROGRAMS: [(&str, usize, [u64; 2]); 4] = [
    ("policy", 5768 * 4, [30_000, 60_000]),
    ("policy_training", 5768 * 4, [45_000, 80_000]),
    ("lenet5", 61_706 * 4, [310_000, 430_000]),
    ("audio_amp", 929 * 4, [20_000, 55_000]),
];

#[test]
#[ignore = "builds five programs with link-time optimisation; CI runs it"]
fn size_without_std_is_within_limits() {
    table("without `std`", &[], 0);
}

#[test]
#[ignore = "builds five programs with link-time optimisation and kernels for every instruction set, for minutes"]
fn size_with_default_features_is_within_limits() {
    table("with default features", &["--features", "std"], 1);
}

/// Prints what each program adds, and compares it with the limit of this number.
fn table(what: &str, features: &[&str], limit: usize) {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        println!("skipped: the programs start on x86-64 Linux only");
        return;
    }
    let directory = build(features);
    let size = |name| {
        let program = std::fs::metadata(directory.join(name));
        program.expect("a program").len()
    };
    println!("| program | its weights | adds {what} |\n|---|---:|---:|");
    for (name, weights, limits) in PROGRAMS {
        let status = Command::new(directory.join(name)).status();
        assert!(
            status.expect("it starts").code().is_some(),
            "{name} ends by itself"
        );
        let added = size(name) - size("empty");
        println!("| `{name}` | {weights} | {added} |");
        let limit = limits[limit];
        assert!(
            added <= limit,
            "`{name}` adds {added} bytes, more than {limit}"
        );
        assert!(added >= weights as u64, "the weights are part of `{name}`");
    }
}

/// Builds all programs; where they are.
fn build(features: &[&str]) -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("size");
    let name = if features.is_empty() {
        "size"
    } else {
        "size_std"
    };
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--locked", "--target-dir"])
        .arg(&target)
        .args(features)
        .current_dir(package)
        // An ordinary build: flags for this one are not meant for it.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .expect("cargo runs");
    assert!(status.success());
    target.join("release")
}
