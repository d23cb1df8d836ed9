"""LiteRT with its XNNPACK delegate, and the models that make_tflite.py wrote: `invoke` alone, without copying in and out.

usage: litert_bench.py [ROW]...
"""

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from rows import THREADS, failed, forward_row, nanoseconds, wanted

for row in wanted(["I1", "I2", "I3", "I4", "I6"]):
    try:
        interpreter = Interpreter(model_path=f"models/{row}.tflite", num_threads=THREADS)
        interpreter.allocate_tensors()
        details = interpreter.get_input_details()[0]
        interpreter.set_tensor(details["index"], np.random.rand(*details["shape"]).astype(np.float32))
        forward_row("litert", row, nanoseconds(interpreter.invoke))
    except Exception as error:
        failed(row, error)
