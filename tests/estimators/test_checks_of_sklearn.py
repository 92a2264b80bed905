"""scikit-learn's own checks of an estimator: all of them pass, and none is expected to fail.

The networks are small here, so that all checks take seconds; the defaults pass, too, in some minutes:
``python -m benchmarks.estimators.checks``.
"""

from typing import Any

import pytest
from sklearn.utils import estimator_checks as checks

import glassnet as gn

QUICK: dict[str, Any] = {"hidden": (16,), "epochs": 24, "learning_rate": 0.2}
ESTIMATORS = (
    gn.NetworkClassifier(**QUICK),
    gn.NetworkRegressor(**QUICK),
    gn.NetworkTransformer(**QUICK),
)
# What scikit-learn asks of its own, beyond what it asks of others.
MORE = {
    "NetworkClassifier": (
        checks.check_dataframe_column_names_consistency,
        checks.check_inplace_ensure_writeable,
    ),
    "NetworkRegressor": (
        checks.check_dataframe_column_names_consistency,
        checks.check_inplace_ensure_writeable,
    ),
    "NetworkTransformer": (
        checks.check_dataframe_column_names_consistency,
        checks.check_transformer_get_feature_names_out,
        checks.check_transformer_get_feature_names_out_pandas,
        checks.check_get_feature_names_out_error,
        checks.check_set_output_transform,
        checks.check_set_output_transform_pandas,
        checks.check_set_output_transform_polars,
    ),
}


@pytest.mark.filterwarnings("ignore:X does not have valid feature names", "ignore:X has feature names")
@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda each: type(each).__name__)
def test_every_check_passes(estimator: Any) -> None:
    found = checks.check_estimator(estimator, on_skip=None, on_fail="raise")
    assert len(found) >= 55
    left_out = {each["check_name"] for each in found if each["status"] != "passed"}
    assert left_out <= {
        "check_array_api_input"
    }  # which needs SCIPY_ARRAY_API to be set before SciPy is loaded
    for check in MORE[type(estimator).__name__]:
        check(type(estimator).__name__, estimator)
