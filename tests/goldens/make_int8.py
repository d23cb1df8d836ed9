"""Integer networks: PyTorch's observers and fake quantisation, and a network computed with Python's whole numbers.

Case `observer`: batches, and range, scale and zero of `MovingAverageMinMaxObserver` after them, for 0 to 127.
Case `activations`: `fake_quantize_per_tensor_affine` with these, and its gradient for upstream ones.
Case `weights`: `fake_quantize_per_channel_affine` from −127 to 127, with scales `max |w| / 127`.
Case `network`: Conv2d(4, 3, stride 2, padding 1), Relu, MaxPool2d(2), Linear(7), Tanh, Linear(3) over [2, 9, 9], in whole
numbers as the equations of `chainrule::quantized` say: stored are parameters, ranges, inputs, and the outputs in `f32`.
"""

import math
from fractions import Fraction

import numpy as np
import torch
from torch.ao.quantization.observer import MovingAverageMinMaxObserver

from golden import Golden, grid

f32 = np.float32
golden = Golden("int8", 9)


def half_up(x):
    return math.floor(x + Fraction(1, 2))


def affine(low, high):
    """Scale and zero of 0..127."""
    low, high = min(f32(low), f32(0)), max(f32(high), f32(0))
    scale = max(f32(f32(high - low) / f32(127)), np.finfo(np.float32).eps)
    return scale, int(np.clip(np.rint(-low / scale), 0, 127))


def quantize(x, scale, zero):
    inverse = f32(1) / scale
    return np.clip(np.rint(x.astype(f32) * inverse).astype(np.int64) + zero, 0, 127)


def weights(w, bias, in_affine):
    """Whole weights, whole biases, and the unit of the sums."""
    in_scale, in_zero = in_affine
    flat = w.reshape(w.shape[0], -1).astype(f32)
    scale = (np.abs(flat).max(1) / f32(127)).astype(f32)
    q = np.rint(flat / scale[:, None]).astype(np.int64)
    units = [Fraction(float(s)) * Fraction(float(in_scale)) for s in scale]
    whole = []
    for b, unit, row in zip(bias, units, q):
        exact = Fraction(float(b)) / unit
        nearest = half_up(exact) if exact >= 0 else -half_up(-exact)
        whole.append(nearest - in_zero * int(row.sum()))
    return q.reshape(w.shape), whole, units


def requantize(sums, units, out_affine, low):
    """Multiplier and shift: the largest factor has 31 bits."""
    out_scale, zero = out_affine
    ratios = [unit / Fraction(float(out_scale)) for unit in units]
    shift = 1
    while shift < 50 and max(ratios) * 2 ** (shift + 1) < 2**31 - 1:
        shift += 1
    factors = [half_up(ratio * 2**shift) for ratio in ratios]
    out = np.zeros(sums.shape, dtype=np.int64)
    for channel, factor in enumerate(factors):
        for index, total in np.ndenumerate(sums[channel]):
            value = (int(total) * factor + (zero << shift) + (1 << (shift - 1))) >> shift
            out[(channel, *index)] = min(max(value, low), 127)
    return out


def main():
    # The observer keeps its range in the default type.
    torch.set_default_dtype(torch.float32)
    observer = MovingAverageMinMaxObserver(averaging_constant=0.01, quant_min=0, quant_max=127, dtype=torch.quint8)
    batches = grid(5, 4, 6)
    for batch in batches:
        observer(batch)
    scale, zero = observer.calculate_qparams()
    golden.exact("observer.batches", batches.double())
    golden.exact("observer.range", torch.stack([observer.min_val, observer.max_val]).double())
    golden.exact("observer.scale", scale.double())
    golden.exact("observer.zero", zero.double())

    x = (grid(40, 6).float() * 1.5).requires_grad_()
    y = torch.fake_quantize_per_tensor_affine(x, scale, zero.int(), 0, 127)
    y.backward(torch.ones_like(y))
    golden.exact("activations.input", x.double())
    golden.exact("activations.output", y.double())
    golden.exact("activations.d_input", x.grad.double())

    w = grid(5, 6).float()
    scales = w.abs().amax(1) / 127
    rounded = torch.fake_quantize_per_channel_affine(w, scales, torch.zeros(5, dtype=torch.int32), 0, -127, 127)
    golden.exact("weights.weight", w.double())
    golden.exact("weights.output", rounded.double())

    conv, conv_bias = grid(4, 2, 3, 3, scale=0.5).numpy(), grid(4, scale=0.25).numpy()
    fc1, fc1_bias = grid(7, 16, scale=0.25).numpy(), grid(7, scale=0.25).numpy()
    fc2, fc2_bias = grid(3, 7).numpy(), grid(3).numpy()
    # Of the input, behind the first Relu, behind the first Linear, and behind Tanh.
    ranges = [(-2.0, 1.5), (0.0, 6.25), (-4.5, 3.0), (-1.0, 1.0)]
    images = grid(20, 2, 9, 9).numpy()
    for name, value in [
        ("conv.weight", conv), ("conv.bias", conv_bias), ("fc1.weight", fc1), ("fc1.bias", fc1_bias),
        ("fc2.weight", fc2), ("fc2.bias", fc2_bias), ("ranges", np.array(ranges)), ("input", images),
    ]:
        golden.exact(f"network.{name}", torch.as_tensor(value))
    a, b, c, d = (affine(*r) for r in ranges)
    conv_q, conv_b, conv_units = weights(conv, conv_bias, a)
    fc1_q, fc1_b, fc1_units = weights(fc1, fc1_bias, b)
    fc2_q, fc2_b, fc2_units = weights(fc2, fc2_bias, d)
    # The function in single precision: PyTorch's, which is ours but for the last bit; none lies near a tie.
    exact = np.tanh((np.arange(128) - c[1]) * np.float64(c[0])) / np.float64(d[0])
    assert np.abs(exact - np.floor(exact) - 0.5).min() > 1e-4
    table = np.clip(np.rint(exact).astype(np.int64) + d[1], 0, 127)
    outputs = []
    for image in images:
        q = quantize(image, *a)
        padded = np.full((2, 11, 11), a[1], dtype=np.int64)
        padded[:, 1:10, 1:10] = q
        sums = np.zeros((4, 5, 5), dtype=np.int64)
        for o in range(4):
            for i in range(5):
                for j in range(5):
                    window = padded[:, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3]
                    sums[o, i, j] = conv_b[o] + (conv_q[o] * window).sum()
        q = requantize(sums, conv_units, b, b[1])
        q = q[:, :4, :4].reshape(4, 2, 2, 2, 2).max((2, 4)).reshape(-1)
        q = requantize(fc1_q @ q + np.array(fc1_b), fc1_units, c, 0)
        q = table[q]
        total = fc2_q @ q + np.array(fc2_b)
        outputs.append([f32(int(t)) * f32(float(u)) for t, u in zip(total, fc2_units)])
    golden.exact("network.output", torch.as_tensor(np.array(outputs, dtype=np.float64)))
    golden.save()


main()
