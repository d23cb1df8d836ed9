"""The activations of one number, on a grid with large values and every kink."""

import torch
from golden import Golden, grid
from torch import nn

golden = Golden("activations", seed=3)

# Kinks lie at 0, ±0.5, ±1, ±3, 6 and, for Softplus, 20 and 10.
special = torch.tensor([0, 0.5, 1, 2, 3, 6, 9, 10, 10.5, 20, 20.25, 60.0])
inputs = torch.cat([special, -special, torch.arange(-4, 4, 0.21875), 2.0 ** torch.arange(-24, -1, 5), grid(6)])
d_outputs = grid(1, len(inputs))


def case(name, module):
    golden.layer(name, module, inputs[None], d_outputs)


class Hardsigmoid(nn.Module):
    """PyTorch's own multiplies the gradient by a sixth in single precision, whatever the input's."""

    def forward(self, x):
        return nn.functional.relu6(x + 3) / 6


class Of(nn.Module):
    """A function as a module."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


case("relu", nn.ReLU())
case("relu6", nn.ReLU6())
case("leaky_relu", nn.LeakyReLU())
case("leaky_relu_slope", nn.LeakyReLU(0.25))
case("elu", nn.ELU())
case("elu_alpha", nn.ELU(0.75))
case("selu", nn.SELU())
case("celu", nn.CELU())
case("celu_alpha", nn.CELU(0.75))
case("gelu", nn.GELU())
case("gelu_tanh", nn.GELU(approximate="tanh"))
case("silu", nn.SiLU())
case("mish", nn.Mish())
case("hardswish", nn.Hardswish())
case("hardsigmoid", Hardsigmoid())
case("sigmoid", nn.Sigmoid())
case("log_sigmoid", nn.LogSigmoid())
case("tanh", nn.Tanh())
case("hardtanh", nn.Hardtanh())
case("hardtanh_bounds", nn.Hardtanh(-0.5, 2.0))
case("threshold", nn.Threshold(0.5, -2.0))
case("clamp", Of(lambda x: torch.clamp(x, -0.5, 3.0)))
case("clamp_min", Of(lambda x: torch.clamp(x, min=-1.0)))
case("clamp_max", Of(lambda x: torch.clamp(x, max=9.0)))
case("clipped_relu", nn.Hardtanh(0.0, 1.0))
case("clipped_relu_max", nn.Hardtanh(0.0, 6.0))
case("squared_clipped_relu", Of(lambda x: nn.functional.hardtanh(x, 0.0, 1.0).square()))
case("squared_clipped_relu_max", Of(lambda x: nn.functional.hardtanh(x, 0.0, 6.0).square()))
case("square", Of(torch.square))
case("softplus", nn.Softplus())
case("softplus_beta", nn.Softplus(beta=2.0, threshold=20.0))
case("softsign", nn.Softsign())
case("tanhshrink", nn.Tanhshrink())
case("softshrink", nn.Softshrink())
case("softshrink_lambda", nn.Softshrink(1.0))

golden.save()
