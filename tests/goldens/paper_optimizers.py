"""Optimizers that PyTorch 1.13 lacks, from their papers and the authors' code, for `make_optimizers.py`.

Each step says its formula with the letters of the source, one tensor at a time, without any of our simplifications.
"""

import torch
from torch.optim.swa_utils import AveragedModel


class Paper(torch.optim.Optimizer):
    """`update(state, w, g, t, **options)` writes `w`; `state` starts empty."""

    defaults = {}

    def __init__(self, params, foreach=False, sizes=None, shapes=None, **options):
        assert not foreach
        super().__init__(params, {**type(self).defaults, **options})
        # Where the twelve weights are several tensors.
        self.sizes, self.shapes = sizes, shapes

    @torch.no_grad()
    def step(self):
        (group,) = self.param_groups
        (w,) = group["params"]
        options = {key: value for key, value in group.items() if key in type(self).defaults}
        sizes = self.sizes or [w.numel()]
        state = self.state[w]
        state["t"] = state.get("t", 0) + 1
        for i, (w, g) in enumerate(zip(w.split(sizes), w.grad.split(sizes))):
            self.update(state.setdefault(i, {}), w, g, state["t"], **options)


def zeros(state, like, *names):
    return [state.setdefault(name, torch.zeros_like(like)) for name in names]


class Lion(Paper):
    """Chen et al. 2023, arXiv:2302.06675, Algorithm 2."""

    defaults = dict(lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0)

    def update(self, state, w, g, t, lr, betas, weight_decay):
        (m,) = zeros(state, w, "m")
        c = betas[0] * m + (1 - betas[0]) * g
        w.copy_(w - lr * (c.sign() + weight_decay * w))
        m.copy_(betas[1] * m + (1 - betas[1]) * g)


class Lamb(Paper):
    """You et al. 2020, arXiv:1904.00962, Algorithm 2 with phi(z) = z; a ratio with a norm of 0 counts as 1."""

    defaults = dict(lr=1e-3, betas=(0.9, 0.999), eps=1e-6, weight_decay=0.01)

    def update(self, state, w, g, t, lr, betas, eps, weight_decay):
        m, v = zeros(state, w, "m", "v")
        m.copy_(betas[0] * m + (1 - betas[0]) * g)
        v.copy_(betas[1] * v + (1 - betas[1]) * g**2)
        r = (m / (1 - betas[0] ** t)) / ((v / (1 - betas[1] ** t)).sqrt() + eps)
        r = r + weight_decay * w
        weight, ratio = w.norm(), r.norm()
        trust = weight / ratio if weight > 0 and ratio > 0 else 1.0
        w.copy_(w - lr * trust * r)


class Adan(Paper):
    """Xie et al. 2022, arXiv:2208.06677, Algorithm 1, with the betas of the authors' code (1 - beta of the paper)."""

    defaults = dict(lr=1e-3, betas=(0.98, 0.92, 0.99), eps=1e-8, weight_decay=0.0)

    def update(self, state, w, g, t, lr, betas, eps, weight_decay):
        beta1, beta2, beta3 = betas
        m, v, n = zeros(state, w, "m", "v", "n")
        difference = g - state.get("g", g)
        state["g"] = g.clone()
        m.copy_(beta1 * m + (1 - beta1) * g)
        v.copy_(beta2 * v + (1 - beta2) * difference)
        n.copy_(beta3 * n + (1 - beta3) * (g + beta2 * difference) ** 2)
        eta = lr / ((n / (1 - beta3**t)).sqrt() + eps)
        step = m / (1 - beta1**t) + beta2 * v / (1 - beta2**t)
        w.copy_((w - eta * step) / (1 + weight_decay * lr))


