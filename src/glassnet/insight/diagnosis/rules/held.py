"""Rules about what keeps a network where it was while its training goes on: factors of the rate, and an average."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import numpy as np

from glassnet.callbacks.averaging import AVERAGED
from glassnet.insight.diagnosis.case import Case
from glassnet.insight.diagnosis.copies import changed
from glassnet.insight.diagnosis.measure import Pass
from glassnet.insight.diagnosis.report import Finding
from glassnet.insight.diagnosis.rules.rate import BEHIND, tried
from glassnet.layers import Layer


def held_back(case: Case) -> Finding | None:
    """Parameters with a learning-rate factor below 1, where the same training without factors learns far more."""
    trials, held = case.trials, list(_held(case))
    if trials is None or not held or case.learned or case.diverged:
        return None
    layers = changed(case.network.layers, _free)
    copies = tried(case, trials, lambda order: trials.repeated(order, layers=layers))
    if copies is None:
        return None
    listed = ", ".join(f"{name} of layer {layer} ({factor:g})" for layer, name, factor in held[:4])
    more = f" and {len(held) - 4} more" if len(held) > 4 else ""
    whole = all(factor == 0 for _, _, factor in held)
    loss = max(trial.loss for trial in copies)
    return Finding(
        "held_back",
        "warning",
        f"a learning-rate factor {'freezes' if whole else 'shortens the steps of'} {listed}{more}; copies that begin "
        f"with the same weights and take whole steps reach a loss of {loss:.4g}, the network {case.now.loss:.4g}",
        "let these parameters learn: learning_rate_factor=1, or a larger one",
        held[0][0],
        {"parameters held back": _share_of(case), "loss": case.now.loss, "loss without factors": loss},
        "Howard, Ruder 2018, Universal Language Model Fine-tuning for Text Classification, section 3.2",
    )


def _held(case: Case) -> Iterator[tuple[int, str, float]]:
    """Layer, name and factor of the parameters whose steps are shortened."""
    for slot in case.network.layout.parameters:
        if slot.parameter.learning_rate_factor < 1:
            yield slot.layer, slot.parameter.name, slot.parameter.learning_rate_factor


def _share_of(case: Case) -> float:
    """The share of all parameters whose steps are shortened."""
    return float(np.mean(case.network.layout.learning_rate_factors(np.float64) < 1))


def _free(layer: Layer) -> Layer:
    """The layer with factors of 1."""
    factors: dict[str, Any] = {
        field.name: 1.0 for field in fields(layer) if field.name.endswith("learning_rate_factor")
    }
    return replace(layer, **factors) if factors else layer


def average_lags(case: Case) -> Finding | None:
    """An average of the weights that is far behind the weights of the training."""
    state, history = case.network.state, case.history
    averaged = None if history is None else history.records.get(AVERAGED)
    if (
        state is None
        or case.put_back
        or not isinstance(averaged, np.ndarray)
        or averaged.shape != case.network.parameters.shape
    ):
        return None
    own = Pass(case.network, averaged, case.network.running_statistics, case.x[case.rows], case.sample)
    if not own.score - case.now.score >= BEHIND:
        return None
    return Finding(
        "average_lags",
        "warning",
        f"the network holds the average of AverageWeights, whose score is {case.now.score:.2f} (1 is perfect, 0 that "
        f"of the best constant); the weights of the training, {own.score:.2f}: after {state.step} steps the average "
        "still remembers how training began",
        f"take a smaller decay, which reaches over a tenth of the steps: about {max(0.0, 1 - 10 / state.step):.4g}; or "
        "train for more of them",
        None,
        {
            "score": case.now.score, "score of the training's weights": own.score, "steps": state.step,
            "loss": case.now.loss, "loss of the training's weights": own.loss,
        },
        "Polyak, Juditsky 1992, Acceleration of Stochastic Approximation by Averaging",
    )  # fmt: skip
