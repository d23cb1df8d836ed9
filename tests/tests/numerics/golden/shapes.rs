use super::golden;
use chainrule::layers::*;

type Sequence<T, const C: usize, const L: usize> = [[T; L]; C];
type Image<T, const C: usize, const H: usize, const W: usize> = [[[T; W]; H]; C];

golden! { "shapes",
    transpose: Permute<Sequence<T, 3, 5>, Sequence<T, 5, 3>> = Permute::new([1, 0]);
    permute: Permute<Image<T, 2, 3, 4>, Image<T, 4, 2, 3>> = Permute::new([2, 0, 1]);
    permute_swap: Permute<Image<T, 2, 3, 4>, Image<T, 2, 4, 3>> = Permute::new([0, 2, 1]);
    permute_four: Permute<[Image<T, 3, 2, 4>; 2], [Image<T, 2, 4, 3>; 2]> = Permute::new([2, 0, 3, 1]);

    slice_vector: Slice<[T; 7], [T; 3]> = Slice::new(0, 2);
    slice_channels: Slice<Image<T, 4, 2, 3>, Image<T, 2, 2, 3>> = Slice::new(0, 1);
    slice_rows: Slice<Image<T, 2, 5, 3>, Image<T, 2, 3, 3>> = Slice::new(1, 2);
    slice_columns: Slice<Image<T, 2, 3, 5>, Image<T, 2, 3, 2>> = Slice::new(2, 0);

    pad1d_zeros: Pad<Sequence<T, 2, 4>, Sequence<T, 2, 9>> = Pad::new([0, 2], PadMode::Zeros);
    pad1d_reflect: Pad<Sequence<T, 2, 4>, Sequence<T, 2, 9>> = Pad::new([0, 3], PadMode::Reflect);
    pad1d_replicate: Pad<Sequence<T, 2, 4>, Sequence<T, 2, 10>> = Pad::new([0, 1], PadMode::Replicate);
    pad1d_one_side: Pad<Sequence<T, 3, 3>, Sequence<T, 3, 5>> = Pad::new([0, 0], PadMode::Replicate);
    pad2d_zeros: Pad<Image<T, 2, 3, 4>, Image<T, 2, 6, 7>> = Pad::new([3, 1], PadMode::Zeros);
    pad2d_reflect: Pad<Image<T, 2, 3, 4>, Image<T, 2, 6, 9>> = Pad::new([1, 3], PadMode::Reflect);
    pad2d_replicate: Pad<Image<T, 2, 3, 4>, Image<T, 2, 9, 5>> = Pad::new([4, 1], PadMode::Replicate);
    pad2d_even: Pad<Image<T, 1, 2, 2>, Image<T, 1, 4, 4>> = Pad::new([1, 1], PadMode::Reflect);

    pixel_shuffle: PixelShuffle<8, 3, 4, 2, 6, 8> = PixelShuffle;
    pixel_shuffle_three: PixelShuffle<9, 2, 1, 1, 6, 3> = PixelShuffle;

    upsample1d_nearest: Upsample<Sequence<T, 2, 4>, Sequence<T, 2, 12>> = Upsample::new(NEAREST);
    upsample1d_linear: Upsample<Sequence<T, 2, 5>, Sequence<T, 2, 10>> = Upsample::new(LINEAR);
    upsample1d_linear_three: Upsample<Sequence<T, 2, 4>, Sequence<T, 2, 12>> = Upsample::new(LINEAR);
    upsample1d_linear_aligned: Upsample<Sequence<T, 2, 4>, Sequence<T, 2, 12>> = Upsample::new(ALIGNED);
    upsample2d_nearest: Upsample<Image<T, 2, 3, 2>, Image<T, 2, 6, 6>> = Upsample::new(NEAREST);
    upsample2d_bilinear: Upsample<Image<T, 2, 3, 4>, Image<T, 2, 6, 8>> = Upsample::new(LINEAR);
    upsample2d_bilinear_rectangular: Upsample<Image<T, 1, 3, 2>, Image<T, 1, 9, 2>> = Upsample::new(LINEAR);
    upsample2d_bilinear_aligned: Upsample<Image<T, 2, 3, 2>, Image<T, 2, 6, 8>> = Upsample::new(ALIGNED);
    upsample2d_of_one_pixel: Upsample<Image<T, 3, 1, 1>, Image<T, 3, 2, 2>> = Upsample::new(ALIGNED);
}

const NEAREST: UpsampleMode = UpsampleMode::Nearest;
const LINEAR: UpsampleMode = UpsampleMode::Linear {
    align_corners: false,
};
const ALIGNED: UpsampleMode = UpsampleMode::Linear {
    align_corners: true,
};
