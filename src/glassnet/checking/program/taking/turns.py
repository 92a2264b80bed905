"""The check of one turn of a training loop."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.checking.finding.sources import parameters
from glassnet.checking.program.bench import Bench, shown
from glassnet.checking.program.data import DataForm, Samples, drawn, variants
from glassnet.checking.program.limits import CALL_SECONDS, FAILURES, TookTooLong, Wish, limited
from glassnet.checking.program.taking.loading import load, parsed
from glassnet.checking.program.taking.loops import (
    HOOK,
    MOST_NUMBERS,
    Loop,
    Reached,
    Turn,
    data_in,
    hooked,
    loops,
    output_of,
    reached,
    turn_of,
)
from glassnet.checking.program.taking.objects import meant_by
from glassnet.checking.program.taking.standing_in import StandIns, hooks, with_stand_ins
from glassnet.checking.program.trying.binding import Context, call
from glassnet.checking.program.trying.forward import Forward, finds_parameters
from glassnet.checking.program.trying.functions import Part, parts_of, playing
from glassnet.checking.program.trying.observing import Observation, observe
from glassnet.checking.program.trying.reading import Reading, rate_of, readings_of
from glassnet.checking.program.trying.reporting import report_of
from glassnet.checking.program.trying.searching import Search
from glassnet.checking.program.trying.training import TRAINING
from glassnet.checking.program.words import meanings
from glassnet.checking.report import Report
from glassnet.support.arrays import as_array

MOST_LOOPS = 4
# Features, outputs and kinds of the samples that are drawn for a function that trains.
GUESSES = ((2, 2, "classes"), (3, 2, "classes"), (2, 1, "binary"), (3, 1, "binary"))


@dataclass(kw_only=True)
class TurnSearch(Search):
    """The search over the readings of one turn: its forward pass and its step are known."""

    turn: Turn
    case: DataForm
    output: str

    def _forwards(self, saved: dict[str, Any]) -> Iterator[Forward]:
        turn, output = self.turn, self.output
        name = f"the training loop in line {turn.lines[0]}, up to {output}"
        part = Part(name, function=lambda: turn.forward()[output])
        forward = Forward(part, self.case, {**self.meant, "x": self.case.X, "y": self.case.y})
        if finds_parameters(self.bench, forward):
            forward.parameters = [leaf for leaf in forward.parameters if not _is_data(shown(leaf))]
            if forward.parameters:
                yield forward

    def _readings(self, forward: Forward) -> Iterator[Reading]:
        name = f"that loop, lines {self.turn.lines[0]} to {self.turn.lines[1]}"
        rate = rate_of(self.bench, Part(name, function=self.turn.step))
        run = partial(self._seen, forward)
        yield from readings_of(name, run, run(), rate, is_training=True)

    def _seen(self, forward: Forward) -> Observation:
        """What one turn leaves behind; what stands there afterwards belongs to no other turn."""
        self.bench.seed()
        before = set(self.turn.names)
        found = observe(self.bench, self.turn.step, self.turn.step, forward.parameters)
        for new in set(self.turn.names) - before:
            del self.turn.names[new]
        return found


def _is_data(name: str) -> bool:
    return meanings(name.partition("[")[0])[:1] in (["x"], ["y"])


def check_loops(
    path: Path, samples: Samples | None, wish: Wish, given: StandIns | None = None
) -> Iterator[Report]:
    """Reports on the training loops of a file, those that could be run for one turn; with what stands in for data."""
    tree = parsed(path) if given is None else with_stand_ins(parsed(path))
    more = {} if given is None else hooks(given)
    for loop in list(loops(tree))[:MOST_LOOPS]:
        for found in _ways(path, tree, loop, samples, more):
            turn = turn_of(tree, loop, found, str(path))
            report = None if turn is None else _checked(turn, wish)
            if report is not None:
                yield report
                break


def _ways(
    path: Path, tree: ast.Module, loop: Loop, samples: Samples | None, more: dict[str, Any]
) -> Iterator[Reached]:
    """The loop's first turn as the file itself comes to it, else as its function does with samples at random."""
    loaded = load(path, as_main=True, tree=hooked(tree, loop), more={HOOK: reached, **more})
    if loaded.reached is not None:
        yield loaded.reached
        return
    function = loaded.names.get(loop.function)
    if not callable(function):
        return
    takes_data = bool(parameters(function))
    guesses = [drawn(*guess) for guess in GUESSES]
    for some in variants(samples) if samples is not None else guesses:
        for case in some.cases():
            meant = {**meant_by(some), "x": case.X, "y": case.y}
            try:
                with limited(CALL_SECONDS):
                    call(function, Context({}, meant, loaded.names), given=TRAINING)
            except Reached as found:
                yield found
            except FAILURES:  # whatever it raises for data in another form
                continue
            if not takes_data:
                return


