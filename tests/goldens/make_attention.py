"""Layers of transformers. PositionalEncoding, which PyTorch lacks, by its formula."""

import torch
from golden import Golden, grid, randomize
from torch import nn

golden = Golden("attention", seed=17)


def sinusoids(length, features):
    """Vaswani et al. 2017 (arXiv:1706.03762), section 3.5."""
    position = torch.arange(length)[:, None].double()
    even = torch.arange(0, features, 2).double()
    angles = position / 10000 ** (even / features)
    table = torch.zeros(length, features)
    table[:, 0::2] = torch.sin(angles)
    table[:, 1::2] = torch.cos(angles)[:, : features // 2]
    return table


class PositionalEncoding(nn.Module):
    def forward(self, x):
        return x + sinusoids(*x.shape[1:])


class LearnedPositionalEncoding(nn.Module):
    def __init__(self, length, features):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(length, features))

    def forward(self, x):
        return x + self.weight


golden.layer("positional_encoding", PositionalEncoding(), grid(3, 4, 6))
golden.layer("positional_encoding_long", PositionalEncoding(), grid(2, 70, 5))
golden.layer("positional_encoding_one_feature", PositionalEncoding(), grid(2, 3, 1))
golden.layer("positional_encoding_learned", randomize(LearnedPositionalEncoding(4, 6)), grid(3, 4, 6))
golden.layer("positional_encoding_learned_wide", randomize(LearnedPositionalEncoding(2, 19)), grid(2, 2, 19))

golden.save()
