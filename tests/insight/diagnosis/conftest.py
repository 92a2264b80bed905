"""The case that a diagnosis looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

import glassnet as gn
from glassnet.insight.diagnosis.case import Case

CaseOf = Callable[..., Case]


@pytest.fixture
def case_of(monkeypatch: pytest.MonkeyPatch) -> Iterator[CaseOf]:
    """The case that a diagnosis would look at, some of its measurements replaced."""
    seen: list[Case] = []
    module = import_module("glassnet.insight.diagnosis.diagnose")
    monkeypatch.setattr(module, "findings", lambda case: seen.append(case) or [])  # type: ignore[func-returns-value]

    def made(net: Any, X: Any, y: Any, *history: Any, measured: Any = (), **options: Any) -> Case:
        gn.diagnose(net, X, y, *history, **options)
        vars(seen[-1]).update(measured)
        return seen[-1]

    yield made
