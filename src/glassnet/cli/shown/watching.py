"""Curves in the terminal while a training goes on."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

from glassnet.callbacks import Callback, Session
from glassnet.metrics import title

_EACH = 0.2  # seconds from one picture to the next
_HEIGHT, _MOST_WIDTH = 12, 72
_LEFT, _RIGHT = (0x40, 0x04, 0x02, 0x01), (0x80, 0x20, 0x10, 0x08)  # dots of a Braille letter, from below
_BRAILLE = 0x2800
_COLOURS = {"loss": "blue", "validation_loss": "red"}
_DECADES = 100.0  # a loss that falls by more is drawn on a logarithmic axis


class Curves(Callback):
    """Draws the loss, and that on validation rows, as they come; of an ensemble those of its first network."""

    def __init__(self) -> None:
        self.live: Any = None
        self.session: Session | None = None
        self.shown = 0.0

    def begin(self, session: Session) -> None:
        if self.session is not None:
            return
        from rich.console import Console
        from rich.live import Live

        self.session = session
        self.live = Live(console=Console(stderr=True), auto_refresh=False, transient=False)
        self.live.start()

    def epoch_end(self, session: Session) -> None:
        if session is self.session and time.monotonic() - self.shown >= _EACH:
            self._show(session)

    def end(self, session: Session) -> None:
        """The last picture stays."""
        if session is self.session and self.live is not None:
            self._show(session)
            self.live.stop()
            self.live = None

    def _show(self, session: Session) -> None:
        self.shown = time.monotonic()
        width = min(self.live.console.width - 12, _MOST_WIDTH)
        self.live.update(picture(dict(session.history), session.epochs, max(width, 16)), refresh=True)

    def __deepcopy__(self, memory: Any) -> Curves:
        return self


def picture(columns: dict[str, list[float]], epochs: int, width: int) -> Any:
    """The curves as lines of Braille letters with an axis, and the newest numbers above."""
    from rich.text import Text

    curves = {name: columns[name] for name in _COLOURS if columns.get(name)}
    n = max(map(len, curves.values()), default=0)
    newest = "   ".join(
        f"{title(name) if not name.startswith('validation_') else 'validation loss'} {values[-1]:.4g}"
        for name, values in curves.items()
    )
    text = Text(f"epoch {n}/{epochs}   {newest}\n")
    finite = [value for values in curves.values() for value in values if math.isfinite(value)]
    if not finite:
        return text
    low, high = min(finite), max(finite)
    is_logarithmic = low > 0 and high > _DECADES * low
    dots = {name: _dots(values, low, high, epochs, width, is_logarithmic) for name, values in curves.items()}
    for row in range(_HEIGHT):
        label = {0: high, _HEIGHT - 1: low}.get(row)
        text.append(f"{'' if label is None else f'{label:.4g}':>9} │")
        for column in range(width):
            bits = {name: of[row][column] for name, of in dots.items()}
            on = [name for name, bit in bits.items() if bit]
            style = _COLOURS[on[-1]] if on else ""
            text.append(chr(_BRAILLE + _joined(bits.values())) if on else " ", style=style)
        text.append("\n")
    text.append(f"{'':>9} └{'─' * width}\n")
    legend = "   ".join(
        f"[{_COLOURS[name]}]━[/] {'validation' if name != 'loss' else 'training'}" for name in curves
    )
    text.append(Text.from_markup(f"{'':>11}{legend}{'   logarithmic' if is_logarithmic else ''}"))
    return text


def _joined(bits: Any) -> int:
    dots = 0
    for bit in bits:
        dots |= bit
    return dots


def _dots(
    values: Sequence[float], low: float, high: float, epochs: int, width: int, is_logarithmic: bool
) -> list[list[int]]:
    """For each letter of the picture the dots that a curve sets, row by row from above."""
    cells = [[0] * width for _ in range(_HEIGHT)]
    steps = 4 * _HEIGHT - 1
    scale = math.log if is_logarithmic else float
    span = scale(high) - scale(low) or 1.0
    for place, value in enumerate(values):
        if not math.isfinite(value):
            continue
        x = min(int(place / max(epochs - 1, 1) * (2 * width - 1)), 2 * width - 1)
        y = round((scale(value) - scale(low)) / span * steps)
        cells[_HEIGHT - 1 - y // 4][x // 2] |= (_LEFT if x % 2 == 0 else _RIGHT)[y % 4]
    return cells
