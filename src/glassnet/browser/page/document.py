"""The page as one HTML file: modules, style, parts and data inside, and a policy that lets nothing else run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from glassnet import __version__, datasets
from glassnet.browser.building import module
from glassnet.browser.formulas import Part
from glassnet.browser.page.bundle import bundle
from glassnet.browser.page.catalogue import catalogue
from glassnet.errors import MissingDependencyError
from glassnet.support import looks
from glassnet.support.text import markup

_CLIENT = Path(str(files("glassnet.browser.page") / "client"))
_LICENCE = _CLIENT.parents[1] / "LICENSE-numpy.txt"
_MEASURED = ("digits", "iris", "wine", "breast_cancer", "diabetes")
_DIGITS_SCALE = 16
_ROOM_IN_STYLE = re.compile(r"\s*([{};,])\s*")
# What the engine knows of the parts and the page does not show.
_UNSHOWN = re.compile(r'"(?:latex|elsewhere|plain)": "(?:[^"\\]|\\.)*", |, "source": "(?:[^"\\]|\\.)*"')


def page(
    *, title: str = "glassnet", document: Mapping[str, Any] | None = None, server: Mapping[str, Any] | None = None,
    is_alone: bool = False,
) -> str:  # fmt: skip
    """The page as text.

    Parameters
    ----------
    title : str
    document : mapping, optional
        A network and data to begin with, as :func:`glassnet.browser.page.playing.document_of` gives them; `own` in it
        are a user's own activations and losses.
    server : mapping, optional
        What the page needs to talk to a program: `told` of a server or of a notebook's bridge.
    is_alone : bool
        Without the measured data sets, which are as large as a third of the page.
    """
    own = (document or {}).get("own", ())
    begun = None if document is None else {key: value for key, value in document.items() if key != "own"}
    code, style = program(own), stylesheet()
    measured = {} if is_alone else measured_data()
    choices = {
        "catalogue": catalogue(own), "lessons": lessons(), "version": __version__, "measured": list(measured),
        "document": begun, "server": server,
    }  # fmt: skip
    parts = {
        "POLICY": _policy(code, style, (server or {}).get("origin", "'none'")), "TITLE": markup(title),
        "VERSION": __version__,
        "STYLE": style, "GIVEN": _packed(_json(choices)), "DATA": _packed(_json(measured)),
        "PROGRAM": _packed(code), "SCRIPT": opening(), "LICENCE": _LICENCE.read_text(encoding="utf-8"),
    }  # fmt: skip
    text = (_CLIENT / "template.html").read_text(encoding="utf-8")
    pieces = text.split("<!--")
    return pieces[0] + "".join(_filled(piece, parts) for piece in pieces[1:])


def _filled(piece: str, parts: Mapping[str, str]) -> str:
    name, _, rest = piece.partition("-->")
    return parts[name] + rest


@lru_cache(maxsize=4)
def program(own: tuple[Part, ...] = ()) -> str:
    """All modules of the page as one script, in whose engine a user's own parts are."""
    return bundle(_CLIENT, "app/main.js", {"glassnet.js": _UNSHOWN.sub("", module(own))})


@cache
def stylesheet() -> str:
    """The colours and type of every page, and the looks of this one."""
    style = looks.stylesheet() + (_CLIENT / "looks" / "page.css").read_text(encoding="utf-8")
    return _ROOM_IN_STYLE.sub(r"\1", re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL))


@cache
def lessons() -> list[Any]:
    """The lessons, as plain data."""
    folder = _CLIENT / "lessons"
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


@cache
def measured_data() -> dict[str, Any]:
    """The measured data sets, as the page's modules take samples; none where scikit-learn is not installed."""
    try:
        return {name: _described(name) for name in _MEASURED}
    except MissingDependencyError:
        return {}


def _described(name: str) -> dict[str, Any]:
    dataset = datasets.get(name)
    is_digits, classes = name == "digits", dataset.task == "classification"
    X = dataset.X * _DIGITS_SCALE if is_digits else dataset.X
    values = [int(value) for value in X.ravel()] if is_digits else X.ravel().tolist()
    return {
        "name": name, "task": dataset.task, "n": len(dataset.X), "width": dataset.X.shape[1], "X": values,
        "labels": dataset.y.tolist() if classes else None, "values": None if classes else dataset.y.ravel().tolist(),
        "n_values": 0 if classes else 1, "featureNames": list(dataset.feature_names),
        "classNames": list(dataset.target_names or ()), "image": [8, 8] if is_digits else None,
        "scale": _DIGITS_SCALE if is_digits else None,
    }  # fmt: skip


def _json(data: Any) -> str:
    return json.dumps(data, separators=(",", ":"))


@lru_cache(maxsize=4)
def _packed(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


@cache
def opening() -> str:
    """The script that unpacks the program and runs it."""
    return (_CLIENT / "opening.js").read_text(encoding="utf-8")


def _policy(code: str, style: str, connects: str) -> str:
    """What may run: the program, what unpacks it, this style, and workers made of the program's own text."""
    scripts = f"'sha256-{_digest(opening())}' 'sha256-{_digest(code)}'"
    return "; ".join(
        [
            "default-src 'none'", f"script-src {scripts}", f"style-src 'sha256-{_digest(style)}'",
            "worker-src blob:", "img-src data: blob:", f"connect-src {connects}",
            "base-uri 'none'", "form-action 'none'",
        ]
    )  # fmt: skip


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
