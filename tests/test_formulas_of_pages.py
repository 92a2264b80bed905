"""Every formula of the course, of the pages and of the reference is set as mathematics, and a slip in one is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from tests.test_reference import PUBLIC, TELLING, module_of

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [
    *sorted((ROOT / "src" / "glassnet" / "lessons" / "texts").glob("*.md")),
    *sorted(DOCS.glob("*.md")), *sorted((DOCS / "how-to").glob("*.md")), *sorted((DOCS / "site").glob("*.md")),
    ROOT / "CHANGELOG.md",
]  # fmt: skip
FORMULAS = module_of("formulas")
NAME = "{http://www.w3.org/1998/Math/MathML}"


def tokens(text: str) -> Iterator[Token]:
    """What stands in a page, read as the site reads it."""
    for token in MarkdownIt().enable("table").use(dollarmath_plugin).parse(text):
        yield token
        yield from token.children or []


def is_set(latex: str, as_block: bool) -> bool:
    """Whether it becomes MathML in which something stands."""
    made = ElementTree.fromstring(FORMULAS.mathml(latex, as_block).replace("&ApplyFunction;", ""))
    return made.tag == f"{NAME}math" and len(made) > 0 and made.find(f".//{NAME}merror") is None


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_formula_of_a_page_becomes_mathematics(page: Path) -> None:
    for token in tokens(page.read_text(encoding="utf-8")):
        if token.type.startswith("math"):
            assert is_set(token.content, "block" in token.type), token.content
        assert token.type != "text" or "$" not in token.content, f"a formula is not closed: {token.content}"


def test_the_course_is_full_of_formulas() -> None:
    texts = [page.read_text(encoding="utf-8") for page in PAGES[:13]]
    assert sum(token.type.startswith("math") for text in texts for token in tokens(text)) > 200


@pytest.mark.parametrize("part", sorted(PUBLIC, key=lambda part: part.__name__))
def test_every_formula_of_the_reference_becomes_mathematics(part: type) -> None:
    for paragraph in TELLING.known(TELLING.stated(part)):
        if paragraph.startswith(".. math:: "):
            assert is_set(paragraph.removeprefix(".. math:: "), as_block=True), paragraph


@pytest.mark.parametrize(
    ("latex", "spaces"),
    [
        (r"\log 2", 1),
        (r"y\log p", 2),
        (r"\log(1 - p)", 0),
        (r"2\log(1 - p)", 1),
        (r"\operatorname{erf} z", 1),
    ],
)
def test_names_of_functions_have_room_around_them(latex: str, spaces: int) -> None:
    assert FORMULAS.mathml(latex).count("<mspace") == spaces


@pytest.mark.parametrize(
    "slip",
    [
        "^2",
        "_i",
        "a^",
        r"\foo",
        r"\sqrt",
        "x & y",
        "{",
        r"\frac{1}{2",
        r"\left( x",
        r"\frac12",
        r"\begin{cases} 1",
    ],
)
def test_a_formula_that_cannot_be_set_is_named(slip: str) -> None:
    with pytest.raises(ValueError, match=re.escape(slip)):
        FORMULAS.mathml(slip)
    with pytest.raises(ValueError, match="is empty"):
        FORMULAS.mathml(" ")
