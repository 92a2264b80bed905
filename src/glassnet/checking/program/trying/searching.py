"""The search for a reading of the program in which everything is right, or for the best one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from glassnet.checking.finding.sources import required
from glassnet.checking.program.bench import Bench
from glassnet.checking.program.data import DataForm, Samples
from glassnet.checking.program.limits import CALL_SECONDS, FAILURES, TookTooLong, Wish, clock, limited
from glassnet.checking.program.trying import losses
from glassnet.checking.program.trying.binding import Unknown, by_name
from glassnet.checking.program.trying.forward import Forward, finds_parameters, forwards
from glassnet.checking.program.trying.functions import Part, is_called_for_each_sample, playing
from glassnet.checking.program.trying.given import GivenPart
from glassnet.checking.program.trying.gradients import readings
from glassnet.checking.program.trying.judging import Judged, judge, measured
from glassnet.checking.program.trying.losses import Objective
from glassnet.checking.program.trying.reading import Reading, why_not
from glassnet.checking.program.trying.settling import SEEDS, computes_in_single, elsewhere, settle
from glassnet.checking.program.words import meanings, part_of

# How many arrays that a function returns are tried as its output.
MOST_OUTPUTS = 3
# At how many other points something has to be right before one at which it is wrong is doubted.
OTHER_POINTS = 3
OTHERS = "other forms of the data and other functions"


@dataclass
class Search:
    """A search over forms of the data, functions and losses; it ends at the first reading in which all is right."""

    bench: Bench
    parts: list[Part]
    samples: Samples
    meant: dict[str, Any]
    wish: Wish
    reasons: dict[str, str] = field(default_factory=dict)
    found: list[Judged] = field(default_factory=list)
    works: list[Forward] = field(default_factory=list)
    others: list[Judged] = field(default_factory=list)

    def best(self) -> Judged | None:
        """The best reading; None where no gradients were found."""
        saved = self.bench.save()
        try:
            with limited(self.wish.seconds / 4):
                right = self._right(saved)
        except TookTooLong:
            right = None
            self.wish.left[OTHERS] = None
        best = right or max(self.found, key=self._rank, default=None)
        if best is not None and not best.is_right:
            best.is_doubtful |= self._is_right_elsewhere(best)
        return None if best is None else self._at_hand(best)

    def _right(self, saved: dict[str, Any]) -> Judged | None:
        """The first reading in which all is right."""
        until = min(self.wish.until, clock() + self.wish.seconds / 8)
        for forward in self._forwards(saved):
            self.works.append(forward)
            self.bench.put_back(saved)
            settle(self.bench, forward, SEEDS)
            forward.state = self.bench.save()
            for found in self._judged(forward):
                judged = self.confirmed(found) if found.is_right else found
                self.found.append(judged)
                if judged.is_right and judged.factor > 0 and self._may_stop(judged):
                    return judged
            if self._is_settled() or self.wish.is_over(OTHERS, until):
                break
        return None

    def confirmed(self, judged: Judged) -> Judged:
        """What is right with these parameters, if it is with others; else as it is there.

        Where one sample alone reaches a rectified output, any error is in proportion to the right one.
        """
        other = elsewhere(self.bench, judged)
        if other is None and not judged.shows_direction:
            return replace(judged, right=[False] * len(judged.right), is_doubtful=True)
        if other is None or (other.is_right and other.is_like(judged)):
            return judged
        if other.is_right:  # up here and down there
            return replace(judged, right=[False] * len(judged.right), is_doubtful=True)
        return other

    def _is_right_elsewhere(self, judged: Judged) -> bool:
        """Whether what is wrong with these parameters is right with all others that are tried."""
        before: Judged | None = None
        for _ in range(OTHER_POINTS):
            other = elsewhere(self.bench, judged)
            if other is None or not other.is_right or other.factor < 0:
                return False
            if before is not None and not other.is_like(before):
                return False
            before = judged = other
        return True

    def _at_hand(self, judged: Judged) -> Judged:
        """The reading, with the program on the bench as it was compared."""
        self.bench.put_back(judged.forward.state)
        return judged

    def _may_stop(self, judged: Judged) -> bool:
        """One sample at a time counts only where no batch was possible, or where the program goes so itself."""
        if judged.forward.case.n_samples > 1 or not self._batches():
            return True
        return _is_plain_step(judged) or self._goes_by_samples(judged)

    def _is_settled(self) -> bool:
        """Whether a batch has a reading of all gradients, some right, in a program that does not go by samples."""
        return any(any(j.right) and not self._goes_by_samples(j) for j in self._batches())

    def _batches(self) -> list[Judged]:
        return [judged for judged in self.found if judged.forward.case.n_samples > 1 and all(judged.given)]

    def _goes_by_samples(self, judged: Judged) -> bool:
        names = [name.strip() for name in judged.reading.source.split(",")]
        names.append(judged.forward.part.name)
        return any(is_called_for_each_sample(self.parts, self.bench, n) for n in names)

    def _rank(self, judged: Judged) -> tuple[float, ...]:
        is_alone, goes_alone = judged.forward.case.n_samples == 1, self._goes_by_samples(judged)
        by_chance = is_alone and not _is_plain_step(judged)
        of_all = judged.reading.is_step and not by_chance
        fits = is_alone if goes_alone else of_all or not (is_alone and self._batches())
        return (fits, *judged.score)

    # ---- readings

    def _forwards(self, saved: dict[str, Any]) -> Iterator[Forward]:
        names = [
            part for part in playing(self.parts, "forward")
            if part_of(part.name) != "backward" or "forward" in part.name.lower()
        ]  # fmt: skip
        others = [p for p in playing(self.parts, "loss") if p not in names and len(p.path) == 1]
        if self.wish.forward is not None:
            names, others = self._given(self.wish.forward, "forward"), []
        for case in self.samples.cases():
            sizes = dict.fromkeys(("n_samples", "batch_size"), case.n_samples)
            meant = {**self.meant, **sizes, "x": case.X, "y": case.y}
            both = self._both(names)
            for part in (*names, *others, *both):
                self.bench.put_back(saved)
                if self.reasons.get(part.name, "").startswith("longer than"):
                    continue
                try:
                    with limited(CALL_SECONDS):
                        found = self._outputs(part, case, meant, part in names)
                    for forward in found:
                        if part in both and part_of(part.name) == "backward" and not forward.gives_loss:
                            continue
                        self.bench.put_back(saved)
                        if finds_parameters(self.bench, forward):
                            yield forward
                except FAILURES as reason:
                    self.reasons.setdefault(part.name, why_not(reason))

    def _outputs(self, part: Part, case: DataForm, meant: dict[str, Any], is_forward: bool) -> list[Forward]:
        """The readings of what a function gives; one argument of a forward pass that means nothing is the samples."""
        saved = self.bench.save()
        try:
            return list(forwards(self.bench, part, case, meant))[:MOST_OUTPUTS]
        except Unknown as unknown:
            wanted = required(part.of(self.bench))
            has_samples = any("x" in meanings(parameter.name) for parameter in wanted)
            if not is_forward or has_samples or unknown.name not in [p.name for p in wanted]:
                raise
            self.bench.put_back(saved)
            named = {**meant, by_name(unknown.name): case.X}
            return list(forwards(self.bench, part, case, named))[:MOST_OUTPUTS]

    def _both(self, names: list[Part]) -> list[Part]:
        """Functions that may give the loss and its gradients at once, where nothing else is a forward pass."""
        if self.works or self.wish.forward is not None:
            return []
        return [p for p in (*playing(self.parts, "loss"), *playing(self.parts, "backward")) if p not in names]

    def _judged(self, forward: Forward) -> Iterator[Judged]:
        bench = self.bench
        saved = bench.save()
        is_single = computes_in_single(bench, forward)
        bench.put_back(saved)
        objectives, usual = self._objectives(forward)
        slopes: dict[int, Any] = {}
        for reading in self._readings(forward):
            bench.put_back(saved)
            if reading.objective is not None and self.wish.loss is None:
                mine, other = (
                    [o for o in (*objectives, *usual) if o.known_as == reading.objective.known_as],
                    [],
                )
            else:
                mine, other = objectives, usual
            judged = [self._compared(forward, reading, o, slopes, is_single) for o in mine]
            judged = [j for j in judged if j.wanted]
            if not any(j.is_right and j.factor > 0 for j in judged):
                others = [self._compared(forward, reading, o, slopes, is_single) for o in other]
                # A likelihood that the steps climb is a loss turned round.
                yield from (
                    o for o in others if any(j.is_right for j in judged) and o.is_right and o.factor > 0
                )
                self.others += others
            yield from sorted(judged, key=lambda j: (not j.is_right, j.distance))

    def _compared(
        self,
        forward: Forward,
        reading: Reading,
        objective: Objective,
        slopes: dict[int, Any],
        is_single: bool,
    ) -> Judged:
        saved = self.bench.save()
        if id(objective) not in slopes:
            slopes[id(objective)] = measured(self.bench, forward, objective, is_single)
        self.bench.put_back(saved)
        return judge(self.bench, forward, reading, objective, slopes[id(objective)], is_single)

    def _readings(self, forward: Forward) -> Iterator[Reading]:
        given = self.wish.backward
        only = None if given is None else self._given(given, "backward")
        yield from readings(self.bench, self.parts, forward, self.samples, self.reasons, only)

    def _given(self, given: str | Callable[..., Any], what: str) -> list[Part]:
        """The functions that the user named or gave."""
        if isinstance(given, str):
            return [part for part in self.parts if part.name == given]
        return [GivenPart(f"the function given as {what}=", function=given)]

    def _objectives(self, forward: Forward) -> tuple[list[Objective], list[Objective]]:
        """The losses that the program may descend, and others, of which is only said that the gradients are theirs."""
        saved = self.bench.save()
        if isinstance(self.wish.loss, str):
            return [losses.named(forward, self.wish.loss)], []
        if self.wish.loss is not None:
            return [losses.given(forward, self.wish.loss)], []
        if forward.gives_loss:
            return [losses.returned(forward)], []
        own = list(losses.own(self.bench, self.parts, forward))
        self.bench.put_back(saved)
        usual = list(losses.usual(self.bench, forward))
        self.bench.put_back(saved)
        return (own, usual) if own else (usual, [])


def _is_plain_step(judged: Judged) -> bool:
    """Whether it is a step of a whole number of gradients, or of a whole part; others may be like one by chance."""
    size = max(abs(judged.factor), 1 / max(abs(judged.factor), 1e-300))
    return judged.reading.is_step and size == round(size)
