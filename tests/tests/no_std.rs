//! The program of `examples/firmware`, without the standard library, prints what the same code prints with it.

use std::path::Path;
use std::process::Command;

#[test]
#[ignore = "builds three programs in release, for a minute; CI runs it"]
fn no_std_program_prints_the_same_bits_as_with_std() {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        println!("skipped: without the standard library the program starts on x86-64 Linux only");
        return;
    }
    let bare = firmware(&[], "3");
    println!("{bare}");
    assert_eq!(bare, firmware(&["--features", "std"], "3"), "with std");
    assert_eq!(bare, firmware(&[], "z"), "as small code");
    for line in [
        "forward: ",
        "embedded: ",
        "stream.step: ",
        "loss before a step: ",
        "exp of f32: ",
        "erf of f64: ",
    ] {
        assert!(bare.contains(line), "no line `{line}`");
    }
}

/// What the program prints.
fn firmware(features: &[&str], opt_level: &str) -> String {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/firmware");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("firmware");
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--release", "--locked", "--target-dir"])
        .arg(target)
        .args(features)
        .current_dir(package)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", opt_level)
        // An ordinary build: flags for this one are not meant for it.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).expect("text")
}
