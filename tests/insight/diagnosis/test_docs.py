"""The page about the diagnosis shows what happens, and explains every code."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

from glassnet.insight.diagnosis import (
    data_rules,
    fit_rules,
    network_rules,
    rate_rules,
    start_rules,
    unit_rules,
)
from glassnet.insight.diagnosis.rules import RULES

PAGE = (Path(__file__).parents[3] / "docs" / "diagnosis.md").read_text(encoding="utf-8")


def test_the_example_prints_what_stands_below_it() -> None:
    (code, expected), *more = re.findall(r"^```python\n(.*?)^```\n```\n(.*?)^```$", PAGE, flags=re.M | re.S)
    assert more == []
    names: dict[str, Any] = {}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "diagnosis.md", "exec"), names)
    assert printed.getvalue() == expected


def test_every_code_is_explained() -> None:
    sources = "".join(
        Path(module.__file__).read_text(encoding="utf-8")
        for module in (data_rules, fit_rules, network_rules, rate_rules, start_rules, unit_rules)
        if module.__file__
    )
    explained = re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.M)
    assert len(set(explained)) == len(explained) == len(RULES) - 1  # underfitting has two rules
    assert [code for code in explained if f'"{code}"' not in sources] == []
