use super::gradients;
use chainrule::layers::Conv2d;

// Conv2d<C, H, W, OUT, OH, OW, KH, KW, PATCH, BIAS>
gradients! {
    conv2d: Conv2d<2, 4, 5, 3, 2, 3, 3, 3, 18, 3> = Conv2d::default();
    conv2d_rectangular_kernel: Conv2d<1, 3, 5, 2, 3, 2, 1, 4, 4, 2> = Conv2d::default();
    conv2d_stride: Conv2d<1, 5, 7, 2, 2, 2, 3, 2, 6, 2> = Conv2d { stride: [2, 5], ..Conv2d::default() };
    conv2d_padding: Conv2d<2, 3, 2, 3, 3, 4, 3, 3, 18, 3> = Conv2d { padding: [1, 2], ..Conv2d::default() };
    conv2d_dilation: Conv2d<1, 5, 6, 2, 3, 2, 2, 3, 6, 2> = Conv2d { dilation: [2, 2], ..Conv2d::default() };
    conv2d_same_even: Conv2d<2, 3, 4, 3, 3, 4, 4, 2, 16, 3> = Conv2d { padding: [1, 0], ..Conv2d::default() };
    conv2d_groups: Conv2d<4, 3, 3, 6, 2, 2, 2, 2, 8, 6> = Conv2d { groups: 2, ..Conv2d::default() };
    conv2d_depthwise: Conv2d<3, 3, 4, 3, 3, 4, 3, 3, 9, 3> =
        Conv2d { padding: [1, 1], groups: 3, ..Conv2d::default() };
    conv2d_no_bias: Conv2d<2, 3, 3, 2, 1, 1, 3, 3, 18, 0> = Conv2d::default();
    conv2d_everything: Conv2d<4, 6, 5, 8, 3, 3, 3, 2, 12, 8> =
        Conv2d { stride: [2, 2], padding: [2, 1], dilation: [2, 2], groups: 2, ..Conv2d::default() };
}
