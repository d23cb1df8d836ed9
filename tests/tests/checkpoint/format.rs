//! The file, read and written by other means.

use crate::run::Run;
use chainrule::checkpoint::{CheckpointError, Progress, State, load, save};
use chainrule::prelude::*;
use safetensors::SafeTensors;
use std::fs;
use std::path::Path;

network! { struct Line: [2] -> [1] { fc: Linear(1) } }

#[test]
fn other_programs_read_it_as_safetensors() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.safetensors");
    let mut run = Run::new(7, Adam::new);
    run.steps(3);
    save(&path, 3, &run.states()).expect("a file");

    let bytes = fs::read(&path).expect("the file");
    let file = SafeTensors::deserialize(&bytes).expect("a safetensors file");
    let net = &run.net;
    for tensor in net.named_parameters().chain(net.named_buffers()) {
        let view = file
            .tensor(&format!("network.{}", tensor.name()))
            .expect("the tensor");
        assert_eq!(view.shape(), tensor.dims());
        let values: Vec<u8> = tensor.values().flat_map(f32::to_le_bytes).collect();
        assert_eq!(view.data(), values);
    }
    let moments = file.tensor("optimizer.exp_avg").expect("the state of Adam");
    assert_eq!(moments.shape(), [net.parameters().len()]);

    // The same state, the same bytes.
    save(&path, 3, &run.states()).expect("a file");
    assert_eq!(fs::read(&path).expect("the file"), bytes);
}

/// CRC-32 bit by bit, as its polynomial has it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

/// A file as ARCHITECTURE.md describes it, written by hand.
fn by_hand(version: &str) -> Vec<u8> {
    let header = format!(
        r#"{{"__metadata__":{{"chainrule":"{{\"version\":{version},\"step\":12,\"values\":{{\"net.type\":\"Line\",\"progress.epoch\":3,\"progress.step\":12,\"progress.position\":0,\"progress.seed\":18446744073709551615,\"loss\":0.30000000000000004,\"best\":\"0x7ff0000000000000\"}}}}","crc32":"00000000"}},"net.fc.weight":{{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}},"net.fc.bias":{{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}}}"#
    );
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend([0.5_f32, -1.5, 0.25].into_iter().flat_map(f32::to_le_bytes));
    let checksum = format!("{:08x}", crc32(&bytes));
    let place = header.find("00000000\"}").expect("the zeros") + 8;
    bytes[place..place + 8].copy_from_slice(checksum.as_bytes());
    bytes
}

#[test]
fn a_file_of_version_1_loads() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.safetensors");
    fs::write(&path, by_hand("1")).expect("a file");
    let mut net = Line::init(&mut StdRng::seed_from_u64(7));
    let (mut progress, mut loss, mut best) = (Progress::default(), 0.0_f64, 0.0_f64);
    let loaded = load(
        &path,
        &mut [
            ("net", &mut *net),
            ("progress", &mut progress),
            ("loss", &mut loss),
            ("best", &mut best),
        ],
    );
    assert_eq!(loaded.expect("a file that fits").step, 12);
    assert_eq!(net.parameters(), [0.5, -1.5, 0.25]);
    let expected = Progress {
        epoch: 3,
        step: 12,
        ..Progress::new(u64::MAX)
    };
    assert_eq!(progress, expected);
    assert_eq!((loss, best), (0.1 + 0.2, f64::INFINITY));
}

#[track_caller]
fn refused(path: &Path, bytes: &[u8]) -> String {
    fs::write(path, bytes).expect("a file");
    let mut net = Line::init(&mut StdRng::seed_from_u64(7));
    let before = net.parameters().to_vec();
    let states: &mut [(&str, &mut dyn State)] = &mut [("net", &mut *net)];
    let error = load(path, states).expect_err("a file of another kind");
    assert_eq!(net.parameters(), before);
    error.to_string()
}

#[test]
fn a_newer_version_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.safetensors");
    assert_eq!(
        refused(&path, &by_hand("2")),
        format!(
            "the checkpoint `{}` has version 2 of the format, and this program knows those up to 1; build it with the \
             version of chainrule that saved the file, or a newer one",
            path.display()
        )
    );
}

#[test]
fn files_of_other_kinds_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("run.safetensors");
    let weights = Line::init(&mut StdRng::seed_from_u64(7)).to_safetensors();
    assert_eq!(
        refused(&path, &weights),
        format!(
            "`{}` is a safetensors file, but no checkpoint; weights alone are loaded with `load_safetensors`",
            path.display()
        )
    );
    let text = refused(&path, b"epoch,loss\n1,0.5\n");
    assert!(
        text.starts_with(&format!("the checkpoint `{}` is damaged: ", path.display())),
        "{text}"
    );
    assert_eq!(
        refused(&path, b""),
        format!(
            "the checkpoint `{}` is damaged: it ends after 0 bytes; use an earlier one",
            path.display()
        )
    );

    let nowhere = folder.path().join("nowhere.safetensors");
    let error = load(&nowhere, &mut []).expect_err("no file");
    assert!(matches!(error, CheckpointError::Read { .. }));
    let text = error.to_string();
    assert!(
        text.starts_with(&format!(
            "cannot read the checkpoint `{}`: ",
            nowhere.display()
        )),
        "{text}"
    );
}
