//! Golden counts: how many instructions a forward call of I1 and a training step of T1 execute on AVX2.
//!
//! They do not depend on how busy the machine is, so a regression shows wherever the tests run. `valgrind` counts them,
//! which has no AVX-512; where it is missing the test says so and passes. Only release builds are counted:
//! `cargo test --release -p chainrule-benches --test instructions`.

use std::path::Path;
use std::process::Command;

/// A workload, and two numbers of calls: the difference leaves out what happens before the first.
const COUNTED: [(&str, [u64; 2]); 2] = [("I1", [100, 1100]), ("T1_b32", [2, 6])];

/// How far a count may be from the kept one.
const TOLERANCE: f64 = 0.02;

/// The instructions of a whole run.
fn instructions(workload: &str, calls: u64) -> u64 {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(env!("CARGO_BIN_EXE_calls"))
        .args([workload, &calls.to_string()])
        .output()
        .expect("valgrind ran before");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    let collected = text
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let (_, count) = collected.unwrap_or_else(|| panic!("no count in\n{text}"));
    count.trim().parse().expect("a number")
}

#[test]
#[cfg_attr(debug_assertions, ignore = "counts what release builds execute")]
fn calls_execute_as_many_instructions_as_before() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("skipped: valgrind is not installed");
        return;
    }
    #[cfg(target_arch = "x86_64")]
    let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    let avx2 = false;
    if !avx2 {
        println!("skipped: the counts are those of AVX2");
        return;
    }
    let counts = COUNTED.map(|(workload, [few, many])| {
        let difference = instructions(workload, many) - instructions(workload, few);
        (workload, difference / (many - few))
    });
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/instructions.txt");
    if std::env::var_os("BLESS").is_some() {
        let lines = counts.map(|(workload, count)| format!("{workload} {count}\n"));
        std::fs::write(&path, lines.concat()).expect("the file can be written");
        return;
    }
    let kept = std::fs::read_to_string(&path).expect("the counts are kept beside the test");
    for (workload, count) in counts {
        let line = kept
            .lines()
            .find_map(|line| line.strip_prefix(workload)?.strip_prefix(' '));
        let before: f64 = line
            .and_then(|count| count.parse().ok())
            .expect("a kept count");
        let change = count as f64 / before - 1.0;
        println!("{workload}: {count} instructions a call, {before} before");
        assert!(
            change.abs() <= TOLERANCE,
            "a call of {workload} executes {count} instructions, {:+.1} % beside the {before} in {}; if that is as it \
             should be, keep the new count: BLESS=1 cargo test --release -p chainrule-benches --test instructions",
            100.0 * change,
            path.display()
        );
    }
}
