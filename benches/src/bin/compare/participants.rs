//! Who takes part: us, the yardstick, and the peers that are installed.
//!
//! All programs are called with the names of rows and print `peer <tab> row <tab> threads=N <tab> value <tab> unit`.

use crate::options::Options;
use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program that takes its turn at every row.
pub(crate) struct Participant {
    /// As in the tables, unless the program prints several names.
    pub(crate) name: String,
    /// Of the library, and of what compiled it.
    pub(crate) version: String,
    program: PathBuf,
    arguments: Vec<PathBuf>,
    /// Where it finds the models to load.
    folder: PathBuf,
    /// The names in front of what it printed begin with this.
    prefix: &'static str,
}

impl Participant {
    /// One turn.
    pub(crate) fn command(&self, pinned: bool) -> Command {
        let mut command = if pinned {
            let mut command = Command::new("taskset");
            command.args(["-c", "0"]).arg(&self.program);
            command
        } else {
            Command::new(&self.program)
        };
        for variable in [
            "OMP_NUM_THREADS",
            "MKL_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "RAYON_NUM_THREADS",
        ] {
            command.env(variable, "1");
        }
        command.args(&self.arguments).current_dir(&self.folder);
        command
    }

    /// Whether a printed name is this program's.
    pub(crate) fn prints(&self, name: &str) -> bool {
        name.starts_with(self.prefix)
    }
}

/// Everybody, and a line for each who is not there.
pub(crate) struct Found {
    pub(crate) participants: Vec<Participant>,
    pub(crate) skipped: Vec<String>,
    /// Measures the rate of multiply-adds.
    pub(crate) probe: Option<PathBuf>,
    /// Whether `taskset` can pin a program to a core.
    pub(crate) pinned: bool,
}

/// Builds us and the yardstick, and looks for the peers.
pub(crate) fn find(crate_folder: &Path, options: &Options) -> Result<Found, Box<dyn Error>> {
    // `target/release/compare`
    let executable = env::current_exe()?;
    let target = executable
        .ancestors()
        .nth(2)
        .ok_or("this program lies in no target folder")?;
    let out = target.join("benches");
    std::fs::create_dir_all(&out)?;

    let mut found = Found {
        participants: vec![ours(crate_folder, target)?],
        skipped: Vec::new(),
        probe: None,
        pinned: succeeds(Command::new("taskset").args(["-c", "0", "true"])),
    };
    if !found.pinned {
        found
            .skipped
            .push("pinning to one core: there is no `taskset`".into());
    }
    find_yardstick(crate_folder, &out, &mut found);
    if options.rust {
        find_rust(crate_folder, &out.join("peers"), &mut found);
    }
    if options.python {
        find_python(crate_folder, &out.join("peers"), &mut found);
    }
    Ok(found)
}

fn ours(crate_folder: &Path, target: &Path) -> Result<Participant, Box<dyn Error>> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args([
            "build",
            "--quiet",
            "--release",
            "--bin",
            "workloads",
            "--manifest-path",
        ])
        .arg(crate_folder.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(target)
        .status()?;
    if !built.success() {
        return Err("our own program does not build".into());
    }
    Ok(Participant {
        name: "chainrule".into(),
        version: format!(
            "{}, {}",
            env!("CARGO_PKG_VERSION"),
            first_line(Command::new("rustc").arg("--version")).unwrap_or_default()
        ),
        program: target.join("release").join("workloads"),
        arguments: Vec::new(),
        folder: crate_folder.into(),
        prefix: "chainrule",
    })
}

fn find_yardstick(crate_folder: &Path, out: &Path, found: &mut Found) {
    let folder = crate_folder.join("yardstick");
    let built = Command::new("bash")
        .arg(folder.join("build.sh"))
        .arg(out)
        .status();
    if !built.is_ok_and(|status| status.success()) {
        found.skipped.push("the yardstick and the FMA peak: `benches/yardstick/build.sh` failed; it needs gcc and g++ on x86-64".into());
        return;
    }
    found.probe = Some(out.join("fma_probe"));
    let gcc = first_line(Command::new("g++").arg("--version")).unwrap_or_default();
    for name in ["c_expert", "c_plain"] {
        found.participants.push(Participant {
            name: name.into(),
            version: gcc.clone(),
            program: out.join(name),
            arguments: Vec::new(),
            folder: out.into(),
            prefix: name,
        });
    }
}

fn find_rust(crate_folder: &Path, out: &Path, found: &mut Found) {
    const PEERS: [(&str, &str); 5] = [
        ("burn", "burn"),
        ("candle", "candle-core"),
        ("tract", "tract-onnx"),
        ("dfdx", "dfdx"),
        ("onnxruntime", "ort"),
    ];
    let lock =
        std::fs::read_to_string(crate_folder.join("peers/rust/Cargo.lock")).unwrap_or_default();
    for (name, package) in PEERS {
        let program = out.join("bin").join(name);
        if !program.exists() {
            found.skipped.push(format!(
                "{name}: not built; `benches/peers/build.sh rust` does"
            ));
            continue;
        }
        found.participants.push(Participant {
            name: name.into(),
            version: locked_version(&lock, package).unwrap_or_default(),
            program,
            arguments: Vec::new(),
            folder: out.into(),
            prefix: name,
        });
    }
}

/// The version of a package in a `Cargo.lock`.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let (_, behind) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    behind.split_once('"').map(|(version, _)| version.into())
}

fn find_python(crate_folder: &Path, out: &Path, found: &mut Found) {
    const PEERS: [(&str, &str, &str); 4] = [
        ("torch", "torch", "torch_bench.py"),
        ("jax", "jax", "jax_bench.py"),
        ("ort_python", "onnxruntime", "onnxruntime_bench.py"),
        ("litert", "ai-edge-litert", "litert_bench.py"),
    ];
    let python = out.join("venv/bin/python");
    for (name, package, script) in PEERS {
        let version = format!("import importlib.metadata as m; print(m.version('{package}'))");
        let Some(version) = first_line(Command::new(&python).args(["-c", &version])) else {
            found.skipped.push(format!(
                "{package}: not installed; `benches/peers/build.sh python` does"
            ));
            continue;
        };
        found.participants.push(Participant {
            name: name.into(),
            version,
            program: python.clone(),
            arguments: vec![crate_folder.join("peers/python").join(script)],
            folder: out.into(),
            prefix: name,
        });
    }
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// What a program that ends well prints first.
pub(crate) fn first_line(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().next()?.trim();
    (output.status.success() && !line.is_empty()).then(|| line.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_of_a_locked_package() {
        let lock = "[[package]]\nname = \"burn-core\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"burn\"\nversion = \"0.22.1\"\n";
        assert_eq!(locked_version(lock, "burn").as_deref(), Some("0.22.1"));
        assert_eq!(locked_version(lock, "candle"), None);
    }
}
