use super::golden;
use chainrule::layers::Conv2d;

// Conv2d<C, H, W, OUT, OH, OW, KH, KW, PATCH, BIAS>
golden! { "layers",
    conv2d: Conv2d<2, 5, 6, 3, 3, 4, 3, 3, 18, 3> = Conv2d::default();
    conv2d_one_pixel_kernel: Conv2d<3, 3, 2, 4, 3, 2, 1, 1, 3, 4> = Conv2d::default();
    conv2d_rectangular_kernel: Conv2d<2, 4, 5, 3, 3, 3, 2, 3, 12, 3> = Conv2d::default();
    conv2d_stride: Conv2d<1, 7, 9, 2, 3, 3, 3, 3, 9, 2> = Conv2d { stride: [2, 3], ..Conv2d::default() };
    conv2d_padding: Conv2d<2, 4, 3, 7, 4, 3, 3, 3, 18, 7> = Conv2d { padding: [1, 1], ..Conv2d::default() };
    conv2d_rectangular_padding: Conv2d<1, 3, 4, 2, 4, 7, 2, 4, 8, 2> = Conv2d { padding: [1, 3], ..Conv2d::default() };
    conv2d_stride_padding: Conv2d<2, 6, 7, 3, 3, 4, 5, 5, 50, 3> =
        Conv2d { stride: [2, 2], padding: [2, 2], ..Conv2d::default() };
    conv2d_dilation: Conv2d<1, 6, 6, 3, 5, 6, 2, 3, 6, 3> =
        Conv2d { padding: [1, 2], dilation: [3, 2], ..Conv2d::default() };
    conv2d_groups: Conv2d<4, 4, 3, 6, 4, 3, 3, 3, 18, 6> = Conv2d { padding: [1, 1], groups: 2, ..Conv2d::default() };
    conv2d_depthwise: Conv2d<3, 4, 5, 3, 2, 3, 3, 3, 9, 3> = Conv2d { groups: 3, ..Conv2d::default() };
    conv2d_depthwise_multiplier: Conv2d<2, 5, 4, 6, 2, 2, 2, 2, 4, 6> =
        Conv2d { stride: [2, 2], groups: 2, ..Conv2d::default() };
    conv2d_no_bias: Conv2d<2, 3, 4, 4, 2, 3, 2, 2, 8, 0> = Conv2d::default();
    conv2d_kernel_as_large_as_input: Conv2d<2, 4, 3, 5, 1, 1, 4, 3, 24, 5> = Conv2d::default();
    conv2d_many_outputs: Conv2d<1, 3, 3, 19, 2, 2, 2, 2, 4, 19> = Conv2d::default();
    conv2d_same_even: Conv2d<2, 5, 6, 3, 5, 6, 4, 3, 24, 3> = Conv2d { padding: [1, 1], ..Conv2d::default() };
    conv2d_same_even_dilation: Conv2d<2, 6, 5, 4, 6, 5, 2, 4, 8, 4> =
        Conv2d { padding: [1, 3], dilation: [3, 2], groups: 2, ..Conv2d::default() };
    conv2d_same_even_large: Conv2d<3, 12, 17, 20, 12, 17, 4, 4, 48, 20> =
        Conv2d { padding: [1, 1], ..Conv2d::default() };
}
