"""Numbers of 16 bits: how PyTorch rounds to them, and weights in every type."""

import json
import pathlib
import struct

import torch

from golden import Golden, grid

golden = Golden("half", 41)

# Every exponent, random and special last places: ties, subnormals, what overflows, zeros, infinities.
bits = torch.randint(0, 2**31 - 2**24, (600,), dtype=torch.int64)
ties = (torch.randint(0, 0x7F7F, (200,), dtype=torch.int64) << 16) | 0x8000
half_ties = (torch.randint(0x3300 << 3, 0x4780 << 3, (200,), dtype=torch.int64) << 13) | 0x1000
all_bits = torch.cat([bits, ties, ties - 1, ties + 1, half_ties, half_ties - 1, half_ties + 1])
values = torch.tensor(
    [struct.unpack("<f", struct.pack("<I", int(value)))[0] for value in all_bits], dtype=torch.float32
)
special = [0.0, float("inf"), 65504.0, 65519.996, 65520.0, 65536.0, 5.9604645e-08, 2.9802322e-08, 2.98023259e-08, 3.4028235e38]
values = torch.cat([values, torch.tensor(special, dtype=torch.float32)])
values = torch.cat([values, -values])
golden.exact("rounding.input", values)
golden.result("rounding.bf16", values.bfloat16().double())
golden.result("rounding.f16", values.half().double())
golden.save()

# A trained network's state_dict, with numbers that all types hold.
net = torch.nn.Sequential()
net.add_module("fc1", torch.nn.Linear(4, 3))
net.add_module("batch_norm1d1", torch.nn.BatchNorm1d(3))
net.add_module("head", torch.nn.Linear(3, 2))
state = {name: grid(*value.shape) * 0.125 * 8 for name, value in net.state_dict().items()}
state = {name: (value * 16).round() / 16 for name, value in state.items()}
state["batch_norm1d1.running_var"] = state["batch_norm1d1.running_var"].abs() + 0.5
DTYPES = {"F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32, "F64": torch.float64}
for name, dtype in DTYPES.items():
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for tensor, value in state.items():
        if tensor.endswith("num_batches_tracked"):
            kind, values = "I64", struct.pack("<q", 12)
        else:
            assert torch.equal(value.to(dtype).double(), value.double())
            # NumPy has no bfloat16.
            raw = value.to(dtype)
            raw = raw.view(torch.int16) if dtype == torch.bfloat16 else raw
            kind, values = name, raw.numpy().tobytes()
        header[tensor] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    path = pathlib.Path(__file__).with_name(f"exact_{name.lower()}.safetensors")
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
