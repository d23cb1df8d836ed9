use crate::run::{end, info, play, step};
use chainrule::report::JsonLines;
use chainrule::train::{Confusion, Event, Observer, StepRecord, WorstSample};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("the log");
    assert!(text.is_empty() || text.ends_with('\n'));
    let line = |line: &str| serde_json::from_str(line).expect("a line of JSON");
    text.lines().map(line).collect()
}

#[test]
fn json_lines_are_these() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("made/events.jsonl");
    let mut log = JsonLines::new(&path);
    play(&mut log, 0, 5);
    log.observe(&Event::Note("a \"note\"\nof two lines"))
        .expect("a file");
    let confusion = Confusion {
        classes: vec!["a".into(), "b".into()],
        counts: vec![vec![3, 1], vec![0, 4]],
    };
    log.observe(&Event::Confusion(&confusion)).expect("a file");
    let worst = WorstSample {
        index: 9,
        loss: 2.5,
        input: vec![0.0; 144],
        answer: "a".into(),
        target: "b".into(),
    };
    log.observe(&Event::Worst(&[worst])).expect("a file");
    end(&mut log);

    let text = fs::read_to_string(&path).expect("the log");
    let mut of_steps = text.lines().filter(|line| !line.contains("\"start\""));
    for expected in [
        r#"{"event":"step","step":1,"epoch":1,"loss":1.0,"learning_rate":0.125,"gradient_norm":4.0}"#,
        r#"{"event":"step","step":2,"epoch":1,"loss":0.5,"learning_rate":0.125,"gradient_norm":5.0}"#,
        r#"{"event":"norms","step":2,"layers":[{"label":"conv1","weights":2.0,"gradients":0.5,"dead":0.5},{"label":"head","weights":2.0,"gradients":0.5,"dead":0.5}]}"#,
        r#"{"event":"step","step":3,"epoch":1,"loss":0.3333333333333333,"learning_rate":0.125,"gradient_norm":6.0}"#,
        r#"{"event":"step","step":4,"epoch":1,"loss":0.25,"learning_rate":0.125,"gradient_norm":7.0}"#,
        r#"{"event":"norms","step":4,"layers":[{"label":"conv1","weights":4.0,"gradients":0.25,"dead":0.5},{"label":"head","weights":4.0,"gradients":0.25,"dead":0.5}]}"#,
        r#"{"event":"step","step":5,"epoch":1,"loss":0.2,"learning_rate":0.125,"gradient_norm":8.0}"#,
        r#"{"event":"epoch","step":5,"epoch":1,"loss":1.0,"learning_rate":0.125,"validation_loss":2.0,"metrics":{"accuracy":0.5},"seconds":0.25}"#,
        r#"{"event":"note","step":5,"text":"a \"note\"\nof two lines"}"#,
        r#"{"event":"confusion","step":5,"classes":["a","b"],"counts":[[3,1],[0,4]]}"#,
        r#"{"event":"worst","step":5,"samples":[{"index":9,"loss":2.5,"answer":"a","target":"b"}]}"#,
        r#"{"event":"end","step":5,"reason":"all epochs done","best_epoch":3,"seconds":12.5}"#,
    ] {
        assert_eq!(of_steps.next(), Some(expected));
    }
    assert_eq!(of_steps.next(), None);

    let start = &lines(&path)[0];
    assert_eq!(start["event"], "start");
    assert_eq!(start["settings"]["optimizer"], "Adam");
    assert_eq!(start["layers"][0]["label"], "conv1");
    assert_eq!(start["layers"][0]["output"], serde_json::json!([8, 12, 12]));
    assert_eq!(start["layers"][0]["parameters"], 80);
}

#[test]
fn json_lines_of_a_resumed_run_go_on_where_it_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (whole, parts) = (
        folder.path().join("whole.jsonl"),
        folder.path().join("parts.jsonl"),
    );
    play(&mut JsonLines::new(&whole), 0, 30);
    play(&mut JsonLines::new(&parts), 0, 23);
    let torn = fs::read_to_string(&parts).expect("the log") + "{\"event\":\"step\",\"step\":2";
    fs::write(&parts, torn).expect("the log");
    play(&mut JsonLines::new(&parts), 15, 21);
    play(&mut JsonLines::new(&parts), 20, 30);
    let without_starts = |path| {
        let mut lines = lines(path);
        lines.retain(|line| line["event"] != "start");
        lines
    };
    assert_eq!(without_starts(&whole), without_starts(&parts));
    let steps = lines(&parts)
        .into_iter()
        .filter(|line| line["event"] == "start");
    let steps: Vec<Value> = steps.map(|line| line["step"].clone()).collect();
    assert_eq!(steps, [0, 15, 20]);
}

#[test]
fn json_lines_have_null_for_what_is_no_number() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("events.jsonl");
    let mut log = JsonLines::new(&path).every(2);
    log.observe(&Event::Start(&info(0))).expect("a file");
    for number in 1..=4 {
        let loss = if number == 2 { f64::NAN } else { f64::INFINITY };
        log.observe(&Event::Step(&StepRecord {
            loss,
            ..step(number)
        }))
        .expect("a file");
    }
    end(&mut log);
    let lines = lines(&path);
    let kinds: Vec<(&Value, &Value)> = lines
        .iter()
        .map(|line| (&line["event"], &line["step"]))
        .collect();
    assert_eq!(
        format!("{kinds:?}"),
        r#"[(String("start"), Number(0)), (String("step"), Number(2)), (String("step"), Number(4)), (String("end"), Number(4))]"#
    );
    assert!(lines[1]["loss"].is_null() && lines[2]["loss"].is_null());
}
