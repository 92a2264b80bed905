"""A plugin of pytest that runs chosen tests only, in the order given, each within a time of its own."""

from __future__ import annotations

import faulthandler
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

LIMITS: dict[str, float] = json.loads(Path(os.environ["GLASSNET_TESTS_CHOSEN"]).read_text())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    found = {item.nodeid: item for item in items}
    items[:] = [found[name] for name in LIMITS if name in found]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """A test that does not come to an end ends the process, as a failure."""
    faulthandler.dump_traceback_later(LIMITS[item.nodeid], exit=True, file=sys.__stderr__)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()
