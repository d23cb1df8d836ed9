//! Neural networks declared in Rust source and compiled to straight-line code.
//!
//! [`network!`] turns a layer list into a plain struct: shapes are inferred and checked while the program compiles,
//! the forward function and the fully unrolled backward function are calls into this crate's kernels. Training and
//! inference need no heap, do not panic and take no lock in their hot paths.
//!
//! ```
//! use chainrule::prelude::*;
//!
//! network! {
//!     /// Two numbers to one.
//!     pub struct Net: [2] -> [1] {
//!         hidden: Linear(8), Tanh,
//!         output: Linear(1),
//!     }
//! }
//!
//! let mut net = Net::init(&mut StdRng::seed_from_u64(7));
//! let mut workspace = Net::workspace();
//! let mut sgd = Sgd::new(&net, 0.1);
//!
//! // The two halves of training: gradients by the chain rule, then `w ← w − η·∂L/∂w`.
//! let (inputs, targets) = ([[0.0, 1.0], [1.0, 0.0]], [[1.0], [0.5]]);
//! let before = net.backpropagate(&inputs, &targets, &MseLoss::default(), &mut workspace)?;
//! sgd.step(&mut net, workspace.gradients());
//!
//! let after = net.backpropagate(&inputs, &targets, &MseLoss::default(), &mut workspace)?;
//! assert!(after < before);
//! let output: [f32; 1] = net.forward(&[0.5, 0.5]);
//! # Ok::<(), BackpropagateError>(())
//! ```
//!
//! Where to read on: [`network!`] for the declaration, [`Network`] for what every network can do, [`layers`],
//! [`losses`], [`optimizers`], [`schedules`], [`init`], [`Stream`] for one time step at a time, `slot` for a network that is swapped while
//! it runs, and [`Layer`] for a layer of one's own.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `std` | yes | run-time detection of the instruction set; implies `alloc` and `std_rng` |
//! | `alloc` | yes | networks, workspaces and optimizer state on the heap, built in place |
//! | `simd` | yes | kernels for AVX2 with FMA and for AVX-512 besides the baseline, chosen at run time; needs `std` |
//! | `std_rng` | yes | `StdRng` in the prelude, for initial values; without it any other `rand::Rng` |
//! | `parallel` | no | training and inference of large batches on the threads of a pool, the same bits on any number of them; needs `std` |
//! | `safetensors` | no | files with PyTorch's names and layouts; needs `std` |
//! | `checkpoint` | no | the whole state of a run in one file, and a resume with the same bits; implies `safetensors` |
//! | `data` | no | datasets from files, splits, normalisation, augmentation, batches; needs `safetensors` |
//! | `image` | no | datasets from folders of images; needs `data` |
//! | `train` | no | the trainer, metrics, the learning-rate finder, logs and the report of a run; implies `checkpoint` and `data` |
//! | `force-isa` | no | for tests: the environment variable `CHAINRULE_ISA` chooses the instruction set (`baseline`, `avx2`, `avx512`) |
//!
//! # Without an operating system
//!
//! Without `std` and `alloc` the crate is `no_std`, and knows no time, threads or files. Networks, workspaces and the state
//! of optimizers and streams have `const` constructors, so that they can lie in a `static`; a [`Place`] gives it out to be
//! changed. How large each is stands in [`Network::TRAINING_BYTES`] and its neighbours.
//!
//! ```
//! use chainrule::{Place, StaticWorkspace, prelude::*};
//!
//! network! {
//!     pub struct Xor: [2] -> [1] { hidden: Linear(3), Tanh, output: Linear(1) }
//! }
//!
//! static NET: Place<Xor> = Place::new(Xor::zeroed());
//! static WORKSPACE: Place<StaticWorkspace<Xor, 16>> = Place::new(StaticWorkspace::new());
//! static MOMENTS: Place<[[f32; Xor::PARAMETERS]; 2]> = Place::zeroed();
//!
//! fn main() -> Result<(), BackpropagateError> {
//!     let (Some(net), Some(workspace), Some([m, v])) = (NET.take(), WORKSPACE.take(), MOMENTS.take()) else {
//!         unreachable!("each is taken once, here");
//!     };
//!     net.reset(&mut StdRng::seed_from_u64(7));
//!     let mut adam = Adam::with_state(m, v).learning_rate(0.05);
//!     let (inputs, targets) = ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [[0.0], [1.0], [1.0], [0.0]]);
//!     let mut loss = 1.0;
//!     for _ in 0..500 {
//!         loss = adam.train_step(net, &inputs, &targets, &MseLoss::default(), workspace)?;
//!     }
//!     assert!(loss < 0.01);
//!     Ok(())
//! }
//! ```
//!
//! The repository's `examples/firmware` is such a program without the standard library: it runs, streams and trains.
#![cfg_attr(not(any(feature = "std", test)), no_std)]

