//! tract: the optimised plan of the ONNX models that make_onnx.py wrote. usage: tract [ROW]...

use peer_measure::{forward, wanted};
use std::hint::black_box;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::DimLike;

fn main() {
    for row in ["I1", "I2", "I3", "I4", "I5gru", "I5lstm", "I6"] {
        if wanted(row)
            && let Err(error) = time(row)
        {
            println!("# {row} failed: {error:?}");
        }
    }
}

fn time(row: &str) -> TractResult<()> {
    let model = tract_onnx::onnx()
        .model_for_path(format!("models/{row}.onnx"))?
        .into_optimized()?;
    let mut inputs = TVec::new();
    for i in 0..model.inputs.len() {
        let shape: Vec<usize> = model
            .input_fact(i)?
            .shape
            .iter()
            .map(|dimension| dimension.to_usize())
            .collect::<Result<_, _>>()?;
        let values: Vec<f32> = (0..shape.iter().product())
            .map(|i: usize| (i as f32 * 0.37).sin())
            .collect();
        inputs.push(TValue::from(Tensor::from_shape(&shape, &values)?));
    }
    let mut state = model.into_runnable()?.spawn()?;
    forward("tract", row, || {
        let outputs = state.run(black_box(inputs.clone())).expect("shapes fit");
        // The state of a recurrent network comes out behind its output.
        for (input, output) in inputs.iter_mut().zip(&outputs).skip(1) {
            *input = output.clone();
        }
        black_box(&outputs);
    });
    Ok(())
}
