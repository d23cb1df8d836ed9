use super::golden;
use chainrule::layers::*;

// MaxPool2d<C, H, W, OH, OW>
golden! { "pools",
    max_pool2d: MaxPool2d<2, 4, 6, 2, 3> = max([2, 2], [2, 2], [0, 0]);
    max_pool2d_floor: MaxPool2d<2, 5, 5, 2, 2> = max([2, 2], [2, 2], [0, 0]);
    max_pool2d_rectangular: MaxPool2d<1, 6, 4, 2, 2> = max([3, 2], [3, 2], [0, 0]);
    max_pool2d_overlapping: MaxPool2d<2, 4, 5, 2, 3> = max([3, 3], [1, 1], [0, 0]);
    max_pool2d_gaps: MaxPool2d<1, 7, 8, 2, 2> = max([2, 2], [3, 4], [0, 0]);
    max_pool2d_padding: MaxPool2d<2, 5, 6, 3, 3> = max([3, 3], [2, 2], [1, 1]);
    max_pool2d_ceil_mode: MaxPool2d<2, 5, 3, 3, 2> = max([2, 2], [2, 2], [0, 0]);
    max_pool2d_ceil_mode_padding: MaxPool2d<1, 6, 6, 4, 3> = max([3, 2], [2, 3], [1, 1]);
    max_pool2d_negative_padding: MaxPool2d<1, 4, 3, 3, 2> = max([2, 2], [2, 2], [1, 1]);
    max_pool2d_ties: MaxPool2d<2, 5, 4, 3, 2> = max([3, 3], [1, 1], [0, 0]);

    avg_pool2d: AvgPool2d<2, 4, 6, 2, 3> = avg([2, 2], [2, 2], [0, 0], true);
    avg_pool2d_floor: AvgPool2d<2, 5, 7, 1, 2> = avg([3, 3], [3, 3], [0, 0], true);
    avg_pool2d_rectangular: AvgPool2d<1, 3, 6, 3, 2> = avg([1, 3], [1, 3], [0, 0], true);
    avg_pool2d_overlapping: AvgPool2d<2, 4, 5, 2, 3> = avg([3, 3], [1, 1], [0, 0], true);
    avg_pool2d_gaps: AvgPool2d<1, 7, 8, 2, 2> = avg([2, 2], [3, 4], [0, 0], true);
    avg_pool2d_padding: AvgPool2d<2, 5, 6, 3, 3> = avg([3, 3], [2, 2], [1, 1], true);
    avg_pool2d_padding_not_counted: AvgPool2d<2, 5, 6, 3, 3> = avg([3, 3], [2, 2], [1, 1], false);
    avg_pool2d_ceil_mode: AvgPool2d<2, 5, 3, 3, 2> = avg([2, 2], [2, 2], [0, 0], true);
    avg_pool2d_ceil_mode_padding: AvgPool2d<1, 6, 6, 4, 3> = avg([3, 2], [2, 3], [1, 1], true);
    avg_pool2d_ceil_mode_padding_not_counted: AvgPool2d<1, 6, 6, 4, 3> = avg([3, 2], [2, 3], [1, 1], false);

    adaptive_avg_pool2d: AdaptiveAvgPool2d<2, 4, 6, 2, 3> = AdaptiveAvgPool2d;
    adaptive_avg_pool2d_global: AdaptiveAvgPool2d<3, 3, 4, 1, 1> = AdaptiveAvgPool2d;
    adaptive_avg_pool2d_uneven: AdaptiveAvgPool2d<2, 5, 7, 3, 2> = AdaptiveAvgPool2d;
    adaptive_avg_pool2d_enlarging: AdaptiveAvgPool2d<1, 3, 3, 5, 4> = AdaptiveAvgPool2d;
}

fn max<const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>(
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
) -> MaxPool2d<C, H, W, OH, OW> {
    MaxPool2d {
        kernel,
        stride,
        padding,
        dilation: [1, 1],
    }
}

fn avg<const C: usize, const H: usize, const W: usize, const OH: usize, const OW: usize>(
    kernel: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    count_include_pad: bool,
) -> AvgPool2d<C, H, W, OH, OW> {
    AvgPool2d {
        kernel,
        stride,
        padding,
        count_include_pad,
    }
}
