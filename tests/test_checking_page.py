"""What docs/checking.md shows is what happens."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

from glassnet.checking.loss import gradient_slips, whole_rows
from glassnet.checking.loss import value as loss_value
from glassnet.checking.loss import wrong as loss_wrong
from glassnet.checking.network.slips.catalogue import CATALOGUE
from glassnet.checking.optimizer import words as optimizer_words

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "checking.md").read_text(encoding="utf-8")


def test_the_blocks_print_what_stands_below_them() -> None:
    shown = re.findall(r"^```python\n(.*?)^```\n```\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    assert len(shown) == PAGE.count("```python") == 10
    names: dict[str, Any] = {}
    for code, expected in shown:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "checking.md", "exec"), names)
        assert printed.getvalue() == expected


def test_the_table_holds_every_code() -> None:
    of_backward, of_others = PAGE.split("## The codes of check_backward")[1].split(
        "## The codes of the other checks"
    )
    assert re.findall(r"^\| `(\w+)` \|", of_backward, flags=re.MULTILINE) == sorted(CATALOGUE)
    named = set(re.findall(r"`(\w+)`", of_others))
    assert named >= {
        *loss_value.MESSAGES,
        *loss_wrong.MESSAGES,
        *whole_rows.MESSAGES,
        *gradient_slips.MESSAGES,
        *optimizer_words.WORDS,
    }


def test_the_figures_are_those_of_the_benchmark() -> None:
    measured = (ROOT / "benchmarks" / "results" / "gradient_check.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| .* \| (?:at least|at most|0|less).* \|$", PAGE, flags=re.MULTILINE)
    assert len(rows) == 11
    assert all(row in measured for row in rows)


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        assert (ROOT / "docs" / target).is_file()
