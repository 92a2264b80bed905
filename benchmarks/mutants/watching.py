"""A plugin of pytest for the recording: it tells coverage which test is running, and writes how long each took.

A fixture that several tests share runs once. So its lines count for every test that asks for it, and so does its time.
A test that takes longer than all tests of a mutant may take is ended: it would never be run.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import coverage
import pytest

FIXTURE = "fixture "
# What the tests of one mutant may take together. One that only slower tests would notice is called a survivor.
MOST_SECONDS = 60
# What a process that runs tests must import itself.
OWN = ("__main__", "glassnet", "tests", "benchmarks", "coverage")
own_seconds: Counter[str] = Counter()
shared_seconds: Counter[str] = Counter()
shared_by: dict[str, list[str]] = {}
failed: set[str] = set()


def _on_a_core() -> float:
    """Seconds that this process and those that it has ended had, however busy the machine."""
    return sum(os.times()[:4])


def _end(*_: Any) -> None:
    pytest.fail(f"longer than {MOST_SECONDS} s", pytrace=False)


def _measured(context: str) -> None:
    measuring = coverage.Coverage.current()
    assert measuring is not None, "coverage has to start with Python, by the file .pth that it installs"
    measuring.switch_context(context)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    _measured(item.nodeid)
    began, shared_before = _on_a_core(), shared_seconds.total()
    signal.signal(signal.SIGPROF, _end)
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    try:
        result = yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    own_seconds[item.nodeid] = _on_a_core() - began - (shared_seconds.total() - shared_before)  # type: ignore[assignment]
    for name in item.fixturenames:  # type: ignore[attr-defined]
        shared_by.setdefault(name, []).append(item.nodeid)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: pytest.FixtureRequest) -> Iterator[None]:
    if fixturedef.scope == "function":
        return (yield)
    _measured(FIXTURE + fixturedef.argname)
    began = _on_a_core()
    result = yield
    shared_seconds[fixturedef.argname] += _on_a_core() - began  # type: ignore[assignment]
    _measured(os.environ["PYTEST_CURRENT_TEST"].rsplit(" (", 1)[0])
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        failed.add(report.nodeid)


def pytest_sessionfinish() -> None:
    seconds = dict(own_seconds)
    for fixture, more in shared_seconds.items():
        for test in shared_by.get(fixture, ()):
            seconds[test] += more
    for test in failed:
        del seconds[test]
    watched = {
        "seconds": seconds,
        "shared": {name: shared_by.get(name, []) for name in shared_seconds},
        "imported": [name for name in sys.modules if name.split(".")[0] not in OWN],
    }
    Path(os.environ["GLASSNET_TESTS_WATCHED"]).write_text(json.dumps(watched))
