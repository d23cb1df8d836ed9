use super::golden;
use chainrule::layers::*;

golden! { "shapes",
    transpose: Permute<[[T; 5]; 3], [[T; 3]; 5]> = Permute::new([1, 0]);
    permute: Permute<[[[T; 4]; 3]; 2], [[[T; 3]; 2]; 4]> = Permute::new([2, 0, 1]);
    permute_swap: Permute<[[[T; 4]; 3]; 2], [[[T; 3]; 4]; 2]> = Permute::new([0, 2, 1]);
    permute_four: Permute<[[[[T; 4]; 2]; 3]; 2], [[[[T; 3]; 4]; 2]; 2]> = Permute::new([2, 0, 3, 1]);

    slice_vector: Slice<[T; 7], [T; 3]> = Slice::new(0, 2);
    slice_channels: Slice<[[[T; 3]; 2]; 4], [[[T; 3]; 2]; 2]> = Slice::new(0, 1);
    slice_rows: Slice<[[[T; 3]; 5]; 2], [[[T; 3]; 3]; 2]> = Slice::new(1, 2);
    slice_columns: Slice<[[[T; 5]; 3]; 2], [[[T; 2]; 3]; 2]> = Slice::new(2, 0);

    pad1d_zeros: Pad<[[T; 4]; 2], [[T; 9]; 2]> = Pad::new([0, 2], PadMode::Zeros);
    pad1d_reflect: Pad<[[T; 4]; 2], [[T; 9]; 2]> = Pad::new([0, 3], PadMode::Reflect);
    pad1d_replicate: Pad<[[T; 4]; 2], [[T; 10]; 2]> = Pad::new([0, 1], PadMode::Replicate);
    pad1d_one_side: Pad<[[T; 3]; 3], [[T; 5]; 3]> = Pad::new([0, 0], PadMode::Replicate);
    pad2d_zeros: Pad<[[[T; 4]; 3]; 2], [[[T; 7]; 6]; 2]> = Pad::new([3, 1], PadMode::Zeros);
    pad2d_reflect: Pad<[[[T; 4]; 3]; 2], [[[T; 9]; 6]; 2]> = Pad::new([1, 3], PadMode::Reflect);
    pad2d_replicate: Pad<[[[T; 4]; 3]; 2], [[[T; 5]; 9]; 2]> = Pad::new([4, 1], PadMode::Replicate);
    pad2d_even: Pad<[[[T; 2]; 2]; 1], [[[T; 4]; 4]; 1]> = Pad::new([1, 1], PadMode::Reflect);

    pixel_shuffle: PixelShuffle<8, 3, 4, 2, 6, 8> = PixelShuffle;
    pixel_shuffle_three: PixelShuffle<9, 2, 1, 1, 6, 3> = PixelShuffle;

    upsample1d_nearest: Upsample<[[T; 4]; 2], [[T; 12]; 2]> = Upsample::new(NEAREST);
    upsample1d_linear: Upsample<[[T; 5]; 2], [[T; 10]; 2]> = Upsample::new(LINEAR);
    upsample1d_linear_three: Upsample<[[T; 4]; 2], [[T; 12]; 2]> = Upsample::new(LINEAR);
    upsample1d_linear_aligned: Upsample<[[T; 4]; 2], [[T; 12]; 2]> = Upsample::new(ALIGNED);
    upsample2d_nearest: Upsample<[[[T; 2]; 3]; 2], [[[T; 6]; 6]; 2]> = Upsample::new(NEAREST);
    upsample2d_bilinear: Upsample<[[[T; 4]; 3]; 2], [[[T; 8]; 6]; 2]> = Upsample::new(LINEAR);
    upsample2d_bilinear_rectangular: Upsample<[[[T; 2]; 3]; 1], [[[T; 2]; 9]; 1]> = Upsample::new(LINEAR);
    upsample2d_bilinear_aligned: Upsample<[[[T; 2]; 3]; 2], [[[T; 8]; 6]; 2]> = Upsample::new(ALIGNED);
    upsample2d_of_one_pixel: Upsample<[[[T; 1]; 1]; 3], [[[T; 2]; 2]; 3]> = Upsample::new(ALIGNED);
}

const NEAREST: UpsampleMode = UpsampleMode::Nearest;
const LINEAR: UpsampleMode = UpsampleMode::Linear {
    align_corners: false,
};
const ALIGNED: UpsampleMode = UpsampleMode::Linear {
    align_corners: true,
};
