use super::golden;
use chainrule::layers::*;

// MaxPool1d<C, L, OL>
golden! { "pools1d",
    max_pool1d: MaxPool1d<2, 7, 3> = max(2, 2, 0);
    max_pool1d_overlapping: MaxPool1d<2, 21, 19> = max(3, 1, 0);
    max_pool1d_gaps: MaxPool1d<1, 9, 3> = max(2, 3, 0);
    max_pool1d_padding: MaxPool1d<2, 8, 4> = max(3, 2, 1);
    max_pool1d_ceil_mode: MaxPool1d<2, 8, 5> = max(3, 2, 1);
    max_pool1d_negative_padding: MaxPool1d<1, 5, 3> = max(2, 2, 1);
    max_pool1d_ties: MaxPool1d<2, 9, 7> = max(3, 1, 0);
    max_pool1d_dilation: MaxPool1d<2, 23, 17> = MaxPool1d { dilation: 4, ..max(3, 1, 1) };
    max_pool2d_dilation: MaxPool2d<2, 7, 9, 4, 3> =
        MaxPool2d { kernel: [2, 3], stride: [2, 2], padding: [1, 0], dilation: [1, 2] };

    avg_pool1d: AvgPool1d<2, 7, 3> = avg(2, 2, 0, true);
    avg_pool1d_overlapping: AvgPool1d<2, 6, 4> = avg(3, 1, 0, true);
    avg_pool1d_gaps: AvgPool1d<1, 9, 3> = avg(2, 3, 0, true);
    avg_pool1d_padding: AvgPool1d<2, 8, 4> = avg(3, 2, 1, true);
    avg_pool1d_padding_not_counted: AvgPool1d<2, 8, 4> = avg(3, 2, 1, false);
    avg_pool1d_ceil_mode: AvgPool1d<2, 8, 5> = avg(3, 2, 1, true);

    adaptive_avg_pool1d: AdaptiveAvgPool1d<2, 6, 3> = AdaptiveAvgPool1d;
    adaptive_avg_pool1d_uneven: AdaptiveAvgPool1d<2, 7, 3> = AdaptiveAvgPool1d;
    adaptive_avg_pool1d_enlarging: AdaptiveAvgPool1d<1, 3, 5> = AdaptiveAvgPool1d;
    adaptive_max_pool1d: AdaptiveMaxPool1d<2, 6, 3> = AdaptiveMaxPool1d;
    adaptive_max_pool1d_uneven: AdaptiveMaxPool1d<2, 7, 3> = AdaptiveMaxPool1d;
    adaptive_max_pool1d_enlarging: AdaptiveMaxPool1d<1, 3, 5> = AdaptiveMaxPool1d;
    adaptive_max_pool2d: AdaptiveMaxPool2d<2, 4, 6, 2, 3> = AdaptiveMaxPool2d;
    adaptive_max_pool2d_uneven: AdaptiveMaxPool2d<2, 5, 7, 3, 2> = AdaptiveMaxPool2d;
    adaptive_max_pool2d_enlarging: AdaptiveMaxPool2d<1, 3, 3, 5, 4> = AdaptiveMaxPool2d;
    adaptive_max_pool2d_ties: AdaptiveMaxPool2d<2, 5, 4, 2, 2> = AdaptiveMaxPool2d;

    global_avg_pool: GlobalAvgPool<[[[T; 5]; 4]; 3], 3> = GlobalAvgPool::new();
    global_avg_pool_sequence: GlobalAvgPool<[[T; 9]; 4], 4> = GlobalAvgPool::new();
    global_max_pool: GlobalMaxPool<[[[T; 5]; 4]; 3], 3> = GlobalMaxPool::new();
    global_max_pool_sequence: GlobalMaxPool<[[T; 9]; 4], 4> = GlobalMaxPool::new();
}

fn max<const C: usize, const L: usize, const OL: usize>(
    kernel: usize,
    stride: usize,
    padding: usize,
) -> MaxPool1d<C, L, OL> {
    MaxPool1d {
        kernel,
        stride,
        padding,
        dilation: 1,
    }
}

fn avg<const C: usize, const L: usize, const OL: usize>(
    kernel: usize,
    stride: usize,
    padding: usize,
    count_include_pad: bool,
) -> AvgPool1d<C, L, OL> {
    AvgPool1d {
        kernel,
        stride,
        padding,
        count_include_pad,
    }
}
