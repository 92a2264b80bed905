"""``preset="tabular-strong"``: more of RealMLP's recipe, for those who can wait.

Holzmüller, Grinsztajn, Steinwart 2024, Better by default: strong pre-tuned MLPs and boosted trees on tabular data,
NeurIPS, section 3 and table A.1 (RealMLP-TD). Beside what "tabular" takes over from the simplified recipe, it has

- numbers given by waves, too (``gn.Periodic``), where "tabular" does not give them by pieces: a network behind them can
  bend within a small range of a number, as trees do. Tables of more than fifty columns go without: there a single
  number says less, and the waves cost most of the time;
- categories of nine levels or more as learned vectors, since a column for each level leaves few rows to each weight;
- dropout of 0.15 behind every hidden layer, which the waves need against overfitting, and a third more epochs for it;
  from the middle of the epochs on it falls to 0 along half a cosine, and so does the weight decay;
- predicted values held between the smallest and the largest of training, which bounds what a network extrapolates.

Of up to 800 rows two networks of different kinds learn, on the same features, and the mean of both is told: what
"tabular" learns of few rows, and this recipe, its length alone chosen by rows held back in turn. They err in different
places, so their mean is better than either on most tables. What is told of one network, such as ``hidden``, leaves the
first one alone.

Not in it are the recipe's activations of which each hidden unit learns how much to take (``share_rate_factor`` of the
settings; ``gn.ParametricSELU``, ``gn.ParametricMish``): nothing was gained by them at these rates, in 1.3 times the
time. Rates, batches and width are those of "tabular", and so is the choice of length and decay on rows held back in
turn.
"""

from dataclasses import replace

from glassnet.estimators.presets import tabular
from glassnet.estimators.presets.settings import Settings
from glassnet.estimators.presets.tasks import Task

MOST_COLUMNS = 50
WAVES = 8
LONGER = 4 / 3
# Of the recipe beside what few rows learn.
FEW_FOLDS, FEW_DECAYS = 3, (0.3,)


def settings(n_rows: int, n_features: int, task: Task, in_steps: bool) -> Settings:
    """The recipe of "tabular" in steps, with embedded numbers and categories, dropout and held outputs.

    Of few rows, which are not to be learned in steps, what "tabular" learns, and the recipe beside it.
    """
    steps = _in_steps(n_rows, n_features, task)
    if n_rows > tabular.FEW_ROWS or in_steps:
        return steps
    few = tabular.settings(n_rows, n_features, task, in_steps)
    return replace(few, clip_outputs=True, beside=replace(steps, folds=FEW_FOLDS, decays=FEW_DECAYS))


def _in_steps(n_rows: int, n_features: int, task: Task) -> Settings:
    usual = tabular.in_steps_of(n_rows, task)
    return replace(
        usual, embed_from=9, clip_outputs=True, dropout=0.15, regularisation="flat_cosine",
        epochs=round(LONGER * usual.epochs),
        number_waves=WAVES if n_features <= MOST_COLUMNS and not usual.number_pieces else 0,
    )  # fmt: skip
