"""MaxPool1d, AvgPool1d, AdaptiveAvgPool1d, AdaptiveMaxPool1d, AdaptiveMaxPool2d, global pools."""

import torch
from golden import Golden, grid
from torch import nn

golden = Golden("pools1d", seed=22)


def case(name, module, *shape):
    golden.layer(name, module, grid(3, *shape))


case("max_pool1d", nn.MaxPool1d(2), 2, 7)
case("max_pool1d_overlapping", nn.MaxPool1d(3, stride=1), 2, 21)
case("max_pool1d_gaps", nn.MaxPool1d(2, stride=3), 1, 9)
case("max_pool1d_padding", nn.MaxPool1d(3, stride=2, padding=1), 2, 8)
case("max_pool1d_ceil_mode", nn.MaxPool1d(3, stride=2, padding=1, ceil_mode=True), 2, 8)
# All inputs below every value a padded zero would have.
golden.layer("max_pool1d_negative_padding", nn.MaxPool1d(2, padding=1), -3 - grid(3, 1, 5).abs())
golden.layer("max_pool1d_ties", nn.MaxPool1d(3, stride=1), torch.randint(0, 2, (3, 2, 9)).double())

case("avg_pool1d", nn.AvgPool1d(2), 2, 7)
case("avg_pool1d_overlapping", nn.AvgPool1d(3, stride=1), 2, 6)
case("avg_pool1d_gaps", nn.AvgPool1d(2, stride=3), 1, 9)
case("avg_pool1d_padding", nn.AvgPool1d(3, stride=2, padding=1), 2, 8)
case("avg_pool1d_padding_not_counted", nn.AvgPool1d(3, stride=2, padding=1, count_include_pad=False), 2, 8)
case("avg_pool1d_ceil_mode", nn.AvgPool1d(3, stride=2, padding=1, ceil_mode=True), 2, 8)

case("adaptive_avg_pool1d", nn.AdaptiveAvgPool1d(3), 2, 6)
case("adaptive_avg_pool1d_uneven", nn.AdaptiveAvgPool1d(3), 2, 7)
case("adaptive_avg_pool1d_enlarging", nn.AdaptiveAvgPool1d(5), 1, 3)
case("adaptive_max_pool1d", nn.AdaptiveMaxPool1d(3), 2, 6)
case("adaptive_max_pool1d_uneven", nn.AdaptiveMaxPool1d(3), 2, 7)
case("adaptive_max_pool1d_enlarging", nn.AdaptiveMaxPool1d(5), 1, 3)
case("adaptive_max_pool2d", nn.AdaptiveMaxPool2d((2, 3)), 2, 4, 6)
case("adaptive_max_pool2d_uneven", nn.AdaptiveMaxPool2d((3, 2)), 2, 5, 7)
case("adaptive_max_pool2d_enlarging", nn.AdaptiveMaxPool2d((5, 4)), 1, 3, 3)
golden.layer("adaptive_max_pool2d_ties", nn.AdaptiveMaxPool2d(2), torch.randint(0, 2, (3, 2, 5, 4)).double())

case("global_avg_pool", nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), 3, 4, 5)
case("global_avg_pool_sequence", nn.Sequential(nn.AdaptiveAvgPool1d(1), nn.Flatten()), 4, 9)
case("global_max_pool", nn.Sequential(nn.AdaptiveMaxPool2d(1), nn.Flatten()), 3, 4, 5)
golden.layer(
    "global_max_pool_sequence",
    nn.Sequential(nn.AdaptiveMaxPool1d(1), nn.Flatten()),
    torch.randint(0, 4, (3, 4, 9)).double(),
)

case("max_pool1d_dilation", nn.MaxPool1d(3, stride=1, padding=1, dilation=4), 2, 23)
case("max_pool2d_dilation", nn.MaxPool2d((2, 3), stride=2, padding=(1, 0), dilation=(1, 2)), 2, 7, 9)

golden.save()
