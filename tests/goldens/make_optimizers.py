"""Writes optimizers.safetensors: 40-step traces of PyTorch's optimizers (made with PyTorch 1.13), and of those that it
lacks, see paper_optimizers.py.

    /usr/bin/python3 tests/goldens/make_optimizers.py

The problem has 12 weights and the loss

    L(w) = s_t * sum_i (a_i / 2 * (w_i - c_i)^2 + w_i^2 * w_{i+1}^2 / 4),    the index i + 1 modulo 12,

whose factor s_t changes from step to step, so that second moments also fall. Gradients are PyTorch's own.
The configurations with groups have them for the four tensors of two layers `Linear(2)` of two inputs; `frozen` is the number
of steps at the beginning in which a tensor has no gradient, and from step 20 on every group has a tenth of its learning rate.
For every configuration `<name>.f32` and `<name>.f64` of shape [40, 12] hold the weights after each step.
The constructor call of a configuration stands in the metadata of the file.
"""

import json
import pathlib
import struct

import torch
from paper_optimizers import Adan, Averaged, Lamb, Lion, Lookahead, Muon, ScheduleFree, ScheduleFreeAverage
from torch.optim import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, NAdam, RAdam, RMSprop

torch.set_num_threads(1)
# So that the scalars which optimizers keep, as `mu_product`, are not rounded to single precision.
torch.set_default_dtype(torch.float64)

STEPS, WEIGHTS = 40, 12
FACTORS = [1.0, 0.25, 3.0, -0.5, 1.5]

