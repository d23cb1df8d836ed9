use super::gradients;
use chainrule::layers::*;

gradients! {
    max_pool1d: MaxPool1d<2, 7, 3> = MaxPool1d { kernel: 2, stride: 2, padding: 0, dilation: 1 };
    max_pool1d_padding_ceil_mode: MaxPool1d<2, 8, 5> = MaxPool1d { kernel: 3, stride: 2, padding: 1, dilation: 1 };
    max_pool1d_dilation: MaxPool1d<2, 11, 5> = MaxPool1d { kernel: 3, stride: 2, padding: 1, dilation: 2 };
    avg_pool1d: AvgPool1d<2, 7, 3> = AvgPool1d { kernel: 2, stride: 2, padding: 0, count_include_pad: true };
    avg_pool1d_padding_ceil_mode: AvgPool1d<2, 8, 5> =
        AvgPool1d { kernel: 3, stride: 2, padding: 1, count_include_pad: true };
    avg_pool1d_padding_not_counted: AvgPool1d<1, 8, 4> =
        AvgPool1d { kernel: 3, stride: 2, padding: 1, count_include_pad: false };

    adaptive_avg_pool1d: AdaptiveAvgPool1d<2, 7, 3> = AdaptiveAvgPool1d;
    adaptive_max_pool1d: AdaptiveMaxPool1d<2, 7, 3> = AdaptiveMaxPool1d;
    adaptive_max_pool2d: AdaptiveMaxPool2d<2, 5, 4, 3, 3> = AdaptiveMaxPool2d;

    global_avg_pool: GlobalAvgPool<[[[f64; 3]; 2]; 2], 2> = GlobalAvgPool::new();
    global_avg_pool_sequence: GlobalAvgPool<[[f64; 5]; 3], 3> = GlobalAvgPool::new();
    global_max_pool: GlobalMaxPool<[[[f64; 3]; 2]; 2], 2> = GlobalMaxPool::new();
    global_max_pool_sequence: GlobalMaxPool<[[f64; 5]; 3], 3> = GlobalMaxPool::new();
}
