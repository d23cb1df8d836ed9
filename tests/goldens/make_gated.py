"""GLU, and SwiGLU by its formula, which PyTorch lacks."""

import torch
from golden import Golden, grid
from torch import nn

golden = Golden("gated", seed=16)


class SwiGlu(nn.Module):
    """Shazeer 2020 (arXiv:2002.05202), equation 6, behind the two products: the first half goes through Swish."""

    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, x):
        a, b = x.chunk(2, self.dim)
        return nn.functional.silu(a) * b


def case(name, module, *shape, samples=3):
    golden.layer(name, module, grid(samples, *shape, scale=2.0))


# dim counts the batch as 0 in PyTorch.
case("glu", nn.GLU(), 8)
case("glu_wide", nn.GLU(), 38)
case("glu_channels", nn.GLU(dim=1), 4, 3, 2)
case("glu_rows", nn.GLU(dim=2), 3, 4, 2)
case("glu_columns", nn.GLU(dim=2), 3, 6)

case("swi_glu", SwiGlu(1), 8)
case("swi_glu_wide", SwiGlu(1), 38)
case("swi_glu_channels", SwiGlu(1), 4, 3, 2)
case("swi_glu_columns", SwiGlu(3), 2, 3, 4)

golden.save()
