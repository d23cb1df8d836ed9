use super::golden;
use chainrule::layers::{ConvTranspose1d, ConvTranspose2d};

// ConvTranspose1d<C, L, OUT, OL, K, PATCH, BIAS>, ConvTranspose2d<C, H, W, OUT, OH, OW, KH, KW, PATCH, BIAS>
golden! { "conv_transpose",
    plain1d: ConvTranspose1d<2, 5, 3, 7, 3, 9, 3> = ConvTranspose1d::default();
    one_tap1d: ConvTranspose1d<3, 5, 4, 5, 1, 4, 4> = ConvTranspose1d::default();
    stride1d: ConvTranspose1d<2, 6, 3, 12, 4, 12, 3> =
        ConvTranspose1d { stride: 2, padding: 1, ..ConvTranspose1d::default() };
    gaps1d: ConvTranspose1d<2, 4, 3, 11, 2, 6, 3> = ConvTranspose1d { stride: 3, ..ConvTranspose1d::default() };
    gaps_no_bias1d: ConvTranspose1d<2, 4, 3, 7, 1, 3, 0> = ConvTranspose1d { stride: 2, ..ConvTranspose1d::default() };
    output_padding1d: ConvTranspose1d<2, 5, 3, 10, 3, 9, 3> =
        ConvTranspose1d { stride: 2, padding: 1, ..ConvTranspose1d::default() };
    output_padding_by_dilation1d: ConvTranspose1d<1, 4, 2, 12, 2, 4, 2> =
        ConvTranspose1d { stride: 2, dilation: 3, ..ConvTranspose1d::default() };
    everything1d: ConvTranspose1d<4, 5, 6, 14, 3, 9, 6> =
        ConvTranspose1d { stride: 3, padding: 2, dilation: 2, groups: 2, ..ConvTranspose1d::default() };
    padding_beyond_the_kernel1d: ConvTranspose1d<2, 6, 2, 3, 2, 4, 2> =
        ConvTranspose1d { padding: 2, ..ConvTranspose1d::default() };
    many_outputs_and_positions1d: ConvTranspose1d<2, 35, 19, 37, 3, 57, 19> = ConvTranspose1d::default();

    plain2d: ConvTranspose2d<2, 3, 4, 3, 5, 6, 3, 3, 27, 3> = ConvTranspose2d::default();
    rectangular2d: ConvTranspose2d<2, 3, 4, 3, 6, 4, 2, 3, 18, 3> =
        ConvTranspose2d { stride: [2, 1], padding: [0, 1], ..ConvTranspose2d::default() };
    doubling2d: ConvTranspose2d<3, 3, 4, 7, 6, 8, 4, 4, 112, 7> =
        ConvTranspose2d { stride: [2, 2], padding: [1, 1], ..ConvTranspose2d::default() };
    gaps2d: ConvTranspose2d<2, 2, 3, 3, 3, 7, 1, 1, 3, 3> =
        ConvTranspose2d { stride: [2, 3], ..ConvTranspose2d::default() };
    output_padding2d: ConvTranspose2d<2, 3, 3, 3, 6, 5, 3, 3, 27, 3> =
        ConvTranspose2d { stride: [2, 2], padding: [1, 1], ..ConvTranspose2d::default() };
    dilation2d: ConvTranspose2d<1, 4, 4, 3, 5, 4, 2, 3, 18, 3> =
        ConvTranspose2d { padding: [1, 2], dilation: [3, 2], ..ConvTranspose2d::default() };
    groups2d: ConvTranspose2d<4, 4, 3, 6, 4, 3, 3, 3, 27, 6> =
        ConvTranspose2d { padding: [1, 1], groups: 2, ..ConvTranspose2d::default() };
    depthwise2d: ConvTranspose2d<3, 3, 2, 3, 6, 4, 2, 2, 4, 3> =
        ConvTranspose2d { stride: [2, 2], groups: 3, ..ConvTranspose2d::default() };
    no_bias2d: ConvTranspose2d<2, 3, 4, 4, 4, 5, 2, 2, 16, 0> = ConvTranspose2d::default();
    everything2d: ConvTranspose2d<4, 3, 4, 6, 8, 11, 3, 2, 18, 6> =
        ConvTranspose2d { stride: [2, 3], padding: [1, 0], dilation: [2, 1], groups: 2, ..ConvTranspose2d::default() };
}
