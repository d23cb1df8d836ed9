//! Places where nothing can be written, and files that are something else.

use crate::run::{info, play, step};
use chainrule::report::{CsvLog, HtmlReport, JsonLines, TensorBoard};
use chainrule::train::{Event, Observer, TrainError};
use std::fs;
use std::path::Path;

type New = fn(&Path) -> Box<dyn Observer>;

const ALL: [New; 5] = [
    |path| Box::new(CsvLog::epochs(path)),
    |path| Box::new(CsvLog::steps(path)),
    |path| Box::new(JsonLines::new(path)),
    |path| Box::new(TensorBoard::new(path)),
    |path| Box::new(HtmlReport::new(path)),
];

/// Starts a run, which must fail with a path that starts with this one, and says why.
fn fails_to_start(observer: &mut dyn Observer, path: &Path) -> String {
    match observer.observe(&Event::Start(&info(0))) {
        Err(TrainError::Write { path: at, source }) => {
            assert!(
                at.starts_with(path),
                "{} is not {}",
                at.display(),
                path.display()
            );
            let text = TrainError::Write { path: at, source }.to_string();
            assert!(
                text.starts_with(&format!("cannot write `{}", path.display())),
                "{text}"
            );
            text
        }
        other => panic!(
            "expected an error of writing {}, got {other:?}",
            path.display()
        ),
    }
}

#[test]
fn a_path_below_a_file_is_an_error_before_the_first_step() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    fs::write(&file, "precious").expect("a file");
    for new in ALL {
        let path = file.join("log");
        fails_to_start(&mut *new(&path), &path);
    }
    assert_eq!(fs::read(&file).expect("the file"), b"precious");
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_an_error_before_the_first_step() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).expect("our folder");
    // The superuser may write everywhere.
    if fs::write(folder.path().join("probe"), "").is_err() {
        for new in ALL {
            let path = folder.path().join("log");
            let text = fails_to_start(&mut *new(&path), &path);
            assert!(text.contains("ermission denied"), "{text}");
        }
    }
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("our folder");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = Path::new("/dev/full");
    for new in [ALL[0], ALL[1], ALL[4]] {
        let text = fails_to_start(&mut *new(full), full);
        assert!(text.contains("No space left on device"), "{text}");
    }
    // At the latest when what is in memory goes to the file.
    let mut log = JsonLines::new(full);
    let started = log.observe(&Event::Start(&info(0)));
    let result = started.and_then(|()| log.observe(&Event::Note("that is written at once")));
    assert!(matches!(result, Err(TrainError::Write { path, .. }) if path == full));
}

#[test]
fn another_file_is_not_taken_for_the_log_of_the_run_and_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("precious");
    for (text, new, part) in [
        (
            "name,price\napple,1\n",
            ALL[0],
            "its columns are `name,price`, not `epoch,step,loss",
        ),
        (
            "# notes\nof mine\n",
            ALL[2],
            "byte 0 starts no line of a run's log",
        ),
    ] {
        fs::write(&path, text).expect("a file");
        let error = new(&path)
            .observe(&Event::Start(&info(10)))
            .expect_err("it is no log");
        let error = error.to_string();
        assert!(
            error.contains(part) && error.contains("move") && error.contains("precious"),
            "{error}"
        );
        assert_eq!(fs::read_to_string(&path).expect("the file"), text);
    }
}

#[test]
fn observers_take_events_without_a_start() {
    let folder = tempfile::tempdir().expect("a folder");
    for (index, new) in ALL.into_iter().enumerate() {
        let path = folder.path().join(format!("log {index}"));
        let mut observer = new(&path);
        observer
            .observe(&Event::Step(&step(1)))
            .expect("a place to write");
        crate::run::end(&mut *observer);
        assert!(path.exists());
    }
}

#[test]
fn observers_watch_one_run_after_another() {
    let folder = tempfile::tempdir().expect("a folder");
    for (index, new) in ALL.into_iter().enumerate() {
        let path = folder.path().join(format!("log {index}"));
        let mut observer = new(&path);
        play(&mut *observer, 0, 10);
        play(&mut *observer, 0, 10);
        crate::run::end(&mut *observer);
        if path.is_file() {
            let mut other = new(&folder.path().join("other"));
            play(&mut *other, 0, 10);
            crate::run::end(&mut *other);
            let read = |path: &Path| fs::read(path).expect("a log");
            assert_eq!(read(&path), read(&folder.path().join("other")));
        }
    }
}
