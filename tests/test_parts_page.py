"""docs/parts.md is written from the facts, and no built-in part lacks one."""

from __future__ import annotations

import importlib
import importlib.util
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from glassnet import losses
from glassnet.errors import ArgumentError
from glassnet.initializers.base import registry as initializers
from glassnet.metrics import Accuracy
from glassnet.metrics.base import Metric
from glassnet.metrics.base import registry as metrics
from glassnet.optimizers.facts import OptimizerFacts, WrittenRule
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


LINE = "w ← w − η·b = {w} − [rate]·{(b1)} = {w1}"


@pytest.mark.parametrize(
    ("written", "lacks"),
    [
        (WrittenRule("", "w", "", (LINE,)), "plain"),
        (WrittenRule("w", "", "", (LINE,)), "latex"),
        (WrittenRule("w", "w", "b", (LINE,)), "a line with numbers that ends with {b1}"),
        (WrittenRule("w", "w", "b", ("b = {b1}",)), "a line with numbers that ends with {w1}"),
        (
            WrittenRule("w", "w", "b", ()),
            "a line with numbers that ends with {b1}, a line with numbers that ends with {w1}",
        ),
    ],
)
def test_a_rule_that_is_not_written_in_full_is_refused_by_name(written: WrittenRule, lacks: str) -> None:
    facts = OptimizerFacts(updates={"sgd": written}, torch=None, arguments={}, source="")
    message = f"the rule 'sgd' of the optimizer 'bent' is not written in full: it lacks {lacks}"
    with pytest.raises(ArgumentError, match=f"^{re.escape(message)}$"):
        facts.check("bent", {"learning_rate"})


@pytest.mark.parametrize("left_out", ["in_words_latex", "slope_in_words_latex"])
def test_a_loss_in_words_has_them_for_pages_too(left_out: str) -> None:
    facts = replace(losses.Cosine.facts, **{left_out: ""})
    words = left_out.removesuffix("_latex")
    with pytest.raises(ArgumentError, match=f"of the loss 'bent' need {words} and {left_out}, or neither"):
        facts.check("bent", set())


@pytest.mark.parametrize(("fact", "value"), [("title", ""), ("reads", "outputs")])
def test_a_metric_has_a_title_and_says_what_it_reads(fact: str, value: str) -> None:
    facts = replace(Accuracy.facts, **{fact: value})
    message = "the metric 'bent' need a title, and reads: one of classes, scores, probabilities, values; got"
    with pytest.raises(ArgumentError, match=message):
        facts.check("bent", set())
