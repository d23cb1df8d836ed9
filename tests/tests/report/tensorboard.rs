//! Event files, read by a decoder of our own that checks every checksum, and by TensorBoard itself.

use crate::run::{end, info, play, step};
use chainrule::report::TensorBoard;
use chainrule::train::{Event, Observer, StepRecord};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One event: its step, and what it holds.
#[derive(Debug, PartialEq)]
enum Record {
    Version(String),
    Start(u64),
    Scalars(u64, Vec<(String, f32)>),
}

/// CRC-32C bit by bit, with the polynomial of RFC 3720 reversed.
fn checksum(bytes: &[u8]) -> u32 {
    let crc = bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0x82f6_3b78 & (crc & 1).wrapping_neg())
        })
    });
    (!crc).rotate_right(15).wrapping_add(0xa282_ead8)
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at_checked(count).expect("a whole record");
    *bytes = rest;
    taken
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = take(bytes, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}

/// The fields of a message: number, and the bytes or the number that it holds.
fn fields(mut message: &[u8]) -> Vec<(u64, Vec<u8>, u64)> {
    let mut fields = Vec::new();
    while !message.is_empty() {
        let key = varint(&mut message);
        let (bytes, number) = match key & 7 {
            0 => (Vec::new(), varint(&mut message)),
            1 => (take(&mut message, 8).to_vec(), 0),
            2 => {
                let length = varint(&mut message) as usize;
                (take(&mut message, length).to_vec(), 0)
            }
            5 => (take(&mut message, 4).to_vec(), 0),
            kind => panic!("wire type {kind}"),
        };
        fields.push((key >> 3, bytes, number));
    }
    fields
}

fn decode(mut file: &[u8]) -> Vec<Record> {
    let word = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().expect("four bytes"));
    let mut records = Vec::new();
    while !file.is_empty() {
        let length = take(&mut file, 8);
        assert_eq!(checksum(length), word(take(&mut file, 4)));
        let bytes = take(
            &mut file,
            u64::from_le_bytes(length.try_into().expect("eight bytes")) as usize,
        );
        assert_eq!(checksum(bytes), word(take(&mut file, 4)));
        let (mut step, mut record) = (0, None);
        for (number, bytes, value) in fields(bytes) {
            match number {
                1 => {
                    let time = f64::from_le_bytes(bytes.try_into().expect("eight bytes"));
                    assert!(
                        (1.7e9..1e11).contains(&time),
                        "{time} is not a time of ours"
                    );
                }
                2 => step = value,
                3 => {
                    record = Some(Record::Version(
                        String::from_utf8(bytes).expect("a version"),
                    ))
                }
                5 => {
                    record = Some(Record::Scalars(
                        0,
                        fields(&bytes).into_iter().map(scalar).collect(),
                    ))
                }
                7 => {
                    assert_eq!(fields(&bytes), [(1, vec![], 1)], "the status is START");
                    record = Some(Record::Start(0));
                }
                _ => panic!("field {number} of an event"),
            }
        }
        records.push(match record.expect("something in the event") {
            Record::Scalars(_, scalars) => Record::Scalars(step, scalars),
            Record::Start(_) => Record::Start(step),
            version => version,
        });
    }
    records
}

fn scalar((number, bytes, _): (u64, Vec<u8>, u64)) -> (String, f32) {
    assert_eq!(number, 1, "a summary holds values");
    let fields = fields(&bytes);
    let [(1, tag, _), (2, value, _)] = &fields[..] else {
        panic!("a tag and a value, not {fields:?}");
    };
    let value = f32::from_le_bytes(value[..].try_into().expect("four bytes"));
    (String::from_utf8(tag.clone()).expect("a tag"), value)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    files
}

fn read(file: &Path) -> Vec<Record> {
    decode(&fs::read(file).expect("an event file"))
}

fn scalars(step: u64, scalars: &[(&str, f32)]) -> Record {
    Record::Scalars(
        step,
        scalars
            .iter()
            .map(|&(tag, value)| (tag.to_owned(), value))
            .collect(),
    )
}

#[test]
fn the_decoder_knows_a_checksum() {
    // RFC 3720, B.4: 32 bytes of zeros have 0x8a9136aa.
    let crc: u32 = 0x8a91_36aa;
    assert_eq!(
        checksum(&[0; 32]),
        crc.rotate_right(15).wrapping_add(0xa282_ead8)
    );
}

