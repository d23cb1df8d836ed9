"""What the generators share: exact inputs, and a file of named tensors.

Inputs, parameters and upstream gradients are multiples of 1/256, so `f32` holds them exactly and both scalars start
from the same numbers; they are stored as F32. Results are computed in double precision and stored as F64.
"""

import json
import pathlib
import struct

import torch

torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)


def grid(*shape, scale=1.0):
    """Multiples of 1/256 between −2·scale and 2·scale, for a scale that is a power of two."""
    return torch.randint(-512, 513, shape) / 256 * scale


class Golden:
    """A safetensors file in the making: `case.tensor` → values."""

    def __init__(self, topic, seed):
        self.topic, self.tensors = topic, {}
        torch.manual_seed(seed)

    def exact(self, name, values):
        """Stores what was put in: must survive in single precision."""
        values = values.detach()
        assert torch.equal(values.float().double(), values.double()), name
        self._put(name, "F32", values.float())

    def result(self, name, values):
        """Stores what came out."""
        self._put(name, "F64", torch.as_tensor(values, dtype=torch.float64).detach())

    def _put(self, name, dtype, values):
        assert name not in self.tensors, name
        # A tensor without dimensions is stored as one of length 1.
        values = values.reshape(-1) if values.dim() == 0 else values
        self.tensors[name] = (dtype, list(values.shape), values.contiguous().numpy().tobytes())

    def layer(self, case, module, inputs, d_outputs=None):
        """Forward and backward of a module: parameters, input, output, and the gradients of Σ d_output·output."""
        x = inputs.clone().requires_grad_()
        y = module(x)
        dy = grid(*y.shape) if d_outputs is None else d_outputs
        y.backward(dy)
        for name, parameter in module.named_parameters():
            self.exact(f"{case}.{name}", parameter)
            self.result(f"{case}.d_{name}", parameter.grad)
        self.exact(f"{case}.input", x)
        self.exact(f"{case}.d_output", dy)
        self.result(f"{case}.output", y)
        self.result(f"{case}.d_input", x.grad)

    def save(self):
        header, data = {}, b""
        # Wider scalars first, so that every tensor is aligned.
        for name, (dtype, shape, values) in sorted(self.tensors.items(), key=lambda item: item[1][0] != "F64"):
            header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(values)]}
            data += values
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        path = pathlib.Path(__file__).with_name(f"{self.topic}.safetensors")
        path.write_bytes(struct.pack("<Q", len(text)) + text + data)
        print(f"{path.name}: {len(self.tensors)} tensors, {path.stat().st_size} bytes")


def randomize(module, scale=0.5):
    """Sets every parameter to exact random values."""
    for parameter in module.parameters():
        parameter.data = grid(*parameter.shape, scale=scale)
    return module
