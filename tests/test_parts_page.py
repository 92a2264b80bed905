"""docs/parts.md is written from the facts, and no built-in part lacks one."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from glassnet.errors import ArgumentError
from glassnet.initializers.base import registry as initializers
from glassnet.metrics.base import Metric
from glassnet.metrics.base import registry as metrics
from glassnet.schedules.base import registry as schedules
from glassnet.support.facts import Facts

SCRIPT = Path(__file__).parents[1] / "docs" / "write_parts.py"
MAY_BE_EMPTY = {"source", "elsewhere", "torch_arguments"}


def script() -> Any:
    spec = importlib.util.spec_from_file_location("write_parts", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_script_writes() -> None:
    written = script()
    assert written.PAGE.read_text(encoding="utf-8") == written.page(), "run python docs/write_parts.py"


PARTS = [part for registry in (initializers, metrics, schedules) for part in registry._classes.values()]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_every_part_has_every_fact(part: type[Any]) -> None:
    facts = vars(part)["facts"]
    assert isinstance(facts, Facts)
    empty = {field.name for field in fields(facts) if getattr(facts, field.name) == ""}
    assert empty <= MAY_BE_EMPTY


@pytest.mark.parametrize(
    "part", [part for part in PARTS if part.facts.elsewhere], ids=lambda part: part.__name__
)
def test_names_elsewhere_are_found_there(part: type[Any]) -> None:
    library, *names = part.facts.elsewhere.removeprefix("1 - ").split(".")
    room, *rest = names
    found = importlib.import_module(f"{library}.{room}")
    for name in rest:
        found = getattr(found, name)
    assert callable(found)


def test_a_built_in_part_without_facts_is_refused_by_name() -> None:
    with pytest.raises(ArgumentError, match="'nothing' does not state its facts: give the class Nothing"):

        @metrics.register("nothing")
        class Nothing(Metric):
            pass