# Name: optimizer, options, learning rate from step 20 on (if it changes).
CONFIGURATIONS = {
    "sgd": (SGD, dict(lr=0.1), None),
    "sgd_weight_decay": (SGD, dict(lr=0.1, weight_decay=0.05), None),
    "sgd_momentum": (SGD, dict(lr=0.05, momentum=0.9), None),
    "sgd_dampening": (SGD, dict(lr=0.05, momentum=0.9, dampening=0.3), None),
    "sgd_nesterov": (SGD, dict(lr=0.02, momentum=0.8, nesterov=True), None),
    "sgd_everything": (SGD, dict(lr=0.02, momentum=0.7, nesterov=True, weight_decay=0.1), 0.005),
    "adam": (Adam, dict(), None),
    "adam_learning_rate": (Adam, dict(lr=0.05), 0.01),
    "adam_betas": (Adam, dict(lr=0.02, betas=(0.7, 0.95)), None),
    "adam_eps": (Adam, dict(lr=0.02, eps=0.1), None),
    "adam_weight_decay": (Adam, dict(lr=0.02, weight_decay=0.3), None),
    "adam_amsgrad": (Adam, dict(lr=0.02, betas=(0.9, 0.8), amsgrad=True), None),
    "adam_everything": (
        Adam,
        dict(lr=0.03, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.1, amsgrad=True),
        0.003,
    ),
    "adamw": (AdamW, dict(), None),
    "adamw_weight_decay": (AdamW, dict(lr=0.02, weight_decay=0.5), None),
    "adamw_amsgrad": (AdamW, dict(lr=0.02, betas=(0.9, 0.8), amsgrad=True), None),
    "adamw_everything": (
        AdamW,
        dict(lr=0.03, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.2, amsgrad=True),
        0.003,
    ),
    "rms_prop": (RMSprop, dict(), None),
    "rms_prop_alpha": (RMSprop, dict(alpha=0.8), None),
    "rms_prop_eps": (RMSprop, dict(eps=0.1), None),
    "rms_prop_weight_decay": (RMSprop, dict(weight_decay=0.3), None),
    "rms_prop_momentum": (RMSprop, dict(lr=0.002, momentum=0.9), None),
    "rms_prop_centered": (RMSprop, dict(lr=0.005, alpha=0.9, centered=True), None),
    "rms_prop_everything": (
        RMSprop,
        dict(lr=0.002, alpha=0.9, eps=1e-3, weight_decay=0.1, momentum=0.5, centered=True),
        0.0005,
    ),
    "adagrad": (Adagrad, dict(), None),
    "adagrad_lr_decay": (Adagrad, dict(lr=0.1, lr_decay=0.2), None),
    "adagrad_initial_accumulator_value": (Adagrad, dict(lr=0.1, initial_accumulator_value=0.7), None),
    "adagrad_everything": (
        Adagrad,
        dict(lr=0.2, lr_decay=0.05, weight_decay=0.1, initial_accumulator_value=0.1, eps=1e-3),
        0.02,
    ),
    "adadelta": (Adadelta, dict(), None),
    "adadelta_rho": (Adadelta, dict(rho=0.5), None),
    "adadelta_everything": (Adadelta, dict(lr=0.7, rho=0.8, eps=1e-3, weight_decay=0.1), 0.1),
    "adamax": (Adamax, dict(), None),
    "adamax_betas": (Adamax, dict(lr=0.02, betas=(0.7, 0.9)), None),
    "adamax_everything": (
        Adamax,
        dict(lr=0.03, betas=(0.8, 0.7), eps=0.1, weight_decay=0.1),
        0.003,
    ),
    "nadam": (NAdam, dict(), None),
    "nadam_momentum_decay": (NAdam, dict(lr=0.02, momentum_decay=0.3), None),
    "nadam_everything": (
        NAdam,
        dict(lr=0.03, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.1, momentum_decay=0.05),
        0.003,
    ),
    "radam": (RAdam, dict(), None),
    "radam_betas": (RAdam, dict(lr=0.02, betas=(0.7, 0.95)), None),
    "radam_everything": (
        RAdam,
        dict(lr=0.03, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.1),
        0.003,
    ),
    "lion": (Lion, dict(), None),
    "lion_everything": (Lion, dict(lr=0.01, betas=(0.7, 0.9), weight_decay=0.3), 0.001),
    # Two layers `Linear(2)` of two inputs: weights and biases.
    "lamb": (Lamb, dict(sizes=[4, 2, 4, 2]), None),
    "lamb_everything": (
        Lamb,
        dict(sizes=[4, 2, 4, 2], lr=0.03, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.1),
        0.003,
    ),
    "adan": (Adan, dict(), None),
    "adan_everything": (
        Adan,
        dict(lr=0.03, betas=(0.9, 0.8, 0.95), eps=1e-3, weight_decay=0.1),
        0.003,
    ),
    "schedule_free": (ScheduleFree, dict(), None),
    "schedule_free_warmup": (ScheduleFree, dict(lr=0.05, warmup_steps=15, r=0.5), None),
    "schedule_free_average": (ScheduleFreeAverage, dict(lr=0.05, warmup_steps=15, r=0.5), None),
    "schedule_free_everything": (
        ScheduleFree,
        dict(lr=0.03, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.1, warmup_steps=5, r=1.0, weight_lr_power=1.5),
        0.003,
    ),
    # A layer `Linear(3)` of two inputs, and `Linear(1, bias = false)` of three.
    "muon": (Muon, dict(shapes=[(3, 2), 3, (1, 3)]), None),
    "muon_everything": (
        Muon,
        dict(shapes=[(3, 2), 3, 3], lr=0.01, momentum=0.7, weight_decay=0.3),
        0.002,
    ),
    "lookahead": (Lookahead, dict(lr=0.05), None),
    "lookahead_everything": (Lookahead, dict(lr=0.05, k=3, alpha=0.8), 0.01),
    "swa": (Averaged, dict(), None),
    "ema": (Averaged, dict(decay=0.9), None),
}

# Name: optimizer, options, and what the group of each tensor has of its own.
GROUPED = {
    "sgd_groups": (
        SGD,
        dict(lr=0.05, momentum=0.9),
        [
            dict(lr=0.02, weight_decay=0.1),
            dict(lr=0.02, weight_decay=0.0, momentum=0.5),
            dict(frozen=10, dampening=0.2),
            dict(frozen=10, dampening=0.2, weight_decay=0.3),
        ],
    ),
    "adam_groups": (
        Adam,
        dict(lr=0.03, weight_decay=0.05),
        [
            dict(lr=0.01),
            dict(lr=0.01, weight_decay=0.0),
            dict(frozen=10, betas=(0.7, 0.9), eps=1e-3),
            dict(frozen=10, betas=(0.7, 0.9), eps=1e-3, weight_decay=0.0),
        ],
    ),
    "adamw_groups": (
        AdamW,
        dict(lr=0.03, weight_decay=0.2),
        [
            dict(lr=0.01),
            dict(lr=0.01, weight_decay=0.0),
            dict(frozen=10, betas=(0.7, 0.9), eps=1e-3),
            dict(frozen=10, betas=(0.7, 0.9), eps=1e-3, weight_decay=0.0),
        ],
    ),
}


