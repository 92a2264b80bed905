"""Names on their way out are shown, never obeyed."""

import html
import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.support import text

ANYTHING = st.text(
    st.characters(codec=None, categories=None) | st.sampled_from("\x1b\x9b\r\u202e\ud800<>&\"'=+-@\t\n")
)


@given(ANYTHING)
def test_nothing_on_its_way_to_a_terminal_is_obeyed(name: str) -> None:
    shown = text.plain(name)
    shown.encode()
    assert not set(shown) & {chr(code) for code in (*range(9), *range(11, 32), *range(127, 160))}
    assert not set(text.in_one_line(name)) & set("\n\t")


def test_letters_of_every_script_and_emoji_are_left_as_they_are() -> None:
    for name in ("größe", "中文", "می‌خواهم", "👩‍👩‍👧", "a\nb\tc"):
        assert text.plain(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b2J", "\\x9b2J"),
        ("a\rb", "a\\rb"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("half \udc80", "half \\udc80"),
    ],
)
def test_what_a_terminal_obeys_is_written_as_an_escape(name: str, shown: str) -> None:
    assert text.plain(name) == shown


@given(ANYTHING)
def test_in_markup_a_name_is_nothing_but_text(name: str) -> None:
    class Reader(HTMLParser):
        found = ""

        def handle_data(self, data: str) -> None:
            self.found += data

        def handle_starttag(self, tag: str, attrs: object) -> None:
            assert tag == "p"

        def handle_comment(self, data: str) -> None:
            raise AssertionError(data)

    reader = Reader()
    reader.feed(f"<p>{text.markup(name)}</p>")
    reader.close()
    assert reader.found == text.plain(name) == html.unescape(text.markup(name))


@given(ANYTHING)
def test_json_in_a_script_is_the_same_data_and_ends_nothing(name: str) -> None:
    written = text.script({"name": name, "more": ["<!--", "</script>", "]]>"]})
    assert json.loads(written)["name"] == name
    assert not set(written) & set("<>&")
    written.encode()


@pytest.mark.parametrize("name", ["=1+1", "+1 no number", "-x", "@sum", "\tx", "\rx", "=HYPERLINK(1)"])
def test_a_spreadsheet_takes_no_name_for_a_formula(name: str) -> None:
    assert str(text.cell(name)).startswith("'")


@pytest.mark.parametrize("name", [";=1+1;", "a;=1", "two\nlines; -x", "lines\n=1", "a;  @b"])
def test_nor_where_another_separator_is_usual(name: str) -> None:
    row = f"7,{text.cell(name)}"
    for line in row.splitlines():
        assert not any(part.strip().startswith(("=", "+", "-", "@")) for part in line.split(";"))


@pytest.mark.parametrize("value", ["-1.5", "+3e8", "1", "-inf", "a=b", "", "x@y", -2.5, 7])
def test_numbers_and_harmless_names_are_left_alone_in_a_table(value: object) -> None:
    assert text.cell(value) == value


@pytest.mark.parametrize(
    ("names", "said"), [(["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_names_are_enumerated_as_a_sentence_does(names: list[str], said: str) -> None:
    assert text.enumerated(names) == said
