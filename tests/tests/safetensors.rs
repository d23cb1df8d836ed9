//! Weights as safetensors: PyTorch's files, round trips, and everything that can be wrong with a file.

use chainrule::io::{SafetensorsError, TensorMismatch};
use chainrule::prelude::*;
use chainrule_tests::mixed::Mixed;
use proptest::prelude::{ProptestConfig, any, prop, prop_assert, prop_assert_eq, proptest};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::HashMap;
use std::fs;

const TORCH_F32: &[u8] = include_bytes!("../goldens/torch_f32.safetensors");
const TORCH_F64: &[u8] = include_bytes!("../goldens/torch_f64.safetensors");

/// The network's tensors, parameters then buffers.
const NAMES: [&str; 7] = [
    "conv.weight",
    "conv.bias",
    "norm.weight",
    "norm.bias",
    "head.weight",
    "norm.running_mean",
    "norm.running_var",
];

fn network<T: Scalar>(seed: u64) -> Box<Mixed<T>> {
    Mixed::init(&mut StdRng::seed_from_u64(seed))
}

/// All of a network, bit for bit.
fn bits<T: Scalar>(network: &Mixed<T>) -> Vec<u8> {
    let scalars = network.parameters().iter().chain(network.buffers());
    scalars
        .flat_map(|x| bytemuck::bytes_of(x).to_vec())
        .collect()
}

/// Loads bytes that must be refused, and checks that the network is as it was.
fn refused(bytes: &[u8]) -> SafetensorsError {
    let mut net = network::<f32>(1);
    let before = bits(&net);
    let error = net
        .load_safetensors_bytes(bytes)
        .expect_err("the bytes are wrong");
    assert_eq!(bits(&net), before);
    error
}

/// What does not fit, for bytes that are a whole file of another network.
fn mismatches(bytes: &[u8]) -> Vec<TensorMismatch> {
    match refused(bytes) {
        SafetensorsError::Mismatch {
            file: None,
            network: "Mixed",
            tensors,
        } => tensors,
        error => panic!("{error}"),
    }
}

/// A tensor of a file: type, shape, values.
type RawTensor = (Dtype, Vec<usize>, Vec<u8>);

/// The network's file after a change to its tensors.
fn edited(edit: impl FnOnce(&mut HashMap<String, RawTensor>)) -> Vec<u8> {
    let saved = network::<f32>(2).to_safetensors();
    let file = SafeTensors::deserialize(&saved).expect("our own file");
    let mut tensors = file
        .iter()
        .map(|(name, view)| {
            (
                name.to_owned(),
                (view.dtype(), view.shape().to_vec(), view.data().to_vec()),
            )
        })
        .collect();
    edit(&mut tensors);
    let views = tensors.iter().map(|(name, (dtype, shape, data))| {
        (
            name,
            TensorView::new(*dtype, shape.clone(), data).expect("a whole tensor"),
        )
    });
    safetensors::serialize(views, None).expect("a whole file")
}

/// A file with this header and data.
fn file(header: &str, data: &[u8]) -> Vec<u8> {
    [
        &(header.len() as u64).to_le_bytes(),
        header.as_bytes(),
        data,
    ]
    .concat()
}

fn matches_torch<T: Scalar>(bytes: &[u8], tolerance: f64) {
    let mut net = Mixed::<T>::boxed();
    net.load_safetensors_bytes(bytes).expect("PyTorch's file");

    // Values by the file's own reader, ours by name in row-major order.
    let reference = SafeTensors::deserialize(bytes).expect("PyTorch's file");
    let mut names = Vec::new();
    for tensor in net.named_parameters().chain(net.named_buffers()) {
        let expected = reference
            .tensor(&tensor.name().to_string())
            .expect("PyTorch's name");
        assert_eq!(tensor.dims(), expected.shape());
        let found: Vec<u8> = tensor
            .values()
            .flat_map(|x| bytemuck::bytes_of(&x).to_vec())
            .collect();
        assert_eq!(found, expected.data(), "{}", tensor.name());
        names.push(tensor.name().to_string());
    }
    assert_eq!(names, NAMES);

    let (_, metadata) = SafeTensors::read_metadata(bytes).expect("PyTorch's file");
    let metadata = metadata.metadata().as_ref().expect("input and output");
    let numbers = |key: &str| -> Vec<f64> {
        metadata[key]
            .split(' ')
            .map(|x| x.parse().expect("a number"))
            .collect()
    };
    let mut input = [[[T::ZERO; 2]; 2]; 2];
    for (x, number) in input
        .as_flattened_mut()
        .as_flattened_mut()
        .iter_mut()
        .zip(numbers("input"))
    {
        *x = T::from_f64(number);
    }
    for (found, expected) in net.forward(&input).iter().zip(numbers("output")) {
        assert!(
            (found.to_f64() - expected).abs() < tolerance,
            "{found} {expected}"
        );
    }
}

#[test]
fn pytorch_file_f32_gives_pytorch_output() {
    matches_torch::<f32>(TORCH_F32, 1e-6);
}

