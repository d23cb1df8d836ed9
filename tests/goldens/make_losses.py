"""The losses with their options, over 21 samples."""

import torch
from golden import Golden, grid
from torch import nn

golden = Golden("losses", seed=5)

N, CLASSES = 21, 5


def case(name, loss, outputs, targets):
    y = outputs.clone().requires_grad_()
    value = loss(y, targets)
    value.backward()
    golden.exact(f"{name}.output", y)
    golden.exact(f"{name}.target", targets)
    golden.result(f"{name}.loss", value)
    golden.result(f"{name}.d_output", y.grad)


def both(name, loss, outputs, targets, **options):
    """With reduction mean and sum."""
    for reduction in ["mean", "sum"]:
        case(f"{name}_{reduction}", loss(reduction=reduction, **options), outputs(), targets())


def regression():
    return grid(N, 4)


def equal_in_places():
    """Targets that some outputs of `coarse` meet exactly, where |y − t| has its kink."""
    return torch.randint(-2, 3, (N, 4)).double()


coarse = equal_in_places

both("mse", nn.MSELoss, regression, regression)
both("l1", nn.L1Loss, coarse, equal_in_places)
both("smooth_l1", nn.SmoothL1Loss, coarse, equal_in_places)
both("smooth_l1_beta", nn.SmoothL1Loss, regression, regression, beta=0.5)
both("huber", nn.HuberLoss, coarse, equal_in_places)
both("huber_delta", nn.HuberLoss, regression, regression, delta=0.75)


def logits():
    return grid(N, CLASSES)


def extreme_logits():
    return torch.randint(-1, 2, (N, CLASSES)) * 60.0


def classes():
    return torch.randint(0, CLASSES, (N,))


def fractions():
    """Distributions with denominators of 64, so that `f32` holds them and they sum to 1."""
    cuts = torch.randint(0, 65, (N, CLASSES - 1)).sort(dim=1).values
    return torch.diff(cuts, dim=1, prepend=torch.zeros(N, 1).long(), append=torch.full((N, 1), 64)) / 64


weight = torch.tensor([0.5, 2.0, 1.0, 0.25, 1.5])

both("cross_entropy", nn.CrossEntropyLoss, logits, classes)
both("cross_entropy_extreme", nn.CrossEntropyLoss, extreme_logits, classes)
both("cross_entropy_weight", nn.CrossEntropyLoss, logits, classes, weight=weight)
both("cross_entropy_smoothing", nn.CrossEntropyLoss, logits, classes, label_smoothing=0.125)
both("cross_entropy_smoothing_weight", nn.CrossEntropyLoss, logits, classes, label_smoothing=0.125, weight=weight)
both("cross_entropy_ignore", nn.CrossEntropyLoss, logits, classes, ignore_index=2)
both(
    "cross_entropy_ignore_smoothing_weight", nn.CrossEntropyLoss, logits, classes,
    ignore_index=2, label_smoothing=0.125, weight=weight,
)  # fmt: skip
both("cross_entropy_probabilities", nn.CrossEntropyLoss, logits, fractions)
both("cross_entropy_probabilities_extreme", nn.CrossEntropyLoss, extreme_logits, fractions)
both("cross_entropy_probabilities_weight", nn.CrossEntropyLoss, logits, fractions, weight=weight)
both("cross_entropy_probabilities_smoothing", nn.CrossEntropyLoss, logits, fractions, label_smoothing=0.125)
both(
    "cross_entropy_probabilities_smoothing_weight", nn.CrossEntropyLoss, logits, fractions,
    label_smoothing=0.125, weight=weight,
)  # fmt: skip


def log_likelihoods():
    """Exact negative numbers; NLLLoss does not ask that they are normalised."""
    return -grid(N, CLASSES).abs()


both("nll", nn.NLLLoss, log_likelihoods, classes)
both("nll_weight", nn.NLLLoss, log_likelihoods, classes, weight=weight)
both("nll_ignore", nn.NLLLoss, log_likelihoods, classes, ignore_index=2)
both("nll_ignore_weight", nn.NLLLoss, log_likelihoods, classes, ignore_index=2, weight=weight)


def probabilities():
    return torch.randint(1, 64, (N, 3)) / 64


def bits():
    return torch.randint(0, 2, (N, 3)).double()


def certain():
    """0 and 1, where the logarithm is −∞ and PyTorch clamps it to −100."""
    return torch.randint(0, 2, (N, 3)).double()


both("bce", nn.BCELoss, probabilities, bits)
both("bce_soft_targets", nn.BCELoss, probabilities, probabilities)
both("bce_with_logits", nn.BCEWithLogitsLoss, lambda: grid(N, 3), bits)
both("bce_with_logits_soft_targets", nn.BCEWithLogitsLoss, lambda: grid(N, 3), probabilities)
both("bce_with_logits_extreme", nn.BCEWithLogitsLoss, lambda: torch.randint(-1, 2, (N, 3)) * 60.0, bits)
both(
    "bce_with_logits_pos_weight", nn.BCEWithLogitsLoss, lambda: grid(N, 3), probabilities,
    pos_weight=torch.tensor([0.5, 3.0, 1.0]),
)  # fmt: skip
# The loss alone: at 0 and 1 the gradient is a quotient by a number that PyTorch picks (1e-12).
for reduction in ["mean", "sum"]:
    y, t = certain(), bits()
    golden.exact(f"bce_certain_{reduction}.output", y)
    golden.exact(f"bce_certain_{reduction}.target", t)
    golden.result(f"bce_certain_{reduction}.loss", nn.BCELoss(reduction=reduction)(y, t))

# `fractions` holds zeros, where t·ln t is 0.
both("kl_div", nn.KLDivLoss, log_likelihoods, fractions)
both("kl_div_log_target", nn.KLDivLoss, log_likelihoods, log_likelihoods, log_target=True)
case("kl_div_batchmean", nn.KLDivLoss(reduction="batchmean"), log_likelihoods(), fractions())


def of_heads(y, target):
    """A loss for each of three heads, of 5, 3 and 4 outputs; the first target is a class."""
    classes, sizes, image = y.split([CLASSES, 3, 4], 1)
    return (
        nn.CrossEntropyLoss(weight=weight, ignore_index=2)(classes, target[:, 0].long())
        + 0.25 * nn.MSELoss(reduction="sum")(sizes, target[:, 1:4])
        + 3.0 * nn.SmoothL1Loss()(image, target[:, 4:])
    )


of_three = torch.cat([classes()[:, None].double(), grid(N, 7)], 1)
case("heads", of_heads, grid(N, CLASSES + 7), of_three)


def at_each_position(loss):
    """Outputs [length, classes] as ours, which PyTorch has as [classes, length]."""
    return lambda y, target: loss(y.transpose(1, 2), target)


POSITIONS = 3
for reduction in ["mean", "sum"]:
    at_positions = grid(N, POSITIONS, CLASSES)
    of_positions = torch.randint(0, CLASSES, (N, POSITIONS))
    options = {"weight": weight, "ignore_index": 2, "reduction": reduction}
    cross_entropy = at_each_position(nn.CrossEntropyLoss(label_smoothing=0.125, **options))
    case(f"cross_entropy_positions_{reduction}", cross_entropy, at_positions, of_positions)
    case(f"nll_positions_{reduction}", at_each_position(nn.NLLLoss(**options)), at_positions, of_positions)

golden.save()
