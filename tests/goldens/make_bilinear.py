"""nn.Bilinear, of two inputs that lie one behind the other."""

from golden import Golden, grid, randomize
from torch import nn

golden = Golden("bilinear", seed=18)


class Joined(nn.Bilinear):
    """Takes both inputs as one."""

    def forward(self, x):
        return super().forward(x[:, : self.in1_features], x[:, self.in1_features :])


def case(name, in1, in2, out, bias=True, samples=3):
    golden.layer(name, randomize(Joined(in1, in2, out, bias)), grid(samples, in1 + in2))


case("plain", 3, 4, 5)
case("without_bias", 4, 2, 3, bias=False)
case("of_single_numbers", 1, 1, 1)
case("wide", 19, 2, 18, samples=19)
case("high", 2, 17, 33)

golden.save()
