//! Checkpoints: everything that a run needs to go on exactly, in one file.
//!
//! A loop that saves, and goes on where it was killed, with the very bits of a run that nobody interrupted:
//!
//! ```
//! use chainrule::checkpoint::{Checkpoints, Progress};
//! use chainrule::prelude::*;
//!
//! network! { struct Net: [2] -> [1] { Linear(8), Tanh, Dropout(0.1), Linear(1) } }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let inputs: Vec<[f32; 2]> = (0..40).map(|i| [i as f32 / 40.0, 1.0]).collect();
//! let targets: Vec<[f32; 1]> = inputs.iter().map(|[x, _]| [x * x]).collect();
//!
//! let mut net = Net::init(&mut StdRng::seed_from_u64(7));
//! let (mut workspace, mut adam) = (Net::workspace(), Adam::new(&net));
//! let mut progress = Progress::new(7);
//! workspace.set_seed(progress.seed);
//!
//! let checkpoints = Checkpoints::new(folder)?.keep(3);
//! if let Some(loaded) = checkpoints.load_newest(&mut [
//!     ("network", &mut *net),
//!     ("adam", &mut adam),
//!     ("workspace", &mut workspace),
//!     ("progress", &mut progress),
//! ])? {
//!     println!("{loaded}");
//! }
//!
//! while progress.epoch < 5 {
//!     let mut order: Vec<usize> = (0..inputs.len()).collect();
//!     order.shuffle(&mut progress.rng());
//!     for batch in order[progress.position..].chunks(16) {
//!         let x: Vec<_> = batch.iter().map(|&i| inputs[i]).collect();
//!         let y: Vec<_> = batch.iter().map(|&i| targets[i]).collect();
//!         adam.train_step(&mut *net, &x, &y, &MseLoss::default(), &mut workspace)?;
//!         progress.advance(batch.len());
//!         if progress.step % 5 == 0 {
//!             checkpoints.save(progress.step, &[
//!                 ("network", &*net),
//!                 ("adam", &adam),
//!                 ("workspace", &workspace),
//!                 ("progress", &progress),
//!             ])?;
//!         }
//!     }
//!     progress.next_epoch();
//! }
//! # assert_eq!(checkpoints.steps()?, [5, 10, 15]);
//! # Ok(())
//! # }
//! ```
//!
//! Name everything that changes: the network, the optimizer, averages of weights, a
//! [`ReduceLrOnPlateau`](crate::schedules::ReduceLrOnPlateau), the workspace if there is dropout, [`Progress`], the
//! `Batches` of the feature `data`, and what the program remembers itself: `("best_loss", &best_loss)`. The other schedules are functions of the step, and options
//! stand in the program. To use a trained network, name it alone: a file may have more than is asked for.
//!
//! Loading is all or nothing. A file that is damaged, of another network, or has other tensors is an error that says so,
//! and nothing has changed; see [`CheckpointError`].
//!
//! A checkpoint is a safetensors file: `safetensors.torch.load_file(path)` in Python has the weights as
//! `network.fc1.weight`, in PyTorch's shapes. State of optimizers is flat, in the order of
//! [`parameters`](crate::Parameters::parameters). Numbers and texts are the JSON in the metadata under `chainrule`.

#[cfg(feature = "data")]
mod batches;
mod error;
mod file;
mod folder;
mod load;
mod network;
mod optimizers;
mod progress;
mod reader;
mod state;
mod value;
mod writer;

pub use error::{CheckpointError, PartMismatch, Skipped};
pub use folder::{Checkpoints, save};
pub use load::{Loaded, load};
pub use progress::Progress;
pub use reader::Reader;
pub use state::State;
pub use value::Value;
pub use writer::Writer;
