use super::gradients;
use chainrule::layers::Conv1d;

// Conv1d<C, L, OUT, OL, K, PATCH, BIAS>
gradients! {
    conv1d: Conv1d<2, 7, 3, 5, 3, 6, 3> = Conv1d::default();
    conv1d_everything: Conv1d<4, 13, 6, 6, 4, 8, 6> =
        Conv1d { stride: 3, padding: 5, dilation: 2, groups: 2, ..Conv1d::default() };
    conv1d_depthwise_no_bias: Conv1d<3, 5, 3, 5, 3, 3, 0> = Conv1d { padding: 1, groups: 3, ..Conv1d::default() };
    conv1d_causal: Conv1d<2, 6, 3, 6, 3, 6, 3> = Conv1d { padding: 4, dilation: 2, ..Conv1d::default() };
    conv1d_causal_stride: Conv1d<2, 8, 3, 3, 5, 10, 3> = Conv1d { stride: 3, padding: 4, ..Conv1d::default() };
}
