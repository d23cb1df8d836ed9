//! Other programs: pinning them to a core, reading what they print, building the yardstick.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a program that ends well prints first.
pub fn first_line(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().next()?.trim();
    (output.status.success() && !line.is_empty()).then(|| line.into())
}

/// Whether `taskset` can pin a program to the first core.
pub fn can_pin() -> bool {
    let mut command = Command::new("taskset");
    command
        .args(["-c", "0", "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A program, on the first core if `pin` says so.
pub fn pinned(program: &Path, pin: bool) -> Command {
    if !pin {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", "0"]).arg(program);
    command
}

/// `target/benches`, where the yardstick and the peers are built: beside the folder of this executable.
pub fn build_folder() -> Result<PathBuf, Box<dyn std::error::Error>> {
    let executable = std::env::current_exe()?;
    let target = executable
        .ancestors()
        .nth(2)
        .ok_or("this program lies in no target folder")?;
    let folder = target.join("benches");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The yardstick in C and the programs that measure the machine, built.
pub struct Yardstick {
    folder: PathBuf,
    pin: bool,
}

impl Yardstick {
    /// Builds them into a folder; none where that fails, as without a C compiler or on another architecture.
    pub fn build(folder: &Path, pin: bool) -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("yardstick/build.sh");
        let built = Command::new("bash").arg(script).arg(folder).status();
        built.is_ok_and(|status| status.success()).then(|| Self {
            folder: folder.into(),
            pin,
        })
    }

    /// Multiply-adds in `f32` with AVX2 on the core right now, in GFLOP/s.
    pub fn fma_rate(&self) -> Option<f64> {
        first_line(&mut pinned(&self.folder.join("fma_probe"), self.pin))?
            .parse()
            .ok()
    }

    /// The bandwidth of reading from the first, second and third cache and from memory, in GB/s.
    pub fn bandwidths(&self) -> Option<[f64; 4]> {
        let output = Command::new(self.folder.join("peak"))
            .arg("1")
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let rates: Vec<f64> = text
            .lines()
            .filter(|line| line.contains("\tread_"))
            .filter_map(|line| line.split('\t').nth(3)?.parse().ok())
            .collect();
        rates.try_into().ok()
    }
}
