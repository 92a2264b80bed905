"""No sentence of the course states a number that the lesson's code does not have: given, computed with, or asserted."""

from __future__ import annotations

import io
import re
import token
import tokenize
from collections.abc import Iterator

import pytest

from glassnet.lessons.catalogue import texts
from glassnet.lessons.notebooks import notebook

# What states no number: code and names, a place in the course or in a book, its year, and the 1 and 2 of formulas.
NO_STATEMENT = re.compile(
    r"```.*?```|`[^`]*`|\]\([^)]*\)|^#+ .*$"
    r"|\b[Ss]eeds? \d+|\b[Ll]essons? [\d, and]+\d?|\b[Ee]xercises? [\d.]+"
    r"|\b[Cc]hapters? \d+( and \d+)?|\bsections? [\d.]+|\bPart \d"
    r"|\b(1[89]|20)\d\d\b|\bCS231n|float(32|64)|\b[LlTt]2\b|1e-\d+"
    r"|\\t?frac\{?1\}?\{?2\}?|[A-Za-z]_\{?\d+|_\{\d[^}]*\}|\\(text|mathrm|mathbf|mathsf)\{[^}]*\}",
    flags=re.DOTALL | re.MULTILINE,
)
POWER = re.compile(r"(\d+(?:\.\d+)?)?\s*(?:\\cdot)?\s*10\^\{?(-?\d+)\}?")
NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:[  ]\d{3})+(?![\w])|(?<![\w.])\d+(?:\.\d+)?(?![\w])")
# Numbers that count or that a formula has, up to this one, need no assertion.
SMALL = 10
HUNDRED = 100.0


def stated(text: str) -> Iterator[float]:
    """The numbers in a piece of prose."""
    plain = NO_STATEMENT.sub(" ", text)
    for found in POWER.finditer(plain):
        yield float(found[1] or 1) * 10.0 ** int(found[2])
    for found in NUMBER.finditer(POWER.sub(" ", plain)):
        yield float(re.sub(r"[  ]", "", found[0]))


def in_code(source: str) -> Iterator[float]:
    """The numbers in a cell of code, also those in what it prints."""
    lines = "\n".join(line for line in source.splitlines() if not line.startswith("!"))
    lines = re.sub(r"= !.*", "= None", lines)
    for part in tokenize.generate_tokens(io.StringIO(lines + "\n").readline):
        if part.type == token.NUMBER:
            yield float(part.string.replace("_", "")) if "j" not in part.string else 0.0
        elif part.type in (token.STRING, getattr(token, "FSTRING_MIDDLE", token.STRING)):
            yield from (float(text) for text in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w])", part.string))


def unsupported(number: int) -> list[tuple[float, str]]:
    """Numbers in the prose of a lesson that its code does not have, each with where it stands."""
    cells = notebook(number).cells
    known = {value for cell in cells if cell.cell_type == "code" for value in in_code(cell.source)}
    found = []
    for cell in cells:
        if cell.cell_type != "markdown":
            continue
        for paragraph in re.split(r"\n\s*\n", cell.source):
            for value in stated(paragraph):
                is_small = value == int(value) and value <= SMALL
                is_known = any(
                    abs(value - other) <= 1e-12 * value for one in known for other in (one, one * HUNDRED)
                )
                if not is_small and not is_known:
                    found.append((value, " ".join(paragraph.split())[:160]))
    return found


@pytest.mark.parametrize("number", texts())
def test_each_number_in_a_sentence_stands_in_the_code_too(number: int) -> None:
    assert unsupported(number) == []


@pytest.mark.parametrize(
    ("sentence", "numbers"),
    [
        ("It is right in 94.4 % of 1 797 images.", [94.4, 1797]),
        ("below about $10^{-7}$, or $1.797 \\cdot 10^{308}$", [1e-7, 1.797e308]),
        ("as in lesson 6, exercise 6.2, of 2015; `x = 17` and $W_{12}$", []),
    ],
)
def test_numbers_in_sentences_are_found(sentence: str, numbers: list[float]) -> None:
    assert list(stated(sentence)) == pytest.approx(numbers)


def test_numbers_in_code_are_found() -> None:
    assert list(in_code('assert x < 1e-7 and y == 2_410  # 12\nprint("about 300")')) == [1e-7, 2410, 300]
