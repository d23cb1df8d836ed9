"""Writes the forward rows as ONNX models into the folder `models`."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from rows import PERCEPTRONS

generator = np.random.default_rng(0)
node = helper.make_node


def uniform(*shape, bound=0.1):
    return ((generator.random(shape) * 2 - 1) * bound).astype(np.float32)


def save(name, nodes, initializers, inputs, outputs):
    def values(shapes):
        return [helper.make_tensor_value_info(key, TensorProto.FLOAT, shape) for key, shape in shapes.items()]

    tensors = [numpy_helper.from_array(array, key) for key, array in initializers.items()]
    graph = helper.make_graph(nodes, name, values(inputs), values(outputs), tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, f"models/{name}.onnx")


def perceptron(name, sizes, activation):
    nodes, tensors, value = [], {}, "x"
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        tensors |= {f"w{i}": uniform(a, b, bound=float(1 / np.sqrt(a))), f"b{i}": uniform(b)}
        output = "y" if i == 2 else f"z{i}"
        nodes.append(node("Gemm", [value, f"w{i}", f"b{i}"], [output]))
        if i < 2:
            nodes.append(node("Tanh" if activation == "tanh" else "Relu", [output], [f"h{i}"]))
            value = f"h{i}"
    save(name, nodes, tensors, {"x": [1, sizes[0]]}, {"y": [1, sizes[3]]})


def lenet():
    shapes = {
        "k1": (6, 1, 5, 5), "c1": (6,), "k2": (16, 6, 5, 5), "c2": (16,),
        "w1": (400, 120), "b1": (120,), "w2": (120, 84), "b2": (84,), "w3": (84, 10), "b3": (10,),
    }  # fmt: skip
    pool = {"kernel_shape": [2, 2], "strides": [2, 2]}
    nodes = [
        node("Conv", ["x", "k1", "c1"], ["a"], kernel_shape=[5, 5], pads=[2, 2, 2, 2]),
        node("Relu", ["a"], ["b"]),
        node("MaxPool", ["b"], ["c"], **pool),
        node("Conv", ["c", "k2", "c2"], ["d"], kernel_shape=[5, 5]),
        node("Relu", ["d"], ["e"]),
        node("MaxPool", ["e"], ["f"], **pool),
        node("Flatten", ["f"], ["g"]),
        node("Gemm", ["g", "w1", "b1"], ["h"]),
        node("Relu", ["h"], ["i"]),
        node("Gemm", ["i", "w2", "b2"], ["j"]),
        node("Relu", ["j"], ["k"]),
        node("Gemm", ["k", "w3", "b3"], ["y"]),
    ]
    tensors = {name: uniform(*shape) for name, shape in shapes.items()}
    save("I4", nodes, tensors, {"x": [1, 1, 28, 28]}, {"y": [1, 10]})


def recurrent(name, kind, gates, size, states, **attributes):
    """One step and a dense layer; the state goes in and comes out."""
    tensors = {
        "W": uniform(1, gates * size, 1), "R": uniform(1, gates * size, size), "B": uniform(1, 2 * gates * size),
        "d": uniform(size, 1), "db": uniform(1), "s": np.array([0], dtype=np.int64),
    }  # fmt: skip
    after = [state + "n" for state in states]
    nodes = [
        node(kind, ["x", "W", "R", "B", "", *states], ["", *after], hidden_size=size, **attributes),
        node("Squeeze", ["hn", "s"], ["hq"]),
        node("Gemm", ["hq", "d", "db"], ["y"]),
    ]
    shape = [1, 1, size]
    inputs = {"x": [1, 1, 1]} | dict.fromkeys(states, shape)
    save(name, nodes, tensors, inputs, {"y": [1, 1]} | dict.fromkeys(after, shape))


for name, (sizes, activation) in PERCEPTRONS.items():
    perceptron(name, sizes, activation)
lenet()
recurrent("I5gru", "GRU", 3, 16, ["h"], linear_before_reset=1)
recurrent("I5lstm", "LSTM", 4, 20, ["h", "c"])
