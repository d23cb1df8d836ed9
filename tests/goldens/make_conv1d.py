"""Conv1d."""

from golden import Golden, grid, randomize
from torch import nn
from torch.nn import functional

golden = Golden("conv1d", seed=21)


class CausalConv1d(nn.Conv1d):
    """Zeros before the input alone, as many as the kernel reaches back."""

    def forward(self, x):
        return super().forward(functional.pad(x, ((self.kernel_size[0] - 1) * self.dilation[0], 0)))


def case(name, module, *shape):
    golden.layer(name, randomize(module), grid(3, *shape))


case("plain", nn.Conv1d(2, 3, 3), 2, 7)
case("one_tap", nn.Conv1d(3, 4, 1), 3, 5)
case("stride", nn.Conv1d(1, 2, 3, stride=2), 1, 10)
case("padding", nn.Conv1d(2, 7, 3, padding=2), 2, 5)
case("dilation", nn.Conv1d(2, 3, 3, padding=1, dilation=3), 2, 11)
case("everything", nn.Conv1d(4, 6, 4, stride=3, padding=5, dilation=2, groups=2), 4, 13)
case("depthwise", nn.Conv1d(3, 6, 3, groups=3, padding=1), 3, 6)
case("no_bias", nn.Conv1d(2, 4, 2, bias=False), 2, 4)
case("kernel_as_large_as_input", nn.Conv1d(2, 5, 4), 2, 4)
case("many_outputs_and_positions", nn.Conv1d(2, 19, 3), 2, 37)
case("same", nn.Conv1d(2, 3, 5, padding="same", dilation=2), 2, 9)
# PyTorch puts the odd zero behind the input.
case("same_even", nn.Conv1d(2, 3, 4, padding="same"), 2, 9)
case("causal", CausalConv1d(2, 3, 3), 2, 8)
case("causal_dilation", CausalConv1d(3, 4, 2, dilation=4), 3, 9)
case("causal_stride", CausalConv1d(2, 3, 5, stride=3), 2, 8)
case("causal_reaching_back_beyond_the_input", CausalConv1d(1, 2, 5, dilation=2), 1, 3)

golden.save()
