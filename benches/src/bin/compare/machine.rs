//! What the results were measured on, and when.

use crate::participants::first_line;
use std::process::Command;

/// Lines of Markdown: processor, caches, commit, date.
pub(crate) fn describe() -> String {
    let processor = read("/proc/cpuinfo")
        .lines()
        .find_map(|line| {
            line.strip_prefix("model name")
                .and_then(|rest| rest.split_once(':'))
        })
        .map_or_else(
            || std::env::consts::ARCH.into(),
            |(_, name)| name.trim().to_string(),
        );
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cache = |index: usize| {
        read(&format!(
            "/sys/devices/system/cpu/cpu0/cache/index{index}/size"
        ))
        .trim()
        .to_string()
    };
    let caches: Vec<String> = [(0, "L1d"), (2, "L2"), (3, "L3")]
        .into_iter()
        .filter(|&(index, _)| !cache(index).is_empty())
        .map(|(index, name)| format!("{name} {}", cache(index)))
        .collect();
    let commit = first_line(Command::new("git").args(["rev-parse", "--short", "HEAD"]));
    let date = first_line(Command::new("date").args(["-u", "+%Y-%m-%d"]));
    format!(
        "- machine: {processor}, {cores} cores, {}{}\n- commit {}, {}\n",
        caches.join(", "),
        instruction_sets(),
        commit.unwrap_or_else(|| "unknown".into()),
        date.unwrap_or_else(|| "on an unknown day".into()),
    )
}

#[cfg(target_arch = "x86_64")]
fn instruction_sets() -> &'static str {
    match (
        std::arch::is_x86_feature_detected!("avx2"),
        std::arch::is_x86_feature_detected!("avx512f"),
    ) {
        (_, true) => ", with AVX-512",
        (true, false) => ", with AVX2, without AVX-512",
        _ => ", without AVX2",
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn instruction_sets() -> &'static str {
    ""
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}
