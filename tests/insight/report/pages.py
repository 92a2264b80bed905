"""Reading a report the way a browser does, and trainings to report on."""

import base64
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import glassnet as gn

VOID = {"meta", "img", "br", "source"}


class Page(HTMLParser):
    """A page as a browser understands it; it must be well formed: every element is closed in order.

    Attributes
    ----------
    elements : list of (name, attributes)
    text : str
        What is read, without the style sheet.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.open: list[str] = []
        self.filled: list[list[str]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.inner: list[tuple[str, list[str]]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.inner.append((tag, []))
            self.filled.append(self.inner[-1][1])
        if tag == "table":
            self.rows: list[list[str]] = []
            self.caption = ""
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.filled.pop()
        if tag == "table":
            self.tables[self.caption] = self.rows

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.text += data
        for texts in self.filled:
            texts.append(data)
        if "caption" in self.open:
            self.caption += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    def of(self, name: str) -> Iterator[dict[str, str]]:
        """The attributes of every element of this name."""
        return (attributes for tag, attributes in self.elements if tag == name)

    def texts(self, name: str) -> list[str]:
        """What is read in every element of this name."""
        return ["".join(texts) for tag, texts in self.inner if tag == name]

    def pictures(self) -> list[bytes]:
        """The files of all pictures."""
        prefix = "data:image/png;base64,"
        sources = [attributes["src"] for attributes in self.of("img")]
        assert all(source.startswith(prefix) for source in sources)
        return [base64.b64decode(source.removeprefix(prefix), validate=True) for source in sources]

    def column(self, caption: str, row: str) -> list[str]:
        """The cells behind the name of a row of a table."""
        return next(cells[1:] for cells in self.tables[caption] if cells[0] == row)


def trained(name: str, layers: list[Any], loss: str, epochs: int = 5) -> tuple[gn.Network, Any, Any]:
    """A network, its history, and the parts of the data set."""
    parts = gn.datasets.get(name).split()
    X_train, X_test, y_train, y_test = parts
    network = gn.Network(layers, seed=0)
    history = network.fit(
        X_train, y_train, loss=loss, optimizer=gn.Adam(0.01), epochs=epochs, batch_size=32,
        validation_data=(X_test, y_test), engine="numpy", progress=False,
    )  # fmt: skip
    return network, history, parts


def digits(epochs: int = 5) -> tuple[gn.Network, Any, Any]:
    """Images, ten classes."""
    layers = [gn.Dense(32, "relu"), gn.Dense(10, "softmax")]
    return trained("digits", layers, "sparse_categorical_cross_entropy", epochs)


def reported(network: gn.Network, history: Any, parts: Any, **options: Any) -> Page:
    """The page about a training on the first part of a split, judged by the second."""
    X_train, X_test, y_train, y_test = parts
    return Page(
        gn.report(network, X_train, y_train, history, validation_data=(X_test, y_test), **options).html
    )
