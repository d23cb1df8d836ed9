"""BatchNorm1d and BatchNorm2d: training over whole batches, the running statistics after it, inference with them."""

import torch
from golden import Golden, grid
from torch import nn

golden = Golden("batch_norm", seed=4)


def case(name, module, samples, *shape):
    if module.affine:
        module.weight.data, module.bias.data = grid(shape[0]), grid(shape[0])
    golden.exact(f"{name}.running_mean", start(module, "running_mean", grid(shape[0], scale=0.5)))
    golden.exact(f"{name}.running_var", start(module, "running_var", 1 + grid(shape[0], scale=0.5).abs()))
    # Channels of other means and widths.
    channel = torch.arange(shape[0]).reshape(-1, *[1] * (len(shape) - 1))
    inputs = grid(samples, *shape) * 2.0**channel + channel
    golden.layer(name, module.train(), inputs)
    golden.result(f"{name}.running_mean_after", module.running_mean)
    golden.result(f"{name}.running_var_after", module.running_var)
    golden.result(f"{name}.inference", module.eval()(inputs))


def start(module, name, values):
    getattr(module, name).copy_(values)
    return values


case("batch_norm1d_5", nn.BatchNorm1d(3), 5, 3)
case("batch_norm1d_21", nn.BatchNorm1d(4), 21, 4)
case("batch_norm1d_32", nn.BatchNorm1d(2), 32, 2)
case("batch_norm1d_sequence_5", nn.BatchNorm1d(2), 5, 2, 4)
case("batch_norm1d_sequence_21", nn.BatchNorm1d(3), 21, 3, 2)
case("batch_norm1d_no_affine", nn.BatchNorm1d(3, affine=False), 21, 3)
case("batch_norm2d_5", nn.BatchNorm2d(3), 5, 3, 2, 3)
case("batch_norm2d_21", nn.BatchNorm2d(2), 21, 2, 3, 2)
case("batch_norm2d_options", nn.BatchNorm2d(2, eps=0.125, momentum=0.375), 5, 2, 2, 2)
case("batch_norm2d_no_affine", nn.BatchNorm2d(2, affine=False), 21, 2, 1, 3)

golden.save()
