use super::golden;
use chainrule::layers::Conv1d;

// Conv1d<C, L, OUT, OL, K, PATCH, BIAS>
golden! { "conv1d",
    plain: Conv1d<2, 7, 3, 5, 3, 6, 3> = Conv1d::default();
    one_tap: Conv1d<3, 5, 4, 5, 1, 3, 4> = Conv1d::default();
    stride: Conv1d<1, 10, 2, 4, 3, 3, 2> = Conv1d { stride: 2, ..Conv1d::default() };
    padding: Conv1d<2, 5, 7, 7, 3, 6, 7> = Conv1d { padding: 2, ..Conv1d::default() };
    dilation: Conv1d<2, 11, 3, 7, 3, 6, 3> = Conv1d { padding: 1, dilation: 3, ..Conv1d::default() };
    everything: Conv1d<4, 13, 6, 6, 4, 8, 6> =
        Conv1d { stride: 3, padding: 5, dilation: 2, groups: 2, ..Conv1d::default() };
    depthwise: Conv1d<3, 6, 6, 6, 3, 3, 6> = Conv1d { padding: 1, groups: 3, ..Conv1d::default() };
    no_bias: Conv1d<2, 4, 4, 3, 2, 4, 0> = Conv1d::default();
    kernel_as_large_as_input: Conv1d<2, 4, 5, 1, 4, 8, 5> = Conv1d::default();
    many_outputs_and_positions: Conv1d<2, 37, 19, 35, 3, 6, 19> = Conv1d::default();
    same: Conv1d<2, 9, 3, 9, 5, 10, 3> = Conv1d { padding: 4, dilation: 2, ..Conv1d::default() };
    same_even: Conv1d<2, 9, 3, 9, 4, 8, 3> = Conv1d { padding: 1, ..Conv1d::default() };
    causal: Conv1d<2, 8, 3, 8, 3, 6, 3> = Conv1d { padding: 2, ..Conv1d::default() };
    causal_dilation: Conv1d<3, 9, 4, 9, 2, 6, 4> = Conv1d { padding: 4, dilation: 4, ..Conv1d::default() };
    causal_stride: Conv1d<2, 8, 3, 3, 5, 10, 3> = Conv1d { stride: 3, padding: 4, ..Conv1d::default() };
    causal_reaching_back_beyond_the_input: Conv1d<1, 3, 2, 3, 5, 5, 2> =
        Conv1d { padding: 8, dilation: 2, ..Conv1d::default() };
}
