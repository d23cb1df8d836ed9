//! The built-in layers, one file each: parameters, forward, backward.

pub mod activations;
mod adaptive_avg_pool1d;
mod adaptive_avg_pool2d;
mod adaptive_max_pool;
mod attention;
mod avg_pool1d;
mod avg_pool2d;
mod axis;
mod batch_norm;
mod bilinear;
mod conv1d;
mod conv1d_step;
mod conv2d;
mod conv_transpose;
mod conv_transpose1d;
mod conv_transpose2d;
mod dropout;
mod embedding;
mod embedding_bag;
mod embedding_step;
mod gated;
mod global_pool;
mod group_norm;
mod layer_norm;
mod linear;
mod linear_sequence;
mod log_softmax;
mod max_pool1d;
mod max_pool2d;
mod normalization;
mod pad;
mod per_channel;
mod permute;
mod pixel_shuffle;
mod plane;
mod pointwise;
mod positional_encoding;
mod positional_encoding_step;
mod prelu;
mod recurrent;
mod reshape;
mod rms_norm;
pub(crate) mod rows;
mod scale;
mod slice;
mod snake;
mod softmax;
mod sparse_linear;
mod strided;
mod transposed;
mod upsample;

pub use adaptive_avg_pool1d::AdaptiveAvgPool1d;
pub use adaptive_avg_pool2d::AdaptiveAvgPool2d;
pub use adaptive_max_pool::{AdaptiveMaxPool1d, AdaptiveMaxPool2d};
#[doc(hidden)]
pub use attention::AttentionStep;
pub use attention::{MultiheadAttention, MultiheadAttentionParameters};
pub use avg_pool1d::AvgPool1d;
pub use avg_pool2d::AvgPool2d;
pub use batch_norm::{BatchNorm, BatchNormBuffers, BatchNormParameters};
pub use bilinear::{Bilinear, BilinearParameters};
pub use conv_transpose::ConvTransposeParameters;
pub use conv_transpose1d::ConvTranspose1d;
pub use conv_transpose2d::ConvTranspose2d;
pub use conv1d::{Conv1d, Conv1dParameters};
#[doc(hidden)]
pub use conv1d_step::Conv1dStep;
pub use conv2d::{Conv2d, Conv2dParameters};
pub use dropout::Dropout;
pub use embedding::{Embedding, EmbeddingParameters};
pub use embedding_bag::{BagMode, EmbeddingBag};
#[doc(hidden)]
pub use embedding_step::EmbeddingStep;
pub use gated::{Gate, Gated, Glu, SwiGlu};
pub use global_pool::{GlobalAvgPool, GlobalMaxPool};
pub use group_norm::GroupNorm;
pub use layer_norm::LayerNorm;
pub use linear::{Linear, LinearParameters};
pub use linear_sequence::LinearSequence;
pub use log_softmax::LogSoftmax;
pub use max_pool1d::MaxPool1d;
pub use max_pool2d::MaxPool2d;
pub use normalization::NormParameters;
pub use pad::{Pad, PadMode};
pub use per_channel::PerChannel;
pub use permute::Permute;
pub use pixel_shuffle::PixelShuffle;
pub use pointwise::{Activation, Pointwise};
pub use positional_encoding::{
    LearnedPositionalEncoding, PositionalEncoding, PositionalEncodingParameters,
};
#[doc(hidden)]
pub use positional_encoding_step::PositionalEncodingStep;
pub use prelu::Prelu;
#[doc(hidden)]
pub use recurrent::RecurrentStep;
pub use recurrent::{
    BackwardStep, Cell, ForwardStep, Gru, GruResetBefore, Lstm, Recurrent, RecurrentParameters,
    ResetBackwardStep, ResetStep, Rnn,
};
pub use reshape::Reshape;
pub use rms_norm::RmsNorm;
pub use scale::Scale;
pub use slice::Slice;
pub use snake::Snake;
pub use softmax::Softmax;
pub use sparse_linear::SparseLinear;
#[doc(hidden)]
pub use transposed::Matrix;
pub use transposed::Transposed;
pub use upsample::{Upsample, UpsampleMode};
