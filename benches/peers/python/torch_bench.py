"""PyTorch. usage: torch_bench.py [ROW]...   (TORCH_MODE=eager, the default, compile or jit)"""

import os
import warnings

import torch
from torch import nn

from rows import FORWARD, PERCEPTRONS, THREADS, TRAINING, failed, forward_row, nanoseconds, training_row, wanted

MODE = os.environ.get("TORCH_MODE", "eager")
PEER = f"torch_{MODE}"


def perceptron(sizes, activation):
    activation = {"relu": nn.ReLU, "tanh": nn.Tanh}[activation]
    a, b, c, d = sizes
    return nn.Sequential(nn.Linear(a, b), activation(), nn.Linear(b, c), activation(), nn.Linear(c, d))


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(),
        nn.Linear(120, 84), nn.ReLU(),
        nn.Linear(84, 10),
    )  # fmt: skip


class Gru(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(1, 16)
        self.dense = nn.Linear(16, 1)

    def forward(self, x, h):
        h = self.cell(x, h)
        return self.dense(h), h


class Lstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.LSTMCell(1, 20)
        self.dense = nn.Linear(20, 1)

    def forward(self, x, h, c):
        h, c = self.cell(x, (h, c))
        return self.dense(h), h, c


def network(row):
    """The network of a forward row, its input, and its initial state."""
    if row in PERCEPTRONS:
        sizes, activation = PERCEPTRONS[row]
        return perceptron(sizes, activation), torch.randn(1, sizes[0]), []
    if row == "I4":
        return lenet(), torch.randn(1, 1, 28, 28), []
    if row == "I5gru":
        return Gru(), torch.randn(1, 1), [torch.zeros(1, 16)]
    return Lstm(), torch.randn(1, 1), [torch.zeros(1, 20), torch.zeros(1, 20)]


def prepared(model, arguments):
    if MODE == "compile":
        return torch.compile(model)
    if MODE == "jit":
        warnings.simplefilter("ignore")
        return torch.jit.optimize_for_inference(torch.jit.trace(model, arguments))
    return model


def forward_call(row):
    model, x, state = network(row)
    model = prepared(model.eval(), (x, *state))
    if not state:
        return lambda: model(x)

    def call():
        state[:] = model(x, *state)[1:]

    return call


def step_call(row):
    sizes, activation, loss, optimizer, batch = TRAINING[row]
    if sizes == "lenet":
        model, x = lenet(), torch.randn(batch, 1, 28, 28)
    else:
        model, x = perceptron(sizes, activation), torch.rand(batch, sizes[0]) * 2 - 1
    if loss == "cross_entropy":
        target, loss = torch.arange(batch) % 10, nn.CrossEntropyLoss()
    else:
        target, loss = torch.zeros(batch, sizes[3]), nn.MSELoss()
    if optimizer == "adam":
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    else:
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-2, fused=True)

    def objective(x, target):
        return loss(model(x), target)

    if MODE == "compile":
        objective = torch.compile(objective)

    def call():
        optimizer.zero_grad(set_to_none=True)
        objective(x, target).backward()
        optimizer.step()

    return call


def main():
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    torch.set_flush_denormal(True)
    if MODE == "compile":
        import torch._inductor.config as inductor

        inductor.freezing = True
        inductor.cpp_wrapper = True
    no_gradients = torch.no_grad if MODE == "compile" else torch.inference_mode
    for row in wanted(FORWARD):
        try:
            with no_gradients():
                forward_row(PEER, row, nanoseconds(forward_call(row)))
        except Exception as error:
            failed(row, error)
    for row in wanted(TRAINING):
        try:
            training_row(PEER, row, nanoseconds(step_call(row)))
        except Exception as error:
            failed(row, error)


main()
