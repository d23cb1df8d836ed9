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


def mask(length, causal, window=None):
    """What PyTorch is to ignore: the positions behind each, and those further back than the window."""
    if not causal:
        return None
    back = torch.arange(length)[:, None] - torch.arange(length)
    return (back < 0) | (back >= (window or length))


class SelfAttention(nn.MultiheadAttention):
    def __init__(self, features, heads, causal=False, window=None, **options):
        super().__init__(features, heads, batch_first=True, **options)
        self.causal, self.window = causal, window

    def forward(self, x):
        ignored = mask(x.shape[1], self.causal, self.window)
        return super().forward(x, x, x, attn_mask=ignored, need_weights=False)[0]


def attention(name, length, features, heads, samples=3, scale=0.5, **options):
    module = randomize(SelfAttention(features, heads, **options), scale)
    golden.layer(name, module, grid(samples, length, features))


attention("attention", 4, 6, 2)
attention("attention_causal", 5, 6, 3, causal=True)
attention("attention_window", 6, 4, 2, causal=True, window=3)
attention("attention_of_itself", 3, 4, 2, causal=True, window=1)
attention("attention_no_bias", 4, 4, 1, bias=False)
attention("attention_one_position", 1, 3, 3)
# With larger weights the scores are so large that PyTorch's own results in single precision are off by as much.
attention("attention_wide", 18, 40, 2, samples=2, scale=0.125, causal=True)


class Encoder(nn.TransformerEncoderLayer):
    def __init__(self, features, heads, feedforward, causal=False, window=None, **options):
        super().__init__(features, heads, feedforward, dropout=0.0, batch_first=True, **options)
        self.causal, self.window = causal, window

    def forward(self, x):
        return super().forward(x, src_mask=mask(x.shape[1], self.causal, self.window))


def encoder(name, length, features, heads, feedforward, samples=3, **options):
    golden.layer(name, randomize(Encoder(features, heads, feedforward, **options)), grid(samples, length, features))


encoder("encoder", 4, 6, 2, 5)
encoder("encoder_gelu", 3, 4, 1, 7, activation="gelu", layer_norm_eps=0.125)
encoder("encoder_norm_first", 4, 6, 3, 8, norm_first=True)
encoder("encoder_causal", 5, 4, 2, 3, causal=True)
encoder("encoder_window", 6, 4, 4, 9, causal=True, window=2, norm_first=True, activation="gelu")

golden.save()
