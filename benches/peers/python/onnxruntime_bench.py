"""onnxruntime from Python, with the models that make_onnx.py wrote. usage: onnxruntime_bench.py [ROW]..."""

import numpy as np
import onnxruntime as ort

from rows import FORWARD, THREADS, forward_row, nanoseconds, wanted

for row in wanted(FORWARD):
    options = ort.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.inter_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = ort.InferenceSession(f"models/{row}.onnx", options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    feed = {value.name: np.random.rand(*value.shape).astype(np.float32) for value in session.get_inputs()}

    def call():
        state = session.run(None, feed)[1:]
        feed.update(zip(names[1:], state))

    forward_row("ort_python", row, nanoseconds(call))
