"""What a notebook shows: a line of progress that stays, and every picture exactly once."""

import io
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

import glassnet as gn
from glassnet.support import notebook
from glassnet.sweeps import progress as of_sweeps
from glassnet.training.progress import NotebookBar, watched


class Notebook:
    """A kernel as far as glassnet looks at it: what is displayed, and cells."""

    def __init__(self) -> None:
        self.shown: list[Any] = []
        self.ends: list[Callable[[], None]] = []
        self.types: dict[type, Callable[[Any], Any]] = {}
        formatter = SimpleNamespace(for_type=self.types.__setitem__)
        self.shell = SimpleNamespace(
            kernel=object(),
            events=SimpleNamespace(register=lambda name, hear: self.ends.append(hear)),
            display_formatter=SimpleNamespace(formatters={"image/png": formatter}),
        )
        self.module = SimpleNamespace(
            get_ipython=lambda: self.shell, display=SimpleNamespace(display=self.display)
        )

    def display(self, value: Any, raw: bool = False, display_id: bool = False) -> Any:
        place = len(self.shown)
        self.shown.append(None)
        self._put(place, value, raw)
        return SimpleNamespace(update=lambda new, raw: self._put(place, new, raw))

    def _put(self, place: int, value: Any, raw: bool) -> None:
        of_type = self.types.get(type(value))
        self.shown[place] = value if raw else (of_type or type(value)._repr_png_)(value)

    def cell(self, run: Callable[[], Any]) -> list[Any]:
        """Run a cell, show its value as a notebook does, and end it; what was shown."""
        before = len(self.shown)
        value = run()
        if value is not None:
            self.display(value)
        for end in self.ends:
            end()
        return self.shown[before:]


@pytest.fixture
def book(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    made = Notebook()
    monkeypatch.setitem(sys.modules, "IPython", made.module)  # type: ignore[arg-type]
    monkeypatch.setattr(notebook.PICTURES, "_known", None)
    return made


def trained(**options: Any) -> gn.History:
    X, y = gn.datasets.xor()
    net = gn.Network([gn.Dense(3, "tanh"), gn.Dense(1, "sigmoid")], seed=0)
    history: gn.History = net.fit(X, y, loss="bce", epochs=7, engine="numpy", **options)
    return history


def test_a_training_leaves_one_line_with_its_last_numbers(book: Notebook) -> None:
    history = trained(validation_data=tuple(gn.datasets.xor()), metrics=["accuracy"])
    (line,) = book.shown
    accuracy = f"{100 * history['validation_accuracy'][-1]:.1f} %"
    assert line["text/plain"].startswith(
        f"epoch 7/7  loss {history['loss'][-1]:.3g}  validation accuracy {accuracy}"
    )
    assert '<progress value="7" max="7"' in line["text/html"] and "left" not in line["text/html"]


def test_the_line_grows_and_tells_the_time_that_is_left(
    book: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("glassnet.training.progress.time.perf_counter", lambda: clock[0])
    with NotebookBar(20) as bar:
        clock[0] = 2.0
        bar.show(5, {"loss": 0.25})
        assert book.shown[0]["text/plain"] == "epoch 5/20  loss 0.25  6 s left"
        clock[0] = 2.05
        bar.show(6, {"loss": 0.2})
        assert book.shown[0]["text/plain"].startswith("epoch 5/20")
    assert book.shown[0]["text/plain"] == "epoch 6/20  loss 0.2  2.0 s"
    assert len(book.shown) == 1


def test_nobody_who_wants_silence_is_shown_a_line(book: Notebook) -> None:
    trained(progress=False)
    assert book.shown == []


def test_a_sweep_leaves_a_line_with_what_was_solved(book: Notebook) -> None:
    with of_sweeps.watched(True, 2, True) as bar:
        for solved in (True, False):
            bar.show(SimpleNamespace(solved=solved, error=""))  # type: ignore[arg-type]
    assert book.shown[0]["text/plain"].startswith("run 2/2  50% solved  ")


def test_in_the_terminal_of_ipython_there_is_no_notebook(book: Notebook) -> None:
    book.shell.kernel = None
    assert notebook.shell() is None
    with watched(True, 3) as bar:
        assert not isinstance(bar, NotebookBar)


def test_outside_of_ipython_there_is_none_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert notebook.shell() is None
    gn.plots.activation("relu")
    assert notebook.PICTURES._waiting == []


@pytest.fixture
def history() -> gn.History:
    return trained(progress=False)


@pytest.mark.parametrize("n", [1, 2])
def test_pictures_are_shown_once_wherever_they_stand_in_a_cell(
    book: Notebook, history: gn.History, n: int
) -> None:
    def in_the_middle() -> None:
        for _ in range(n):
            history.plot()

    cells = {
        "as the value": (lambda: history.plot(), 1),
        "by its figure": (lambda: history.plot().figure, 1),
        "in the middle": (in_the_middle, n),
        "middle and value": (lambda: [history.plot(), gn.plots.activation("relu")][1], 2),
    }
    for where, (cell, expected) in cells.items():
        found = book.cell(cell)
        assert len(found) == expected, where
        for file, size in found:
            with Image.open(io.BytesIO(file)) as image:
                assert image.size == (800, 512) or image.size[0] > 700
            assert size["width"] >= 440
    assert book.cell(lambda: None) == []


def test_a_picture_on_an_axes_of_the_user_is_the_user_s_to_show(book: Notebook, history: gn.History) -> None:
    from matplotlib.figure import Figure

    ax = Figure().add_subplot()
    assert history.plot(ax=ax) is ax
    assert book.cell(lambda: None) == []


def test_a_report_shows_no_picture_of_its_own(book: Notebook, history: gn.History) -> None:
    net = gn.Network([gn.Dense(2, "softmax")], seed=0, input_shape=2)
    X = np.random.default_rng(0).normal(size=(20, 2))
    assert book.cell(lambda: gn.report(net, X, np.arange(20) % 2, history) and None) == []