#[cfg(feature = "alloc")]
extern crate alloc;

// The generated code names this crate `::chainrule`, also in the tests and documentation of the crate itself.
extern crate self as chainrule;

mod accumulator;
mod aligned;
mod bag;
mod calls;
#[cfg(feature = "checkpoint")]
pub mod checkpoint;
mod checks;
#[cfg(feature = "data")]
pub mod data;
mod element;
mod embedded;
mod error;
mod export_c;
#[cfg(test)]
mod gradient_check;
mod group;
pub mod half;
mod half_network;
mod half_stream;
mod indices;
pub mod init;
mod inlined;
mod input;
#[cfg(feature = "safetensors")]
pub mod io;
mod join;
mod kernels;
mod layer;
mod layer_info;
pub mod layers;
mod layout;
pub mod losses;
mod math;
mod nested;
mod network;
mod one;
pub mod optimizers;
#[cfg(feature = "parallel")]
mod parallel;
mod pass;
mod place;
mod probe;
pub mod quantized;
#[cfg(feature = "train")]
pub mod report;
mod scalar;
pub mod schedules;
mod scratch;
#[cfg(feature = "alloc")]
mod self_test;
mod shape;
pub mod simd;
mod sizes;
#[cfg(target_has_atomic = "8")]
pub mod slot;
mod static_workspace;
mod stream;
mod summary;
mod tensor;
#[cfg(feature = "train")]
pub mod train;
mod weights;
mod workspace;

pub use accumulator::{Accumulator, SparseNetwork};
pub use bag::{Bag, BagFull};
/// ```
/// use chainrule::prelude::*;
///
/// const CLASSES: usize = 10;
///
/// network! {
///     /// Reads digits.
///     #[derive(Debug, PartialEq)]
///     pub struct Digits: [1, 8, 8] -> [CLASSES] {
///         stem: Conv2d(8, kernel = 3, padding = same, init = kaiming_uniform(mode = fan_out)), BatchNorm2d, Relu,
///         MaxPool2d(2), Flatten, Dropout(0.2),
///         head: Linear(CLASSES),
///     }
///     budget { parameters <= 1_500, inference_bytes <= 4 KiB }
/// }
/// network! {
///     pub struct Policy<const H: usize, T>: [4] -> [2] { Linear(H), Tanh, Linear(2), Softmax }
/// }
///
/// let mut rng = StdRng::seed_from_u64(7);
/// let digits = Digits::init(&mut rng);
/// let logits: [f32; CLASSES] = digits.forward(&[[[0.5; 8]; 8]; 1]);
/// assert_eq!(digits.head.weight.shape(), (CLASSES, 8 * 4 * 4));
/// assert_eq!(Digits::PARAMETERS, 8 * 9 + 8 + 2 * 8 + 128 * 10 + 10);
///
/// let policy = Policy::<16, f64>::init(&mut rng);
/// let [left, right] = policy.forward(&[0.1, 0.2, 0.3, 0.4]);
/// assert!((left + right - 1.0).abs() < 1e-12);
/// ```
pub use chainrule_macros::network;
pub use element::{Element, LANES, Lanes};
pub use error::{BackpropagateError, LengthMismatch, ScratchTooShort, TargetError};
pub use group::Group;
pub use half_network::{EmbeddedHalf, HalfNetwork, HalfWeights};
pub use half_stream::HalfStreamable;
pub use input::Input;
pub use layer::{Backward, Forward, Layer, Randomness};
pub use layer_info::LayerInfo;
pub use network::{Network, Parameters};
#[cfg(target_has_atomic = "8")]
#[cfg(target_has_atomic = "8")]
pub use place::Place;
pub use scalar::Scalar;
#[cfg(feature = "alloc")]
pub use self_test::{SelfTest, SelfTestError, SelfTestRow, Verdict};
pub use shape::{Sample, Shape};
pub use sizes::StaticSizes;
pub use static_workspace::{StaticNetwork, StaticWorkspace};
pub use stream::{Steps, Stream, Streamable};
pub use summary::Summary;
pub use tensor::{NamedTensor, Order, Tensor, TensorName};
#[cfg(feature = "alloc")]
pub use workspace::HeapWorkspace;
pub use workspace::Workspace;

