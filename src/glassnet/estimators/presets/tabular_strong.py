"""``preset="tabular-strong"``: more of RealMLP's recipe, for those who can wait.

Holzmüller, Grinsztajn, Steinwart 2024, Better by default, NeurIPS, section 3 and table A.1 (RealMLP-TD).
"""

from dataclasses import replace

from glassnet.estimators.presets import tabular
from glassnet.estimators.presets.settings import Settings
from glassnet.estimators.presets.tasks import OF_CLASSES, Task

RATES = {True: 0.04, False: 0.2}


def settings(n_rows: int, n_features: int, task: Task) -> Settings:
    """The recipe of "tabular" with embedded categories, dropout and held outputs."""
    return replace(
        tabular.settings(n_rows, n_features, task),
        embed_from=9, clip_outputs=True, dropout=0.15, learning_rate=RATES[OF_CLASSES[task]],
    )  # fmt: skip
