use super::gradients;
use chainrule::layers::*;

gradients! {
    max_pool2d: MaxPool2d<2, 4, 4, 2, 2> = MaxPool2d { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1] };
    max_pool2d_overlapping: MaxPool2d<1, 4, 5, 2, 3> = MaxPool2d { kernel: [3, 3], stride: [1, 1], padding: [0, 0], dilation: [1, 1] };
    max_pool2d_padding: MaxPool2d<2, 4, 3, 3, 2> = MaxPool2d { kernel: [2, 3], stride: [2, 2], padding: [1, 1], dilation: [1, 1] };
    max_pool2d_ceil_mode: MaxPool2d<1, 5, 3, 3, 2> = MaxPool2d { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1] };

    avg_pool2d: AvgPool2d<2, 4, 4, 2, 2> =
        AvgPool2d { kernel: [2, 2], stride: [2, 2], padding: [0, 0], count_include_pad: true };
    avg_pool2d_overlapping: AvgPool2d<1, 4, 5, 2, 3> =
        AvgPool2d { kernel: [3, 3], stride: [1, 1], padding: [0, 0], count_include_pad: true };
    avg_pool2d_padding: AvgPool2d<2, 4, 3, 3, 2> =
        AvgPool2d { kernel: [2, 3], stride: [2, 2], padding: [1, 1], count_include_pad: true };
    avg_pool2d_padding_not_counted: AvgPool2d<2, 4, 3, 3, 2> =
        AvgPool2d { kernel: [2, 3], stride: [2, 2], padding: [1, 1], count_include_pad: false };
    avg_pool2d_ceil_mode: AvgPool2d<1, 5, 3, 3, 2> =
        AvgPool2d { kernel: [2, 2], stride: [2, 2], padding: [0, 0], count_include_pad: true };

    adaptive_avg_pool2d: AdaptiveAvgPool2d<2, 4, 3, 2, 2> = AdaptiveAvgPool2d;
    adaptive_avg_pool2d_uneven: AdaptiveAvgPool2d<1, 5, 7, 3, 2> = AdaptiveAvgPool2d;
    adaptive_avg_pool2d_global: AdaptiveAvgPool2d<3, 2, 3, 1, 1> = AdaptiveAvgPool2d;
}
