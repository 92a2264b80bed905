"""Losses of probabilities: cross-entropies and their kin, after a sigmoid or a softmax."""

from __future__ import annotations

from dataclasses import dataclass

from glassnet.activations import ActivationFunction, Sigmoid, Softmax
from glassnet.formulas import losses as formulas
from glassnet.losses.base import ElementwiseLoss, Loss, registry
from glassnet.losses.facts import LossFacts
from glassnet.losses.logits import (
    SMOOTHING,
    SigmoidCrossEntropy,
    SoftmaxCrossEntropy,
    SparseSoftmaxCrossEntropy,
)
from glassnet.losses.smoothing import BinaryWeighted, SmoothedLoss

__all__ = [
    "BinaryCrossEntropy",
    "CategoricalCrossEntropy",
    "KullbackLeibler",
    "SparseCategoricalCrossEntropy",
]


@registry.register("binary_cross_entropy", "bce")
@dataclass(frozen=True)
class BinaryCrossEntropy(BinaryWeighted, ElementwiseLoss):
    """Mean of -w y log p - (1 - y) log(1 - p) over all entries; after sigmoid it is computed from the logits.

    Parameters
    ----------
    pos_weight : float
        The weight w of targets 1 beside targets 0, > 0, for classes that are rare: how many more 0 than 1 there are
        makes both count alike. As ``torch.nn.BCEWithLogitsLoss(pos_weight=...)``, the mean is not divided by w.
    label_smoothing : float
        The share s of targets that is taken from them: 0 becomes s / 2, 1 becomes 1 - s / 2.
    """

    formula = formulas.binary_cross_entropy
    slope_formula = formulas.binary_cross_entropy_slope
    domain = outputs = (0.0, 1.0)
    facts = LossFacts(
        value=(
            "-(y * log(p)) - (1 - y) * log(1 - p) if pos_weight == 1 else "
            "-(pos_weight * y * log(p)) - (1 - y) * log(1 - p)"
        ),
        slope="(1 - y) / (1 - p) - y / p if pos_weight == 1 else (1 - y) / (1 - p) - pos_weight * y / p",
        letters=SMOOTHING | {"pos_weight": ("w", "w")}, data="binary", last_activation="sigmoid",
        logarithms=("p", "1 - p"), torch="nn.BCELoss()",
        torch_with={
            "pos_weight": "-({pos_weight!r} * y * prediction.log() + (1 - y) * (1 - prediction).log()).mean()"
        },
        source="Good 1952, J. R. Stat. Soc. B 14; King, Zeng 2001, Political Analysis 9",
    )  # fmt: skip

    def on_logits(self, activation: ActivationFunction) -> Loss | None:
        """:class:`SigmoidCrossEntropy` after sigmoid."""
        if type(activation) is not Sigmoid:
            return None
        return SigmoidCrossEntropy(pos_weight=self.pos_weight, label_smoothing=self.label_smoothing)


@registry.register("categorical_cross_entropy", "cce")
@dataclass(frozen=True)
class CategoricalCrossEntropy(SmoothedLoss, ElementwiseLoss):
    """Mean over rows of -sum_j y_j log p_j for one-hot rows y; after softmax it is computed from the logits.

    Parameters
    ----------
    label_smoothing : float
        The share of each target that is spread evenly over all classes, from 0 to 1.
    """

    formula = formulas.categorical_cross_entropy
    slope_formula = formulas.categorical_cross_entropy_slope
    mean_over = "rows"
    domain = outputs = (0.0, 1.0)
    rows_sum_to_one = True
    least_outputs = 2
    facts = LossFacts(
        value="-(y * log(p))", slope="-(y / p)", letters=SMOOTHING, data="one_hot",
        last_activation="softmax", logarithms=("p",), torch="-(y * prediction.log()).sum(dim=1).mean()",
        source="Bridle 1990, NIPS",
    )  # fmt: skip

    def on_logits(self, activation: ActivationFunction) -> Loss | None:
        """:class:`SoftmaxCrossEntropy` after softmax."""
        if type(activation) is not Softmax:
            return None
        return SoftmaxCrossEntropy(label_smoothing=self.label_smoothing)


@registry.register("sparse_categorical_cross_entropy", "scce")
@dataclass(frozen=True)
class SparseCategoricalCrossEntropy(CategoricalCrossEntropy):
    """:class:`CategoricalCrossEntropy` for integer classes 0 to n_classes - 1, shape (n_samples,).

    Parameters
    ----------
    label_smoothing : float
        The share of each target that is spread evenly over all classes, from 0 to 1.
    """

    targets = "classes"
    for_rows = "categorical_cross_entropy"
    facts = LossFacts(
        value="-(y * log(p))", slope="-(y / p)", letters=SMOOTHING, data="classes",
        last_activation="softmax", logarithms=("p",), torch="nn.functional.nll_loss(prediction.log(), y)",
        torch_with={"label_smoothing": (
            "nn.functional.nll_loss(prediction.log(), y) * (1 - {label_smoothing!r}) "
            "- {label_smoothing!r} * prediction.log().mean()"
        )}, source="Bridle 1990, NIPS",
    )  # fmt: skip

    def on_logits(self, activation: ActivationFunction) -> Loss | None:
        """:class:`SparseSoftmaxCrossEntropy` after softmax."""
        if type(activation) is not Softmax:
            return None
        return SparseSoftmaxCrossEntropy(label_smoothing=self.label_smoothing)


@registry.register("kullback_leibler", "kl", "kl_divergence")
@dataclass(frozen=True)
class KullbackLeibler(ElementwiseLoss):
    """Mean over rows of sum_j y_j log(y_j / p_j) for rows y and p that sum to 1."""

    formula = formulas.kullback_leibler
    slope_formula = formulas.kullback_leibler_slope
    mean_over = "rows"
    domain = outputs = (0.0, 1.0)
    rows_sum_to_one = True
    least_outputs = 2
    facts = LossFacts(
        value="y * log(y / p)", slope="-(y / p)", data="distributions", last_activation="softmax", logarithms=("p",),
        torch='nn.functional.kl_div(prediction.log(), y, reduction="batchmean")',
        source="Kullback, Leibler 1951, Ann. Math. Statist. 22",
    )  # fmt: skip
