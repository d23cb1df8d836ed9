//! Training with all that stands around the loop.
//!
//! A training is a loop of two calls, and any program may write it out, with [`Batches`](crate::data::Batches) of a
//! [`Dataset`](crate::data::Dataset) and [`metrics`]:
//!
//! ```
//! use chainrule::data::{Batches, Samples};
//! use chainrule::prelude::*;
//! use chainrule::train::metrics::Accuracy;
//!
//! network! { struct Net: [2] -> [2] { Linear(16), Tanh, Dropout(0.1), Linear(2) } }
//!
//! # fn samples(seed: u64) -> Samples<[f32; 2], u8> {
//! #     let mut rng = StdRng::seed_from_u64(seed);
//! #     let inputs: Vec<[f32; 2]> = (0..200).map(|_| [rng.random(), rng.random()]).collect();
//! #     let targets = inputs.iter().map(|[x, y]| u8::from(x > y)).collect();
//! #     Samples::new(inputs, targets).unwrap()
//! # }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let (training, validation) = (samples(1), samples(2));
//! let mut net = Net::init(&mut StdRng::seed_from_u64(7));
//! let mut workspace = Net::workspace();
//! let mut adam = Adam::new(&net).learning_rate(0.01);
//! let loss = CrossEntropyLoss::default();
//! let mut batches = Batches::new(&training, 16, 7);
//! workspace.set_seed(7);
//! for epoch in 0..10 {
//!     batches.start_at(epoch, 0);
//!     while let Some(batch) = batches.next_batch() {
//!         net.backpropagate(batch.inputs(), batch.targets(), &loss, &mut workspace)?;
//!         adam.step(&mut net, workspace.gradients());
//!     }
//!     let mut accuracy = Accuracy::new();
//!     let loss = net.evaluate(&validation, &loss, &mut [&mut accuracy])?;
//!     println!("epoch {}: loss {loss:.3}, accuracy {:.3}", epoch + 1, accuracy.value());
//! }
//! # assert!(net.evaluate(&validation, &loss, &mut [])? < 0.3);
//! # let by_hand = net.parameters().to_vec();
//! # let mut net = Net::init(&mut StdRng::seed_from_u64(7));
//! # let mut adam = Adam::new(&net).learning_rate(0.01);
//! # net.trainer(&mut adam, loss, &training).epochs(10).batch_size(16).seed(7).run()?;
//! # assert_eq!(net.parameters(), by_hand);
//! # Ok(())
//! # }
//! ```
//!
//! A [`Trainer`] is this loop, bit for bit, with what programs otherwise add one by one:
//!
//! ```
//! use chainrule::checkpoint::Checkpoints;
//! use chainrule::data::Samples;
//! use chainrule::prelude::*;
//! use chainrule::schedules::CosineAnnealingLr;
//! use chainrule::train::metrics::Accuracy;
//!
//! network! { struct Net: [2] -> [2] { Linear(16), Tanh, Dropout(0.1), Linear(2) } }
//!
//! # fn samples(seed: u64) -> Samples<[f32; 2], u8> {
//! #     let mut rng = StdRng::seed_from_u64(seed);
//! #     let inputs: Vec<[f32; 2]> = (0..200).map(|_| [rng.random(), rng.random()]).collect();
//! #     let targets = inputs.iter().map(|[x, y]| u8::from(x > y)).collect();
//! #     Samples::new(inputs, targets).unwrap()
//! # }
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! # let (training, validation) = (samples(1), samples(2));
//! let mut net = Net::init(&mut StdRng::seed_from_u64(7));
//! let mut adam = Adam::new(&net);
//! let trained = net
//!     .trainer(&mut adam, CrossEntropyLoss::default(), &training)
//!     .epochs(10)
//!     .batch_size(16)
//!     .schedule(CosineAnnealingLr::new(0.02, 130))
//!     .clip_grad_norm(1.0)
//!     .validation(&validation)
//!     .metric(Accuracy::new())
//!     .early_stopping(5)
//!     .checkpoints(Checkpoints::new(folder)?)
//!     .resume(true)
//!     .stop_on_ctrl_c()
//!     .progress()
//!     .run()?;
//! println!("{}: {:?}", trained.outcome.reason, trained.metric("accuracy"));
//! # assert!(trained.metric("accuracy") > Some(0.9));
//! # Ok(())
//! # }
//! ```
//!
//! # Reproducible
//!
//! Everything random is a function of the seed, the epoch and the index of the sample or the number of the step. Two runs of
//! a program give the same bits, and a run that was interrupted, killed or saved anywhere and then
//! [resumed](Trainer::resume) ends with those of one that was not.
//!
//! # What is watched
//!
//! A loss or a gradient that is not finite ends the run before anything is updated, with an [error](TrainError::NotFinite)
//! that names the step, the samples of the batch and the [place](Fault) where numbers stopped being finite. A unit whose
//! gradient has been exactly zero for a whole epoch is dead: observers are told how many a layer has. An [`Observer`] sees
//! every [`Event`].

mod early_stopping;
mod end;
mod error;
mod evaluate;
mod event;
mod fault;
mod finder;
mod inspection;
mod interrupt;
pub mod metrics;
mod observers;
mod options;
mod progress;
mod run;
mod saving;
mod state;
mod trained;
mod trainer;
mod watch;

pub use error::{Quantity, TrainError};
pub(crate) use evaluate::evaluate;
pub use event::{
    Confusion, EpochRecord, Event, LayerNorms, Observer, Outcome, RunInfo, StepRecord, WorstSample,
};
pub use fault::Fault;
pub use finder::{LearningRateCurve, LearningRateFinder, LearningRatePoint};
pub use progress::Progress;
pub use trained::Trained;
pub use trainer::Trainer;
