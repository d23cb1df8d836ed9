"""The elementary functions of `f64`, to 40 digits, with mpmath.

For each function arguments `x`, the nearest `f64` to the exact result, `exact`, and what it is away from that, `rest`,
in units of the last place of `exact`: so a test can tell an error of 0.6 from one of 0.5.
"""

import json
import math
import pathlib
import random
import struct

import mpmath

COUNT = 2000
mpmath.mp.prec = 140
random.seed(8)


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def spread(low, high, edge):
    """A third evenly, a third with evenly distributed exponents, a third around the odd multiples of `edge`, where the
    reduction of the argument changes from one power of two to the next."""
    for i in range(COUNT):
        even = random.uniform(low, high)
        if i % 3 == 0:
            yield even
        elif i % 3 == 1:
            side = low if low < 0 and random.random() < 0.5 else high
            yield math.copysign(2 ** random.uniform(-60, math.log2(abs(side))), side)
        else:
            x = (2 * round(even / edge / 2) + 1) * edge * (1 + random.gauss(0, 1e-3))
            yield min(max(x, low), high)


def positive():
    """Evenly distributed exponents, every other time near 1."""
    for i in range(COUNT):
        yield 2 ** (random.uniform(-1022, 1023) if i % 2 else random.gauss(0, 0.5))


def quadrants(limit):
    """A half with evenly distributed exponents, a half around multiples of π/4, where quadrants change and zeros are."""
    for i in range(COUNT):
        if i % 2:
            yield math.copysign(2 ** random.uniform(-60, math.log2(limit)), random.random() - 0.5)
        else:
            x = random.randint(-4096, 4096) * math.pi / 4
            yield x + random.gauss(0, 1e-9)


HALF_LN_2 = math.log(2) / 2
FUNCTIONS = {
    "exp": (mpmath.exp, spread(-745.0, 709.7, HALF_LN_2)),
    "exp_m1": (mpmath.expm1, spread(-40.0, 709.7, HALF_LN_2)),
    "sigmoid": (sigmoid, spread(-745.0, 40.0, HALF_LN_2)),
    "tanh": (mpmath.tanh, spread(-20.0, 20.0, HALF_LN_2 / 2)),
    "erf": (mpmath.erf, spread(-6.0, 6.0, 0.5)),
    "ln": (mpmath.log, positive()),
    "ln_1p": (mpmath.log1p, spread(-0.999, 1e3, 0.25)),
    "sin": (mpmath.sin, quadrants(1.6e6)),
    "cos": (mpmath.cos, quadrants(1.6e6)),
}

header, data, wide, narrow = {}, b"", {}, {}
for name, (function, arguments) in FUNCTIONS.items():
    xs, exacts, rests = list(arguments), [], []
    for x in xs:
        result = function(mpmath.mpf(x))
        exact = float(result)
        exacts.append(exact)
        rests.append(float((result - mpmath.mpf(exact)) / mpmath.mpf(math.ulp(exact))))
    wide |= {f"{name}.x": xs, f"{name}.exact": exacts}
    narrow |= {f"{name}.rest": rests}

# Wider scalars first, so that every tensor is aligned.
for tensors, dtype, code in [(wide, "F64", "d"), (narrow, "F32", "f")]:
    for name, values in tensors.items():
        packed = struct.pack(f"<{len(values)}{code}", *values)
        header[name] = {"dtype": dtype, "shape": [len(values)], "data_offsets": [len(data), len(data) + len(packed)]}
        data += packed
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
path = pathlib.Path(__file__).with_name("elementary.safetensors")
path.write_bytes(struct.pack("<Q", len(text)) + text + data)
print(f"{path.name}: {len(header)} tensors, {path.stat().st_size} bytes")
