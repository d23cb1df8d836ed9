"""Writes schedules.safetensors: the learning rates of 60 steps under PyTorch's schedulers.

    /usr/bin/python3 tests/goldens/make_schedules.py

`plateau_metrics` are what the plateau schedules are fed after each step.
"""

import math
import warnings

import torch
from golden import Golden
from torch.optim import lr_scheduler as lr

STEPS = 60
warnings.filterwarnings("ignore")


def rates(learning_rate, make, metrics=None):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=learning_rate, momentum=0.9)
    schedule = make(optimizer)
    result = []
    for step in range(STEPS):
        result.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step + 1 < STEPS:
            schedule.step(*([] if metrics is None else [metrics[step].item()]))
    return torch.tensor(result)


def sequence(o):
    parts = [lr.LinearLR(o, 0.1, total_iters=10), lr.CosineAnnealingLR(o, 30, 0.001), lr.ExponentialLR(o, 0.9)]
    return lr.SequentialLR(o, parts, [10, 40])


golden = Golden("schedules", 1)
for name, learning_rate, make in [
    ("constant", 0.3, lambda o: lr.ConstantLR(o, 0.25, 7)),
    ("linear", 0.3, lambda o: lr.LinearLR(o, 0.1, 0.8, 23)),
    ("linear_default", 0.3, lambda o: lr.LinearLR(o)),
    ("step", 0.3, lambda o: lr.StepLR(o, 7, 0.6)),
    ("multi_step", 0.3, lambda o: lr.MultiStepLR(o, [5, 20, 20, 41], 0.5)),
    ("exponential", 0.3, lambda o: lr.ExponentialLR(o, 0.93)),
    ("polynomial", 0.3, lambda o: lr.PolynomialLR(o, 37, 1.7)),
    ("polynomial_line", 0.3, lambda o: lr.PolynomialLR(o, 37)),
    ("cosine", 0.3, lambda o: lr.CosineAnnealingLR(o, 25, 0.01)),
    ("warm_restarts", 0.3, lambda o: lr.CosineAnnealingWarmRestarts(o, 9)),
    ("warm_restarts_longer", 0.3, lambda o: lr.CosineAnnealingWarmRestarts(o, 5, 2, 0.02)),
    ("one_cycle", 0.1, lambda o: lr.OneCycleLR(o, 0.4, STEPS)),
    ("one_cycle_linear", 0.1, lambda o: lr.OneCycleLR(o, 0.4, STEPS, pct_start=0.41, anneal_strategy="linear", div_factor=10.0, final_div_factor=50.0)),
    ("one_cycle_three", 0.1, lambda o: lr.OneCycleLR(o, 0.4, STEPS, three_phase=True)),
    ("sequence", 0.3, sequence),
]:
    golden.result(name, rates(learning_rate, make))

# Falls, stays for long, and falls a little.
metrics = torch.tensor([math.exp(-0.2 * min(t, 12)) + 0.02 * math.cos(t) - (0.03 if t > 45 else 0.0) for t in range(STEPS)])
golden.result("plateau_metrics", metrics)
for name, make, sign in [
    ("plateau", lambda o: lr.ReduceLROnPlateau(o), 1),
    ("plateau_max", lambda o: lr.ReduceLROnPlateau(o, "max", 0.5, 3, 0.01, "abs", 2, 0.02), -1),
    ("plateau_min", lambda o: lr.ReduceLROnPlateau(o, "min", 0.5, 4, 0.05, "rel", 1), 1),
]:
    golden.result(name, rates(0.3, make, sign * metrics))
golden.save()
