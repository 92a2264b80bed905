"""The page of a trace, and what a notebook shows: names are text, numbers stay whole, files too."""

import errno
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet import activations, losses
from glassnet.errors import ModelFileError
from glassnet.insight.trace.writing.written import preview

HOSTILE = [
    "<!--<script>", "</script><img src=x onerror=alert(1)>", "<!--TABLE-->", "/*DATA*/", "\udc80", "\x1b[31m", "&lt;",
]  # fmt: skip


class Elements(HTMLParser):
    """The elements of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.comments: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.names.append(tag)
        assert not any(key.startswith("on") for key, _ in attrs)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def traced(name: str) -> Any:
    own = activations.Function(np.sin, np.cos, name)
    own_loss = losses.Function(lambda y, p: (p - y) ** 2, lambda y, p: 2 * (p - y), name)
    net = gn.Network([gn.Dense(3, own), gn.Activation(own), gn.Dense(1, own)], seed=0, input_shape=2)
    return gn.trace(net, np.ones((2, 2)), np.ones((2, 1)), loss=own_loss)


@pytest.mark.parametrize("name", HOSTILE)
def test_an_own_activation_and_loss_of_any_name_are_text_on_the_page(name: str, tmp_path: Path) -> None:
    traced(name).to_html(tmp_path / "page.html")
    traced("harmless").to_html(tmp_path / "harmless.html")
    page, other = (Elements((tmp_path / file).read_text("utf-8")) for file in ("page.html", "harmless.html"))
    assert page.names == other.names and page.comments == other.comments == []
    text = (tmp_path / "page.html").read_text("utf-8")
    assert "script" not in page.names and text.count("<!--") == 0
    str(traced(name)).encode()
    assert "\x1b" not in str(traced(name)) + str(traced(name).neuron(0, 0))


def test_a_page_that_cannot_be_written_leaves_the_earlier_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "page.html"
    traced("a").to_html(path)
    before = path.read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ModelFileError, match="No space left on device"):
        traced("b").to_html(path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_numbers_of_arrays_stay_whole_in_a_notebook() -> None:
    net = gn.Network([gn.Dense(40, "tanh"), gn.Dense(30)], seed=0, input_shape=50)
    trace = gn.trace(
        net, np.random.default_rng(0).normal(size=(40, 50)) * 1e-5, np.zeros((40, 30)), loss="mse"
    )
    arrays = re.findall(
        r"<pre style=\"[^\"]*white-space: pre;[^\"]*\">(.*?)</pre>", trace._repr_html_(), re.S
    )
    assert len(arrays) == len(trace.steps)
    for array in arrays:
        rows = [row.split() for row in array.split("\n")]
        assert len({len(row) for row in rows}) == 1 and len(rows) <= 5 and len(rows[0]) <= 5
        assert all(re.fullmatch(r"−?[\d.]+(e[+−]\d+)?|…", cell) for row in rows for cell in row)


def test_arrays_stand_in_columns_and_small_numbers_keep_their_digits() -> None:
    assert preview(np.array([[1.23456e-7, 1.0], [-20.0, 0.5]])) == "1.235e−07    1\n      −20  0.5"
    assert preview(np.arange(70.0).reshape(7, 10)).split("\n")[2] == " …   …  …   …   …"
