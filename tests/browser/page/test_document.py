"""The page is one file in which nothing runs but its own script, whatever the data hold."""

import base64
import hashlib
import html.parser
import json
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

import glassnet as gn
from glassnet.browser.page import document
from glassnet.browser.page.bundle import BundleError, bundle
from glassnet.browser.page.document import measured_data
from glassnet.cli.app import app
from glassnet.errors import ArgumentError, DataError, UnknownNameError

MOST_BYTES = 270_000


class Elements(html.parser.HTMLParser):
    """The elements of a page, and the text of each script and style."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag, attributes = self.found[-1] if self.found else ("", {})
        if tag in ("script", "style"):
            self.texts.setdefault(attributes.get("id") or tag, data)


def hash_of(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def unpacked(page: Elements, name: str) -> str:
    return zlib.decompress(base64.b64decode(page.texts[f"glassnet-{name}"])).decode()


def program_in(page: Elements) -> str:
    return unpacked(page, "program")


def given_in(path: Path) -> Any:
    return json.loads(unpacked(Elements(path.read_text(encoding="utf-8")), "given"))


def test_the_page_tells_the_licence_of_what_it_bundles() -> None:
    assert "NumPy Developers" in Elements(document.page()).texts["glassnet-licence"]


def test_the_page_without_data_is_smaller_than_400_kilobytes() -> None:
    text = document.page()
    data = Elements(text).texts["glassnet-data"]
    assert len(text.encode()) - len(data) < MOST_BYTES


def test_the_policy_allows_the_script_and_the_style_of_the_page_and_nothing_else() -> None:
    page = Elements(document.page())
    policy = next(
        str(attributes["content"]) for tag, attributes in page.found if attributes.get("http-equiv")
    )
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'" and rules["connect-src"] == "'none'"
    scripts = [page.texts["glassnet-opening"], program_in(page)]
    assert rules["script-src"] == " ".join(f"'{hash_of(text)}'" for text in scripts)
    assert rules["style-src"] == f"'{hash_of(page.texts['style'])}'"
    assert "unsafe" not in policy
    assert not any(
        name.startswith("on") or name in ("src", "style")
        for _, attributes in page.found
        for name in attributes
    )


def test_hostile_names_and_tables_are_data_in_the_page(tmp_path: Path) -> None:
    hostile = '</script><script>alert(1)</script><!-- "'
    (tmp_path / "d.csv").write_text(f'"{hostile.replace(chr(34), chr(34) * 2)}",y\n1,0\n2,1\n3,0\n4,1\n')
    gn.play(str(tmp_path / "d.csv"), output=tmp_path / "page.html")
    page = Elements((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert [tag for tag, _ in page.found].count("script") == 5
    assert hostile in json.loads(unpacked(page, "given"))["document"]["table"]["text"].replace('""', '"')
    assert page.texts["glassnet-opening"] == document.opening() and program_in(page) == document.program()


def test_files_and_arrays_that_the_page_can_take_no_samples_from_are_refused_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    (tmp_path / "empty.csv").write_text("")
    result = CliRunner().invoke(
        app, ["play", str(tmp_path / "empty.csv"), "--output", str(tmp_path / "page.html")]
    )
    assert result.exit_code != 0 and "empty.csv is empty; a table has a row for each sample" in result.output
    X, y = np.ones((6, 2)), np.arange(6.0) * 1e200 + 0.5
    for message, arrays in (
        ("y holds numbers up to 5e.200", (X, y)),
        ("X holds numbers up to 1e.300", (1e300 * X, y % 2)),
    ):
        with pytest.raises(DataError, match=message):
            gn.play(X=arrays[0], y=arrays[1], output=tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_the_command_writes_the_page_into_one_file(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    result = CliRunner().invoke(app, ["play", "xor", "--output", str(path)])
    assert result.exit_code == 0 and result.stdout == f"wrote {path}\n"
    given = given_in(path)
    assert given["document"]["address"] == "data=xor" and given["server"] is None


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("xorr",), UnknownNameError, "no data set is called 'xorr'; did you mean 'xor'"),
        (("none.csv",), ArgumentError, "cannot read none.csv: No such file"),
        ((None, [[1.0]]), ArgumentError, "X and y go together"),
    ],
)
def test_what_cannot_be_played_is_told(
    arguments: tuple[object, ...], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        gn.play(*arguments, browser=False)  # type: ignore[arg-type]


def test_a_network_whose_data_are_not_known_asks_for_them() -> None:
    net = gn.Network([gn.Dense(3)], input_shape=5)
    with pytest.raises(ArgumentError, match="takes 5 inputs and gives 3 outputs.*give data: gn.play"):
        gn.play(net, browser=False)


def test_an_own_array_becomes_samples_of_the_page(tmp_path: Path) -> None:
    gn.play(X=np.arange(6.0).reshape(3, 2), y=np.array(["a", "b", "a"]), output=tmp_path / "p.html")
    given = given_in(tmp_path / "p.html")
    data = given["document"]["data"]
    assert (data["labels"], data["classNames"], data["X"]) == ([0, 1, 0], ["a", "b"], [0, 1, 2, 3, 4, 5])


def test_a_file_of_arrays_becomes_samples_of_the_page(tmp_path: Path) -> None:
    np.savez(tmp_path / "d.npz", X=np.eye(3), y=np.array([0.5, 1.5, 2.25]))
    gn.play(str(tmp_path / "d.npz"), output=tmp_path / "p.html")
    given = given_in(tmp_path / "p.html")
    assert (given["document"]["data"]["task"], given["document"]["data"]["values"]) == (
        "regression",
        [0.5, 1.5, 2.25],
    )


def test_modules_become_one_script_in_the_order_of_their_imports(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.js").write_text(
        'import { b as c, d } from "./deep/b.js";\nexport const e = c * d;\nglobalThis.x = e;\n'
    )
    (tmp_path / "deep" / "b.js").write_text(
        "/** What. */\nexport const b = 1;\nfunction two() { return 2; }\nconst d = two();\nexport { d };\n"
    )
    text = bundle(tmp_path, "a.js", {})
    assert text.index("const b=1") < text.index("const e=c*d") and "What" not in text
    assert re.search(r"const \{b: c, d\} = \$module0;", text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('import { a } from "./none.js";\n', "there is no module 'none.js', which a.js imports"),
        ('import { a } from "./a.js";\n', "modules import each other in a circle: a.js → a.js"),
        (
            'import { a } from "react";\n',
            "a.js imports 'react'; a module of the page imports by a relative path",
        ),
        ('import { a } from "../a.js";\n', "which is outside of the folder"),
        (
            "export default 1;\n",
            "a.js holds 'export default 1;', a form of import or export that is not known",
        ),
    ],
)
def test_modules_in_other_forms_are_refused_by_name(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.js").write_text(text)
    with pytest.raises(BundleError, match=re.escape(message)):
        bundle(tmp_path, "a.js", {})


@pytest.mark.parametrize("name", ["d.csv", "page", "model.safetensors"])
def test_a_file_that_is_no_page_is_not_written_over(tmp_path: Path, name: str) -> None:
    (tmp_path / "d.csv").write_text("a,b,c\n1,2,0\n3,4,1\n")
    (tmp_path / name).touch()
    before = (tmp_path / name).read_bytes()
    with pytest.raises(
        ArgumentError, match=r"output must be a name that ends in \.html, or in \.js for another site; got "
    ):
        gn.play(str(tmp_path / "d.csv"), output=tmp_path / name)
    assert (tmp_path / name).read_bytes() == before


@pytest.mark.parametrize("name", ["digits", "iris", "wine", "breast_cancer", "diabetes"])
def test_measured_data_are_carried_to_the_last_bit(name: str) -> None:
    carried, dataset = measured_data()[name], gn.datasets.get(name)
    X = np.reshape(carried["X"], (carried["n"], carried["width"])) / (carried["scale"] or 1)
    assert np.array_equal(X, dataset.X)
    assert np.array_equal(carried["labels"] or carried["values"], dataset.y.ravel())
