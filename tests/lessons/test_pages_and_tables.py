"""What lessons show of the page and of measurements is what the page knows and what was measured."""

from __future__ import annotations

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest

import glassnet as gn
from glassnet.browser import own_parts, spec_of
from glassnet.browser.page import document, embedding
from glassnet.lessons.catalogue import texts
from glassnet.lessons.notebooks import notebook
from tests.browser.page.v8 import call

MEASURED = Path(__file__).parents[2] / "benchmarks" / "results" / "scaling.md"
STATES = [
    (number, state)
    for number, lesson in texts().items()
    for state in re.findall(r'gn\.lessons\.page\("([^"]*)"', lesson.read_text(encoding="utf-8"))
]


def test_the_page_stands_in_every_lesson_where_something_moves() -> None:
    assert {number for number, _ in STATES} >= {1, 3, 4, 6, 7, 8, 10, 12, 13}


@pytest.mark.parametrize(("number", "state"), STATES)
def test_the_page_knows_every_choice_that_a_lesson_begins_it_with(number: int, state: str) -> None:
    choices = dict(parse_qsl(state))
    lesson = choices.pop("lesson", None)
    assert lesson is None or lesson in {each["name"] for each in document.lessons()}
    read = call(
        "const { said, choices } = page.readAddress(data); return { said, hide: choices.hide };",
        urlencode(choices),
    )
    assert read["said"] == []
    assert set(read["hide"].split(",")) <= {"data", "network", "training", "view", "look", "output"}


def lesson_12(folder: Path) -> Any:
    """What lesson 12 defines, as a module: functions are translated from their source."""
    wanted = (
        "import numpy as np",
        "def bent(",
        "own = gn.activations",
        "class Steep(",
        "def network_with_steep(",
    )
    cells = [cell.source for cell in notebook(12).cells if any(part in cell.source for part in wanted)]
    assert len(cells) == len(wanted)
    file = folder / "lesson_12.py"
    file.write_text("\n".join(cells), encoding="utf-8")
    spec = spec_from_file_location("lesson_12", file)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_lesson_12_trains_to_the_same_numbers_in_the_browser(tmp_path: Path) -> None:
    lesson = lesson_12(tmp_path)
    network, X, y = lesson.network_with_steep(), lesson.X, lesson.y
    found = call(
        """
        const { spec, state } = data.told, network = page.create(spec, state);
        network.training(data.X, data.y, { batch_size: 4 }).run({ epochs: 300 });
        return network.vector;
        """,
        {
            "told": spec_of(network, loss="bce", optimizer=gn.Adam(0.05)),
            "X": X.ravel().tolist(), "y": y.ravel().tolist(),
        },
        own_parts(network, "bce"),
    )  # fmt: skip
    network.fit(
        X, y, loss="bce", optimizer=gn.Adam(0.05), epochs=300, batch_size=4, engine="numpy", progress=False
    )
    assert np.abs(np.array(found) - network.parameters).max() < 1e-10


def test_a_page_with_parts_of_its_own_stays_where_a_site_shares_the_others() -> None:
    network = gn.Network([gn.Dense(2, "tanh"), gn.Dense(1, "sigmoid")], input_shape=2, seed=0)
    X, y = gn.datasets.xor()
    own = gn.lessons.page("hide=data", network, X, y)._repr_html_()
    assert own.startswith("<glassnet-page own><iframe srcdoc=") and embedding.shared(own) == own
    usual = gn.lessons.page("data=xor")._repr_html_()
    assert embedding.shared(own + usual) == own + '<glassnet-page state="data=xor"></glassnet-page>'


def test_the_table_of_lesson_10_is_the_one_that_was_measured() -> None:
    text = texts()[10].read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|$", text, flags=re.MULTILINE)
    measured = MEASURED.read_text(encoding="utf-8").split("Milliseconds of a step of 784-512-512-10")[1]
    assert len(rows) == 4
    assert all(f"| {' | '.join(row)} |" in measured for row in rows)
