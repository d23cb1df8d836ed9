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

/// What one core takes from memory.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Bytes from the first, second and third cache and from memory, in GB/s.
    pub bandwidths: [f64; 4],
    /// The widest multiply-adds, each with a load of its own across two cache lines, in GFLOP/s.
    pub loaded_fma: f64,
}

/// Multiply-adds in `f32` on one core, in GFLOP/s.
#[derive(Clone, Copy, Debug)]
pub struct FmaRates {
    /// Eight at a time.
    pub avx2: f64,
    /// Sixteen at a time, where the machine has it.
    pub avx512: Option<f64>,
}

impl FmaRates {
    /// What the machine can do at most.
    pub fn widest(self) -> f64 {
        self.avx512.unwrap_or(0.0).max(self.avx2)
    }

    /// The mean of two measurements.
    pub fn mean(self, other: Self) -> Self {
        let mean = |a, b| (a + b) / 2.0;
        Self {
            avx2: mean(self.avx2, other.avx2),
            avx512: self.avx512.zip(other.avx512).map(|(a, b)| mean(a, b)),
        }
    }
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

    /// The rate of multiply-adds on the core right now.
    pub fn fma_rates(&self) -> Option<FmaRates> {
        let mut command = pinned(&self.folder.join("fma_probe"), self.pin);
        let text = String::from_utf8(command.output().ok()?.stdout).ok()?;
        let mut rates = text.lines().map_while(|line| line.parse().ok());
        Some(FmaRates {
            avx2: rates.next()?,
            avx512: rates.next(),
        })
    }

    /// What one core takes from memory.
    pub fn reading(&self) -> Option<Reading> {
        let output = Command::new(self.folder.join("peak"))
            .arg("1")
            .output()
            .ok()?;
        let text = String::from_utf8(output.stdout).ok()?;
        let rates = |name: &str| -> Vec<f64> {
            text.lines()
                .filter(|line| line.contains(name))
                .filter_map(|line| line.split('\t').nth(3)?.parse().ok())
                .collect()
        };
        Some(Reading {
            bandwidths: rates("\tread_").try_into().ok()?,
            loaded_fma: *rates("\tfma_load_").first()?,
        })
    }
}
