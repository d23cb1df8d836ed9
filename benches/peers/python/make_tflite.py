"""Writes the forward rows as LiteRT models into the folder `models`, by the schema itself: TensorFlow is not needed."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from rows import PERCEPTRONS

generator = np.random.default_rng(0)
RELU = schema.ActivationFunctionType.RELU
SAME, VALID = schema.Padding.SAME, schema.Padding.VALID


def uniform(*shape):
    return ((generator.random(shape) * 2 - 1) * 0.1).astype(np.float32)


class Model:
    def __init__(self):
        self.buffers = [schema.BufferT()]
        self.tensors, self.operators, self.codes = [], [], []

    def tensor(self, shape, data=None, kind=schema.TensorType.FLOAT32):
        tensor = schema.TensorT()
        tensor.shape, tensor.type, tensor.name, tensor.buffer = list(shape), kind, f"t{len(self.tensors)}".encode(), 0
        if data is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(data.tobytes(), dtype=np.uint8)
            self.buffers.append(buffer)
            tensor.buffer = len(self.buffers) - 1
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def operator(self, code, inputs, output, options=None, options_type=0):
        if code not in self.codes:
            self.codes.append(code)
        operator = schema.OperatorT()
        operator.opcodeIndex = self.codes.index(code)
        operator.inputs, operator.outputs = inputs, [output]
        operator.builtinOptionsType, operator.builtinOptions = options_type, options
        self.operators.append(operator)
        return output

    def dense(self, x, inputs, outputs, relu):
        options = schema.FullyConnectedOptionsT()
        options.fusedActivationFunction = RELU if relu else 0
        weight, bias = self.tensor([outputs, inputs], uniform(outputs, inputs)), self.tensor([outputs], uniform(outputs))
        code, kind = schema.BuiltinOperator.FULLY_CONNECTED, schema.BuiltinOptions.FullyConnectedOptions
        return self.operator(code, [x, weight, bias], self.tensor([1, outputs]), options, kind)

    def convolution(self, x, kernel, inputs, outputs, size, padding):
        options = schema.Conv2DOptionsT()
        options.padding, options.fusedActivationFunction = padding, RELU
        options.strideW = options.strideH = options.dilationWFactor = options.dilationHFactor = 1
        shape = [outputs, kernel, kernel, inputs]
        weight, bias = self.tensor(shape, uniform(*shape)), self.tensor([outputs], uniform(outputs))
        code, kind = schema.BuiltinOperator.CONV_2D, schema.BuiltinOptions.Conv2DOptions
        return self.operator(code, [x, weight, bias], self.tensor([1, size, size, outputs]), options, kind)

    def max_pool(self, x, channels, size):
        options = schema.Pool2DOptionsT()
        options.padding = VALID
        options.strideW = options.strideH = options.filterWidth = options.filterHeight = 2
        code, kind = schema.BuiltinOperator.MAX_POOL_2D, schema.BuiltinOptions.Pool2DOptions
        return self.operator(code, [x], self.tensor([1, size, size, channels]), options, kind)

    def flatten(self, x, size):
        options = schema.ReshapeOptionsT()
        options.newShape = [1, size]
        shape = self.tensor([2], np.array([1, size], np.int32), schema.TensorType.INT32)
        code, kind = schema.BuiltinOperator.RESHAPE, schema.BuiltinOptions.ReshapeOptions
        return self.operator(code, [x, shape], self.tensor([1, size]), options, kind)

    def save(self, x, y, name):
        model, graph = schema.ModelT(), schema.SubGraphT()
        model.version, model.subgraphs, model.buffers, model.operatorCodes = 3, [graph], self.buffers, []
        graph.tensors, graph.operators, graph.inputs, graph.outputs = self.tensors, self.operators, [x], [y]
        for code in self.codes:
            operator_code = schema.OperatorCodeT()
            operator_code.builtinCode, operator_code.version = code, 1
            operator_code.deprecatedBuiltinCode = min(code, 127)
            model.operatorCodes.append(operator_code)
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), b"TFL3")
        with open(f"models/{name}.tflite", "wb") as file:
            file.write(builder.Output())


def perceptron(name, sizes, activation):
    model = Model()
    x = value = model.tensor([1, sizes[0]])
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        value = model.dense(value, a, b, relu=activation == "relu" and i < 2)
        if activation == "tanh" and i < 2:
            value = model.operator(schema.BuiltinOperator.TANH, [value], model.tensor([1, b]))
    model.save(x, value, name)


def lenet():
    model = Model()
    x = model.tensor([1, 28, 28, 1])
    value = model.max_pool(model.convolution(x, 5, 1, 6, 28, SAME), 6, 14)
    value = model.max_pool(model.convolution(value, 5, 6, 16, 10, VALID), 16, 5)
    value = model.flatten(value, 400)
    for inputs, outputs in [(400, 120), (120, 84), (84, 10)]:
        value = model.dense(value, inputs, outputs, relu=outputs > 10)
    model.save(x, value, "I4")


for name, (sizes, activation) in PERCEPTRONS.items():
    perceptron(name, sizes, activation)
lenet()