class ScheduleFree(Paper):
    """Defazio et al. 2024, arXiv:2405.15682, Algorithm 1 as the authors' `schedulefree.AdamWScheduleFree` has it since
    version 1.3; `x` is kept here and not computed from `y` and `z`."""

    defaults = dict(
        lr=2.5e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, warmup_steps=0, r=0.0, weight_lr_power=2.0
    )

    def update(self, state, w, g, t, lr, betas, eps, weight_decay, warmup_steps, r, weight_lr_power):
        beta1, beta2 = betas
        y = w
        x, z = state.setdefault("x", y.clone()), state.setdefault("z", y.clone())
        (v,) = zeros(state, w, "v")
        lr = lr * (t / warmup_steps if t < warmup_steps else 1.0)
        state["lr_max"] = max(lr, state.get("lr_max", 0.0))
        weight = t**r * state["lr_max"] ** weight_lr_power
        state["weight_sum"] = state.get("weight_sum", 0.0) + weight
        c = weight / state["weight_sum"]
        v.copy_(beta2 * v + (1 - beta2) * g**2)
        delta = g / ((v / (1 - beta2**t)).sqrt() + eps) + weight_decay * y
        # The authors move `y` by `lr * (beta1 * (1 - c) - 1)` times `delta`, which is what `x` and `z` give.
        z.copy_(z - lr * delta)
        x.copy_((1 - c) * x + c * z)
        y.copy_((1 - beta1) * z + beta1 * x)


class ScheduleFreeAverage(ScheduleFree):
    """The point `x` of every step, for the trace."""

    def result(self, w):
        return self.state[w][0]["x"]


class Muon(Paper):
    """Jordan et al. 2024, https://kellerjordan.github.io/posts/muon, in the scalar of the weights; `shapes` says which
    tensors are matrices, here in memory with the outputs contiguous. The others have AdamW with PyTorch's defaults."""

    defaults = dict(lr=0.02, momentum=0.95, weight_decay=0.0)

    def __init__(self, params, foreach, shapes, **options):
        super().__init__(params, foreach, **options)
        self.shapes = shapes

    @torch.no_grad()
    def step(self):
        (group,) = self.param_groups
        (w,) = group["params"]
        state, start = self.state[w], 0
        state["t"] = state.get("t", 0) + 1
        for shape in self.shapes:
            size = shape if isinstance(shape, int) else shape[0] * shape[1]
            here = slice(start, start + size)
            start += size
            moments = [state.setdefault((start, i), torch.zeros_like(w[here])) for i in range(2)]
            if isinstance(shape, int):
                self.adamw(w[here], w.grad[here], *moments, state["t"])
            else:
                outputs, inputs = shape
                matrices = [x[here].view(inputs, outputs).T for x in (w, w.grad)]
                self.muon(*matrices, moments[0].view(inputs, outputs).T, group)

    def adamw(self, w, g, m, v, t):
        m.copy_(0.9 * m + (1 - 0.9) * g)
        v.copy_(0.999 * v + (1 - 0.999) * g**2)
        step = (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8)
        w.copy_(w * (1 - 1e-3 * 0.01) - 1e-3 * step)

    def muon(self, w, g, b, group):
        mu, lr = group["momentum"], group["lr"]
        b.copy_(mu * b + (1 - mu) * g)
        x = (1 - mu) * g + mu * b
        x = x / (x.norm() + 1e-7)
        if x.size(0) > x.size(1):
            x = x.T
        for _ in range(5):
            gram = x @ x.T
            x = 3.4445 * x + (-4.7750 * gram + 2.0315 * gram @ gram) @ x
        if w.size(0) > w.size(1):
            x = x.T
        scale = max(1, w.size(0) / w.size(1)) ** 0.5
        w.copy_(w * (1 - lr * group["weight_decay"]) - lr * scale * x)


class Lookahead(torch.optim.Adam):
    """Zhang et al. 2019, arXiv:1907.08610, Algorithm 1, around Adam: phi are the slow weights, theta the fast."""

    def __init__(self, params, foreach, k=5, alpha=0.5, **options):
        super().__init__(params, foreach=foreach, **options)
        self.k, self.alpha, self.t = k, alpha, 0

    @torch.no_grad()
    def step(self):
        (theta,) = self.param_groups[0]["params"]
        if self.t == 0:
            self.phi = theta.clone()
        super().step()
        self.t += 1
        if self.t % self.k == 0:
            self.phi += self.alpha * (theta - self.phi)
            theta.copy_(self.phi)


class Averaged(torch.optim.SGD):
    """PyTorch's own AveragedModel over the weights of gradient descent; the trace is the average."""

    def __init__(self, params, foreach, decay=None):
        super().__init__(params, lr=0.1, foreach=foreach)
        (w,) = params
        self.module = torch.nn.ParameterList([w])
        average = None if decay is None else lambda average, new, count: decay * average + (1 - decay) * new
        self.average = AveragedModel(self.module, avg_fn=average)

    def step(self):
        super().step()
        self.average.update_parameters(self.module)

    def result(self, w):
        return next(self.average.parameters()).detach()
