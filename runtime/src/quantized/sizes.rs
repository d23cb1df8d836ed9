//! The sizes of layers, as their integer forms need them.

use super::convolution::Convolution;
use super::linear::Dense;
use super::pool::{Pool, Windows};
use super::rows::RowSum;
use crate::layers::{
    AdaptiveAvgPool1d, AdaptiveAvgPool2d, AdaptiveMaxPool1d, AdaptiveMaxPool2d, AvgPool1d,
    AvgPool2d, BagMode, Conv1d, Conv2d, Embedding, EmbeddingBag, GlobalAvgPool, GlobalMaxPool,
    Linear, LinearSequence, MaxPool1d, MaxPool2d, SparseLinear,
};
use crate::shape::Shape;

/// A layer whose sizes are all in its type.
pub trait Sizes {
    /// What its integer form is made of.
    type Form;
    /// The sizes.
    const SIZES: Self::Form;
}

impl<const IN: usize, const OUT: usize, const BIAS: usize> Sizes for Linear<IN, OUT, BIAS> {
    type Form = Dense;
    const SIZES: Dense = Dense::new(IN, OUT);
}

impl<const L: usize, const IN: usize, const OUT: usize, const BIAS: usize> Sizes
    for LinearSequence<L, IN, OUT, BIAS>
{
    type Form = Dense;
    const SIZES: Dense = Dense::new(IN, OUT);
}

impl<const C: usize, const L: usize, const OL: usize> Sizes for AdaptiveAvgPool1d<C, L, OL> {
    type Form = Pool;
    const SIZES: Pool = Pool::adaptive([1, L], [1, OL]);
}

impl<const C: usize, const L: usize, const OL: usize> Sizes for AdaptiveMaxPool1d<C, L, OL> {
    type Form = Pool;
    const SIZES: Pool = Pool::adaptive([1, L], [1, OL]);
}

impl<const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize> Sizes
    for AdaptiveAvgPool2d<C, H, W, OH, OW>
{
    type Form = Pool;
    const SIZES: Pool = Pool::adaptive([H, W], [OH, OW]);
}

impl<const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize> Sizes
    for AdaptiveMaxPool2d<C, H, W, OH, OW>
{
    type Form = Pool;
    const SIZES: Pool = Pool::adaptive([H, W], [OH, OW]);
}

impl<S: Shape, const C: usize> Sizes for GlobalAvgPool<S, C> {
    type Form = Pool;
    const SIZES: Pool = Pool::adaptive([1, S::LEN / C], [1, 1]);
}

impl<S: Shape, const C: usize> Sizes for GlobalMaxPool<S, C> {
    type Form = Pool;
    const SIZES: Pool = Pool::adaptive([1, S::LEN / C], [1, 1]);
}

impl<const LENGTH: usize, const FEATURES: usize, const OUT: usize, const BIAS: usize>
    SparseLinear<LENGTH, FEATURES, OUT, BIAS>
{
    /// The sizes of its integer form.
    #[doc(hidden)]
    pub const fn sizes(&self) -> RowSum {
        RowSum {
            rows: FEATURES,
            outputs: OUT,
            bag: LENGTH,
            bags: 1,
            skipped: None,
            mean: false,
        }
    }
}

impl<const LENGTH: usize, const NUM: usize, const DIM: usize> EmbeddingBag<LENGTH, NUM, DIM> {
    /// The sizes of its integer form.
    #[doc(hidden)]
    pub const fn sizes(&self) -> RowSum {
        RowSum {
            rows: NUM,
            outputs: DIM,
            bag: LENGTH,
            bags: 1,
            skipped: self.padding_idx,
            mean: matches!(self.mode, BagMode::Mean),
        }
    }
}

impl<const LENGTH: usize, const NUM: usize, const DIM: usize> Embedding<LENGTH, NUM, DIM> {
    /// The sizes of its integer form.
    #[doc(hidden)]
    pub const fn sizes(&self) -> RowSum {
        RowSum {
            rows: NUM,
            outputs: DIM,
            bag: 1,
            bags: LENGTH,
            skipped: None,
            mean: false,
        }
    }
}

impl<
    const C: usize,
    const L: usize,
    const OUT: usize,
    const OL: usize,
    const K: usize,
    const PATCH: usize,
    const BIAS: usize,
> Conv1d<C, L, OUT, OL, K, PATCH, BIAS>
{
    /// The sizes of its integer form.
    #[doc(hidden)]
    pub const fn sizes(&self) -> Convolution {
        Convolution {
            channels: C,
            input: [1, L],
            outputs: OUT,
            output: [1, OL],
            kernel: [1, K],
            stride: [1, self.stride],
            padding: [0, self.padding],
            dilation: [1, self.dilation],
            groups: self.groups,
        }
    }
}

impl<
    const C: usize,
    const H: usize,
    const W: usize,
    const OUT: usize,
    const OH: usize,
    const OW: usize,
    const KH: usize,
    const KW: usize,
    const PATCH: usize,
    const BIAS: usize,
> Conv2d<C, H, W, OUT, OH, OW, KH, KW, PATCH, BIAS>
{
    /// The sizes of its integer form.
    #[doc(hidden)]
    pub const fn sizes(&self) -> Convolution {
        Convolution {
            channels: C,
            input: [H, W],
            outputs: OUT,
            output: [OH, OW],
            kernel: [KH, KW],
            stride: self.stride,
            padding: self.padding,
            dilation: self.dilation,
            groups: self.groups,
        }
    }
}

impl<const C: usize, const L: usize, const OL: usize> MaxPool1d<C, L, OL> {
    /// The sizes of its integer form.
    #[doc(hidden)]
    pub const fn sizes(&self) -> Pool {
        Pool {
            input: [1, L],
            output: [1, OL],
            windows: Windows::Sliding {
                kernel: [1, self.kernel],
                stride: [1, self.stride],
                padding: [0, self.padding],
                dilation: [1, self.dilation],
                count_padding: false,
            },
        }
    }
}

impl<const C: usize, const L: usize, const OL: usize> AvgPool1d<C, L, OL> {
    /// The sizes of its integer form.
    #[doc(hidden)]
    pub const fn sizes(&self) -> Pool {
        Pool {
            input: [1, L],
            output: [1, OL],
            windows: Windows::Sliding {
                kernel: [1, self.kernel],
                stride: [1, self.stride],
                padding: [0, self.padding],
                dilation: [1, 1],
                count_padding: self.count_include_pad,
            },
        }
    }
}

impl<const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>
    MaxPool2d<C, H, W, OH, OW>
{
    /// The sizes of its integer form.
    #[doc(hidden)]
    pub const fn sizes(&self) -> Pool {
        Pool {
            input: [H, W],
            output: [OH, OW],
            windows: Windows::Sliding {
                kernel: self.kernel,
                stride: self.stride,
                padding: self.padding,
                dilation: self.dilation,
                count_padding: false,
            },
        }
    }
}

impl<const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>
    AvgPool2d<C, H, W, OH, OW>
{
    /// The sizes of its integer form.
    #[doc(hidden)]
    pub const fn sizes(&self) -> Pool {
        Pool {
            input: [H, W],
            output: [OH, OW],
            windows: Windows::Sliding {
                kernel: self.kernel,
                stride: self.stride,
                padding: self.padding,
                dilation: [1, 1],
                count_padding: self.count_include_pad,
            },
        }
    }
}
