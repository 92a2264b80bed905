"""What to try next: changes of the training, drawn from the history and the diagnosis."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from glassnet import activations
from glassnet.insight.diagnosis import Finding
from glassnet.insight.diagnosis.rules.scaling import is_made_up_for
from glassnet.insight.report.numbers import count, number
from glassnet.insight.report.sections.learning import HELD_LOSS, meanwhile, metric_rose, rise
from glassnet.insight.report.subject import Subject
from glassnet.layers import Dense, Dropout
from glassnet.network.history import History

_MORE = 2
_FEWEST_EPOCHS = 20  # that are worth a try
_FEWEST_HELD = 10  # samples whose loss says when to stop
_RATE_STEP = 3.0
_TRIED = re.compile(r"loss at (\S+) times the rate")  # evidence of a finding on the learning rate
_DROPOUT, _MOST_DROPOUT = 0.2, 0.5
_NOT_HELPED = "labels_unrelated"  # what no other training mends
_BETTER_ACTIVATION = {
    "saturated_units": "relu", "vanishing_gradient": "relu", "missing_nonlinearity": "relu", "dead_units": "leaky_relu",
}  # fmt: skip
_LATE, _EARLY = 0.9, 0.7  # shares of the epochs
_FALLS = 0.98  # what the last tenth of the epochs makes of the best loss before, where more are worth a try


@dataclass(frozen=True)
class Suggestion:
    """A change of the training, and why."""

    why: str
    # Options of ``glassnet train`` with their new values: epochs, learning_rate, hidden, activation,
    # dropout, standardize, seed; none where the data have to change
    change: Mapping[str, Any]


def suggestions(subject: Subject, findings: Sequence[Finding]) -> list[Suggestion]:
    """Changes worth a try, the most promising first; none is proposed twice."""
    hopeless = [
        finding for finding in findings if finding.code == _NOT_HELPED and finding.severity == "error"
    ]
    if hopeless:
        return [Suggestion(f"{_reason(hopeless[0])} Until then no other training helps.", {})]
    proposed = [*_from_findings(subject, findings)]
    if subject.history is not None:
        proposed += _from_history(subject, subject.history)
    proposed.append(
        Suggestion("See how much of this result is luck: train from other first weights.", _seed(subject))
    )
    unique = {str(sorted(suggestion.change.items())): suggestion for suggestion in reversed(proposed)}
    return list(reversed(unique.values()))


def _from_findings(subject: Subject, findings: Sequence[Finding]) -> Iterator[Suggestion]:
    for finding in findings:
        change = _change(subject, finding)
        if change:
            yield Suggestion(_reason(finding), change)


def _reason(finding: Finding) -> str:
    return f"{finding.code}: {finding.remedy}.".replace("..", ".")


def _change(subject: Subject, finding: Finding) -> dict[str, Any]:
    """The options that a finding asks for; none where no option does it."""
    code, history = finding.code, subject.history
    if code in ("learning_rate_too_high", "learning_rate_too_low", "exploding_gradient"):
        return _rate(subject, finding)
    if code == "underfitting" and history is not None and _is_short(history):
        return {"epochs": _longer(history)}
    if code in ("underfitting", "collapsed_representation", "too_few_units"):
        return {"hidden": [_MORE * n for n in _hidden(subject)] or [16]}
    if code in _BETTER_ACTIVATION:
        return _activation(subject, _BETTER_ACTIVATION[code])
    if code in ("unscaled_inputs", "unscaled_targets"):
        return {} if is_made_up_for(finding) else {"standardize": True}
    return _dropout(subject) if code == "overfitting" else {}


def _from_history(subject: Subject, history: History) -> Iterator[Suggestion]:
    watched = HELD_LOSS if HELD_LOSS in history else "loss"
    values, n, name = history.columns.get(watched, []), history.n_epochs, watched.replace("_", " ")
    if n == 0 or subject.scores[subject.judged.name].get("accuracy") == 1:
        return
    place = history.best(watched)
    if place is None:
        return
    if n == 1:
        yield Suggestion(
            "One epoch does not show where the loss ends: train longer.", {"epochs": _longer(history)}
        )
    elif _still_falls(values):
        yield Suggestion(
            f"The {name} was still falling: its best value, {number(values[place])}, is that of epoch {place + 1} "
            f"of {n}.",
            {"epochs": _longer(history)},
        )
    elif (subject.held is None or len(subject.held.X) >= _FEWEST_HELD) and rise(history) is not None:
        yield from _after_a_rise(subject, values, place)


def _after_a_rise(subject: Subject, values: Sequence[float], place: int) -> Iterator[Suggestion]:
    """What to do where the validation loss ended above its best."""
    if values[place] > _FALLS * values[0]:
        change = _dropout(subject)
        if change:
            yield Suggestion(
                f"The validation loss never fell clearly below that of the first epoch ({number(values[0])}), and rose "
                f"to {number(values[-1])}: what was learned does not hold for new samples.",
                change,
            )
    elif subject.history is not None and metric_rose(subject.history, place):
        story, change = " ".join(meanwhile(subject.history, place)), _dropout(subject)
        if change:
            yield Suggestion(
                f"The validation loss was best after {count(place + 1, 'epoch')} ({number(values[place])}) and rose to "
                f"{number(values[-1])}. {story} So the network learns on, but grows too sure of itself.",
                change,
            )
    elif place + 1 <= _EARLY * len(values) and not _has_it(subject, place):
        yield Suggestion(
            f"The validation loss was best after {count(place + 1, 'epoch')} ({number(values[place])}) and rose to "
            f"{number(values[-1])}: stop there.",
            {"epochs": place + 1},
        )


def _has_it(subject: Subject, place: int) -> bool:
    """Whether the network has the parameters of this epoch already, since they were put back."""
    history = subject.history
    return history is not None and history.restored_epoch == history["epoch"][place]


def _still_falls(values: Sequence[float]) -> bool:
    """Whether the last tenth of the epochs made a loss clearly better."""
    before = max(1, int(_LATE * len(values)))
    return len(values) > 1 and min(values[before:]) < _FALLS * min(values[:before])


def _is_short(history: History) -> bool:
    """Whether training ended before the loss did."""
    return history.n_epochs == 1 or _still_falls(history.columns.get("loss", []))


def _longer(history: History) -> int:
    return max(_MORE * history.n_epochs, _FEWEST_EPOCHS)


def _dropout(subject: Subject) -> dict[str, Any]:
    """More dropout after hidden layers, if there are any and it is not much already."""
    now = max(
        (layer.rate_at(0) for layer in subject.trained.network.layers if isinstance(layer, Dropout)),
        default=0.0,
    )
    more = round(min(now + _DROPOUT, _MOST_DROPOUT), 2)
    return {"dropout": more} if _hidden(subject) and more > now else {}


def _activation(subject: Subject, name: str) -> dict[str, Any]:
    """Another activation of the hidden layers, where they do not have it already."""
    dense = [layer for layer in subject.trained.network.layers if isinstance(layer, Dense)]
    has_it = all(layer.activation == activations.get(name) for layer in dense[:-1])
    return {} if has_it else {"activation": name}


def _hidden(subject: Subject) -> list[int]:
    dense = [layer for layer in subject.trained.network.layers if isinstance(layer, Dense)]
    return [layer.units for layer in dense[:-1]]


def _rate(subject: Subject, finding: Finding) -> dict[str, Any]:
    """The learning rate that the diagnosis tried, or else a third of the one there was."""
    rate = getattr(subject.optimizer, "learning_rate", None)
    tried = (_TRIED.fullmatch(what) for what in finding.evidence)
    factor = next((float(match[1]) for match in tried if match), 1 / _RATE_STEP)
    return {"learning_rate": float(f"{factor * rate:.2g}")} if isinstance(rate, float) else {}


def _seed(subject: Subject) -> dict[str, Any]:
    seed = subject.trained.network.streams.seed
    return {"seed": seed + 1 if isinstance(seed, int) else 1}
