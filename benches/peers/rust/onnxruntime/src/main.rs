//! onnxruntime by the crate `ort`, with the models that make_onnx.py wrote.
//! usage: ORT_DYLIB_PATH=… onnxruntime [ROW]...

use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::Tensor;
use peer_measure::{forward, wanted};
use std::error::Error;
use std::hint::black_box;

fn main() -> Result<(), Box<dyn Error>> {
    let environment = ort::environment::init_from(std::env::var("ORT_DYLIB_PATH")?)?.build()?;
    let rows: [(&str, &[&[usize]]); 7] = [
        ("I1", &[&[1, 4]]),
        ("I2", &[&[1, 16]]),
        ("I3", &[&[1, 784]]),
        ("I4", &[&[1, 1, 28, 28]]),
        ("I5gru", &[&[1, 1, 1], &[1, 1, 16]]),
        ("I5lstm", &[&[1, 1, 1], &[1, 1, 20], &[1, 1, 20]]),
        ("I6", &[&[1, 512]]),
    ];
    for (row, shapes) in rows.into_iter().filter(|(row, _)| wanted(row)) {
        let mut session = Session::builder(&environment)?
            .with_optimization_level(GraphOptimizationLevel::Level3)
            .map_err(|error| error.to_string())?
            .with_intra_threads(1)
            .map_err(|error| error.to_string())?
            .commit_from_file(format!("models/{row}.onnx"))?;
        // The state of a recurrent network stays as it is: the same work a step.
        let inputs: Vec<Tensor<f32>> = shapes
            .iter()
            .map(|shape| {
                Tensor::from_array((shape.to_vec(), vec![0.1_f32; shape.iter().product()]))
            })
            .collect::<Result<_, _>>()?;
        forward("onnxruntime", row, || {
            let outputs = match &inputs[..] {
                [x] => session.run(ort::inputs!["x" => x]),
                [x, h] => session.run(ort::inputs!["x" => x, "h" => h]),
                [x, h, c, ..] => session.run(ort::inputs!["x" => x, "h" => h, "c" => c]),
                [] => unreachable!("every network has an input"),
            };
            black_box(&outputs.expect("shapes fit"));
        });
    }
    Ok(())
}
