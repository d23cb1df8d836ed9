"""The rows, and how a call is timed; shared by all Python peers."""

import os
import statistics
import sys
import time

THREADS = int(os.environ.get("OMP_NUM_THREADS", "1"))

# name: sizes of the layers, activation
PERCEPTRONS = {
    "I1": ([4, 32, 32, 2], "tanh"),
    "I2": ([16, 64, 64, 8], "relu"),
    "I3": ([784, 128, 64, 10], "relu"),
    "I6": ([512, 1024, 1024, 256], "relu"),
}
FORWARD = ["I1", "I2", "I3", "I4", "I5gru", "I5lstm", "I6"]

# name: sizes of the layers, activation, loss, optimizer, batch
TRAINING = {
    "T1_b32": ([784, 128, 64, 10], "relu", "cross_entropy", "adam", 32),
    "T1_b256": ([784, 128, 64, 10], "relu", "cross_entropy", "adam", 256),
    "T2_b32": ("lenet", "relu", "cross_entropy", "adam", 32),
    "T2_b128": ("lenet", "relu", "cross_entropy", "adam", 128),
    "T3_b1": ([4, 32, 32, 2], "tanh", "mse", "sgd", 1),
    "T3_b32": ([4, 32, 32, 2], "tanh", "mse", "sgd", 32),
    "T4_b128": ([1024, 1024, 1024, 1024], "relu", "mse", "sgd", 128),
}
T4_FLOP = 2.0 * 8 * 128 * 1024 * 1024


def wanted(names):
    """Those of the names that the command line asks for, all of them if it asks for none."""
    asked = sys.argv[1:]
    return [name for name in names if not asked or name in asked]


def nanoseconds(call):
    """The median over 11 chunks of at least 30 ms of the mean in a chunk, after 0.3 s of warming up."""
    start, calls = time.perf_counter(), 0
    while time.perf_counter() - start < 0.3:
        call()
        calls += 1
    calls = max(1, int(0.03 / (0.3 / calls)))
    means = []
    for _ in range(11):
        start = time.perf_counter_ns()
        for _ in range(calls):
            call()
        means.append((time.perf_counter_ns() - start) / calls)
    return statistics.median(means)


def forward_row(peer, row, ns):
    print(f"{peer}\t{row}\tthreads={THREADS}\t{ns:.1f}\tns", flush=True)


def training_row(peer, row, ns):
    batch = TRAINING[row][4]
    print(f"{peer}\t{row}\tthreads={THREADS}\t{batch * 1e9 / ns:.1f}\tsamples/s", flush=True)
    if row == "T4_b128":
        print(f"{peer}\t{row}_gflops\tthreads={THREADS}\t{T4_FLOP / ns:.1f}\tGFLOP/s", flush=True)


def failed(row, error):
    print(f"# {row} failed: {error!r}"[:300], flush=True)