@contextlib.contextmanager
def _suppressed(turn: Turn, wish: Wish) -> Iterator[None]:
    """A turn that fails outside of its loop is none; one that takes too long is remembered."""
    try:
        yield
    except TookTooLong:
        wish.left[f"the training loop in line {turn.lines[0]}"] = None
    except (Exception, SystemExit):  # whatever a learner's code raises
        return


def _checked(turn: Turn, wish: Wish) -> Report | None:
    with _suppressed(turn, wish), limited(wish.seconds / 6):
        bench = Bench(None, turn.names)
        saved = bench.save()
        bench.seed()
        after = turn.forward()
        bench.put_back(saved)
        output, x = output_of(turn, after), data_in(turn, after)
        if output is None or x is None or np.size(x) > MOST_NUMBERS:
            return None
        x, read = np.asarray(x, np.float64), _shapes(bench)
        case = _case(x, after[turn.targets], np.asarray(after[output], np.float64), _is_column(x.shape, read))
        if case is None:
            return None
        samples = Samples(x.reshape(case.n_samples, -1), case.targets, None)
        own = turn.loss_of(output)
        parts = playing(parts_of(bench), "loss")
        losses = [Part("loss of the loop", function=own)] if own is not None else parts
        search = TurnSearch(
            bench, losses, samples, meant_by(samples), wish, turn=turn, case=case, output=output
        )
        best = search.best()
        if best is None:
            return None
        report = report_of(search, best)
        # Where nothing is right, and no slip explains all, something else may have been taken for the output.
        return report if any(best.right) or report.slips else None
    return None


def _shapes(bench: Bench) -> list[tuple[int, ...]]:
    """Of the matrices that are no data by their names."""
    leaves = [leaf for leaf in bench.leaves() if not _is_data(shown(leaf))]
    return [shape for leaf in leaves if len(shape := bench.values(leaf).shape) == 2]


def _is_column(x: tuple[int, ...], matrices: list[tuple[int, ...]]) -> bool:
    """Whether (k, 1) is one sample of k features, and not k of one: which of them the weights read."""
    reads_one = any(shape[0] == 1 < shape[1] for shape in matrices)
    return len(x) == 2 and x[1] == 1 < x[0] and not reads_one and any(x[0] in shape for shape in matrices)


def _case(x: Any, y: Any, output: Any, is_column: bool) -> DataForm | None:
    """The form of the data, from the shapes of samples, targets and output."""
    t = np.asarray(as_array(y))
    if t.size == output.size:
        targets = t.astype(np.float64)
        if (
            is_column
            or x.ndim < 2
            or (1 in x.shape and t.size > 1 and x.shape[0] != t.shape[0])
            or t.ndim == 0
        ):
            return DataForm(x, y, "one sample at a time", 1, targets.reshape(1, -1))
        if t.ndim == 2 and t.shape[0] != x.shape[0] and t.shape[1] == x.shape[1]:
            return DataForm(x, y, "columns", x.shape[1], targets.T)
        if t.shape[0] == x.shape[0]:
            return DataForm(x, y, "rows", len(x), targets.reshape(len(x), -1))
        return None
    labels = t.reshape(-1).astype(int)
    columns = output.shape[0] != labels.size
    k = output.shape[0] if columns else output.shape[1]
    if labels.min() < 0 or labels.max() >= k:
        return None
    return DataForm(x, y, "columns" if columns else "rows", labels.size, np.eye(k)[labels], True)
