"""What docs/bridges.md shows is what happens."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "bridges.md").read_text(encoding="utf-8")
BLOCK = r"^```python\n(.*?)^```\n(?:```\n(.*?)^```$)?"


def test_the_blocks_print_what_stands_below_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shown = re.findall(BLOCK, PAGE, flags=re.MULTILINE | re.DOTALL)
    assert len(shown) == PAGE.count("```python") == 8
    names: dict[str, Any] = {"__name__": "bridges"}
    for code, expected in shown:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, "bridges.md", "exec"), names)
        assert printed.getvalue() == expected
    assert Path("xor.png").stat().st_size > 0


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        assert (ROOT / "docs" / target).is_file()
