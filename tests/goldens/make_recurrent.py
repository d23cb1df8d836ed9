"""RNN, GRU, LSTM: a single level, and stacks of several in both directions; Linear over the steps of a sequence."""

import torch
from golden import Golden, grid, randomize
from torch import nn

golden = Golden("recurrent", seed=11)


class States(nn.Module):
    """The states of all steps, or those behind the last one, with the parameters' own names."""

    def __init__(self, module, last):
        super().__init__()
        self.last = last
        self.module = module

    def named_parameters(self):
        return self.module.named_parameters()

    def forward(self, x):
        states, final = self.module(x)
        if not self.last:
            return states
        # The last level of `h_n`, both directions beside each other.
        h = final[0] if isinstance(final, tuple) else final
        directions = 2 if self.module.bidirectional else 1
        return torch.cat(list(h[-directions:]), dim=1)


def case(name, kind, length, inputs, hidden, last=False, samples=3, **options):
    module = kind(inputs, hidden, batch_first=True, **options)
    golden.layer(name, States(randomize(module), last), grid(samples, length, inputs))


for name, kind in [("rnn", nn.RNN), ("gru", nn.GRU), ("lstm", nn.LSTM)]:
    case(name, kind, 4, 3, 5)
    case(f"{name}_last", kind, 5, 2, 3, last=True)
    case(f"{name}_no_bias", kind, 3, 2, 4, bias=False)
    case(f"{name}_one_step", kind, 1, 3, 2)
    case(f"{name}_one_unit", kind, 3, 1, 1)
    case(f"{name}_wide", kind, 2, 5, 33)
    case(f"{name}_stack", kind, 4, 3, 5, num_layers=2)
    case(f"{name}_bidirectional", kind, 4, 3, 2, bidirectional=True)
    case(f"{name}_bidirectional_stack_last", kind, 3, 2, 3, num_layers=3, bidirectional=True, last=True)
case("rnn_relu", nn.RNN, 4, 3, 5, nonlinearity="relu")

golden.layer("linear_sequence", randomize(nn.Linear(5, 7)), grid(3, 4, 5))
golden.layer("linear_sequence_no_bias", randomize(nn.Linear(2, 3, bias=False)), grid(3, 3, 2))


class GruResetBefore(nn.GRU):
    """Cho et al. 2014, which PyTorch lacks: the reset gate acts on the state before the product with W_hn."""

    def forward(self, x):
        finals = []
        for level in range(self.num_layers):
            ends = [self.direction(x, level, reverse) for reverse in range(1 + self.bidirectional)]
            finals += [states[:, -1 if reverse == 0 else 0] for reverse, states in enumerate(ends)]
            x = torch.cat(ends, dim=2)
        return x, torch.stack(finals)

    def direction(self, x, level, reverse):
        suffix = f"_l{level}" + ("_reverse" if reverse else "")
        zeros = torch.zeros(3 * self.hidden_size)
        w_ih, w_hh = getattr(self, f"weight_ih{suffix}"), getattr(self, f"weight_hh{suffix}")
        b_ih, b_hh = getattr(self, f"bias_ih{suffix}", zeros), getattr(self, f"bias_hh{suffix}", zeros)
        w_r, w_z, w_n = w_hh.chunk(3)
        b_r, b_z, b_n = b_hh.chunk(3)
        h, states = torch.zeros(x.shape[0], self.hidden_size), []
        for step in range(x.shape[1] - 1, -1, -1) if reverse else range(x.shape[1]):
            x_r, x_z, x_n = (x[:, step] @ w_ih.T + b_ih).chunk(3, dim=1)
            r = torch.sigmoid(x_r + h @ w_r.T + b_r)
            z = torch.sigmoid(x_z + h @ w_z.T + b_z)
            n = torch.tanh(x_n + (r * h) @ w_n.T + b_n)
            h = (1 - z) * n + z * h
            states.append(h)
        return torch.stack(states[::-1] if reverse else states, dim=1)


case("gru_reset_before", GruResetBefore, 4, 3, 5)
case("gru_reset_before_last", GruResetBefore, 5, 2, 3, last=True)
case("gru_reset_before_no_bias", GruResetBefore, 3, 2, 4, bias=False)
case("gru_reset_before_wide", GruResetBefore, 3, 5, 33)
case("gru_reset_before_bidirectional_stack", GruResetBefore, 3, 2, 3, num_layers=2, bidirectional=True)

golden.save()
