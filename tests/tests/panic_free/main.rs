//! No hot path refers to what panics, allocates or waits: read off a linked library with every layer, loss and optimizer
//! (`tests/panic_free`), as an ordinary release build makes it.

mod graph;

use graph::Graph;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

#[test]
#[ignore = "builds every layer, loss and optimizer in release, for minutes; CI runs it"]
fn panic_free_and_lock_free_without_std() {
    prove(&[], 700, &["control::panics", "control::panics_indirectly"]);
}

#[test]
#[ignore = "as above, and compiles small networks for every instruction set"]
fn panic_free_and_lock_free_with_default_features() {
    prove(
        &["--features", "std"],
        120,
        &[
            "control::panics",
            "control::panics_indirectly",
            "control::allocates",
            "control::waits",
        ],
    );
}

/// What is looked for, in the demangled names of functions and of imports.
fn forbidden(name: &str) -> bool {
    const MEMORY: [&str; 5] = ["memcpy", "memmove", "memset", "memcmp", "bcmp"];
    // A linked function has a path, or is one of those that the compiler itself calls; any other name is an import.
    let import = !name.contains("::") && !name.starts_with("data at") && !name.contains('<');
    let allowed = MEMORY.contains(&name) || name.starts_with("__") && !name.contains("alloc");
    name.contains("panicking::")
        || name.contains("rust_begin_unwind")
        || name.contains("__rust_alloc")
        || name.contains("__rust_realloc")
        || name.contains("__rdl_alloc")
        || name.starts_with("alloc::")
        || name.starts_with("std::sync::")
        || name.starts_with("std::sys::sync::")
        || name.starts_with("std::thread::")
        || import && !allowed
}

/// Checks every entry, of which there are at least so many. `found` are those that prove that the check sees something.
fn prove(features: &[&str], least: usize, found: &[&str]) {
    if !cfg!(target_os = "linux") {
        println!("skipped: the linked library is read as Linux has it");
        return;
    }
    let library = std::fs::read(build(features)).expect("a library was built");
    let graph = Graph::read(&library);
    let mut entries = 0;
    let mut missed: Vec<&str> = found.to_vec();
    // By the function that is to be mended: what it calls, and an entry from which it is reached.
    let mut culprits: BTreeMap<(String, String), (usize, String)> = BTreeMap::new();
    for (entry, address) in &graph.entries {
        let ways = graph.ways(*address, forbidden);
        if entry.starts_with("control::") {
            assert!(!ways.is_empty(), "nothing was found in `{entry}`");
            missed.retain(|name| name != entry);
            continue;
        }
        entries += 1;
        for way in ways {
            if let [.., culprit, callee] = way.as_slice() {
                let key = (culprit.clone(), callee.clone());
                culprits
                    .entry(key)
                    .or_insert((0, way.join("\n        → ")))
                    .0 += 1;
            }
        }
    }
    assert_eq!(missed, [""; 0], "entries that are not there");
    println!(
        "{entries} entries, from which {} functions are reached",
        graph.reachable()
    );
    assert!(entries >= least, "{entries} entries");
    let report: Vec<String> = culprits
        .iter()
        .map(|((culprit, callee), (count, way))| {
            format!("`{culprit}`\n    refers to `{callee}`, reached from {count} entries, as\n        {way}")
        })
        .collect();
    assert!(
        report.is_empty(),
        "{} references are left:\n\n{}",
        report.len(),
        report.join("\n\n")
    );
}

/// Builds the library; the path of it.
fn build(features: &[&str]) -> std::path::PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("panic_free");
    let name = if features.is_empty() {
        "panic_free"
    } else {
        "panic_free_std"
    };
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let status = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--locked", "--target-dir"])
        .arg(&target)
        .args(features)
        .current_dir(package)
        // An ordinary build, but for names that tell of what type a generic function is.
        .env("RUSTFLAGS", "-Csymbol-mangling-version=v0")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .status()
        .expect("cargo runs");
    assert!(status.success());
    target.join("release/libpanic_free.so")
}
