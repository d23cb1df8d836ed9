use super::gradients;
use chainrule::layers::*;

type Sequence<T, const C: usize, const L: usize> = [[T; L]; C];
type Image<T, const C: usize, const H: usize, const W: usize> = [[[T; W]; H]; C];

gradients! {
    transpose: Permute<Sequence<f64, 3, 4>, Sequence<f64, 4, 3>> = Permute::new([1, 0]);
    permute: Permute<Image<f64, 2, 3, 4>, Image<f64, 4, 2, 3>> = Permute::new([2, 0, 1]);

    slice: Slice<Image<f64, 2, 4, 3>, Image<f64, 2, 2, 3>> = Slice::new(1, 1);

    pad1d_reflect: Pad<Sequence<f64, 2, 4>, Sequence<f64, 2, 9>> = Pad::new([0, 2], PadMode::Reflect);
    pad2d_zeros: Pad<Image<f64, 2, 3, 2>, Image<f64, 2, 6, 5>> = Pad::new([2, 1], PadMode::Zeros);
    pad2d_replicate: Pad<Image<f64, 2, 3, 2>, Image<f64, 2, 6, 5>> = Pad::new([2, 1], PadMode::Replicate);

    pixel_shuffle: PixelShuffle<8, 3, 2, 2, 6, 4> = PixelShuffle;

    upsample1d_nearest: Upsample<Sequence<f64, 2, 3>, Sequence<f64, 2, 6>> = Upsample::new(UpsampleMode::Nearest);
    upsample2d_bilinear: Upsample<Image<f64, 2, 3, 2>, Image<f64, 2, 6, 6>> =
        Upsample::new(UpsampleMode::Linear { align_corners: false });
    upsample2d_bilinear_aligned: Upsample<Image<f64, 2, 3, 2>, Image<f64, 2, 6, 6>> =
        Upsample::new(UpsampleMode::Linear { align_corners: true });
}
