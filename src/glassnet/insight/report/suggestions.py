"""What to try next: changes of the training, drawn from the history and the diagnosis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glassnet import activations
from glassnet.insight.diagnosis import Finding
from glassnet.insight.report.learning import best
from glassnet.insight.report.numbers import count, number
from glassnet.insight.report.subject import Subject
from glassnet.layers import Dense
from glassnet.training.history import History

_MORE = 2
_RATE_STEP = 3.0
_DROPOUT = 0.2
_BETTER_ACTIVATION = {
    "saturated_units": "relu", "vanishing_gradient": "relu", "missing_nonlinearity": "relu", "dead_units": "leaky_relu",
}  # fmt: skip
_LATE, _EARLY = 0.9, 0.7  # shares of the epochs
_RISE = 1.05  # of the validation loss above its best that is worth saying
_FALLS = 0.98  # what the last tenth of the epochs makes of the best loss before, where more are worth a try


@dataclass(frozen=True)
class Suggestion:
    """A change of the training, and why.

    Attributes
    ----------
    change : mapping
        Options of ``glassnet train`` with their new values: epochs, learning_rate, hidden, activation, dropout,
        standardize, seed.
    """

    why: str
    change: Mapping[str, Any]


def suggestions(subject: Subject, findings: Sequence[Finding]) -> list[Suggestion]:
    """Changes worth a try, the most promising first; none is proposed twice."""
    made = [*_from_findings(subject, findings)]
    if subject.history is not None and subject.history.n_epochs > 1:
        made += _from_history(
            subject.history, solved=subject.scores[subject.judged.name].get("accuracy") == 1
        )
    made.append(
        Suggestion("See how much of this result is luck: train from other first weights.", _seed(subject))
    )
    unique = {str(sorted(suggestion.change.items())): suggestion for suggestion in reversed(made)}
    return list(reversed(unique.values()))


def _from_findings(subject: Subject, findings: Sequence[Finding]) -> Iterator[Suggestion]:
    for finding in findings:
        change = _change(subject, finding.code)
        if change:
            yield Suggestion(f"{finding.code}: {finding.remedy}.".replace("..", "."), change)


def _change(subject: Subject, code: str) -> dict[str, Any]:
    """The options that a finding asks for; none where no option does it."""
    if code in ("learning_rate_too_high", "exploding_gradient"):
        return _rate(subject, 1 / _RATE_STEP)
    if code == "learning_rate_too_low":
        return _rate(subject, _RATE_STEP)
    if code in ("underfitting", "collapsed_representation", "too_few_units"):
        return {"hidden": [_MORE * n for n in _hidden(subject)] or [16]}
    if code in _BETTER_ACTIVATION:
        return _activation(subject, _BETTER_ACTIVATION[code])
    if code in ("unscaled_inputs", "unscaled_targets"):
        return {"standardize": True}
    return {"dropout": _DROPOUT} if code == "overfitting" and _hidden(subject) else {}


def _from_history(history: History, *, solved: bool) -> Iterator[Suggestion]:
    watched = "validation_loss" if "validation_loss" in history else "loss"
    values, place, n = history[watched], best(history, watched), history.n_epochs
    name = watched.replace("_", " ")
    before = min(values[: max(1, int(_LATE * n))])
    if not solved and values[place] < _FALLS * before:
        yield Suggestion(
            f"The {name} was still falling: its best value, {number(values[place])}, is that of epoch {place + 1} "
            f"of {n}.",
            {"epochs": _MORE * n},
        )
    elif watched == "validation_loss" and place + 1 <= _EARLY * n and values[-1] > _RISE * values[place]:
        yield Suggestion(
            f"The validation loss was best after {count(place + 1, 'epoch')} ({number(values[place])}) and rose to "
            f"{number(values[-1])}: stop there.",
            {"epochs": place + 1},
        )


def _activation(subject: Subject, wanted: str) -> dict[str, Any]:
    """Another activation of the hidden layers, where they do not have it already."""
    dense = [layer for layer in subject.trained.network.layers if isinstance(layer, Dense)]
    has_it = all(layer.activation == activations.get(wanted) for layer in dense[:-1])
    return {} if has_it else {"activation": wanted}


def _hidden(subject: Subject) -> list[int]:
    dense = [layer for layer in subject.trained.network.layers if isinstance(layer, Dense)]
    return [layer.units for layer in dense[:-1]]


def _rate(subject: Subject, factor: float) -> dict[str, Any]:
    optimizer = subject.optimizer
    rate = getattr(optimizer, "learning_rate", None)
    return {"learning_rate": float(f"{factor * rate:.2g}")} if isinstance(rate, float) else {}


def _seed(subject: Subject) -> dict[str, Any]:
    seed = subject.trained.network.streams.seed
    return {"seed": seed + 1 if isinstance(seed, int) else 1}
