"""Linear, Conv2d, Flatten, Reshape, Dropout, PReLU, Softmax, LogSoftmax."""

import torch
from golden import Golden, grid, randomize
from torch import nn

golden = Golden("layers", seed=1)


def case(name, module, *shape, samples=3):
    golden.layer(name, randomize(module), grid(samples, *shape))


case("linear", nn.Linear(5, 7), 5)
case("linear_no_bias", nn.Linear(4, 3, bias=False), 4)
case("linear_one_output", nn.Linear(9, 1), 9)
case("linear_wide", nn.Linear(3, 35), 3)
case("linear_deep", nn.Linear(67, 5), 67)

case("conv2d", nn.Conv2d(2, 3, 3), 2, 5, 6)
case("conv2d_one_pixel_kernel", nn.Conv2d(3, 4, 1), 3, 3, 2)
case("conv2d_rectangular_kernel", nn.Conv2d(2, 3, (2, 3)), 2, 4, 5)
case("conv2d_stride", nn.Conv2d(1, 2, 3, stride=(2, 3)), 1, 7, 9)
case("conv2d_padding", nn.Conv2d(2, 7, 3, padding=1), 2, 4, 3)
case("conv2d_rectangular_padding", nn.Conv2d(1, 2, (2, 4), padding=(1, 3)), 1, 3, 4)
case("conv2d_stride_padding", nn.Conv2d(2, 3, 5, stride=2, padding=2), 2, 6, 7)
case("conv2d_dilation", nn.Conv2d(1, 3, (2, 3), padding=(1, 2), dilation=(3, 2)), 1, 6, 6)
case("conv2d_groups", nn.Conv2d(4, 6, 3, groups=2, padding=1), 4, 4, 3)
case("conv2d_depthwise", nn.Conv2d(3, 3, 3, groups=3), 3, 4, 5)
case("conv2d_depthwise_multiplier", nn.Conv2d(2, 6, 2, groups=2, stride=2), 2, 5, 4)
case("conv2d_no_bias", nn.Conv2d(2, 4, 2, bias=False), 2, 3, 4)
case("conv2d_kernel_as_large_as_input", nn.Conv2d(2, 5, (4, 3)), 2, 4, 3)
case("conv2d_many_outputs", nn.Conv2d(1, 19, 2), 1, 3, 3)

case("flatten", nn.Flatten(), 2, 3, 4)
case("dropout_zero", nn.Dropout(0.0), 7)
case("dropout_inference", nn.Dropout(0.4).eval(), 7)

case("prelu", nn.PReLU(), 2, 3, 3)
case("prelu_vector", nn.PReLU(), 6)
case("prelu_per_channel", nn.PReLU(3), 3, 2, 4)
case("prelu_per_feature", nn.PReLU(5), 5)


def extreme():
    """Ties among numbers that are far apart."""
    return torch.randint(-1, 2, (3, 6)) * 60.0


# dim counts the batch as 0 in PyTorch.
case("softmax", nn.Softmax(dim=1), 6)
case("softmax_channels", nn.Softmax(dim=1), 3, 2, 4)
case("softmax_rows", nn.Softmax(dim=2), 3, 2, 4)
case("softmax_columns", nn.Softmax(dim=3), 3, 2, 4)
golden.layer("softmax_extreme", nn.Softmax(dim=1), extreme())
case("log_softmax", nn.LogSoftmax(dim=1), 6)
case("log_softmax_channels", nn.LogSoftmax(dim=1), 3, 2, 4)
case("log_softmax_rows", nn.LogSoftmax(dim=2), 3, 2)
golden.layer("log_softmax_extreme", nn.LogSoftmax(dim=1), extreme())

case("reshape", nn.Unflatten(1, (3, 2, 2)), 12)

# PyTorch puts the odd zero below and to the right.
case("conv2d_same_even", nn.Conv2d(2, 3, (4, 3), padding="same"), 2, 5, 6)
case("conv2d_same_even_dilation", nn.Conv2d(2, 4, (2, 4), padding="same", dilation=(3, 2), groups=2), 2, 6, 5)
case("conv2d_same_even_large", nn.Conv2d(3, 20, 4, padding="same"), 3, 12, 17)

golden.save()
