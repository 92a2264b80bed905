"""A plugin of pytest that runs chosen tests only, in the order given, each within a time of its own."""

from __future__ import annotations

import faulthandler
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# What each test takes. A mutant has ten times that, as time on a core and as time on the clock, and some more: on a
# busy machine little of the time on the clock is its own.
CORE, CLOCK = 10, 120
SECONDS: dict[str, float] = json.loads(Path(os.environ["GLASSNET_TESTS_CHOSEN"]).read_text())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    found = {item.nodeid: item for item in items}
    items[:] = [found[name] for name in SECONDS if name in found]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """A test that does not come to an end ends the process, as a failure."""
    seconds = 10 * SECONDS[item.nodeid]
    signal.setitimer(signal.ITIMER_PROF, CORE + seconds)  # whose signal ends the process
    faulthandler.dump_traceback_later(CLOCK + seconds, exit=True, file=sys.__stderr__)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_PROF, 0)
