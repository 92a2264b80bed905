"""Words and numbers for what the search has found."""

from __future__ import annotations

import numpy as np

from glassnet.insight.check.catalogue import CATALOGUE
from glassnet.insight.check.places import Place, Places
from glassnet.insight.check.problem import Gradients, Pair, residual
from glassnet.insight.check.report import Evidence, Slip, digits
from glassnet.insight.check.rounding import Array, Rounded
from glassnet.insight.check.stages import Norm, Stage
from glassnet.insight.check.terms import Terms

# A factor on the error at the output is one on the gradients of every layer, and cannot be told from it.
FACTORS_OF_ALL = {"batch_mean_missing", "batch_mean_twice", "batch_mean_wrong_axis"}


def slips(places: Places, terms: Terms) -> tuple[Slip, ...]:
    """One slip for each code, with the layers at which it stands."""
    found = []
    for code in dict.fromkeys(place.code for place in places):
        own = [place for place in places if place.code == code]
        layers = tuple(sorted({place.layer for place in own}))
        if code in FACTORS_OF_ALL and any(place.part == "output" for place in own):
            layers = tuple(range(terms.last + 1))
        words = terms.of(min(own, key=lambda place: place.layer), layers) | _lines(code, own, terms)
        entry = CATALOGUE[code]
        found.append(Slip(code, layers, entry.message.format_map(words), entry.fix.format_map(words)))
    return tuple(found)


def _lines(code: str, places: list[Place], terms: Terms) -> dict[str, str]:
    """What depends on which gradients have the slip: weights, biases, or all from the output on."""
    parts = {place.part.removeprefix("norm ") for place in places}
    layer = min(place.layer for place in places)
    n = layer + 1
    if "output" in parts:
        return {
            "scope": "the gradients are those",
            "array_line": "",
            "mean_line": f"dZ{n} = {terms.output_error()}",
        }
    name = "dW" if "weights" in parts else "db"
    line = f"{name}{n} = {terms.dW(layer) if name == 'dW' else terms.db(layer)}"
    scope = "dW and db are those" if {"weights", "bias"} <= parts else f"{name} is that"
    mean = f"{line} / m" if code == "batch_mean_missing" else f"{line}  # dZ{n} has its 1/m already"
    return {"scope": scope, "array_line": line, "mean_line": mean}


def array_names(stages: list[Stage], i: int) -> tuple[str, str]:
    """What the gradients of a stage are called."""
    stage = stages[i]
    if isinstance(stage, Norm):
        return (
            f"dw of layer {stage.index} ({stage.kind} norm)",
            f"db of layer {stage.index} ({stage.kind} norm)",
        )
    return f"dW{stage.layer + 1} (layer {stage.layer})", f"db{stage.layer + 1} (layer {stage.layer})"


class SideBySide:
    """A learner's arrays beside the right ones, in the network's order."""

    def __init__(
        self, stages: list[Stage], observed: dict[int, Pair], right: dict[int, Gradients], columns: bool
    ) -> None:
        self.columns = columns
        self.arrays: list[tuple[str, int, int, Array, Rounded, bool]] = []
        for i in sorted(observed):
            for part, name in enumerate(array_names(stages, i)):
                mine, true = observed[i][part], right[i][part]
                self.arrays.append((name, i, part, mine, true, residual(mine, true) <= 1))

    def evidence(self, explained: dict[int, Gradients] | None) -> tuple[Evidence, ...]:
        """One line for each array that is wrong, with the number that the slips would give."""
        return tuple(
            self._line(name, mine, true.value, None if explained is None else explained[i][part].value)
            for name, i, part, mine, true, fits in self.arrays
            if not fits
        )

    def _line(self, name: str, mine: Array, true: Array, explained: Array | None) -> Evidence:
        if mine.shape != true.shape:
            shapes = mine.shape, true.shape, "" if explained is None else explained.shape
            return Evidence(name, "its shape", *map(str, shapes))
        place = np.unravel_index(np.argmax(np.abs(mine - true)), mine.shape)
        numbers = [float(mine[place]), float(true[place])]
        if explained is not None and explained.shape == mine.shape:
            numbers.append(float(explained[place]))
        shown = place[::-1] if self.columns else place
        return Evidence(name, f"[{', '.join(str(int(k)) for k in shown)}]", *digits(*numbers))

    def notes(self) -> tuple[str, ...]:
        """Which arrays are right."""
        right = [name for name, *_, fits in self.arrays if fits]
        return (f"right: {', '.join(right)}" if right else "no array is right",)

    @property
    def any_right(self) -> bool:
        """Whether at least one array is right."""
        return any(fits for *_, fits in self.arrays)

    @property
    def last_right(self) -> bool:
        """Whether both arrays of the last layer are right."""
        return all(fits for *_, fits in self.arrays[-2:])

    def ratios(self) -> tuple[str, ...]:
        """Which arrays are a constant times the right one."""
        wrong = [(name, mine, true) for name, _, _, mine, true, fits in self.arrays if not fits]
        return tuple(
            f"{name} is {ratio:.6g} times the right one everywhere"
            for name, mine, true in wrong
            if (ratio := constant_ratio(mine, true)) is not None
        )

    def advice(self) -> tuple[str, ...]:
        """Where to look first."""
        wrong = [name for name, *_, fits in self.arrays if not fits]
        return (f"coming from the output, {wrong[-1]} is the first to be wrong: look there first",)

    def ratio_of_all(self) -> tuple[str, ...]:
        """A remark where nothing but one factor on all arrays is wrong: other ways lead to the same one."""
        if len(self.arrays) < 2 or self.any_right:
            return ()
        ratios = {
            None if (ratio := constant_ratio(mine, true)) is None else float(f"{ratio:.4g}")
            for _, _, _, mine, true, _ in self.arrays
            if true.value.size > 1
        }
        if len(ratios) != 1 or None in ratios:
            return ()
        [ratio] = ratios
        return (
            f"every array is {ratio:.4g} times the right one; whatever gives that factor gives these numbers",
        )

    def largest_difference(self) -> float:
        """The largest distance from the right gradient, in parts of the array's largest entry."""
        return max(
            float(np.abs(mine - true.value).max() / np.abs(true.value).max())
            for _, _, _, mine, true, fits in self.arrays
            if not fits
        )


def constant_ratio(mine: Array, true: Rounded) -> float | None:
    """The number that all of `true` is multiplied by to give `mine`, if there is one."""
    size = float((true.value * true.value).sum())
    if mine.shape != true.value.shape or size == 0 or mine.size < 2:
        return None
    ratio = float((mine * true.value).sum()) / size
    return ratio if residual(mine, true.times(ratio)) <= 1 else None


def precision_note(given: str, matched: str) -> tuple[str, ...]:
    """A remark where float64 gradients agree only as well as single precision does."""
    return (
        () if matched == given else (f"they agree to the digits of {matched}, though they come as {given}",)
    )
