"""Words and numbers for what the search has found."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from glassnet.checking.network.problem import Gradients, Problem, constant_ratio, residual
from glassnet.checking.network.slips.catalogue import CATALOGUE
from glassnet.checking.network.slips.computed_stages import Computed
from glassnet.checking.network.slips.constants import ONE
from glassnet.checking.network.slips.learned_stages import Learned
from glassnet.checking.network.slips.places import Place, Places, in_common
from glassnet.checking.network.slips.stages import Stage
from glassnet.checking.network.terms import Terms, learned_words, title
from glassnet.checking.numerics.rounding import Array, Rounded
from glassnet.checking.report import Evidence, Slip, digits, place_text

# So near to a whole number, relatively, a factor counts as one.
WHOLE = 1e-5
# A factor on the error at the output is one on the gradients of every layer, and cannot be told from it.
FACTORS_OF_ALL = {"batch_mean_missing", "batch_mean_twice", "batch_mean_wrong_axis"}


def slips(places: Places, terms: Terms) -> tuple[Slip, ...]:
    """One slip for each code, with the layers at which it stands."""
    named = []
    places = _under_one_name(places, terms)
    for code in dict.fromkeys(place.code for place in places):
        own = [place for place in places if place.code == code]
        layers = tuple(sorted({place.layer for place in own}))
        if code in FACTORS_OF_ALL and any(place.part == "output" for place in own):
            layers = tuple(range(terms.last + 1))
        words = terms.of(min(own, key=lambda place: place.layer), layers) | _lines(code, own, terms)
        entry = CATALOGUE[code]
        named.append(Slip(code, layers, entry.message.format_map(words), entry.fix.format_map(words)))
    return tuple(named)


def _under_one_name(places: Places, terms: Terms) -> Places:
    """These places, with one slip that has several names called by the one that it has at any activation.

    At the output a derivative has a line of its own: there the name stays unless every activation has the slip.
    """
    changed = list(places)
    for name in {in_common(place) for place in places}:
        own = [place for place in places if in_common(place) == name]
        everywhere = {place.layer for place in own} == set(terms.activated)
        hidden = [place for place in own if everywhere or place.part != "output"]
        if len({place.code for place in hidden}) > 1:
            code, variant = name
            changed = [p._replace(code=code, variant=variant) if p in hidden else p for p in changed]
    return tuple(changed)


def _lines(code: str, places: list[Place], terms: Terms) -> dict[str, str]:
    """What depends on which gradients have the slip: weights, biases, or all from the output on."""
    kinds = {place.part.rpartition(" ")[0] for place in places} - {""}
    parts = {place.part.rpartition(" ")[2] for place in places}
    layer = min(place.layer for place in places)
    n = layer + 1
    if "output" in parts:
        return {"scope": "the gradients are those", "mean_line": f"dZ{n} = {terms.output_error()}"}
    of_weights, of_bias = "weights" in parts, "bias" in parts
    name, array, of = ("dW", f"W{n}", "") if of_weights else ("db", f"b{n}", "bias_")
    line = f"{name}{n} = {terms.dW(layer) if of_weights else terms.db(layer)}"
    learned = learned_words(min(kinds), terms.columns) if kinds else {}
    if learned:
        of_bias_line = terms.db(layer).replace(f"dZ{n}", "db = dA")
        name, line = ("dw", learned["learned_line"]) if of_weights else ("db", of_bias_line)
    both = {"arrays": "dW and db", "s": "s", "has": "have", "are": "are", "scope": "dW and db are those"}
    one = {"arrays": name, "s": "", "has": "has", "are": "is", "scope": f"{name} is that"}
    behind = " / m" if code == "batch_mean_missing" else f"  # dZ{n} has its 1/m already"
    return {
        **learned,
        **(both if of_weights and of_bias else one),
        "array_line": line,
        "mean_line": f"{line}{behind}",
        "l2_line": f"{line} + {of}l2 * {array}",
        "l1_line": f"{line} + {of}l1 * np.sign({array})",
        "penalty": "penalty" if of_weights else "penalty on the bias",
    }


def array_names(stages: list[Stage], i: int) -> tuple[str, str]:
    """What the gradients of a stage are called."""
    stage = stages[i]
    if isinstance(stage, (Learned, Computed)):
        place = f"of layer {stage.index} ({stage.kind})"
        return f"dw {place}", f"db {place}"
    return f"dW{stage.layer + 1} (layer {stage.layer})", f"db{stage.layer + 1} (layer {stage.layer})"


class SideBySide:
    """A learner's arrays beside the right ones, in the network's order."""

    def __init__(self, problem: Problem, right: dict[int, Gradients], columns: bool) -> None:
        self.columns = columns
        self.arrays: list[tuple[str, int, int, Array, Rounded, bool]] = []
        for i, part, mine, true in problem.beside(right):
            name = array_names(problem.stages, i)[part]
            self.arrays.append((name, i, part, mine, true, residual(mine, true) <= 1))

    def evidence(self, explained: dict[int, Gradients]) -> tuple[Evidence, ...]:
        """One line for each array that is wrong, with the number that the slips would give."""
        lines = []
        for name, i, part, mine, true, fits in self.arrays:
            with_slips = explained[i][part] if i in explained else None
            if not fits:
                lines.append(
                    self._line(name, mine, true.value, None if with_slips is None else with_slips.value)
                )
        return tuple(lines)

    def names(self, places: Iterable[tuple[int, int]]) -> str:
        """The names of these arrays."""
        chosen = set(places)
        return ", ".join(name for name, i, part, *_ in self.arrays if (i, part) in chosen)

    def _line(self, name: str, mine: Array, true: Array, explained: Array | None) -> Evidence:
        if mine.shape != true.shape:
            shapes = mine.shape, true.shape, "" if explained is None else explained.shape
            return Evidence(name, "its shape", *map(str, shapes))
        place = np.unravel_index(np.argmax(np.abs(mine - true)), mine.shape)
        numbers = [float(mine[place]), float(true[place])]
        if explained is not None and explained.shape == mine.shape:
            numbers.append(float(explained[place]))
        shown = place[::-1] if self.columns else place
        return Evidence(name, place_text(shown), *digits(*numbers))

    def any_fits(self, places: Iterable[tuple[int, int]]) -> bool:
        """Whether any of these arrays is right."""
        chosen = set(places)
        return any(fits for _, i, part, *_, fits in self.arrays if (i, part) in chosen)

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


def precision_note(computed_in: str, matched: str) -> tuple[str, ...]:
    """A remark where float64 gradients agree only as well as single precision does."""
    return (
        ()
        if matched == computed_in
        else (f"they agree to the digits of {matched}, though they come as {computed_in}",)
    )


def constant_note(problem: Problem, other_loss: str = "") -> tuple[str, ...]:
    """A remark where the learner's loss is a constant times the network's, or times another that it was taken for."""
    constant, name = problem.constant, other_loss or title(problem.loss)
    if constant == ONE:
        return ()
    penalties = ", penalties included" if constant.of_penalties else ", penalties left out"
    of = f"{constant.factor:.6g} times the gradient of {name}{penalties if problem.has_penalties else ''}"
    meant = f": that of {', or of '.join(constant.losses)}" if constant.losses and not other_loss else ""
    return (f"a constant, no slip: read as {of}{meant}{_passes(problem)}",)


def _passes(problem: Problem) -> str:
    """Another way to an odd whole factor."""
    constant = problem.constant
    n = round(constant.factor)
    penalties = problem.has_penalties and not constant.of_penalties
    if constant.losses or penalties or n < 2 or abs(constant.factor - n) > WHOLE * n:
        return ""
    return f"; gradients of {n} passes that are added up and never reset would give it too"
