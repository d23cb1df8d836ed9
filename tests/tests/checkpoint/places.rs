//! Folders that cannot be written to, and which files are kept.

use chainrule::checkpoint::{CheckpointError, Checkpoints, Reader, State, Writer};
use chainrule::prelude::*;
use std::fs;
use std::path::Path;

network! { struct Net: [2] -> [1] { Linear(4), Tanh, Linear(1) } }

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

/// Larger than the disks of these tests.
struct Large(usize);

impl State for Large {
    fn save(&self, to: &mut Writer) {
        to.list("values", &vec![0.5_f32; self.0]);
    }
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        self.0 = from.list::<f32>("values")?.len();
        Ok(())
    }
}

#[test]
fn the_last_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("runs/first");
    let net = Net::init(&mut StdRng::seed_from_u64(7));
    let checkpoints = Checkpoints::new(&path).expect("folders are made").keep(2);
    let save = |step| {
        checkpoints
            .save(step, &[("network", &*net)])
            .expect("a file")
    };
    assert!(checkpoints.steps().expect("the folder").is_empty());
    assert_eq!(save(5), path.join("step-0000000005.safetensors"));
    save(10);
    save(15);
    assert_eq!(
        names(&path),
        ["step-0000000010.safetensors", "step-0000000015.safetensors"]
    );
    // Those of later steps are not in the way of a run that went back.
    save(11);
    assert_eq!(checkpoints.steps().expect("the folder"), [10, 11, 15]);
    save(12);
    assert_eq!(checkpoints.steps().expect("the folder"), [11, 12, 15]);
    save(15);
    assert_eq!(checkpoints.steps().expect("the folder"), [12, 15]);
    save(10_000_000_000);
    assert_eq!(
        checkpoints.steps().expect("the folder"),
        [15, 10_000_000_000]
    );
}

#[test]
fn what_killed_programs_left_is_deleted() {
    let folder = tempfile::tempdir().expect("a folder");
    let leftover = folder.path().join(".checkpoint-abc123.tmp");
    let in_use = folder.path().join(".checkpoint-def456.tmp");
    for name in [&leftover, &in_use, &folder.path().join("mine.tmp")] {
        fs::write(name, "half a fi").expect("a file");
    }
    let writer = fs::File::open(&in_use).expect("the file");
    writer.lock().expect("a lock");
    Checkpoints::new(folder.path()).expect("a folder");
    assert_eq!(names(folder.path()), [".checkpoint-def456.tmp", "mine.tmp"]);
    drop(writer);
    Checkpoints::new(folder.path()).expect("a folder");
    assert_eq!(names(folder.path()), ["mine.tmp"]);
}

#[test]
fn a_file_in_place_of_the_folder_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("runs");
    fs::write(&path, "notes").expect("a file");
    let error = Checkpoints::new(&path).expect_err("no folder");
    let text = error.to_string();
    assert!(
        text.starts_with(&format!(
            "cannot keep checkpoints in `{}`: ",
            path.display()
        )),
        "{text}"
    );
    assert!(
        text.ends_with("; give a folder that can be written to"),
        "{text}"
    );
    assert_eq!(fs::read(&path).expect("the file"), b"notes");
}

#[test]
fn a_folder_that_is_gone_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("runs");
    let checkpoints = Checkpoints::new(&path).expect("a folder");
    fs::remove_dir(&path).expect("our folder");
    let error = checkpoints
        .save(1, &[("level", &1)])
        .expect_err("no folder");
    assert!(matches!(error, CheckpointError::Write { .. }));
    let error = checkpoints.load_newest(&mut []).expect_err("no folder");
    assert!(matches!(error, CheckpointError::Folder { .. }));
}