#[test]
fn pytorch_file_f64_gives_pytorch_output() {
    matches_torch::<f64>(TORCH_F64, 1e-14);
}

#[test]
fn saved_tensors_are_the_bytes_of_pytorch() {
    let mut net = Mixed::<f32>::boxed();
    net.load_safetensors_bytes(TORCH_F32)
        .expect("PyTorch's file");
    let saved = net.to_safetensors();
    let (found, expected) = (
        SafeTensors::deserialize(&saved).expect("our own file"),
        SafeTensors::deserialize(TORCH_F32).expect("PyTorch's file"),
    );
    let mut names = found.names();
    names.sort_unstable();
    let mut expected_names = NAMES;
    expected_names.sort_unstable();
    assert_eq!(names, expected_names, "no empty bias, no counter");
    for name in NAMES {
        assert_eq!(found.tensor(name).ok(), expected.tensor(name).ok());
    }
    let (_, metadata) = SafeTensors::read_metadata(&saved).expect("our own file");
    assert_eq!(
        metadata.metadata().as_ref().map(|m| m["format"].as_str()),
        Some("pt")
    );
}

fn round_trip<T: Scalar>(odd: &[T]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net.safetensors");
    let mut saved = network::<T>(3);
    for (parameter, &value) in saved.parameters_mut().iter_mut().zip(odd) {
        *parameter = value;
    }
    saved.buffers_mut()[..odd.len()].copy_from_slice(odd);
    saved
        .save_safetensors(&path)
        .expect("a file in a fresh folder");
    let mut loaded = network::<T>(4);
    assert_ne!(bits(&saved), bits(&loaded));
    loaded.load_safetensors(&path).expect("our own file");
    assert_eq!(bits(&saved), bits(&loaded));
    assert_eq!(fs::read(&path).expect("the file"), saved.to_safetensors());
}

#[test]
fn round_trip_f32_keeps_every_bit() {
    let nan = f32::from_bits(0x7fc1_2345);
    round_trip(&[
        -0.0,
        f32::from_bits(1),
        -f32::MIN_POSITIVE / 2.0,
        nan,
        -nan,
        f32::INFINITY,
    ]);
}

#[test]
fn round_trip_f64_keeps_every_bit() {
    let nan = f64::from_bits(0x7ff8_1234_5678_9abc);
    round_trip(&[
        -0.0,
        f64::from_bits(1),
        -f64::MIN_POSITIVE / 2.0,
        nan,
        -nan,
        f64::INFINITY,
    ]);
}

#[test]
fn saving_twice_gives_the_same_bytes() {
    assert_eq!(
        network::<f32>(5).to_safetensors(),
        network::<f32>(5).to_safetensors()
    );
}

#[test]
fn every_truncation_is_malformed() {
    for len in 0..TORCH_F32.len() {
        let error = refused(&TORCH_F32[..len]);
        assert!(
            matches!(error, SafetensorsError::Malformed { .. }),
            "{len}: {error}"
        );
    }
    let long = [TORCH_F32, &[0]].concat();
    assert!(matches!(refused(&long), SafetensorsError::Malformed { .. }));
}

