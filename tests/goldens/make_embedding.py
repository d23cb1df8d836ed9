"""Rows of tables: Embedding, EmbeddingBag, SparseLinear."""

import torch
from golden import Golden, randomize
from torch import nn

golden = Golden("embedding", seed=21)


class Embedding(nn.Embedding):
    """The indices as real numbers, whose derivative is zero."""

    def forward(self, x):
        return super().forward(x.long()) + 0 * x.sum()


class EmbeddingBag(nn.EmbeddingBag):
    """Likewise. A place that holds -1 is empty: PyTorch says so by the lengths of bags."""

    def forward(self, x):
        kept = [row[row >= 0].long() for row in x]
        offsets = torch.tensor([0] + [len(row) for row in kept[:-1]]).cumsum(0)
        return super().forward(torch.cat(kept), offsets) + 0 * x.sum()


def case(name, module, length, samples=3, first=0):
    indices = torch.randint(first, module.num_embeddings, (samples, length)).double()
    golden.layer(name, randomize(module), indices)


case("embedding", Embedding(7, 5), 4)
case("embedding_wide", Embedding(50, 39), 3)
case("embedding_padding", Embedding(4, 16, padding_idx=1), 6)
case("embedding_of_one", Embedding(3, 1), 1)
case("embedding_bag", EmbeddingBag(7, 5), 4)
case("embedding_bag_sum", EmbeddingBag(30, 49, mode="sum"), 6)
case("embedding_bag_padding", EmbeddingBag(4, 16, padding_idx=1), 6)
case("embedding_bag_sum_padding", EmbeddingBag(4, 3, mode="sum", padding_idx=0), 5)
case("embedding_bag_empty_places", EmbeddingBag(3, 33), 4, samples=7, first=-1)
case("embedding_bag_sum_empty_places", EmbeddingBag(3, 18, mode="sum", padding_idx=2), 2, samples=7, first=-1)



class SparseLinear(nn.Linear):
    """The dense layer of a vector with a 1 at every index that is not -1."""

    def forward(self, x):
        hot = torch.zeros(len(x), self.in_features + 1)
        # What is empty goes to a place of its own.
        hot.scatter_(1, torch.where(x < 0, self.in_features, x).long(), 1.0)
        return super().forward(hot[:, :-1]) + 0 * x.sum()


def sparse(name, module, length, samples=3):
    """Distinct features, some places empty."""
    features = torch.stack([torch.randperm(module.in_features)[:length] for _ in range(samples)])
    features[torch.rand(samples, length) < 0.25] = -1
    golden.layer(name, randomize(module), features.double())


sparse("sparse_linear", SparseLinear(11, 5), 4)
sparse("sparse_linear_wide", SparseLinear(40, 50), 7, samples=7)
sparse("sparse_linear_without_bias", SparseLinear(6, 16, bias=False), 6)

golden.save()
