"""What docs/estimators.md shows is what happens."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "estimators.md").read_text(encoding="utf-8")
BLOCK = r"^```python\n(.*?)^```\n```\n(.*?)^```$"


def test_the_blocks_print_what_stands_below_them() -> None:
    shown = re.findall(BLOCK, PAGE, flags=re.MULTILINE | re.DOTALL)
    assert len(shown) == PAGE.count("```python") == 2
    names: dict[str, Any] = {"__name__": "estimators"}
    for code, expected in shown:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "estimators.md", "exec"), names)
        assert printed.getvalue() == expected


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        assert (DOCS / target).is_file()
