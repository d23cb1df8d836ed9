use super::gradients;
use chainrule::layers::*;

gradients! {
    max_pool2d: MaxPool2d<2, 4, 4, 2, 2> = MaxPool2d { kernel: [2, 2], stride: [2, 2], padding: [0, 0] };
    max_pool2d_overlapping: MaxPool2d<1, 4, 5, 2, 3> = MaxPool2d { kernel: [3, 3], stride: [1, 1], padding: [0, 0] };
    max_pool2d_padding: MaxPool2d<2, 4, 3, 3, 2> = MaxPool2d { kernel: [2, 3], stride: [2, 2], padding: [1, 1] };
    max_pool2d_ceil_mode: MaxPool2d<1, 5, 3, 3, 2> = MaxPool2d { kernel: [2, 2], stride: [2, 2], padding: [0, 0] };


}
