//! Who takes part: us, the yardstick, and the peers that are installed.
//!
//! All programs are called with the names of rows and print `name <tab> row <tab> threads=N <tab> value <tab> unit`.

use crate::options::Options;
use crate::report::{OURS, OURS_ON_TWO};
use chainrule_benches::programs::{Yardstick, build_folder, can_pin, first_line, pinned};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program that takes its turn at every row.
pub(crate) struct Participant {
    /// Of the library; what the program prints in front of its rows begins with it.
    pub(crate) name: &'static str,
    /// Of the library, or of what compiled it.
    pub(crate) version: String,
    pub(crate) threads: usize,
    program: PathBuf,
    arguments: Vec<PathBuf>,
    environment: Vec<(&'static str, PathBuf)>,
    /// Where it finds the models to load.
    folder: PathBuf,
}

impl Participant {
    fn new(name: &'static str, version: String, program: PathBuf, folder: &Path) -> Self {
        Self {
            name,
            version,
            threads: 1,
            program,
            arguments: Vec::new(),
            environment: Vec::new(),
            folder: folder.into(),
        }
    }

    /// One turn; it lacks the names of the rows.
    pub(crate) fn command(&self, pin: bool) -> Command {
        let mut command = pinned(&self.program, pin && self.threads == 1);
        command.args(&self.arguments).current_dir(&self.folder);
        for variable in [
            "OMP_NUM_THREADS",
            "MKL_NUM_THREADS",
            "OPENBLAS_NUM_THREADS",
            "RAYON_NUM_THREADS",
        ] {
            command.env(variable, "1");
        }
        // Python would otherwise leave compiled files beside the scripts.
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        for (variable, value) in &self.environment {
            command.env(variable, value);
        }
        command
    }
}

/// Everybody, and a line for each who is not there.
pub(crate) struct Found {
    pub(crate) participants: Vec<Participant>,
    pub(crate) skipped: Vec<String>,
    pub(crate) yardstick: Option<Yardstick>,
    /// Whether programs can be pinned to a core.
    pub(crate) pin: bool,
}

/// Builds us and the yardstick, and looks for the peers.
pub(crate) fn find(crate_folder: &Path, options: &Options) -> Result<Found, Box<dyn Error>> {
    let out = build_folder()?;
    let pin = can_pin();
    let (one, two) = ours(crate_folder, &out)?;
    let mut found = Found {
        participants: vec![one],
        skipped: Vec::new(),
        yardstick: Yardstick::build(&out, pin),
        pin,
    };
    if std::thread::available_parallelism().is_ok_and(|cores| cores.get() >= two.threads) {
        found.participants.push(two);
    } else {
        found.skipped.push("two threads: there is one core".into());
    }
    if !pin {
        found
            .skipped
            .push("pinning to one core: there is no `taskset`".into());
    }
    if found.yardstick.is_some() {
        let gcc = first_line(Command::new("g++").arg("--version")).unwrap_or_default();
        for name in ["c_expert", "c_plain"] {
            found
                .participants
                .push(Participant::new(name, gcc.clone(), out.join(name), &out));
        }
    } else {
        found
            .skipped
            .push("the yardstick and the FMA peak: they need gcc and g++ on x86-64".into());
    }
    if options.rust {
        find_rust(crate_folder, &out.join("peers"), &mut found);
    }
    if options.python {
        find_python(crate_folder, &out.join("peers"), &mut found);
    }
    Ok(found)
}

/// On one thread, and on two.
fn ours(crate_folder: &Path, out: &Path) -> Result<(Participant, Participant), Box<dyn Error>> {
    let target = out
        .parent()
        .ok_or("the build folder lies in no target folder")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
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
    let rustc = first_line(Command::new("rustc").arg("--version")).unwrap_or_default();
    let version = format!("{}, {rustc}", env!("CARGO_PKG_VERSION"));
    let program = target.join("release/workloads");
    let one = Participant::new(OURS, version.clone(), program.clone(), crate_folder);
    let mut two = Participant::new(OURS_ON_TWO, version, program, crate_folder);
    two.threads = 2;
    two.arguments.extend(["--threads", "2"].map(PathBuf::from));
    Ok((one, two))
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
                "{name}: not built; `benches/peers/build.sh {name}` does"
            ));
            continue;
        }
        let version = locked_version(&lock, package).unwrap_or_default();
        let mut peer = Participant::new(name, version, program, out);
        if name == "onnxruntime" {
            let Some(library) = onnxruntime_library(out) else {
                found.skipped.push("onnxruntime: its library is not there; `benches/peers/build.sh onnxruntime` gets it".into());
                continue;
            };
            peer.version = format!("crate ort {}", peer.version);
            peer.environment.push(("ORT_DYLIB_PATH", library));
        }
        found.participants.push(peer);
    }
}

/// The version of a package in a `Cargo.lock`.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let (_, behind) = lock.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    behind.split_once('"').map(|(version, _)| version.into())
}

/// The shared library inside the Python package.
fn onnxruntime_library(out: &Path) -> Option<PathBuf> {
    let python = out.join("venv/bin/python");
    let code = "import glob, importlib.util as u; \
                print(glob.glob(u.find_spec('onnxruntime').submodule_search_locations[0] + '/capi/libonnxruntime.so*')[0])";
    first_line(Command::new(python).args(["-c", code])).map(PathBuf::from)
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
        let code = format!("import importlib.metadata as m; print(m.version('{package}'))");
        let Some(version) = first_line(Command::new(&python).args(["-c", &code])) else {
            found.skipped.push(format!(
                "{package} in Python: not installed; `benches/peers/build.sh python` does"
            ));
            continue;
        };
        let mut peer = Participant::new(name, format!("{package} {version}"), python.clone(), out);
        peer.arguments
            .push(crate_folder.join("peers/python").join(script));
        found.participants.push(peer);
    }
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
