"""MaxPool2d, AvgPool2d, AdaptiveAvgPool2d."""

import torch
from golden import Golden, grid
from torch import nn

golden = Golden("pools", seed=2)


def case(name, module, *shape):
    golden.layer(name, module, grid(3, *shape))


case("max_pool2d", nn.MaxPool2d(2), 2, 4, 6)
case("max_pool2d_floor", nn.MaxPool2d(2), 2, 5, 5)
case("max_pool2d_rectangular", nn.MaxPool2d((3, 2)), 1, 6, 4)
case("max_pool2d_overlapping", nn.MaxPool2d(3, stride=1), 2, 4, 5)
case("max_pool2d_gaps", nn.MaxPool2d(2, stride=(3, 4)), 1, 7, 8)
case("max_pool2d_padding", nn.MaxPool2d(3, stride=2, padding=1), 2, 5, 6)
case("max_pool2d_ceil_mode", nn.MaxPool2d(2, ceil_mode=True), 2, 5, 3)
case("max_pool2d_ceil_mode_padding", nn.MaxPool2d((3, 2), stride=(2, 3), padding=1, ceil_mode=True), 1, 6, 6)
# All inputs below every value a padded zero would have.
golden.layer("max_pool2d_negative_padding", nn.MaxPool2d(2, padding=1), -3 - grid(3, 1, 4, 3).abs())
# Many equal values: the gradient goes to the first maximum of a window.
golden.layer("max_pool2d_ties", nn.MaxPool2d(3, stride=1), torch.randint(0, 2, (3, 2, 5, 4)).double())

case("avg_pool2d", nn.AvgPool2d(2), 2, 4, 6)
case("avg_pool2d_floor", nn.AvgPool2d(3), 2, 5, 7)
case("avg_pool2d_rectangular", nn.AvgPool2d((1, 3)), 1, 3, 6)
case("avg_pool2d_overlapping", nn.AvgPool2d(3, stride=1), 2, 4, 5)
case("avg_pool2d_gaps", nn.AvgPool2d(2, stride=(3, 4)), 1, 7, 8)
case("avg_pool2d_padding", nn.AvgPool2d(3, stride=2, padding=1), 2, 5, 6)
case("avg_pool2d_padding_not_counted", nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False), 2, 5, 6)
case("avg_pool2d_ceil_mode", nn.AvgPool2d(2, ceil_mode=True), 2, 5, 3)
case("avg_pool2d_ceil_mode_padding", nn.AvgPool2d((3, 2), stride=(2, 3), padding=1, ceil_mode=True), 1, 6, 6)
case(
    "avg_pool2d_ceil_mode_padding_not_counted",
    nn.AvgPool2d((3, 2), stride=(2, 3), padding=1, ceil_mode=True, count_include_pad=False),
    1, 6, 6,
)  # fmt: skip

case("adaptive_avg_pool2d", nn.AdaptiveAvgPool2d((2, 3)), 2, 4, 6)
case("adaptive_avg_pool2d_global", nn.AdaptiveAvgPool2d(1), 3, 3, 4)
case("adaptive_avg_pool2d_uneven", nn.AdaptiveAvgPool2d((3, 2)), 2, 5, 7)
case("adaptive_avg_pool2d_enlarging", nn.AdaptiveAvgPool2d((5, 4)), 1, 3, 3)

golden.save()
