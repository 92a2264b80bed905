"""Writes the golden pickles of a format; run once for each, and never again for one that exists.

``python -m tests.estimators.golden.write``
"""

import pickle
from pathlib import Path
from typing import Any

import numpy as np

import glassnet as gn
from glassnet.estimators.fitted import FORMAT

FOLDER = Path(__file__).parent
X = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0], [2.0, 1.0], [np.nan, 3.0]])
CLASSES = ["no", "yes", "yes", "no", "yes", "no"]
QUICK: dict[str, Any] = {"hidden": (3,), "epochs": 4, "random_state": 0, "engine": "numpy"}


def written(model: Any, y: Any) -> bytes:
    model.fit(X, y)
    answer = model.transform(X) if hasattr(model, "transform") else model.predict(X)
    return pickle.dumps({"model": model, "X": X, "y": y, "answer": answer}, protocol=5)


if __name__ == "__main__":
    for name, content in {
        "classifier": written(gn.NetworkClassifier(ensemble=2, **QUICK), CLASSES),
        "regressor": written(gn.NetworkRegressor(early_stopping=False, **QUICK), X[:, 1] * 10),
        "transformer": written(gn.NetworkTransformer(**QUICK), CLASSES),
    }.items():  # fmt: skip
        path = FOLDER / f"{name}_{FORMAT}.pickle"
        if path.exists():
            raise SystemExit(f"{path.name} is there, and golden files stay as they are")
        path.write_bytes(content)
