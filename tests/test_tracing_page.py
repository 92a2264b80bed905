"""What docs/tracing.md shows is what happens."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[1] / "docs" / "tracing.md"


def test_the_python_blocks_print_what_stands_below_them() -> None:
    text = PAGE.read_text(encoding="utf-8")
    shown = re.findall(r"^```python\n(.*?)^```\n```\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    assert len(shown) == text.count("```python") == 6
    names: dict[str, Any] = {}
    for code, expected in shown:
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, PAGE.name, "exec"), names)
        assert printed.getvalue() == expected


def test_its_picture_is_there() -> None:
    assert (PAGE.parent / "trace.png").stat().st_size < 200_000
