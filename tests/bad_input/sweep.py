"""Bad calls, by the thousand: for every argument of every public callable values of all kinds.

``python -m tests.bad_input.sweep`` makes 6 000 of them; ``--calls`` and ``--seed`` choose others, ``--only gn.losses``
a part.
A call is judged by what comes of it: a `GlassnetError` or a value that the argument may take is right; an error of
Python or of another library, nonsense that is accepted, and a network that a refusal has changed are not.
"""

from __future__ import annotations

import argparse
import contextlib
import inspect
import io
import os
import random
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import glassnet as gn
from glassnet.errors import GlassnetError
from glassnet.support.registry import Registry
from tests.bad_input import bases, face, ranges, values
from tests.training.fingerprints import fingerprint

# Seconds on a core, and on the clock: on a busy machine little of the time on the clock is its own.
SLOW, PATIENCE = 5.0, 120


@dataclass(frozen=True)
class Call:
    """One wrong value for one argument; its kind is one of `values.POOL`, or "out of range" of what the docs say."""

    label: str
    argument: str
    kind: str
    value: Callable[[], Any]


@dataclass(frozen=True)
class Verdict:
    call: Call
    wrong: str

    def __str__(self) -> str:
        return f"{self.call.label}({self.call.argument}={_written(self.call.value())}): {self.wrong}"


def all_calls(only: str = "gn") -> Iterator[Call]:
    for label, called in face.public_callables().items():
        if label.startswith(only) and label not in bases.LEFT_OUT and not label.startswith(bases.BASES):
            for part in face.arguments(called):
                if part.kind not in (part.VAR_KEYWORD, part.VAR_POSITIONAL):
                    for kind, makers in values.POOL.items():
                        if (part.name, kind) != ("epochs", "int"):  # which may be as many as anybody likes
                            yield from (Call(label, part.name, kind, maker) for maker in makers)
                    for number in ranges.out_of_range(called, part.name):
                        yield Call(label, part.name, "out of range", partial(type(number), number))


def judged(call: Call) -> Verdict | None:
    """What is wrong with what came of a call, if anything is."""
    called = face.public_callables()[call.label]
    arguments = bases.arguments(call.label, called)
    owned_by = owner(call.label)
    networks = [thing for thing in (owned_by, *arguments.values()) if isinstance(thing, gn.Network)]
    before = [fingerprint(network) for network in networks]
    part = inspect.signature(called).parameters[call.argument]
    takes = values.taken(part.annotation)
    start = time.process_time()
    given = arguments | {call.argument: call.value()}
    by_position = [] if owned_by is None else [owned_by]
    if part.kind is part.POSITIONAL_ONLY:
        by_position.append(given.pop(call.argument))
    signal.alarm(PATIENCE)
    try:
        with _unregistered(called):
            called(*by_position, **given)
    except GlassnetError as error:
        if time.process_time() - start > SLOW:
            return Verdict(call, f"refused after {time.process_time() - start:.0f} s on a core")
        if [fingerprint(network) for network in networks] != before:
            return Verdict(call, "a network was changed by a refusal")
        if not str(error):
            return Verdict(call, "an error without a word")
    except BaseException as error:
        return Verdict(call, f"{type(error).__name__}: {str(error)[:150]} {_place(error)}")
    else:
        if call.kind not in takes:
            return Verdict(call, f"accepted, where {part.annotation} is asked for")
    finally:
        signal.alarm(0)
    return None


@contextlib.contextmanager
def _unregistered(called: Callable[..., Any]) -> Iterator[None]:
    """What is registered is forgotten again, since its name would be right in later calls."""
    registry = getattr(called, "__self__", None)
    factories = dict(registry._factories) if isinstance(registry, Registry) else {}
    try:
        yield
    finally:
        if isinstance(registry, Registry):
            registry._factories.clear()
            registry._factories.update(factories)


def _too_long(*_: object) -> None:
    raise TimeoutError("no end")


def owner(label: str) -> Any:
    """The object of a method."""
    room, _, method = label.rpartition(".")
    cls = face.public_callables().get(room)
    if inspect.isclass(cls) and not isinstance(inspect.getattr_static(cls, method), classmethod):
        return bases.owner(room, cls, method)
    return None


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"@ {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _written(value: Any) -> str:
    return repr(value).replace("\n", " ")[:60]


@contextlib.contextmanager
def elsewhere() -> Iterator[None]:
    """In an empty folder, quietly."""
    here = Path.cwd()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        os.chdir(folder)
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                yield
        finally:
            os.chdir(here)


def sweep(n_calls: int, seed: int, only: str = "gn") -> tuple[int, list[Verdict]]:
    """How many calls were made, and the wrong ones."""
    calls = list(all_calls(only))
    chosen = random.Random(seed).sample(calls, min(n_calls, len(calls)))
    signal.signal(signal.SIGALRM, _too_long)
    with elsewhere():
        bases.write_models()
        found = [judged(call) for call in chosen]
    return len(chosen), [verdict for verdict in found if verdict is not None]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="gn")
    asked = parser.parse_args()
    n_calls, wrong = sweep(asked.calls, asked.seed, asked.only)
    for verdict in sorted(map(str, wrong)):
        print(verdict)
    kinds = Counter(
        "accepted" if verdict.wrong.startswith("accepted") else "raw or other" for verdict in wrong
    )
    print(f"{n_calls} bad calls, {len(wrong)} wrong: {dict(kinds)}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
