use super::gradients;
use chainrule::layers::{ConvTranspose1d, ConvTranspose2d};

// ConvTranspose1d<C, L, OUT, OL, K, PATCH, BIAS>, ConvTranspose2d<C, H, W, OUT, OH, OW, KH, KW, PATCH, BIAS>
gradients! {
    conv_transpose1d: ConvTranspose1d<2, 4, 3, 6, 3, 9, 3> = ConvTranspose1d::default();
    conv_transpose1d_everything: ConvTranspose1d<4, 5, 6, 14, 3, 9, 6> =
        ConvTranspose1d { stride: 3, padding: 2, dilation: 2, groups: 2, ..ConvTranspose1d::default() };
    conv_transpose1d_gaps: ConvTranspose1d<2, 4, 3, 11, 2, 6, 3> = ConvTranspose1d { stride: 3, ..ConvTranspose1d::default() };

    conv_transpose2d: ConvTranspose2d<2, 2, 3, 3, 4, 5, 3, 3, 27, 3> = ConvTranspose2d::default();
    conv_transpose2d_depthwise_no_bias: ConvTranspose2d<3, 2, 3, 3, 4, 6, 2, 2, 4, 0> =
        ConvTranspose2d { stride: [2, 2], groups: 3, ..ConvTranspose2d::default() };
    conv_transpose2d_everything: ConvTranspose2d<4, 3, 2, 6, 8, 5, 3, 2, 18, 6> =
        ConvTranspose2d { stride: [2, 3], padding: [1, 0], dilation: [2, 1], groups: 2, ..ConvTranspose2d::default() };
}
