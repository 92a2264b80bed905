"""``preset="tabular"``: the default. Up to 800 rows "small" with a chosen penalty; for more, RealMLP's simplified
recipe in fewer and smaller steps, its length chosen by rows held back.

From RealMLP-TD-S (Holzmüller, Grinsztajn, Steinwart 2024, Better by default: strong pre-tuned MLPs and boosted trees
on tabular data, NeurIPS, section 3 and table A.1) are: numbers by median and quartiles, clipped smoothly; one-hot
categories; a learned scale in front, whose rate is six times as high; three hidden layers of one width, SELU for
classes and Mish for values; weights N(0, 1/n) with rates divided by sqrt(n), biases N(0, 1) with a tenth of the rate,
zeros in the last layer; Adam with beta2 0.95; label smoothing 0.1; four cycles of rates, each twice as long as the one
before.

Otherwise, with what was measured in docs/presets.md:

- Batches of 64 rows at a quarter of the rate, in the place of 256: the rate per row is the same, and small tables get
  enough steps. 128 units in the place of 256: a step costs a quarter, and up to ten thousand rows nothing was lost.
  Larger tables have the recipe's own batches and width.
- 56 epochs in the place of 256, and more of them where 56 would be fewer than 200 steps, which leave the weights near
  where they began.
- No best epoch on a fifth of the rows. Cross-validation says after which of the last three cycles training ends, and
  whether weights decay: noisy tables want less, clean ones all of it. Then all rows are trained on.
- Few rows are better off with a smaller network, all rows in every step, and a penalty found by cross-validation
  ("small"): better on most tables of that size, at a tenth of the time. Where something is given that belongs to steps
  over batches, such as ``dropout``, and with ``partial_fit``, they are learned in steps as well.
"""

import math
from dataclasses import replace

from glassnet.estimators.presets import small
from glassnet.estimators.presets.settings import Settings
from glassnet.estimators.presets.tasks import OF_CLASSES, Task
from glassnet.initializers import Normal
from glassnet.optimizers import AdamW

MANY_ROWS = 10_000
FEW_ROWS, FEW_FOLDS, FEW_EPOCHS = 800, 3, 200
# Times 1 / n_rows, the strongest first: where all are alike, it wins.
PENALTIES = (10.0, 3.0, 1.0)
EPOCHS, LEAST_EPOCHS, LEAST_STEPS = 56, 14, 200
# In batches of 256, as the recipe states them.
RATES, BATCH = {True: 0.04, False: 0.07}, 256
SMALL_BATCH = 64
# Parts that are held back in turn, up to so many rows; one part beyond.
FOLDS = ((600, 4), (4000, 3))
DECAYS = (0.0, 0.3)
ADAM = AdamW(beta2=0.95, weight_decay=0.0)


def settings(n_rows: int, n_features: int, task: Task, in_steps: bool) -> Settings:
    """The recipe for so many rows."""
    if n_rows <= FEW_ROWS and not in_steps:
        return replace(
            small.settings(n_rows, n_features, task, in_steps),
            epochs=FEW_EPOCHS, folds=FEW_FOLDS, joins=True, penalties=tuple(penalty / n_rows for penalty in PENALTIES),
        )  # fmt: skip
    return in_steps_of(n_rows, task)


def in_steps_of(n_rows: int, task: Task) -> Settings:
    """RealMLP's simplified recipe for so many rows."""
    of_classes = OF_CLASSES[task]
    batch = SMALL_BATCH if n_rows <= MANY_ROWS else BATCH
    return Settings(
        hidden=((128,) if n_rows <= MANY_ROWS else (256,)) * 3,
        activation="selu" if of_classes else "mish",
        bias_initializer=Normal(1.0),
        optimizer=ADAM,
        learning_rate=RATES[of_classes] * batch / BATCH,
        epochs=epochs(n_rows, batch),
        batch_size=batch,
        label_smoothing=0.1 if of_classes else 0.0,
        folds=next((parts for most, parts in FOLDS if n_rows < most), 1),
        decays=DECAYS,
    )


def epochs(n_rows: int, batch: int) -> int:
    """56, more for few rows and fewer for very many."""
    if n_rows > MANY_ROWS:
        return max(LEAST_EPOCHS, round(EPOCHS * MANY_ROWS / n_rows))
    return max(EPOCHS, math.ceil(LEAST_STEPS * batch / max(n_rows, batch)))
