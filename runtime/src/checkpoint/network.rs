//! Networks and their workspaces.

use super::{CheckpointError, Reader, State, Writer};
use crate::element::Lanes;
use crate::io::scalars::copy;
use crate::network::Network;
use crate::workspace::Workspace;
use core::ops::DerefMut;

/// Parameters and buffers under PyTorch's names in PyTorch's layouts, and the name of the network's type. A network in a
/// box is `&*net` to save and `&mut *net` to load.
impl<N: Network> State for N {
    fn save(&self, to: &mut Writer) {
        to.identity("type", N::NAME);
        for tensor in self.named_parameters().chain(self.named_buffers()) {
            to.shaped(&tensor.name().to_string(), tensor.dims(), tensor.values());
        }
    }

    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        let tensors = self.named_parameters().chain(self.named_buffers());
        let plan: Vec<_> = tensors
            .map(|tensor| {
                let name = tensor.name().to_string();
                let bytes = from.bytes::<N::Scalar>(&name)?;
                if bytes.len() == size_of_val(tensor.memory) {
                    Ok((tensor.tensor, bytes))
                } else {
                    Err(from.invalid(&name, "the file has another number of scalars"))
                }
            })
            .collect::<Result<_, _>>()?;
        let (parameters, buffers) = plan.split_at(self.named_parameters().count());
        copy(parameters, self.parameters_mut());
        copy(buffers, self.buffers_mut());
        Ok(())
    }
}

/// The seed of dropout and the count of steps, of which its draws are a function. Gradients are not saved: save between a
/// step of the optimizer and the next backpropagation.
impl<N, A, G> State for Workspace<N, A, G>
where
    N: Network,
    A: DerefMut<Target = [Lanes<N::Scalar>]>,
    G: DerefMut<Target = N::Parameters>,
{
    fn save(&self, to: &mut Writer) {
        to.value("seed", &self.seed());
        to.value("steps", &self.steps());
    }
    fn load(&mut self, from: &Reader<'_>) -> Result<(), CheckpointError> {
        let (seed, steps) = (from.value("seed")?, from.value("steps")?);
        self.set_seed(seed);
        self.set_steps(steps);
        Ok(())
    }
}
