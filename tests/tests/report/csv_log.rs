use crate::run::{end, epoch, info, play, step};
use chainrule::report::CsvLog;
use chainrule::train::{EpochRecord, Event, Observer, StepRecord};
use std::fs;

#[test]
fn csv_log_of_epochs_has_these_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("made/on the way/epochs.csv");
    let mut log = CsvLog::epochs(&path);
    play(&mut log, 0, 10);
    end(&mut log);
    assert_eq!(
        fs::read_to_string(&path).expect("the log"),
        "epoch,step,loss,learning_rate,validation_loss,seconds,accuracy\n\
         1,5,1,0.125,2,0.25,0.5\n\
         2,10,0.5,0.125,1,0.25,0.75\n"
    );
}

#[test]
fn csv_log_of_steps_has_these_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("steps.csv");
    let mut log = CsvLog::steps(&path);
    play(&mut log, 0, 3);
    end(&mut log);
    let text = fs::read_to_string(&path).expect("the log");
    let head = "step,epoch,loss,learning_rate,gradient_norm\n1,1,1,0.125,4\n2,1,0.5,0.125,5\n3,1,0.3333333333333333,0.125,6\n";
    assert_eq!(text, head);
    // A new run replaces the file, and logs every second step.
    let mut log = CsvLog::steps(&path).every(2);
    play(&mut log, 0, 5);
    end(&mut log);
    let text = fs::read_to_string(&path).expect("the log");
    assert_eq!(
        text,
        "step,epoch,loss,learning_rate,gradient_norm\n2,1,0.5,0.125,5\n4,1,0.25,0.125,7\n"
    );
}

#[test]
fn csv_log_of_a_resumed_run_is_that_of_one_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole =
        ["steps", "epochs"].map(|name| folder.path().join(format!("{name} of one run.csv")));
    let parts = ["steps", "epochs"].map(|name| folder.path().join(format!("{name} of parts.csv")));
    let play_both = |[steps, epochs]: &[std::path::PathBuf; 2], from, to| {
        let (mut steps, mut epochs) = (CsvLog::steps(steps), CsvLog::epochs(epochs));
        play(&mut steps, from, to);
        play(&mut epochs, from, to);
    };
    play_both(&whole, 0, 30);
    // Killed in step 24, in the middle of a row; resumed from the checkpoint of step 15, and again from that of step 20.
    play_both(&parts, 0, 23);
    for (path, torn) in parts.iter().zip(["24,5,0.04", "5,25,0.2,0.125,0.4,0.2"]) {
        let mut text = fs::read_to_string(path).expect("the log");
        text += torn;
        fs::write(path, text).expect("the log");
    }
    play_both(&parts, 15, 21);
    play_both(&parts, 20, 30);
    for (whole, parts) in whole.iter().zip(&parts) {
        let read = |path| fs::read_to_string(path).expect("the log");
        assert_eq!(read(whole), read(parts));
    }
}

#[test]
fn csv_log_drops_a_last_row_without_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("steps.csv");
    // As many fields as there are columns, but the last one may be cut short.
    fs::write(
        &path,
        "step,epoch,loss,learning_rate,gradient_norm\n1,1,1,0.125,4\n2,1,0.5,0.125,5",
    )
    .expect("a log");
    play(&mut CsvLog::steps(&path), 2, 3);
    assert_eq!(
        fs::read_to_string(&path).expect("the log"),
        "step,epoch,loss,learning_rate,gradient_norm\n1,1,1,0.125,4\n3,1,0.3333333333333333,0.125,6\n"
    );
}

#[test]
fn csv_log_has_a_header_when_nothing_happens_and_none_is_there_to_resume() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("epochs.csv");
    for resumed_at in [0, 100] {
        let mut log = CsvLog::epochs(&path);
        log.observe(&Event::Start(&info(resumed_at)))
            .expect("a file");
        assert_eq!(
            fs::read_to_string(&path).expect("the log"),
            "epoch,step,loss,learning_rate,validation_loss,seconds\n"
        );
        fs::remove_file(&path).expect("the log");
    }
}

#[test]
fn csv_log_gets_columns_for_metrics_that_come_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("epochs.csv");
    let mut log = CsvLog::epochs(&path);
    play(&mut log, 0, 5);
    let metrics = vec![("f1, \"macro\"".into(), 0.25)];
    log.observe(&Event::Epoch(&EpochRecord {
        metrics,
        ..epoch(2)
    }))
    .expect("a file");
    log.observe(&Event::Epoch(&EpochRecord {
        validation_loss: None,
        ..epoch(3)
    }))
    .expect("a file");
    drop(log);
    let expected = "epoch,step,loss,learning_rate,validation_loss,seconds,accuracy,\"f1, \"\"macro\"\"\"\n\
         1,5,1,0.125,2,0.25,0.5,\n2,10,0.5,0.125,1,0.25,,0.25\n3,15,0.3333333333333333,0.125,,0.25,0.8333333333333334,\n";
    assert_eq!(fs::read_to_string(&path).expect("the log"), expected);
    // A resumed run knows these columns.
    let mut log = CsvLog::epochs(&path);
    log.observe(&Event::Start(&info(15))).expect("a file");
    log.observe(&Event::Epoch(&epoch(4))).expect("a file");
    assert_eq!(
        fs::read_to_string(&path).expect("the log"),
        expected.to_owned() + "4,20,0.25,0.125,0.5,0.25,0.875,\n"
    );
}

#[test]
fn csv_log_keeps_every_bit_of_every_number() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("steps.csv");
    let losses = [
        0.1 + 0.2,
        1e-310,
        f64::MAX,
        -0.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    let mut log = CsvLog::steps(&path);
    log.observe(&Event::Start(&info(0))).expect("a file");
    for (number, loss) in (1..).zip(losses) {
        log.observe(&Event::Step(&StepRecord {
            loss,
            ..step(number)
        }))
        .expect("a file");
    }
    end(&mut log);
    let text = fs::read_to_string(&path).expect("the log");
    let read = text
        .lines()
        .skip(1)
        .map(|row| row.split(',').nth(2).expect("a loss"));
    for (text, loss) in read.zip(losses) {
        let read: f64 = text.parse().expect("a number");
        assert!(
            read.to_bits() == loss.to_bits() || read.is_nan() && loss.is_nan(),
            "{text} {loss}"
        );
    }
    assert_eq!(text.lines().count(), 1 + losses.len());
}

#[test]
fn csv_log_keeps_a_metric_with_the_name_of_a_column() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("epochs.csv");
    let mut log = CsvLog::epochs(&path);
    for step in [5, 10] {
        log.observe(&Event::Epoch(&EpochRecord {
            step,
            metrics: vec![("loss".into(), 0.25)],
            ..epoch(1)
        }))
        .expect("it writes");
    }
    let text = fs::read_to_string(&path).expect("the log");
    let (header, rows) = text.split_once('\n').expect("a header");
    assert!(header.ends_with(",seconds,loss"), "{header}");
    assert!(rows.lines().all(|row| row.ends_with(",0.25")), "{rows}");
    assert_eq!(rows.lines().count(), 2);
}
