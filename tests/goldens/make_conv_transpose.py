"""ConvTranspose1d, ConvTranspose2d."""

from golden import Golden, grid, randomize
from torch import nn

golden = Golden("conv_transpose", seed=24)


def case(name, module, *shape):
    golden.layer(name, randomize(module), grid(3, *shape))


case("plain1d", nn.ConvTranspose1d(2, 3, 3), 2, 5)
case("one_tap1d", nn.ConvTranspose1d(3, 4, 1), 3, 5)
case("stride1d", nn.ConvTranspose1d(2, 3, 4, stride=2, padding=1), 2, 6)
case("gaps1d", nn.ConvTranspose1d(2, 3, 2, stride=3), 2, 4)
case("gaps_no_bias1d", nn.ConvTranspose1d(2, 3, 1, stride=2, bias=False), 2, 4)
case("output_padding1d", nn.ConvTranspose1d(2, 3, 3, stride=2, padding=1, output_padding=1), 2, 5)
case("output_padding_by_dilation1d", nn.ConvTranspose1d(1, 2, 2, stride=2, output_padding=2, dilation=3), 1, 4)
case("everything1d", nn.ConvTranspose1d(4, 6, 3, stride=3, padding=2, output_padding=1, groups=2, dilation=2), 4, 5)
case("padding_beyond_the_kernel1d", nn.ConvTranspose1d(2, 2, 2, padding=2), 2, 6)
case("many_outputs_and_positions1d", nn.ConvTranspose1d(2, 19, 3), 2, 35)

case("plain2d", nn.ConvTranspose2d(2, 3, 3), 2, 3, 4)
case("rectangular2d", nn.ConvTranspose2d(2, 3, (2, 3), stride=(2, 1), padding=(0, 1)), 2, 3, 4)
case("doubling2d", nn.ConvTranspose2d(3, 7, 4, stride=2, padding=1), 3, 3, 4)
case("gaps2d", nn.ConvTranspose2d(2, 3, 1, stride=(2, 3)), 2, 2, 3)
case("output_padding2d", nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1, output_padding=(1, 0)), 2, 3, 3)
case("dilation2d", nn.ConvTranspose2d(1, 3, (2, 3), padding=(1, 2), dilation=(3, 2)), 1, 4, 4)
case("groups2d", nn.ConvTranspose2d(4, 6, 3, groups=2, padding=1), 4, 4, 3)
case("depthwise2d", nn.ConvTranspose2d(3, 3, 2, stride=2, groups=3), 3, 3, 2)
case("no_bias2d", nn.ConvTranspose2d(2, 4, 2, bias=False), 2, 3, 4)
case(
    "everything2d",
    nn.ConvTranspose2d(
        4, 6, (3, 2), stride=(2, 3), padding=(1, 0), output_padding=(1, 0), groups=2, bias=True, dilation=(2, 1)
    ),
    4, 3, 4,
)  # fmt: skip

golden.save()
