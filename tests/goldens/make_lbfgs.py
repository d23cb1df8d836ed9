"""Writes lbfgs.safetensors: eight steps of PyTorch's LBFGS with its line search, in both scalars.

    /usr/bin/python3 tests/goldens/make_lbfgs.py

The function of 12 weights is Rosenbrock's with a flatter valley,

    L(w) = sum_i (3 * (w_(i+1) - w_i^2)^2 + (1 - w_i)^2),    i from 0 to 10,

and starts far from its minimum. Every configuration holds the weights after each step, [8, 12].
"""

import torch
from golden import Golden

STEPS, WEIGHTS = 8, 12


def trace(dtype, **options):
    start = ((torch.arange(WEIGHTS) * 7 % 12 - 5.5) / 8).to(dtype)
    w = torch.nn.Parameter(start.clone())
    optimizer = torch.optim.LBFGS([w], line_search_fn="strong_wolfe", **options)

    def closure():
        optimizer.zero_grad()
        loss = (3 * (w[1:] - w[:-1] ** 2) ** 2 + (1 - w[:-1]) ** 2).sum()
        loss.backward()
        return loss

    rows = []
    for _ in range(STEPS):
        optimizer.step(closure)
        rows.append(w.detach().clone())
    print(options, dtype, [round(float(r[0]), 5) for r in rows], optimizer.state[w]["func_evals"])
    return torch.stack(rows)


golden = Golden("lbfgs", 1)
for name, options in [
    ("one_iteration", dict(max_iter=1)),
    ("short_history", dict(max_iter=3, history_size=2)),
    ("long_first_step", dict(max_iter=4, lr=7.0)),
    ("default", dict()),
]:
    golden.result(f"{name}.f64", trace(torch.float64, **options))
    golden.result(f"{name}.f32", trace(torch.float32, **options))
golden.save()
