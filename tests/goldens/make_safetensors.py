"""Writes torch_f32.safetensors and torch_f64.safetensors: a network's weights as PyTorch saves them.

    pip install safetensors==0.8.0      (made with it and PyTorch 1.13)
    python tests/goldens/make_safetensors.py

The files hold a whole `state_dict`, with `norm.num_batches_tracked`; their metadata an `input` of the network and its
`output` in inference, as decimal numbers.
"""

import collections
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn

torch.set_num_threads(1)


def network():
    return nn.Sequential(
        collections.OrderedDict(
            conv=nn.Conv2d(2, 5, 2),
            norm=nn.BatchNorm2d(5),
            tanh=nn.Tanh(),
            flatten=nn.Flatten(),
            head=nn.Linear(5, 3, bias=False),
        )
    )


for dtype, name in [(torch.float32, "f32"), (torch.float64, "f64")]:
    torch.manual_seed(7)
    net = network().to(dtype)
    # Two batches give the norm a state, one step its parameters other values than 1 and 0.
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
    for _ in range(2):
        optimizer.zero_grad()
        (net(torch.randn(8, 2, 2, 2, dtype=dtype)) ** 2).sum().backward()
        optimizer.step()
    net.eval()
    x = torch.randn(2, 2, 2, dtype=dtype)
    metadata = {
        "format": "pt",
        "input": " ".join(repr(v) for v in x.flatten().tolist()),
        "output": " ".join(repr(v) for v in net(x[None]).flatten().tolist()),
    }
    path = pathlib.Path(__file__).with_name(f"torch_{name}.safetensors")
    save_file(net.state_dict(), path, metadata=metadata)
    path.chmod(0o644)
