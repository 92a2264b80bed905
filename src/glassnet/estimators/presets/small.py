"""``preset="small"``: L-BFGS on all rows at once, for tables of some hundred rows.

With few rows a step over all of them costs next to nothing, and L-BFGS (Liu, Nocedal 1989, On the limited memory BFGS
method for large scale optimization, Mathematical Programming 45) needs neither a learning rate nor a schedule: it ends
where the loss does. What decides then is how strongly large weights are punished; "tabular" finds that by
cross-validation, and keeps five networks as one, at more than ten times the time.

A penalty of l2 = c / n_rows is the same belief about the weights however many rows there are, as the prior of a
Bayesian model is (MacKay 1992, A practical Bayesian framework for backpropagation networks, Neural Computation 4).
For it to mean the same for every feature, all have a standard deviation of 1, before they are clipped.
"""

from glassnet.estimators.presets.settings import Settings
from glassnet.estimators.presets.tasks import Task
from glassnet.optimizers import LBFGS

# Times 1 / n_rows.
PENALTY = 3.0
# Iterations of L-BFGS at most.
EPOCHS = 50


def settings(n_rows: int, n_features: int, task: Task, in_steps: bool) -> Settings:
    """One hidden layer of 64 tanh, and a penalty on large weights."""
    return Settings(
        scaling="standard", hidden=(64,), activation="tanh", front_scale=None, initializer="glorot_uniform",
        output_initializer="glorot_uniform", rates_by_inputs=False, bias_rate_factor=1.0, l2=PENALTY / n_rows,
        optimizer=LBFGS(), schedule="constant", epochs=EPOCHS, batch_size=None, validation_share=0.0,
    )  # fmt: skip
