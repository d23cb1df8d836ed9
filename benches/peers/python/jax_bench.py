"""JAX: `jax_jit` calls a compiled function, `jax_scan` runs many inputs or steps inside one, without the cost of a call.

usage: jax_bench.py [ROW]...
"""

import os

from rows import FORWARD, PERCEPTRONS, THREADS, TRAINING, forward_row, nanoseconds, training_row, wanted

os.environ["JAX_PLATFORMS"] = "cpu"
if THREADS == 1:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.tree_util import tree_map

jax.config.update("jax_cpu_enable_async_dispatch", False)
generator = np.random.default_rng(0)
FORWARDS_A_SCAN = 256


def uniform(*shape, bound=0.1):
    return jnp.asarray((generator.random(shape) * 2 - 1) * bound, dtype=jnp.float32)


def perceptron_parameters(sizes):
    return [(uniform(a, b, bound=1 / np.sqrt(a)), uniform(b)) for a, b in zip(sizes, sizes[1:])]


def perceptron(parameters, x, activation):
    activate = jnp.tanh if activation == "tanh" else jax.nn.relu
    for i, (w, b) in enumerate(parameters):
        x = x @ w + b
        if i < 2:
            x = activate(x)
    return x


def lenet_parameters():
    shapes = [(5, 5, 1, 6), (5, 5, 6, 16), (400, 120), (120, 84), (84, 10)]
    return [(uniform(*shape), uniform(shape[-1])) for shape in shapes]


def lenet(parameters, x):
    """Channels innermost, which XLA likes best on a CPU."""

    def convolve(x, w, b, padding):
        y = lax.conv_general_dilated(x, w, (1, 1), padding, dimension_numbers=("NHWC", "HWIO", "NHWC"))
        window = (1, 2, 2, 1)
        return lax.reduce_window(jax.nn.relu(y + b), -jnp.inf, lax.max, window, window, "VALID")

    first, second, a, b, c = parameters
    x = convolve(x, *first, [(2, 2), (2, 2)])
    x = convolve(x, *second, "VALID").reshape(x.shape[0], 400)
    x = jax.nn.relu(x @ a[0] + a[1])
    x = jax.nn.relu(x @ b[0] + b[1])
    return x @ c[0] + c[1]


def gru(parameters, x, h):
    wi, wh, b, bn, dense, bias = parameters
    gi, gh = x @ wi + b, h @ wh
    r = jax.nn.sigmoid(gi[:, :16] + gh[:, :16])
    z = jax.nn.sigmoid(gi[:, 16:32] + gh[:, 16:32])
    n = jnp.tanh(gi[:, 32:] + r * (gh[:, 32:] + bn))
    h = n + z * (h - n)
    return h @ dense + bias, h


def lstm(parameters, x, h, c):
    wi, wh, b, dense, bias = parameters
    i, f, g, o = jnp.split(x @ wi + h @ wh + b, 4, axis=1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    h = jax.nn.sigmoid(o) * jnp.tanh(c)
    return h @ dense + bias, h, c


def network(row):
    """A function of parameters, input and state to output and state, with a value for each."""
    if row in PERCEPTRONS:
        sizes, activation = PERCEPTRONS[row]
        return lambda p, x: (perceptron(p, x, activation),), perceptron_parameters(sizes), uniform(1, sizes[0]), ()
    if row == "I4":
        return lambda p, x: (lenet(p, x),), lenet_parameters(), uniform(1, 28, 28, 1), ()
    if row == "I5gru":
        parameters = (uniform(1, 48), uniform(16, 48), uniform(48), uniform(16), uniform(16, 1), uniform(1))
        return gru, parameters, uniform(1, 1), (jnp.zeros((1, 16)),)
    parameters = (uniform(1, 80), uniform(20, 80), uniform(80), uniform(20, 1), uniform(1))
    return lstm, parameters, uniform(1, 1), (jnp.zeros((1, 20)), jnp.zeros((1, 20)))


def time_forward(row):
    function, parameters, x, state = network(row)
    compiled = jax.jit(function)
    held = [state]

    def call():
        output, *held[0] = compiled(parameters, x, *held[0])
        output.block_until_ready()

    forward_row("jax_jit", row, nanoseconds(call))

    def one(state, x):
        output, *state = function(parameters, x, *state)
        return tuple(state), output

    scan = jax.jit(lambda xs, state: lax.scan(one, state, xs)[1])
    xs = jnp.stack([x] * FORWARDS_A_SCAN)
    forward_row("jax_scan", row, nanoseconds(lambda: scan(xs, state).block_until_ready()) / FORWARDS_A_SCAN)


def objective(sizes, activation, loss):
    forward = lenet if sizes == "lenet" else lambda p, x: perceptron(p, x, activation)
    if loss == "cross_entropy":

        def cross_entropy(p, x, labels):
            chosen = jnp.take_along_axis(jax.nn.log_softmax(forward(p, x)), labels[:, None], 1)
            return -jnp.mean(chosen)

        return cross_entropy
    return lambda p, x, targets: jnp.mean((forward(p, x) - targets) ** 2)


def sgd(gradient):
    def step(parameters, x, t):
        loss, gradients = gradient(parameters, x, t)
        return tree_map(lambda p, g: p - 1e-2 * g, parameters, gradients), loss

    return step


def adam(gradient):
    def step(state, x, t):
        parameters, m, v, steps = state
        loss, gradients = gradient(parameters, x, t)
        steps = steps + 1
        m = tree_map(lambda m, g: 0.9 * m + 0.1 * g, m, gradients)
        v = tree_map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradients)
        first, second = 1 - 0.9**steps, 1 - 0.999**steps
        update = lambda p, m, v: p - 1e-3 * (m / first) / (jnp.sqrt(v / second) + 1e-8)
        return (tree_map(update, parameters, m, v), m, v, steps), loss

    return step


def time_training(row):
    sizes, activation, loss, optimizer, batch = TRAINING[row]
    if sizes == "lenet":
        parameters, x = lenet_parameters, uniform(batch, 28, 28, 1, bound=1)
    else:
        parameters, x = lambda: perceptron_parameters(sizes), uniform(batch, sizes[0], bound=1)
    t = jnp.arange(batch) % 10 if loss == "cross_entropy" else jnp.zeros((batch, sizes[3]))
    gradient = jax.value_and_grad(objective(sizes, activation, loss))
    step = adam(gradient) if optimizer == "adam" else sgd(gradient)

    def start():
        p = parameters()
        if optimizer == "sgd":
            return p
        return p, tree_map(jnp.zeros_like, p), tree_map(jnp.zeros_like, p), jnp.float32(0)

    def time(function, x):
        held = [start()]

        def call():
            held[0], loss = function(held[0], x, t)
            loss.block_until_ready()

        return nanoseconds(call)

    training_row("jax_jit", row, time(jax.jit(step, donate_argnums=0), x))

    steps = 64 if row.startswith("T3") else 8
    many = lambda state, x, t: lax.scan(lambda state, _: step(state, x, t), state, None, length=steps)
    training_row("jax_scan", row, time(jax.jit(many, donate_argnums=0), x) / steps)


for row in wanted(FORWARD):
    time_forward(row)
for row in wanted(TRAINING):
    time_training(row)