/// Everything a program with a network needs: `use chainrule::prelude::*;`.
pub mod prelude {
    pub use crate::accumulator::SparseNetwork;
    pub use crate::init::{Fan, Init};
    #[cfg(feature = "safetensors")]
    pub use crate::io::Safetensors;
    pub use crate::layer::{Backward, Forward, Layer};
    pub use crate::losses::{
        BceLoss, BceWithLogitsLoss, CrossEntropyLoss, HuberLoss, KlDivLoss, L1Loss, Loss, MseLoss,
        NllLoss, Reduction, SmoothL1Loss, Weighted,
    };
    pub use crate::network::{Network, Parameters};
    pub use crate::optimizers::{Adam, AdamW, Optimizer, RmsProp, Sgd};
    pub use crate::quantized::QuantizedNetwork;
    pub use crate::schedules::Schedule;
    pub use crate::tensor::Tensor;
    #[cfg(feature = "train")]
    pub use crate::train::metrics::{Measure, Metric};
    pub use crate::{BackpropagateError, Element, Scalar, Shape, Stream, Streamable, network};
    #[cfg(feature = "std_rng")]
    pub use rand::rngs::StdRng;
    pub use rand::seq::SliceRandom;
    pub use rand::{Rng, RngExt, SeedableRng};
}

/// What the generated code uses. No part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::aligned::Aligned;
    pub use crate::calls::{backward, forward, forward_training};
    pub use crate::checks::*;
    /// What functions for C are made of.
    pub mod export_c {
        pub use crate::export_c::*;
    }
    pub use crate::embedded::embed;
    pub use crate::group::group;
    pub use crate::half_network::{forward_half, half_offset, new_half};
    pub use crate::half_stream::{stream_room, stream_step_half};
    pub use crate::indices::{WrongIndex, wrong_index};
    pub use crate::join::{add, copy, field, multiply, pick, place};
    pub use crate::nested::{AsLayer, Nested};
    pub use crate::network::{inference, scalars, scalars_mut};
    pub use crate::pass::{Context, Objective, Pass};
    pub use crate::place::zeroed;
    pub use crate::probe::{NotLayer, Pick, Picked, Probe, assert_layer};
    pub use crate::quantized;
    pub use crate::scratch::with_scratch;
    #[cfg(feature = "alloc")]
    pub use crate::self_test::assert_self_test;
    pub use crate::shape::Dimensions;
    pub use crate::simd::Isa;
    pub use crate::sizes::Push;
    pub use crate::stream::{StreamLayer, stream_step};
    pub use crate::weights::Weights;
    pub use crate::workspace::{Arena, fit, fit_mut, reshape, reshape_mut, room, view};
    pub use crate::{
        __fields as fields, __heads as heads, __layer as layer, __lines as lines, __run as run,
        __unsigned as unsigned,
    };
    pub use {bytemuck, rand, typenum};
}
