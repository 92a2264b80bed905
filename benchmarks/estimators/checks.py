"""All of scikit-learn's checks of an estimator, with the default parameters."""

from __future__ import annotations

import time
import warnings
from typing import Any

from sklearn.utils.estimator_checks import check_estimator

import glassnet as gn


def run(preset: str) -> None:
    """Print how many checks passed, and each that did not."""
    for cls in (gn.NetworkClassifier, gn.NetworkRegressor, gn.NetworkTransformer):
        began = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found: list[dict[str, Any]] = check_estimator(cls(preset), on_skip=None, on_fail=None)
        passed = sum(each["status"] == "passed" for each in found)
        print(f"{cls.__name__}: {passed} of {len(found)} checks passed, {time.perf_counter() - began:.0f} s")
        for each in found:
            if each["status"] != "passed":
                print(f"  {each['check_name']}: {each['status']}: {each['exception']}")
