use super::gradients;
use chainrule::layers::*;

gradients! {
    transpose: Permute<[[f64; 4]; 3], [[f64; 3]; 4]> = Permute::new([1, 0]);
    permute: Permute<[[[f64; 4]; 3]; 2], [[[f64; 3]; 2]; 4]> = Permute::new([2, 0, 1]);

    slice: Slice<[[[f64; 3]; 4]; 2], [[[f64; 3]; 2]; 2]> = Slice::new(1, 1);

    pad1d_reflect: Pad<[[f64; 4]; 2], [[f64; 9]; 2]> = Pad::new([0, 2], PadMode::Reflect);
    pad2d_zeros: Pad<[[[f64; 2]; 3]; 2], [[[f64; 5]; 6]; 2]> = Pad::new([2, 1], PadMode::Zeros);
    pad2d_replicate: Pad<[[[f64; 2]; 3]; 2], [[[f64; 5]; 6]; 2]> = Pad::new([2, 1], PadMode::Replicate);

    pixel_shuffle: PixelShuffle<8, 3, 2, 2, 6, 4> = PixelShuffle;

    upsample1d_nearest: Upsample<[[f64; 3]; 2], [[f64; 6]; 2]> = Upsample::new(UpsampleMode::Nearest);
    upsample2d_bilinear: Upsample<[[[f64; 2]; 3]; 2], [[[f64; 6]; 6]; 2]> =
        Upsample::new(UpsampleMode::Linear { align_corners: false });
    upsample2d_bilinear_aligned: Upsample<[[[f64; 2]; 3]; 2], [[[f64; 6]; 6]; 2]> =
        Upsample::new(UpsampleMode::Linear { align_corners: true });
}
