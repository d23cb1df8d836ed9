"""LayerNorm, GroupNorm, InstanceNorm1d, InstanceNorm2d, and RMSNorm by its formula, which PyTorch 1.13 lacks."""

import torch
from golden import Golden, grid, randomize
from torch import nn

golden = Golden("norms", seed=14)


class RmsNorm(nn.Module):
    """Zhang & Sennrich 2019 (arXiv:1910.07467), equation 4, with what is added under the root."""

    def __init__(self, shape, eps=1e-5, affine=True):
        super().__init__()
        self.dims, self.eps = tuple(range(-len(shape), 0)), eps
        self.weight = nn.Parameter(torch.ones(shape)) if affine else None

    def forward(self, x):
        y = x / torch.sqrt((x * x).mean(self.dims, keepdim=True) + self.eps)
        return y if self.weight is None else y * self.weight


def case(name, module, *shape, samples=3):
    # Channels, or rows, of other means and widths.
    outer = torch.arange(shape[0]).reshape(-1, *[1] * (len(shape) - 1))
    golden.layer(name, randomize(module), grid(samples, *shape) * 2.0**(outer % 3) + outer)


def without_bias(module):
    """As LayerNorm(bias=False) of PyTorch 2.1."""
    module.bias = None
    return module


case("layer_norm", nn.LayerNorm(7), 7)
case("layer_norm_16", nn.LayerNorm(16), 16)
case("layer_norm_wide", nn.LayerNorm(83), 83)
case("layer_norm_rows", nn.LayerNorm(18), 3, 18)
case("layer_norm_two_dims", nn.LayerNorm((2, 5)), 3, 2, 5)
case("layer_norm_image", nn.LayerNorm((2, 3, 4)), 2, 3, 4)
case("layer_norm_eps", nn.LayerNorm(4, eps=0.25), 2, 4)
case("layer_norm_no_affine", nn.LayerNorm(21, elementwise_affine=False), 21)
case("layer_norm_no_bias", without_bias(nn.LayerNorm(6)), 2, 6)

case("rms_norm", RmsNorm((7,)), 7)
case("rms_norm_rows", RmsNorm((18,)), 3, 18)
case("rms_norm_two_dims", RmsNorm((2, 5)), 3, 2, 5)
case("rms_norm_eps", RmsNorm((4,), eps=0.25), 2, 4)
case("rms_norm_no_affine", RmsNorm((21,), affine=False), 21)

case("group_norm", nn.GroupNorm(2, 6), 6, 3, 3)
case("group_norm_vector", nn.GroupNorm(2, 10), 10)
case("group_norm_sequence", nn.GroupNorm(3, 6), 6, 17)
case("group_norm_one", nn.GroupNorm(1, 4), 4, 2, 3)
case("group_norm_each", nn.GroupNorm(4, 4), 4, 5)
case("group_norm_eps", nn.GroupNorm(2, 4, eps=0.25), 4, 2, 2)
case("group_norm_no_affine", nn.GroupNorm(2, 4, affine=False), 4, 3, 2)

case("instance_norm1d", nn.InstanceNorm1d(3), 3, 7)
case("instance_norm1d_affine", nn.InstanceNorm1d(3, affine=True), 3, 19)
case("instance_norm2d", nn.InstanceNorm2d(2), 2, 3, 4)
case("instance_norm2d_affine", nn.InstanceNorm2d(4, eps=0.125, affine=True), 4, 5, 2)

golden.save()