#[test]
fn tensorboard_file_holds_these_events() {
    let folder = tempfile::tempdir().expect("a folder");
    let runs = folder.path().join("runs/strokes");
    let mut log = TensorBoard::new(&runs).every(2);
    play(&mut log, 0, 5);
    end(&mut log);
    let files = files(&runs);
    let [file] = &files[..] else {
        panic!("one file, not {files:?}")
    };
    let name = file
        .file_name()
        .and_then(|name| name.to_str())
        .expect("a name");
    // What TensorBoard looks for in a folder.
    assert!(name.contains("tfevents"), "{name}");
    let steps = |at: u64, loss, norm| {
        scalars(
            at,
            &[
                ("loss/step", loss),
                ("learning_rate", 0.125),
                ("gradient_norm/all", norm),
            ],
        )
    };
    let norms = |at: u64, gradients, weights| {
        scalars(
            at,
            &[
                ("gradient_norm/conv1", gradients),
                ("weight_norm/conv1", weights),
                ("dead_units/conv1", 0.5),
                ("gradient_norm/head", gradients),
                ("weight_norm/head", weights),
                ("dead_units/head", 0.5),
            ],
        )
    };
    assert_eq!(
        read(file),
        [
            Record::Version("brain.Event:2".into()),
            Record::Start(1),
            steps(2, 0.5, 5.0),
            norms(2, 0.5, 2.0),
            steps(4, 0.25, 7.0),
            norms(4, 0.25, 4.0),
            scalars(
                5,
                &[
                    ("loss/training", 1.0),
                    ("loss/validation", 2.0),
                    ("validation/accuracy", 0.5)
                ]
            ),
        ]
    );
}

#[test]
fn tensorboard_file_of_a_resumed_run_comes_behind_and_restarts_at_its_step() {
    let folder = tempfile::tempdir().expect("a folder");
    for (from, to) in [(0, 23), (15, 21), (20, 25)] {
        play(&mut TensorBoard::new(folder.path()), from, to);
    }
    let files = files(folder.path());
    let starts: Vec<Record> = files.iter().map(|file| read(file).swap_remove(1)).collect();
    // Each says from which step on earlier files are wrong; sorted by name they are in the order in which they were made.
    assert_eq!(
        starts,
        [Record::Start(1), Record::Start(16), Record::Start(21)]
    );
}

#[test]
fn tensorboard_scalars_may_be_no_numbers_and_zero() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut log = TensorBoard::new(folder.path());
    log.observe(&Event::Start(&info(0))).expect("a file");
    let record = StepRecord {
        loss: f64::NAN,
        learning_rate: 0.0,
        gradient_norm: f64::INFINITY,
        ..step(1)
    };
    log.observe(&Event::Step(&record)).expect("a file");
    end(&mut log);
    let records = read(&files(folder.path())[0]);
    let Some(Record::Scalars(1, scalars)) = records.get(2) else {
        panic!("{records:?}")
    };
    assert!(scalars[0].1.is_nan());
    assert_eq!((scalars[1].1, scalars[2].1), (0.0, f32::INFINITY));
}

/// `CHAINRULE_PYTHON` is a Python with the package `tensorboard`.
#[test]
#[ignore = "needs the Python package tensorboard, which .ci/run tries to install"]
fn tensorboard_package_reads_what_we_write() {
    const READ: &str = "
import sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1]).Reload()
for tag in sorted(events.Tags()['scalars']):
    print(tag, *(f'{event.step}:{event.value:g}' for event in events.Scalars(tag)))
";
    let folder = tempfile::tempdir().expect("a folder");
    play(&mut TensorBoard::new(folder.path()), 0, 8);
    // What steps 6 to 8 said before is forgotten, also where the resumed run says nothing.
    play(&mut TensorBoard::new(folder.path()).every(3), 5, 10);
    let python = std::env::var("CHAINRULE_PYTHON").unwrap_or_else(|_| "python3".into());
    let output = Command::new(&python)
        .args(["-c", READ])
        .arg(folder.path())
        .output()
        .expect("a Python");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let norms = "2:0.5 4:0.25 6:0.166667 8:0.125 10:0.1";
    let weights = "2:2 4:4 6:6 8:8 10:10";
    let dead = "2:0.5 4:0.5 6:0.5 8:0.5 10:0.5";
    assert_eq!(
        text,
        format!(
            "dead_units/conv1 {dead}\ndead_units/head {dead}\ngradient_norm/all 1:4 2:5 3:6 4:7 5:8 6:9 9:12\n\
             gradient_norm/conv1 {norms}\ngradient_norm/head {norms}\n\
             learning_rate 1:0.125 2:0.125 3:0.125 4:0.125 5:0.125 6:0.125 9:0.125\n\
             loss/step 1:1 2:0.5 3:0.333333 4:0.25 5:0.2 6:0.166667 9:0.111111\n\
             loss/training 5:1 10:0.5\nloss/validation 5:2 10:1\nvalidation/accuracy 5:0.5 10:0.75\n\
             weight_norm/conv1 {weights}\nweight_norm/head {weights}\n"
        )
    );
}
