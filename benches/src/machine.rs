//! What the results were measured on, and when.

use crate::programs::first_line;
use std::process::Command;

/// Lines of Markdown: processor, caches, commit, date.
pub fn describe() -> String {
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
    let [l1, l2, l3] = caches().map(|bytes| match bytes >> 10 {
        kib @ 0..1024 => format!("{kib} KiB"),
        kib => format!("{} MiB", kib >> 10),
    });
    let commit = first_line(Command::new("git").args(["rev-parse", "--short", "HEAD"]));
    let date = first_line(Command::new("date").args(["-u", "+%Y-%m-%d"]));
    format!(
        "- machine: {processor}, {cores} cores, L1d {l1}, L2 {l2}, L3 {l3}{}\n- commit {}, {}\n",
        instruction_sets(),
        commit.unwrap_or_else(|| "unknown".into()),
        date.unwrap_or_else(|| "on an unknown day".into()),
    )
}

/// The sizes of the first (data), second and third cache in bytes, 0 where unknown.
pub fn caches() -> [usize; 3] {
    [0, 2, 3].map(|index| {
        let size = read(&format!(
            "/sys/devices/system/cpu/cpu0/cache/index{index}/size"
        ));
        let kib = size
            .trim()
            .strip_suffix('K')
            .and_then(|digits| digits.parse::<usize>().ok());
        kib.unwrap_or(0) << 10
    })
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
