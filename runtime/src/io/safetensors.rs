//! Weights with PyTorch's names and layouts in the format of <https://github.com/huggingface/safetensors>.

use super::atomic;
use super::error::{SafetensorsError, TensorMismatch, suggest_similar_names};
use super::scalars::{copy, dtype, to_bytes};
use crate::network::Network;
use crate::scalar::Scalar;
use crate::tensor::{NamedTensor, Tensor};
use ::safetensors::tensor::{Dtype, Metadata, View};
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

/// Saves and loads the weights of every [`Network`].
///
/// The tensors are those of [`named_parameters`](Network::named_parameters) and
/// [`named_buffers`](Network::named_buffers): names and shapes as in PyTorch's `state_dict`, row-major, `F32` or `F64`
/// by the network's scalar. A bias that a layer does not have is not in the file. Values travel bit for bit, also those
/// that are not finite.
///
/// PyTorch reads such a file with `net.load_state_dict(safetensors.torch.load_file(path))` and writes one with
/// `safetensors.torch.save_file(net.state_dict(), path)`; the `num_batches_tracked` of its batch norms is ignored here,
/// and PyTorch does not miss it.
pub trait Safetensors: Network {
    /// Saves parameters and buffers in a file, under its name once it is whole: if saving fails, or the machine stops,
    /// an older file is still there.
    ///
    /// # Errors
    /// [`Write`](SafetensorsError::Write): the folder does not exist or cannot be written to, the file is write
    /// protected, the disk is full.
    fn save_safetensors(&self, path: impl AsRef<Path>) -> Result<(), SafetensorsError> {
        let path = path.as_ref();
        atomic::write(path, &self.to_safetensors()).map_err(|error| SafetensorsError::Write {
            path: path.into(),
            error,
        })
    }

    /// Saves parameters and buffers as [`save_safetensors`](Safetensors::save_safetensors) does, and in the same file how
    /// inputs are normalised: [`Normalization::load`](crate::data::Normalization::load) reads it. It is metadata, which
    /// every reader of weights passes over.
    ///
    /// # Errors
    /// As [`save_safetensors`](Safetensors::save_safetensors).
    #[cfg(feature = "data")]
    fn save_safetensors_with(
        &self,
        path: impl AsRef<Path>,
        normalization: &crate::data::Normalization<Self::Input>,
    ) -> Result<(), SafetensorsError> {
        let path = path.as_ref();
        let bytes = serialize(self, normalization.metadata());
        atomic::write(path, &bytes).map_err(|error| SafetensorsError::Write {
            path: path.into(),
            error,
        })
    }

    /// Parameters and buffers as the bytes of a safetensors file.
    fn to_safetensors(&self) -> Vec<u8> {
        serialize(self, [])
    }

    /// Loads parameters and buffers from a file.
    ///
    /// # Errors
    /// When the file cannot be read, is not a whole safetensors file, or has other tensors, shapes or scalars than the
    /// network; the network is unchanged then. See [`SafetensorsError`].
    fn load_safetensors(&mut self, path: impl AsRef<Path>) -> Result<(), SafetensorsError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(|error| SafetensorsError::Read {
            path: path.into(),
            error,
        })?;
        load(self, &bytes, Some(path))
    }

    /// Loads parameters and buffers from the bytes of a safetensors file.
    ///
    /// # Errors
    /// As [`load_safetensors`](Safetensors::load_safetensors).
    fn load_safetensors_bytes(&mut self, bytes: &[u8]) -> Result<(), SafetensorsError> {
        load(self, bytes, None)
    }
}

impl<N: Network> Safetensors for N {}

fn serialize<N: Network>(
    network: &N,
    metadata: impl IntoIterator<Item = (String, String)>,
) -> Vec<u8> {
    let tensors = network.named_parameters().chain(network.named_buffers());
    let tensors = tensors.map(|tensor| (tensor.name().to_string(), Values(tensor)));
    // Loaders of Hugging Face ask for the framework.
    let mut texts = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    texts.extend(metadata);
    ::safetensors::serialize(tensors, Some(texts))
        .expect("every tensor has the length of its shape")
}

/// A tensor as the serializer wants it.
struct Values<'a, T>(NamedTensor<'a, T>);

