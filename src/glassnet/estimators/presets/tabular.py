"""``preset="tabular"``: the default. Up to 800 rows "small" with a chosen penalty; for more, RealMLP's simplified
recipe in fewer and smaller steps, its length chosen by rows held back.

From RealMLP-TD-S (Holzmüller, Grinsztajn, Steinwart 2024, Better by default: strong pre-tuned MLPs and boosted trees
on tabular data, NeurIPS, section 3 and table A.1) are: numbers by median and quartiles, clipped smoothly; one-hot
categories; a learned scale in front, whose rate is six times as high; three hidden layers of one width, SELU for
classes and Mish for values; weights N(0, 1/n) with rates divided by sqrt(n), biases N(0, 1) with a tenth of the rate,
zeros in the last layer; Adam with beta2 0.95; label smoothing 0.1; four cycles of rates, each twice as long as the one
before.

Otherwise, with what was measured in docs/presets.md:

- Batches of 64 rows in the place of 256, so that small tables get enough steps; for classes at a quarter of the rate,
  which is the same for each row, for values at the recipe's own, which is better on most of them. 128 units in the
  place of 256: a step costs a quarter, and up to ten thousand rows nothing was lost. Larger tables have the recipe's
  own batches and width.
- 56 epochs in the place of 256, and more of them where 56 would be fewer than 200 steps, which leave the weights near
  where they began.
- Numbers are also given by up to 32 pieces (:class:`glassnet.tables.Number`), within which one network can bend as
  trees do, and behind which a rare large number is told from a larger one: of 800 to 100 000 rows; fewer do not show
  where to bend, and of more the features would fill the memory.
- No best epoch on a fifth of the rows. Cross-validation says after which of the last three cycles training ends, and
  whether weights decay: noisy tables want less, clean ones all of it. Then all rows are trained on.
- Few rows are better off with a smaller network, all rows in every step, and a penalty found by cross-validation
  ("small"): better on most tables of that size, at a tenth of the time. Each of five networks, eight up to 400 rows,
  sees all parts of the rows but one, and is asked for that one after 60 iterations with the weakest penalty, after 60
  more with the next, and so on; of penalties that are alike the strongest counts. The other way round, the strongest
  takes all weights away where no number tells anything by itself (the product of two does, or a distance), and a weak
  one does not find back. Those with the penalty that is best for all are kept, side by side as one network of 64
  units for each, whose output is the mean of theirs: it varies less from sample to sample than one trained on all rows
  (Breiman 1996, Bagging predictors, Machine Learning 24), and no more training is needed. Where hidden layers or
  callbacks are given, it is one training on all rows. Where something is given that belongs to steps over batches, such
  as ``dropout``, and with ``partial_fit``, they are learned in steps as well.
"""

import math
from dataclasses import replace

from glassnet.estimators.presets import small
from glassnet.estimators.presets.settings import Settings
from glassnet.estimators.presets.tasks import OF_CLASSES, Task
from glassnet.initializers import Normal
from glassnet.optimizers import AdamW

MANY_ROWS = 10_000
FEW_ROWS, FEW_EPOCHS = 800, 60
# Parts that are held back in turn, up to so many rows.
FEW_FOLDS = ((400, 8), (FEW_ROWS, 5))
# Times 1 / n_rows, the weakest first: behind a strong one hardly any weights are left to go on from.
PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0)
SMOOTHING = {True: 0.1, False: 0.0}
EPOCHS, LEAST_EPOCHS, LEAST_STEPS = 56, 14, 200
# In batches of 256, as the recipe states them.
RATES, BATCH = {True: 0.04, False: 0.07}, 256
SMALL_BATCH = 64
# Parts that are held back in turn, up to so many rows; one part beyond.
FOLDS = ((599, 4), (3999, 3))
DECAYS = (0.0, 0.3)
ADAM = AdamW(beta2=0.95, weight_decay=0.0)
# Of each number, between so many rows.
PIECES, MOST_ROWS_WITH_PIECES = 32, 100_000


def settings(n_rows: int, n_features: int, task: Task, in_steps: bool) -> Settings:
    """The recipe for so many rows."""
    if n_rows <= FEW_ROWS and not in_steps:
        return replace(
            small.settings(n_rows, n_features, task, in_steps),
            epochs=FEW_EPOCHS, folds=_parts(FEW_FOLDS, n_rows), joins=True, label_smoothing=SMOOTHING[OF_CLASSES[task]],
            penalties=tuple(penalty / n_rows for penalty in PENALTIES),
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
        learning_rate=RATES[of_classes] * (batch / BATCH if of_classes else 1.0),
        epochs=epochs(n_rows, batch),
        batch_size=batch,
        label_smoothing=SMOOTHING[of_classes],
        number_pieces=PIECES if FEW_ROWS < n_rows <= MOST_ROWS_WITH_PIECES else 0,
        folds=_parts(FOLDS, n_rows),
        decays=DECAYS,
    )


def _parts(folds: tuple[tuple[int, int], ...], n_rows: int) -> int:
    return next((parts for most, parts in folds if n_rows <= most), 1)


def epochs(n_rows: int, batch: int) -> int:
    """56, more for few rows and fewer for very many."""
    if n_rows > MANY_ROWS:
        return max(LEAST_EPOCHS, round(EPOCHS * MANY_ROWS / n_rows))
    return max(EPOCHS, math.ceil(LEAST_STEPS * batch / max(n_rows, batch)))
