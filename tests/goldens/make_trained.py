"""Functions with trained values, which PyTorch lacks, by their formulas: Scale, Snake."""

import torch
from golden import Golden, grid, randomize
from torch import nn

golden = Golden("trained", seed=15)


def per_channel(values, x):
    """One value for all, or one for each index of the first dimension behind the batch."""
    return values.reshape(-1, *[1] * (x.dim() - 2))


class Scale(nn.Module):
    def __init__(self, count):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(count))

    def forward(self, x):
        return per_channel(self.weight, x) * x


class Snake(nn.Module):
    """Ziyin, Hartwig & Ueda 2020 (arXiv:2006.08195), equation 3."""

    def __init__(self, count):
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(count))

    def forward(self, x):
        alpha = per_channel(self.alpha, x)
        return x + torch.sin(alpha * x) ** 2 / alpha


def case(name, module, *shape, samples=3, scale=1.0):
    golden.layer(name, module, grid(samples, *shape, scale=scale))


case("scale", randomize(Scale(1)), 2, 3, 3)
case("scale_vector", randomize(Scale(1)), 6)
case("scale_per_channel", randomize(Scale(3)), 3, 2, 4)
case("scale_per_feature", randomize(Scale(19)), 19)


def snake(count):
    """With frequencies away from 0, by which the formula divides."""
    module = Snake(count)
    signs = torch.randint(0, 2, (count,)) * 2 - 1
    module.alpha.data = signs * (0.25 + grid(count).abs())
    return module


case("snake", snake(1), 2, 3, 3)
case("snake_vector", snake(1), 6)
case("snake_per_channel", snake(3), 3, 2, 4)
case("snake_per_feature", snake(19), 19)
case("snake_large", snake(2), 2, 5, scale=128.0)

golden.save()