#[test]
fn malformed_files_say_what_is_wrong() {
    let offsets = |end: usize| {
        format!(r#"{{"a":{{"dtype":"U8","shape":[{end}],"data_offsets":[0,{end}]}}}}"#)
    };
    for (bytes, expected) in [
        (vec![], "it ends after 0 bytes"),
        (vec![1, 0, 0], "it ends after 3 bytes"),
        (
            vec![255; 20],
            "it announces a header of 18446744073709551615 bytes, but ends after 12",
        ),
        (
            file("PK\u{3}\u{4}", b""),
            "its header does not parse: expected value",
        ),
        (
            file("{\"a\": 1}", b""),
            "its header does not parse: invalid type",
        ),
        (
            file(&offsets(5), b"1234"),
            "its tensors take 5 bytes, but it has 4",
        ),
        (
            file(&offsets(3), b"1234"),
            "its tensors take 3 bytes, but it has 4",
        ),
    ] {
        let text = refused(&bytes).to_string();
        assert!(
            text.contains(expected),
            "`{text}` does not contain `{expected}`"
        );
        assert!(
            text.starts_with("the bytes are not a whole safetensors file: "),
            "{text}"
        );
        assert!(
            text.ends_with("; download, copy or save it again"),
            "{text}"
        );
    }
}

#[test]
#[cfg(target_pointer_width = "64")]
fn absurd_sizes_in_the_header_are_no_panic() {
    // Eight tensors of almost 2⁶¹ bytes: their sum is just below 2⁶⁴.
    let size = (1usize << 61) - 1;
    let tensors: Vec<String> = (0..8)
        .map(|i| {
            let (start, end) = (i * size, (i + 1) * size);
            format!(r#""t{i}":{{"dtype":"U8","shape":[{size}],"data_offsets":[{start},{end}]}}"#)
        })
        .collect();
    let text = refused(&file(&format!("{{{}}}", tensors.join(",")), b"")).to_string();
    assert!(
        text.contains("its tensors take 18446744073709551608 bytes"),
        "{text}"
    );
}

#[test]
fn missing_tensors_are_all_listed() {
    let found = mismatches(&edited(|tensors| {
        tensors.remove("conv.bias");
        tensors.remove("norm.running_var");
    }));
    let missing = |name: &str| TensorMismatch::Missing {
        name: name.to_owned(),
        expected: vec![5],
        similar: None,
    };
    assert_eq!(found, [missing("conv.bias"), missing("norm.running_var")]);
}

#[test]
fn renamed_tensors_are_suggested() {
    let found = mismatches(&edited(|tensors| {
        let weight = tensors.remove("conv.weight").expect("the weight");
        tensors.insert("conv1.weight".to_owned(), weight.clone());
        tensors.insert("something.else.entirely".to_owned(), weight);
    }));
    let text: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        text,
        [
            "`conv.weight` [5, 2, 2, 2] is missing; the file has `conv1.weight`",
            "`conv1.weight` [5, 2, 2, 2] is not in the network; the network has `conv.weight`",
            "`something.else.entirely` [5, 2, 2, 2] is not in the network",
        ]
    );
}

#[test]
fn wrong_shapes_name_both_shapes() {
    let found = mismatches(&edited(|tensors| {
        tensors.get_mut("conv.weight").expect("the weight").1 = vec![5, 8];
        // The transpose has as many values, and must not pass for it.
        tensors.get_mut("head.weight").expect("the weight").1 = vec![5, 3];
    }));
    let text: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(
        text,
        [
            "`conv.weight` has shape [5, 8] in the file, but [5, 2, 2, 2] in the network",
            "`head.weight` has shape [5, 3] in the file, but [3, 5] in the network",
        ]
    );
}

#[test]
fn wrong_dtypes_name_both_and_the_conversion() {
    let found = mismatches(TORCH_F64);
    assert_eq!(found.len(), NAMES.len());
    assert_eq!(
        found[0].to_string(),
        "`conv.weight` holds F64, but the network F32; convert it with PyTorch's `tensor.float()`"
    );
    let mut net = network::<f64>(1);
    let error = net
        .load_safetensors_bytes(TORCH_F32)
        .expect_err("another scalar");
    let expected = "holds F32, but the network F64; convert it with PyTorch's `tensor.double()`";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn everything_wrong_is_in_one_message_that_names_the_file() {
    let bytes = edited(|tensors| {
        tensors.remove("norm.bias");
        tensors.get_mut("conv.weight").expect("the weight").1 = vec![40];
        let head = tensors.get_mut("head.weight").expect("the weight");
        *head = (Dtype::F16, vec![3, 5], vec![0; 30]);
        tensors.insert("other".to_owned(), (Dtype::I64, vec![], vec![0; 8]));
    });
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("other.safetensors");
    fs::write(&path, bytes).expect("a file");
    let error = network::<f32>(1)
        .load_safetensors(&path)
        .expect_err("another network");
    assert_eq!(
        error.to_string(),
        format!(
            "`{}` does not fit the network `Mixed`, which is unchanged:\n  \
             `conv.weight` has shape [40] in the file, but [5, 2, 2, 2] in the network\n  \
             `norm.bias` [5] is missing\n  \
             `head.weight` holds F16, but the network F32; convert it with PyTorch's `tensor.float()`\n  \
             `other` [] is not in the network",
            path.display()
        )
    );
}

#[test]
fn unreadable_paths_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut net = network::<f32>(1);
    let before = bits(&net);
    for path in [
        folder.path().to_owned(),
        folder.path().join("nowhere.safetensors"),
    ] {
        let error = net.load_safetensors(&path).expect_err("nothing to read");
        assert!(matches!(error, SafetensorsError::Read { .. }));
        let expected = format!("cannot read `{}`: ", path.display());
        assert!(error.to_string().starts_with(&expected), "{error}");
    }
    assert_eq!(bits(&net), before);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn a_damaged_file_is_refused_whole_or_loaded_whole(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let mut bytes = TORCH_F32.to_vec();
        for (index, byte) in damage {
            bytes[index.index(TORCH_F32.len())] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let mut net = network::<f32>(1);
        let before = bits(&net);
        match net.load_safetensors_bytes(&bytes) {
            Err(_) => prop_assert_eq!(bits(&net), before),
            // Damage to a value, or to what is ignored. What is loaded is what the file says.
            Ok(()) => {
                let reference = SafeTensors::deserialize(&bytes).expect("we read it too");
                for tensor in net.named_parameters().chain(net.named_buffers()) {
                    let expected = reference.tensor(&tensor.name().to_string()).expect("the name");
                    let found = tensor.values().flat_map(|x| x.to_bits().to_le_bytes());
                    prop_assert!(found.eq(expected.data().iter().copied()));
                }
            }
        }
    }

    #[test]
    fn a_damaged_header_is_no_panic(
        header in prop::collection::vec(any::<u8>(), 0..200),
        data in prop::collection::vec(any::<u8>(), 0..50),
    ) {
        let bytes = [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat();
        refused(&bytes);
    }
}
