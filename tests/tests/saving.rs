//! Saving weights where that fails, or replaces something.

use chainrule::io::SafetensorsError;
use chainrule::prelude::*;
use chainrule_tests::mixed::Mixed;
use std::fs;
use std::path::Path;

fn network<T: Scalar>(seed: u64) -> Box<Mixed<T>> {
    Mixed::init(&mut StdRng::seed_from_u64(seed))
}

/// The names in a folder, temporary files included.
fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder");
    entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

/// Saves where that must fail, and checks that nothing in `folder` changed.
fn save_fails(folder: &Path, path: &Path) -> String {
    let before = entries(folder);
    let net = network::<f64>(1);
    assert!(net.to_safetensors().len() > 1024);
    let error = net.save_safetensors(path).expect_err("no place to write");
    assert!(matches!(error, SafetensorsError::Write { .. }));
    assert_eq!(entries(folder), before);
    let text = error.to_string();
    assert!(
        text.starts_with(&format!("cannot write `{}`: ", path.display())),
        "{text}"
    );
    text
}

#[test]
fn saving_over_a_folder_or_into_none_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("taken")).expect("a folder");
    save_fails(folder.path(), &folder.path().join("taken"));
    save_fails(
        folder.path(),
        &folder.path().join("nowhere/net.safetensors"),
    );
    save_fails(folder.path(), Path::new(""));
}

#[test]
fn a_write_protected_file_survives() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net.safetensors");
    fs::write(&path, "precious").expect("a file");
    let mut permissions = fs::metadata(&path).expect("the file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("our own file");
    save_fails(folder.path(), &path);
    assert_eq!(fs::read(&path).expect("the file"), b"precious");
}

#[test]
fn saving_replaces_an_older_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net.safetensors");
    fs::write(&path, vec![0; 100_000]).expect("a file");
    let net = network::<f32>(1);
    net.save_safetensors(&path).expect("a file to replace");
    assert_eq!(fs::read(&path).expect("the file"), net.to_safetensors());
    assert_eq!(entries(folder.path()), ["net.safetensors"]);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
    use std::process::Command;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("the file").mode() & 0o777
    }

    #[test]
    fn permissions_are_those_of_a_new_file_or_the_replaced_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let (ours, plain) = (folder.path().join("ours"), folder.path().join("plain"));
        fs::write(&plain, "").expect("a file");
        network::<f32>(1).save_safetensors(&ours).expect("a file");
        assert_eq!(mode(&ours), mode(&plain));
        fs::set_permissions(&ours, fs::Permissions::from_mode(0o640)).expect("our own file");
        network::<f32>(2)
            .save_safetensors(&ours)
            .expect("a file to replace");
        assert_eq!(mode(&ours), 0o640);
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().expect("a folder");
        let (link, target) = (folder.path().join("link"), folder.path().join("target"));
        fs::write(&target, "").expect("a file");
        symlink("target", &link).expect("a link");
        let net = network::<f32>(1);
        net.save_safetensors(&link).expect("a file to replace");
        assert!(fs::symlink_metadata(&link).expect("the link").is_symlink());
        assert_eq!(fs::read(&target).expect("the file"), net.to_safetensors());
    }

    #[test]
    fn a_full_device_is_an_error_and_stays_a_device() {
        let error = network::<f32>(1).save_safetensors("/dev/full");
        // Systems other than Linux have no such device, and refuse to make a file there.
        assert!(matches!(error, Err(SafetensorsError::Write { .. })));
        assert!(!Path::new("/dev/full").is_file());
    }

    #[test]
    fn a_read_only_folder_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("net.safetensors");
        fs::write(&path, "precious").expect("a file");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).expect("our folder");
        // The superuser may write everywhere.
        if fs::write(folder.path().join("probe"), "").is_err() {
            save_fails(folder.path(), &path);
            assert_eq!(fs::read(&path).expect("the file"), b"precious");
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("our folder");
    }

    /// A limit on the size of files stands in for a full disk: writing stops in the middle.
    #[test]
    fn a_failed_save_leaves_the_older_file_and_nothing_else() {
        const FOLDER: &str = "CHAINRULE_TEST_FOLDER";
        // What the limited process says when it has really run.
        const DONE: i32 = 42;
        if let Some(folder) = std::env::var_os(FOLDER) {
            let folder = Path::new(&folder);
            save_fails(folder, &folder.join("net.safetensors"));
            std::process::exit(DONE);
        }
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("net.safetensors");
        fs::write(&path, "precious").expect("a file");
        // One block, of 512 or 1024 bytes as the shell likes. Without the signal, writing more is an error.
        let script = r#"ulimit -f 1; trap '' XFSZ; exec "$0" "$@" >/dev/null"#;
        let status = Command::new("sh")
            .args(["-c", script])
            .arg(std::env::current_exe().expect("this test"))
            .args([
                "--exact",
                "unix::a_failed_save_leaves_the_older_file_and_nothing_else",
            ])
            .env(FOLDER, folder.path())
            .status()
            .expect("a shell");
        assert_eq!(status.code(), Some(DONE));
        assert_eq!(fs::read(&path).expect("the file"), b"precious");
        assert_eq!(entries(folder.path()), ["net.safetensors"]);
    }
}
