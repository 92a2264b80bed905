"""``preset="tabular"``: the simplified recipe of RealMLP, for tables of any size.

Holzmüller, Grinsztajn, Steinwart 2024, Better by default: strong pre-tuned MLPs and boosted trees on tabular data,
NeurIPS, section 3 and table A.1 (RealMLP-TD-S).
"""

from glassnet.estimators.presets.settings import Settings
from glassnet.estimators.presets.tasks import OF_CLASSES, Task
from glassnet.initializers import Normal

OF = {
    True: Settings(activation="selu", learning_rate=0.04, label_smoothing=0.1, bias_initializer=Normal(1.0)),
    False: Settings(activation="mish", learning_rate=0.07, bias_initializer=Normal(1.0)),
}


def settings(n_rows: int, n_features: int, task: Task) -> Settings:
    """Three layers of 256, a learned scale in front, 256 epochs in four cycles, the best epoch on a fifth."""
    return OF[OF_CLASSES[task]]
