"""``preset="sklearn"``: what scikit-learn's ``MLPClassifier()`` and ``MLPRegressor()`` do.

https://scikit-learn.org/stable/modules/generated/sklearn.neural_network.MLPClassifier.html
"""

from glassnet.estimators.presets.settings import Settings
from glassnet.estimators.presets.tasks import Task
from glassnet.optimizers import LBFGS, SGD, Adam, Optimizer

ALPHA = 1e-4
BATCH = 200
# What solver="sgd" and solver="lbfgs" are by default.
OPTIMIZERS: dict[str, Optimizer] = {
    "sgd": SGD(1e-3, momentum=0.9, nesterov=True), "lbfgs": LBFGS(gradient_tolerance=1e-4),
}  # fmt: skip


def settings(n_rows: int, n_features: int, task: Task, in_steps: bool) -> Settings:
    """One hidden layer of 100 ReLU, Adam at 0.001, batches of 200, until the loss stops falling.

    Numbers are taken as they are, in float64. scikit-learn divides its penalty by the rows of the batch.
    """
    batch = min(BATCH, n_rows)
    return Settings(
        scaling="none", clip=False, scale_targets=False, hidden=(100,), activation="relu", front_scale=None,
        initializer="glorot_uniform", bias_initializer="glorot_uniform", output_initializer="glorot_uniform",
        output_bias_initializer="glorot_uniform", rates_by_inputs=False, bias_rate_factor=1.0, l2=ALPHA / batch,
        optimizer=Adam(), learning_rate=1e-3, schedule="constant", epochs=200, batch_size=batch,
        validation_share=0.0, monitor="loss", patience=10, minimum_change=1e-4, restore_best=False, dtype="float64",
    )  # fmt: skip
