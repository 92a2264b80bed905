"""What docs/tables.md shows is what happens."""

import contextlib
import io
import re
import sys
from pathlib import Path
from typing import Any

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "tables.md").read_text(encoding="utf-8")
BLOCK = r"^```python\n(.*?)^```\n(?:```\n(.*?)^```$)?"


def test_the_blocks_print_what_stands_below_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    shown = re.findall(BLOCK, PAGE, flags=re.MULTILINE | re.DOTALL)
    assert len(shown) == PAGE.count("```python") == 3
    names: dict[str, Any] = {"__name__": "tables"}
    for code, expected in shown:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "tables.md", "exec"), names)
        assert printed.getvalue() == expected
    sys.modules.pop("price")
