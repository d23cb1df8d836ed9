"""Writes metrics.safetensors: metrics that scikit-learn computed.

    pip install scikit-learn==1.9.1 safetensors==0.8.0
    python3 tests/goldens/make_metrics.py

Scores are multiples of 1/256, few enough that some are equal. Everything is stored as F64.
"""

import pathlib
import warnings

import numpy as np
from safetensors.numpy import save_file
from sklearn import metrics as sk

warnings.filterwarnings("ignore")
rng = np.random.default_rng(5)
tensors = {}


def put(name, values):
    assert name not in tensors, name
    tensors[name] = np.atleast_1d(np.array(values, dtype=np.float64))


def softmax(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def averages(case, labels, answers, which):
    for average in which:
        for name, score in [("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)]:
            put(f"{case}.{name}.{average}", score(labels, answers, average=average, zero_division=0))


def classes(case, scores, labels):
    answers = scores.argmax(axis=1)
    count = scores.shape[1]
    put(f"{case}.scores", scores)
    put(f"{case}.labels", labels)
    put(f"{case}.accuracy", sk.accuracy_score(labels, answers))
    for k in [1, 2, 3]:
        put(f"{case}.top{k}", sk.top_k_accuracy_score(labels, scores, k=k, labels=range(count)))
    put(f"{case}.confusion", sk.confusion_matrix(labels, answers, labels=range(count)))
    put(f"{case}.perplexity", np.exp(sk.log_loss(labels, softmax(scores), labels=range(count))))
    averages(case, labels, answers, ["macro", "micro", "weighted"])


def scores_for(labels, count, coarse):
    """Random scores on a coarse grid, with the right class a little ahead."""
    scores = rng.integers(-2 * coarse, 2 * coarse + 1, (len(labels), count)) / coarse
    scores[np.arange(len(labels)), labels] += 1.0
    return scores


labels = rng.integers(0, 5, 120)
classes("classes", scores_for(labels, 5, 64), labels)

# Many equal scores.
classes("ties", scores_for(labels, 5, 2), labels)

# No sample of class 2, which some answers are; no answer is class 3; class 4 does not occur at all.
labels = rng.choice([0, 1, 3], 80)
scores = scores_for(labels, 5, 64)
scores[:, 3:] = [-10.0, -11.0]
scores[:4, 2] = 9.0
classes("absent", scores, labels)

# A logit for class 1, with ties.
labels = rng.integers(0, 2, 90)
logits = rng.integers(-6, 7, 90) / 4 + labels * 0.75
answers = (logits > 0).astype(int)
put("binary.scores", logits)
put("binary.labels", labels)
put("binary.accuracy", sk.accuracy_score(labels, answers))
put("binary.auc", sk.roc_auc_score(labels, logits))
put("binary.perplexity", np.exp(sk.log_loss(labels, 1 / (1 + np.exp(-logits)))))
averages("binary", labels, answers, ["binary", "macro", "micro", "weighted"])

# All scores are the same; and no negative is below a positive.
put("auc.constant", sk.roc_auc_score([0, 1, 1, 0], [0.5, 0.5, 0.5, 0.5]))
put("auc.reversed", sk.roc_auc_score([1, 1, 0, 0], [-1.0, 0.0, 0.0, 2.0]))

targets = rng.integers(-512, 513, (70, 3)) / 256
outputs = targets + rng.integers(-100, 101, (70, 3)) / 256 * [1.0, 2.0, 0.25]
put("regression.outputs", outputs)
put("regression.targets", targets)
put("regression.mae", sk.mean_absolute_error(targets, outputs))
put("regression.rmse", sk.root_mean_squared_error(targets, outputs))
put("regression.r2", sk.r2_score(targets, outputs))

# The first target never changes, the second neither, but it is always right.
targets[:, 0], targets[:, 1] = 0.25, -1.0
outputs[:, 1] = -1.0
put("constant.outputs", outputs)
put("constant.targets", targets)
put("constant.r2", sk.r2_score(targets, outputs))

path = pathlib.Path(__file__).with_name("metrics.safetensors")
save_file(tensors, path)
print(f"{path.name}: {len(tensors)} tensors, {path.stat().st_size} bytes")