/// Saves, then too much, which must fail; the first file must still load. Returns the error.
#[cfg(unix)]
#[track_caller]
fn fails_and_keeps_the_earlier_one(folder: &Path, forbid: impl FnOnce()) -> String {
    let checkpoints = Checkpoints::new(folder).expect("a folder").keep(1);
    let net = Net::init(&mut StdRng::seed_from_u64(7));
    checkpoints
        .save(1, &[("network", &*net), ("large", &Large(0))])
        .expect("a file");
    let before = names(folder);
    forbid();
    let error = checkpoints.save(2, &[("network", &*net), ("large", &Large(1 << 18))]);
    let error = error.expect_err("no room");
    assert!(matches!(error, CheckpointError::Write { .. }));
    assert_eq!(names(folder), before);
    let mut loaded = Net::boxed();
    let found = checkpoints.load_newest(&mut [("network", &mut *loaded)]);
    assert_eq!(found.expect("a whole file").expect("a checkpoint").step, 1);
    assert_eq!(loaded.parameters(), net.parameters());
    let text = error.to_string();
    let start = format!(
        "cannot write the checkpoint `{}`: ",
        checkpoints.path(2).display()
    );
    assert!(
        text.starts_with(&start) && text.contains("; the earlier ones are unchanged"),
        "{text}"
    );
    text
}

#[cfg(target_os = "linux")]
mod linux {
    use super::*;
    use std::process::{Command, Stdio};

    fn run(program: &str, arguments: &[&str]) -> bool {
        let mut command = Command::new(program);
        let command = command
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    /// A small disk in memory, if we may have one.
    struct Disk(tempfile::TempDir);

    impl Disk {
        fn new() -> Option<Self> {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().to_str().expect("a path in UTF-8").to_owned();
            let mounted = run("mount", &["-t", "tmpfs", "-o", "size=256k", "tmpfs", &path]);
            mounted.then_some(Self(folder))
        }
        fn path(&self) -> &str {
            self.0.path().to_str().expect("a path in UTF-8")
        }
    }

    impl Drop for Disk {
        fn drop(&mut self) {
            run("umount", &[self.path()]);
        }
    }

    #[test]
    fn a_full_disk_is_an_error() {
        let Some(disk) = Disk::new() else {
            return println!(
                "skipped: no disk can be mounted here; `a_limit_of_size_is_an_error` stands for it"
            );
        };
        let text = fails_and_keeps_the_earlier_one(Path::new(disk.path()), || {});
        assert!(text.contains("No space left on device"), "{text}");
        assert!(
            text.ends_with("; make room, keep fewer of them, or choose another folder"),
            "{text}"
        );
    }

    #[test]
    fn a_read_only_folder_is_an_error() {
        let Some(disk) = Disk::new() else {
            return println!("skipped: no disk can be mounted here");
        };
        let text = fails_and_keeps_the_earlier_one(Path::new(disk.path()), || {
            assert!(run("mount", &["-o", "remount,ro", disk.path()]));
        });
        assert!(text.contains("Read-only file system"), "{text}");
        assert!(
            text.ends_with("; give a folder that can be written to"),
            "{text}"
        );
        // To load from it is no error.
        Checkpoints::new(disk.path()).expect("a folder that can be read");
    }

    const FOLDER: &str = "CHAINRULE_TEST_LIMITED_FOLDER";

    #[test]
    #[ignore = "started by `a_limit_of_size_is_an_error`"]
    fn limited() {
        let folder = std::env::var_os(FOLDER).expect("a folder");
        let text = fails_and_keeps_the_earlier_one(Path::new(&folder), || {});
        assert!(text.contains("File too large"), "{text}");
    }

    /// Writing fails midway, as on a full disk, and nobody needs to mount one.
    #[test]
    fn a_limit_of_size_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        // Without the trap the signal ends the program.
        let script =
            "trap '' XFSZ; ulimit -f 128; exec \"$0\" --exact places::linux::limited --ignored";
        let output = Command::new("sh")
            .args(["-c", script])
            .arg(std::env::current_exe().expect("this program"))
            .env(FOLDER, folder.path())
            .output()
            .expect("a shell");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains("1 passed"),
            "{text}"
        );
    }
}
