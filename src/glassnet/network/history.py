"""What training has shown, epoch by epoch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.metrics import is_share, measured_in
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.optional import require

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.plots.drawing.picture import Picture
    from glassnet.training.origin import Origin


@explained
class History(Mapping[str, list[float]]):
    """Columns of one number per epoch: ``history["loss"]``.

    Columns are ``epoch`` (counted from 1), ``loss`` (mean over the epoch's samples as they were trained on, weight
    penalties included; by LBFGS, that of the epoch's end), ``learning_rate`` (of the epoch's last step; none by LBFGS),
    ``seconds``, and where asked for metrics, ``validation_loss`` and ``validation_...`` metrics at the epoch's end.

    Attributes
    ----------
    engine : str
        What trained.
    stopped_by : str
        Why training ended early; empty if it did not.
    records : dict
        What callbacks saw beside the columns, by their names.
    origin : Origin or None
        Where the fit began, for :func:`glassnet.replay`.
    greater_is_better : dict
        For the loss and each metric by its column, whether more of it is better; None where nobody has said.
    shares : set of str
        The columns of own metrics that are shares of a whole, which people read in percent.
    restored_epoch : int
        The epoch whose parameters a callback has put back at the end; 0 where the network has those of the last one.
    rate_factors : list of float
        What callbacks had multiplied the learning rate by, in each epoch.
    """

    def __init__(self, engine: str = "") -> None:
        self.columns: dict[str, list[float]] = {}
        self.records: dict[str, Any] = {}
        self.engine = checks.text("engine of a History", engine, least=0)
        self.stopped_by = ""
        self.restored_epoch = 0
        self.origin: Origin | None = None
        self.rate_factors: list[float] = []
        self.greater_is_better: dict[str, bool | None] = {}
        self.shares: set[str] = set()

    @explained
    def extend(self, epochs: Mapping[str, Iterable[float]]) -> None:
        """Add epochs: their numbers by column."""
        for name, values in epochs.items():
            self.columns.setdefault(name, []).extend(values)

    def __getitem__(self, name: str) -> list[float]:
        if name not in self.columns:
            raise KeyError(f"no column {name!r} in this history; it has {', '.join(self.columns)}")
        return self.columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)

    @property
    def n_epochs(self) -> int:
        """Number of whole epochs."""
        return len(self.columns.get("epoch", ()))

    @explained
    def last(self, name: str) -> float:
        """The newest value of a column."""
        if not self.columns.get(checks.text("name of a column", name)):
            columns = ", ".join(self.columns) or "nothing yet"
            raise ArgumentError(
                f"history has no {name!r}; it holds {columns}. Ask fit for metrics or validation data"
            )
        return self.columns[name][-1]

    @explained
    def kept(self, name: str) -> float:
        """The value of a column in the epoch whose parameters the network has: the last, or that which was put back.

        Raises
        ------
        ArgumentError
            If there is no such column, or the parameters are of an epoch of an earlier fit.
        """
        newest = self.last(name)
        if not self.restored_epoch:
            return newest
        if self.restored_epoch not in self["epoch"]:
            raise ArgumentError(
                f"the parameters that were put back are those of epoch {self.restored_epoch}, of an earlier fit; this "
                f"history begins with epoch {self['epoch'][0]:g}"
            )
        return self[name][self["epoch"].index(self.restored_epoch)]

    @explained
    def direction(self, column: str) -> bool | None:
        """Whether more of a column is better; None where nobody has said, as for an own metric without a direction.

        What fit has noted comes first; a column that was put in by hand has the direction of the loss or of the metric
        that it is called as.
        """
        if checks.text("name of a column", column) in self.greater_is_better:
            return self.greater_is_better[column]
        metric = measured_in(column)
        if column.removeprefix("validation_") == "loss":
            return False
        return None if metric is None else metric.greater_is_better

    @explained
    def is_share(self, column: str) -> bool:
        """Whether a column holds shares of a whole, which people read in percent."""
        return checks.text("name of a column", column) in self.shares or is_share(column)

    @explained
    def best(self, column: str = "loss") -> int | None:
        """The place of a column's best value, the first of equal ones; values that are not finite are passed over.

        Returns
        -------
        int or None
            Counted from 0, so that ``history[column][place]`` is that value and ``history["epoch"][place]`` its epoch.
            None where it is not known whether more is better, or no value is finite.
        """
        more = self.direction(column)
        self.last(column)
        values = np.array(self[column], np.float64)
        finite = np.flatnonzero(np.isfinite(values))
        if more is None or not finite.size:
            return None
        finite_values = values[finite]
        return int(finite[finite_values.argmax() if more else finite_values.argmin()])

    @explained
    def to_frame(self) -> Any:
        """A pandas DataFrame, one row per epoch, indexed by epoch."""
        pandas = require("pandas", extra="pandas", purpose="a history as a DataFrame")
        return pandas.DataFrame(self.columns or {"epoch": []}).astype({"epoch": int}).set_index("epoch")

    @explained
    def plot(self, column: str = "loss", *, ax: Axes | None = None) -> Picture:
        """Draw the learning curves; returns the matplotlib Axes. See :func:`glassnet.plots.learning_curves`."""
        from glassnet.plots import learning_curves

        return learning_curves(self, column, ax=ax)

    def __repr__(self) -> str:
        if not self.n_epochs:
            return "History of 0 epochs"
        shown = ", ".join(
            f"{name} {values[-1]:.4g}" for name, values in self.columns.items() if name != "epoch"
        )
        return f"History of {self.n_epochs} epochs, last: {shown}"
