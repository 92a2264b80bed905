"""The page about the diagnosis shows what happens, and explains every code."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

from glassnet.insight.diagnosis.rules import table as rules

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
    room = Path(rules.__file__).parent
    sources = "".join(path.read_text(encoding="utf-8") for path in sorted(room.glob("*.py")))
    explained = re.findall(r"^\| `(\w+)` \|", PAGE, flags=re.M)
    said = set(re.findall(r"""(?:Finding|_gradient|_of_rate)\((?:\w+, )*\s*"(\w+)",""", sources))
    assert len(set(explained)) == len(explained)
    assert said == set(explained)
