"""A plugin of pytest that collects tests once, and then runs those that it is asked for, with one module changed.

Each time in a forked process, in which every function of the module gets its changed code. What else a change can
alter (constants, defaults, all that runs at import) needs a process without the module; see `judging`.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
from collections.abc import Iterator, Sequence
from types import CodeType, FunctionType
from typing import IO

import pytest

PIPES = "GLASSNET_MUTANTS_PIPES"
FUNCTION = 0x2  # the flag of code with names of its own, which that of modules and classes lacks


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Answer each request, a line of JSON, by a line: how many of the tests pass before one fails."""
    items = {item.nodeid: item for item in session.items}
    requests, answers = _pipes()
    with requests, answers:
        answers.write("ready\n")
        answers.flush()
        for request in map(json.loads, requests):
            chosen = [items[test] for test in request["tests"] if test in items]
            n_passed = _n_passed(session, chosen, request["file"], request["before"], request["after"])
            answers.write(f"{n_passed}\n")
            answers.flush()
    return True


def _pipes() -> tuple[IO[str], IO[str]]:
    read, write = map(int, os.environ[PIPES].split())
    return os.fdopen(read), os.fdopen(write, "w")


def _n_passed(
    session: pytest.Session, items: Sequence[pytest.Item], file: str, before: str, after: str
) -> int:
    read, write = os.pipe()
    process = os.fork()
    if process == 0:
        try:
            os.setpgrp()
            put_in_place(file, before, after)
            _run(session, items, write)
        finally:
            os._exit(0)
    os.close(write)
    os.waitpid(process, 0)
    with contextlib.suppress(ProcessLookupError):  # most leave no process behind
        os.killpg(process, signal.SIGKILL)
    with os.fdopen(read, "rb") as told:
        return len(told.read())


def _run(session: pytest.Session, items: Sequence[pytest.Item], write: int) -> None:
    """Run until one fails, and tell of each that passes; one that ends the process has told nothing."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return
        os.write(write, b".")


def put_in_place(file: str, before: str, after: str) -> None:
    """Give each function that a module made the code that the changed source has for it."""
    changes = dict(changed_code(compile(before, file, "exec"), compile(after, file, "exec")))
    for thing in gc.get_objects():
        # Its class itself: asking some objects of libraries whether they are one runs code of theirs, which may warn.
        if type(thing) is FunctionType and thing.__code__ in changes:
            thing.__code__ = changes[thing.__code__]


def changed_code(before: CodeType, after: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """The code, also within other code, that is not the same, with what it has become."""
    if before != after:
        yield before, after
    for one, other in zip(*(_within(code) for code in (before, after)), strict=False):
        yield from changed_code(one, other)


def is_within_functions(before: str, after: str) -> bool:
    """Whether nothing but the code of functions is changed."""
    return _same_outside(compile(before, "", "exec"), compile(after, "", "exec"))


def _same_outside(before: CodeType, after: CodeType) -> bool:
    if before.co_flags & FUNCTION and after.co_flags & FUNCTION:
        return True
    plain = [
        tuple(part for part in code.co_consts if not isinstance(part, CodeType)) for code in (before, after)
    ]
    return (
        before.co_code == after.co_code
        and repr(plain[0]) == repr(plain[1])
        and before.co_names == after.co_names
        and all(_same_outside(*pair) for pair in zip(_within(before), _within(after), strict=True))
    )


def _within(code: CodeType) -> list[CodeType]:
    return [part for part in code.co_consts if isinstance(part, CodeType)]