impl<T: Scalar> View for Values<'_, T> {
    fn dtype(&self) -> Dtype {
        dtype::<T>()
    }
    fn shape(&self) -> &[usize] {
        self.0.dims()
    }
    fn data(&self) -> Cow<'_, [u8]> {
        Cow::Owned(to_bytes(self.0.values()))
    }
    fn data_len(&self) -> usize {
        size_of_val(self.0.memory)
    }
}

fn load<N: Network>(
    network: &mut N,
    bytes: &[u8],
    file: Option<&Path>,
) -> Result<(), SafetensorsError> {
    let file = || file.map(Path::to_path_buf);
    let (metadata, data) = parse(bytes).map_err(|reason| SafetensorsError::Malformed {
        file: file(),
        reason,
    })?;
    let plan = plan(network, &metadata, data).map_err(|tensors| SafetensorsError::Mismatch {
        file: file(),
        network: N::NAME,
        tensors,
    })?;
    // AFTER THIS POINT: the plan has every tensor of the network, each with as many bytes as it takes.
    let (parameters, buffers) = plan.split_at(network.named_parameters().count());
    copy(parameters, network.parameters_mut());
    copy(buffers, network.buffers_mut());
    Ok(())
}

/// The header, checked against itself and the number of bytes that follow, and those bytes.
///
/// The crate's own `SafeTensors::deserialize` adds up sizes from the file without a check, which panics in debug builds
/// if they are absurd; and it does not tell a file that is cut short from one of another format.
pub(crate) fn parse(bytes: &[u8]) -> Result<(Metadata, &[u8]), String> {
    let Some((header_len, rest)) = bytes.split_first_chunk() else {
        return Err(format!("it ends after {} bytes", bytes.len()));
    };
    let header_len = u64::from_le_bytes(*header_len);
    let Some((header, data)) = usize::try_from(header_len)
        .ok()
        .and_then(|header_len| rest.split_at_checked(header_len))
    else {
        return Err(format!(
            "it announces a header of {header_len} bytes, but ends after {}",
            rest.len()
        ));
    };
    let metadata: Metadata = serde_json::from_slice(header)
        .map_err(|error| format!("its header does not parse: {error}"))?;
    let data_len = metadata.data_len();
    if data_len != data.len() {
        return Err(format!(
            "its tensors take {data_len} bytes, but it has {}",
            data.len()
        ));
    }
    Ok((metadata, data))
}

/// For each tensor of the network, in order, the bytes of its values; or everything that does not fit.
fn plan<'a, N: Network>(
    network: &N,
    metadata: &Metadata,
    data: &'a [u8],
) -> Result<Vec<(Tensor, &'a [u8])>, Vec<TensorMismatch>> {
    let expected_dtype = dtype::<N::Scalar>();
    let (mut plan, mut mismatches) = (Vec::new(), Vec::new());
    let mut extra = metadata.offset_keys();
    for expected in network.named_parameters().chain(network.named_buffers()) {
        let name = expected.name().to_string();
        let Some(found) = metadata.info(&name) else {
            mismatches.push(TensorMismatch::Missing {
                name,
                expected: expected.dims().to_vec(),
                similar: None,
            });
            continue;
        };
        extra.retain(|extra| *extra != name);
        if found.shape != expected.dims() {
            mismatches.push(TensorMismatch::Shape {
                name,
                found: found.shape.clone(),
                expected: expected.dims().to_vec(),
            });
        } else if found.dtype != expected_dtype {
            mismatches.push(TensorMismatch::Dtype {
                name,
                found: found.dtype.to_string(),
                expected: if expected_dtype == Dtype::F32 {
                    "F32"
                } else {
                    "F64"
                },
            });
        } else if let Some(values) = data
            // `parse` has checked that the tensors cover the data.
            .get(found.data_offsets.0..found.data_offsets.1)
        {
            plan.push((expected.tensor, values));
        }
    }
    for name in extra {
        // A counter of PyTorch's batch norms.
        if name.rsplit('.').next() == Some("num_batches_tracked") {
            continue;
        }
        let found = metadata.info(&name).map(|info| info.shape.clone());
        mismatches.push(TensorMismatch::Extra {
            name,
            found: found.unwrap_or_default(),
            similar: None,
        });
    }
    suggest_similar_names(&mut mismatches);
    if mismatches.is_empty() {
        Ok(plan)
    } else {
        Err(mismatches)
    }
}
