//! Reads what `goldens/make_*.py` wrote.

use chainrule::{Scalar, Tensor};
use safetensors::{Dtype, SafeTensors};
use std::path::Path;

/// The golden values of one topic: `goldens/<topic>.safetensors`.
pub struct Golden {
    topic: &'static str,
    file: Vec<u8>,
}

impl Golden {
    /// Reads the file of a topic.
    pub fn open(topic: &'static str) -> Self {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("goldens/{topic}.safetensors"));
        let file =
            std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { topic, file }
    }

    /// The tensors whose names begin with `case.`.
    pub fn case(&self, case: &str) -> Case {
        let name = format!("{}.{case}", self.topic);
        let file =
            SafeTensors::deserialize(&self.file).unwrap_or_else(|error| panic!("{name}: {error}"));
        let tensors = file
            .iter()
            .filter_map(|(tensor, view)| {
                let tensor = tensor.strip_prefix(case)?.strip_prefix('.')?.to_owned();
                let values = match view.dtype() {
                    Dtype::F32 => numbers(view.data(), |bytes| f32::from_le_bytes(bytes).into()),
                    Dtype::F64 => numbers(view.data(), f64::from_le_bytes),
                    other => panic!("{name}.{tensor} is {other:?}"),
                };
                Some((tensor, view.shape().to_vec(), values))
            })
            .collect();
        Case { name, tensors }
    }
}

fn numbers<const BYTES: usize>(data: &[u8], number: impl Fn([u8; BYTES]) -> f64) -> Vec<f64> {
    data.as_chunks()
        .0
        .iter()
        .map(|&bytes| number(bytes))
        .collect()
}

/// One configuration of a layer or a loss: its tensors by name.
pub struct Case {
    name: String,
    tensors: Vec<(String, Vec<usize>, Vec<f64>)>,
}

impl Case {
    /// `topic.case`, for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The values of a tensor in row-major order.
    pub fn get(&self, tensor: &str) -> &[f64] {
        self.find(tensor).1
    }

    /// Whether there is a tensor of this name.
    pub fn has(&self, tensor: &str) -> bool {
        self.tensors.iter().any(|(name, ..)| name == tensor)
    }

    /// The values of a tensor, which must have the shape of `tensor`.
    pub fn get_shaped(&self, name: &str, tensor: &Tensor) -> &[f64] {
        let (dims, values) = self.find(name);
        assert_eq!(
            dims, tensor.dims,
            "the shape of {}.{name} in PyTorch and here",
            self.name
        );
        values
    }

    /// The number of samples in a tensor with the batch outermost.
    pub fn samples(&self, tensor: &str) -> usize {
        self.find(tensor).0[0]
    }

    /// The samples of a tensor as arrays.
    pub fn arrays<T: Scalar, const N: usize>(&self, tensor: &str) -> Vec<[T; N]> {
        let (dims, values) = self.find(tensor);
        assert_eq!(dims[1..], [N], "the shape of {}.{tensor}", self.name);
        let scalars: Vec<T> = values.iter().map(|&value| T::from_f64(value)).collect();
        scalars.as_chunks().0.to_vec()
    }

    /// The classes of a tensor of class indices.
    pub fn classes(&self, tensor: &str) -> Vec<usize> {
        self.get(tensor)
            .iter()
            .map(|&class| class as usize)
            .collect()
    }

    /// The classes of a tensor of class indices, one at each position of each sample.
    pub fn positions<const L: usize>(&self, tensor: &str) -> Vec<[usize; L]> {
        assert_eq!(self.find(tensor).0[1..], [L], "{}.{tensor}", self.name);
        self.classes(tensor).as_chunks().0.to_vec()
    }

    fn find(&self, tensor: &str) -> (&[usize], &[f64]) {
        let found = self.tensors.iter().find(|(name, ..)| name == tensor);
        let (_, dims, values) =
            found.unwrap_or_else(|| panic!("the goldens have no {}.{tensor}", self.name));
        (dims, values)
    }
}
