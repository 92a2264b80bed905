"""docs/parts.md is written from the facts, and no built-in part lacks one."""

from __future__ import annotations

import importlib.util
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from glassnet.metrics.base import registry as metrics
from glassnet.schedules.base import registry as schedules
from glassnet.support.facts import Facts

SCRIPT = Path(__file__).parents[1] / "docs" / "write_parts.py"
MAY_BE_EMPTY = {"source", "elsewhere"}


def script() -> Any:
    spec = importlib.util.spec_from_file_location("write_parts", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_script_writes() -> None:
    written = script()
    assert written.PAGE.read_text(encoding="utf-8") == written.page()


@pytest.mark.parametrize(
    "part", [*schedules._classes.values(), *metrics._classes.values()], ids=lambda part: part.__name__
)
def test_every_part_has_every_fact(part: type[Any]) -> None:
    facts = vars(part)["facts"]
    assert isinstance(facts, Facts)
    empty = {field.name for field in fields(facts) if getattr(facts, field.name) == ""}
    assert empty <= MAY_BE_EMPTY
