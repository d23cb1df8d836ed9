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

golden.save()
