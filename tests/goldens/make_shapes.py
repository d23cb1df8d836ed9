"""Transpose, Permute, Slice, Pad, PixelShuffle, Upsample."""

from golden import Golden, grid
from torch import nn

golden = Golden("shapes", seed=23)


class Of(nn.Module):
    """A function of a tensor as a module."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


def case(name, module, *shape):
    golden.layer(name, module, grid(3, *shape))


# PyTorch counts the batch as dimension 0.
case("transpose", Of(lambda x: x.transpose(1, 2)), 3, 5)
case("permute", Of(lambda x: x.permute(0, 3, 1, 2)), 2, 3, 4)
case("permute_swap", Of(lambda x: x.permute(0, 1, 3, 2)), 2, 3, 4)
case("permute_four", Of(lambda x: x.permute(0, 3, 1, 4, 2)), 2, 3, 2, 4)

case("slice_vector", Of(lambda x: x.narrow(1, 2, 3)), 7)
case("slice_channels", Of(lambda x: x[:, 1:3]), 4, 2, 3)
case("slice_rows", Of(lambda x: x[:, :, 2:]), 2, 5, 3)
case("slice_columns", Of(lambda x: x[:, :, :, :2]), 2, 3, 5)

case("pad1d_zeros", nn.ConstantPad1d((2, 3), 0.0), 2, 4)
case("pad1d_reflect", nn.ReflectionPad1d((3, 2)), 2, 4)
case("pad1d_replicate", nn.ReplicationPad1d((1, 5)), 2, 4)
case("pad1d_one_side", nn.ReplicationPad1d((0, 2)), 3, 3)
case("pad2d_zeros", nn.ZeroPad2d((1, 2, 3, 0)), 2, 3, 4)
case("pad2d_reflect", nn.ReflectionPad2d((3, 2, 1, 2)), 2, 3, 4)
case("pad2d_replicate", nn.ReplicationPad2d((1, 0, 4, 2)), 2, 3, 4)
case("pad2d_even", nn.ReflectionPad2d(1), 1, 2, 2)

case("pixel_shuffle", nn.PixelShuffle(2), 8, 3, 4)
case("pixel_shuffle_three", nn.PixelShuffle(3), 9, 2, 1)

case("upsample1d_nearest", nn.Upsample(scale_factor=3), 2, 4)
case("upsample1d_linear", nn.Upsample(scale_factor=2, mode="linear"), 2, 5)
case("upsample1d_linear_three", nn.Upsample(scale_factor=3, mode="linear"), 2, 4)
case("upsample1d_linear_aligned", nn.Upsample(scale_factor=3, mode="linear", align_corners=True), 2, 4)
case("upsample2d_nearest", nn.Upsample(scale_factor=(2, 3)), 2, 3, 2)
case("upsample2d_bilinear", nn.Upsample(scale_factor=2, mode="bilinear"), 2, 3, 4)
case("upsample2d_bilinear_rectangular", nn.Upsample(scale_factor=(3, 1), mode="bilinear"), 1, 3, 2)
case("upsample2d_bilinear_aligned", nn.Upsample(scale_factor=(2, 4), mode="bilinear", align_corners=True), 2, 3, 2)
case("upsample2d_of_one_pixel", nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True), 3, 1, 1)

golden.save()
