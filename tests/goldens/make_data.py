"""Writes the files in data/: arrays as NumPy saves them, and what it makes of the rows of examples/data/diabetes.csv.

    /usr/bin/python3 tests/goldens/make_data.py

Element i of an array, row-major, is i/2 − 3 for floating-point numbers and i for whole ones.
"""

import pathlib
import time
import zipfile

import numpy as np

folder = pathlib.Path(__file__).with_name("data")
folder.mkdir(exist_ok=True)
# The entries of an archive bear the time; so the bytes come out the same.
zipfile.time.localtime = lambda *_: time.struct_time((1980, 1, 1, 0, 0, 0, 1, 1, 0))


def array(shape, dtype):
    count = np.arange(int(np.prod(shape)))
    values = count / 2 - 3 if np.dtype(dtype).kind == "f" else count
    return values.reshape(shape).astype(dtype)


for dtype in ["<f2", "<f4", "<f8", ">f4", ">f8", "|u1", "|i1", "<u2", ">i2", "<u4", "<i4", "<u8", ">i8", "|b1"]:
    name = {"<": "le", ">": "be", "|": "b"}[dtype[0]] + "_" + dtype[1:]
    np.save(folder / f"{name}.npy", array((4, 2, 3), dtype))
np.save(folder / "fortran.npy", np.asfortranarray(array((4, 2, 3), "<f4")))
np.save(folder / "scalar.npy", np.float32(1))
np.save(folder / "text.npy", np.array(["a", "b"]))
np.save(folder / "records.npy", np.zeros(2, dtype=[("x", "<f4"), ("y", "<i4")]))
with open(folder / "version3.npy", "wb") as file:
    np.lib.format.write_array(file, array((4, 2, 3), "<f4"), version=(3, 0))

arrays = {"x": array((4, 2, 3), "<f4"), "y": np.array([2, 0, 1, 300])}
np.savez(folder / "plain.npz", **arrays)
np.savez_compressed(folder / "compressed.npz", **arrays)

rows = np.loadtxt(folder.parents[2] / "examples/data/diabetes.csv", delimiter=",")
inputs, targets = rows[:, :10].astype("<f4"), rows[:, 10:].astype("<f4")
numbers = inputs.astype("<f8")
np.savez(
    folder / "diabetes.npz",
    inputs=inputs,
    targets=targets,
    mean=numbers.mean(0),
    std=numbers.std(0),
    minimum=numbers.min(0),
    range=numbers.max(0) - numbers.min(0),
    mean_of_all=numbers.mean(keepdims=True).reshape(1),
    std_of_all=numbers.std(keepdims=True).reshape(1),
)
print(*(f"{path.name}: {path.stat().st_size} bytes" for path in sorted(folder.iterdir())), sep="\n")
