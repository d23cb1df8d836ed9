"""Ten steps of training a small convolutional network: loss by loss, and where the parameters end."""

import torch
from golden import Golden, grid
from torch import nn

golden = Golden("cnn_trace", seed=6)

SAMPLES, STEPS = 21, 10

inputs, labels = grid(SAMPLES, 1, 8, 8), torch.randint(0, 3, (SAMPLES,))
golden.exact("batch.input", inputs)
golden.exact("batch.target", labels)

network = nn.ModuleDict({
    "conv1": nn.Conv2d(1, 4, 3, padding=1),
    "conv2": nn.Conv2d(4, 6, 3, bias=False),  # a bias would drown in the mean that batch norm takes off
    "norm": nn.BatchNorm2d(6),
    "head": nn.Linear(6, 3),
})  # fmt: skip


def forward(x):
    x = torch.max_pool2d(torch.relu(network["conv1"](x)), 2)
    x = torch.relu(network["norm"](network["conv2"](x)))
    x = nn.functional.dropout(nn.functional.avg_pool2d(x, 2).flatten(1), 0.0)
    return network["head"](x)


# The weights of PyTorch's initialisation, rounded to what `f32` holds.
start = {name: (values * 1024).round() / 1024 for name, values in network.state_dict().items()}
for name, values in start.items():
    if values.is_floating_point():
        golden.exact(f"start.{name}", values)


def train(case, optimizer):
    network.load_state_dict(start)
    network.train()
    optimizer, losses = optimizer(network.parameters()), []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(forward(inputs), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    golden.result(f"{case}.loss", torch.tensor(losses))
    for name, values in network.state_dict().items():
        if values.is_floating_point():
            golden.result(f"{case}.{name}", values)
    golden.result(f"{case}.inference", forward_eval())
    print(case, losses[0], "→", losses[-1])


def forward_eval():
    network.eval()
    return forward(inputs)


train("sgd", lambda parameters: torch.optim.SGD(parameters, lr=0.125, momentum=0.875))
train("adam", lambda parameters: torch.optim.Adam(parameters, lr=1 / 64))

golden.save()
