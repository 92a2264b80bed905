"""``preset="small"``: L-BFGS on all rows at once, for tables of some hundred rows."""

from glassnet.estimators.presets.settings import Settings
from glassnet.estimators.presets.tasks import Task
from glassnet.optimizers import LBFGS


def settings(n_rows: int, n_features: int, task: Task) -> Settings:
    """One hidden layer of 32, a penalty on large weights, and no validation part: every row counts."""
    return Settings(
        hidden=(32,), activation="tanh", front_scale=None, initializer="glorot_uniform",
        output_initializer="glorot_uniform", rates_by_inputs=False, bias_rate_factor=1.0, l2=1 / n_rows,
        optimizer=LBFGS(gradient_tolerance=1e-3), epochs=200, batch_size=None, validation_share=0.0, restore_best=False,
    )  # fmt: skip