def problem(dtype):
    index = torch.arange(WEIGHTS, dtype=torch.float64)
    # Sixteenths and eighths: exact in both scalars.
    start = (((index * 7) % 12 - 5.5) / 8).to(dtype)
    curvature = (0.25 + ((index * 5) % 12) / 16).to(dtype)
    centre = (((index * 11) % 12 - 4) / 8).to(dtype)

    def backward(step, w):
        loss = (curvature / 2 * (w - centre) ** 2 + w**2 * w.roll(-1) ** 2 / 4).sum()
        (FACTORS[step % len(FACTORS)] * loss).backward()

    return start, backward


def trace(optimizer, options, later_learning_rate, dtype):
    start, backward = problem(dtype)
    w = torch.nn.Parameter(start.clone())
    # One tensor at a time, but for NAdam, which has a slip there: it multiplies `mu_product` by `mu` twice.
    optimizer = optimizer([w], foreach=optimizer is NAdam, **options)
    rows = []
    for step in range(STEPS):
        if step == 20 and later_learning_rate is not None:
            optimizer.param_groups[0]["lr"] = later_learning_rate
        optimizer.zero_grad()
        backward(step, w)
        optimizer.step()
        rows.append(getattr(optimizer, "result", torch.Tensor.detach)(w).clone())
    result = torch.stack(rows)
    assert result.isfinite().all() and result.abs().max() < 10
    return result


def trace_groups(optimizer, options, groups, dtype):
    start, backward = problem(dtype)
    parts = [torch.nn.Parameter(part.clone()) for part in start.split([4, 2, 4, 2])]
    frozen = [group.get("frozen", 0) for group in groups]
    own = [{key: value for key, value in group.items() if key != "frozen"} for group in groups]
    groups = [dict(params=[part], **group) for part, group in zip(parts, own)]
    optimizer = optimizer(groups, foreach=False, **options)
    rows = []
    for step in range(STEPS):
        if step == 20:
            for group in optimizer.param_groups:
                group["lr"] *= 0.1
        optimizer.zero_grad(set_to_none=True)
        backward(step, torch.cat(parts))
        for part, until in zip(parts, frozen):
            if step < until:
                part.grad = None
        optimizer.step()
        rows.append(torch.cat(parts).detach().clone())
    result = torch.stack(rows)
    assert result.isfinite().all() and result.abs().max() < 10
    return result


def write(path, tensors, metadata):
    """A safetensors file: the length of a JSON header, the header, the values."""
    header, data = {"__metadata__": metadata}, b""
    for name, tensor in tensors.items():
        values = tensor.numpy().tobytes()
        dtype = {torch.float32: "F32", torch.float64: "F64"}[tensor.dtype]
        offsets = [len(data), len(data) + len(values)]
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": offsets}
        data += values
    header = json.dumps(header).encode()
    header += b" " * (-len(header) % 8)
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)


tensors, metadata = {}, {"torch": torch.__version__}
for name, (optimizer, options, later) in CONFIGURATIONS.items():
    arguments = ", ".join(f"{key}={value}" for key, value in options.items())
    change = "" if later is None else f"; lr={later} from step 20"
    metadata[name] = f"{optimizer.__name__}({arguments}){change}"
    tensors[f"{name}.f64"] = trace(optimizer, options, later, torch.float64)
    tensors[f"{name}.f32"] = trace(optimizer, options, later, torch.float32)
for name, (optimizer, options, groups) in GROUPED.items():
    metadata[name] = f"{optimizer.__name__}({options}), {groups}"
    tensors[f"{name}.f64"] = trace_groups(optimizer, options, groups, torch.float64)
    tensors[f"{name}.f32"] = trace_groups(optimizer, options, groups, torch.float32)
write(pathlib.Path(__file__).with_name("optimizers.safetensors"), tensors, metadata)
