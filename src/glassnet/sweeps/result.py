"""What came out of a sweep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from glassnet.errors import ArgumentError
from glassnet.support.calls import explained
from glassnet.support.optional import require
from glassnet.sweeps.description import label
from glassnet.sweeps.run import Outcome, Run

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from glassnet.plots.drawing.picture import Picture

Row = dict[str, Any]

QUANTILES = (0.25, 0.5, 0.75)
_MOST_ERRORS = 3


@explained
class SweepResult:
    """The runs of a sweep and what came of them, in the order of the settings and seeds.

    Attributes
    ----------
    keys : tuple of str
        What a setting consists of.
    runs : sequence of Run
        Those that have an outcome.
    outcomes : sequence of Outcome
        Of each run.
    judged : bool
        Whether runs were told when they count as solved.
    stopped_by : str
        Why the sweep ended early; empty if it did not.
    """

    def __init__(
        self, keys: Sequence[str], runs: Sequence[Run], outcomes: Sequence[Outcome], judged: bool, stopped_by: str
    ) -> None:  # fmt: skip
        self.keys, self.runs, self.outcomes = tuple(keys), runs, outcomes
        self.judged, self.stopped_by = judged, stopped_by

    def __len__(self) -> int:
        return len(self.runs)

    @property
    def rows(self) -> list[Row]:
        """A dict for each run.

        It holds the setting, ``seed``, each loss and metric in the epoch whose parameters the network has (the last, or
        that which early stopping has put back), ``measured_epoch`` (that epoch), ``trained_epochs``, ``seconds``
        of training, ``engine``, ``stopped_by``, ``solved`` where the sweep was told what that is, and ``error``, which
        is empty for a run that went well. A part of the setting that is called as one of these gets " (setting)"
        behind its name.
        """
        measured = self._measured()
        columns = {
            *measured,
            "seed",
            "measured_epoch",
            "trained_epochs",
            "seconds",
            "engine",
            "stopped_by",
            "solved",
            "error",
        }
        names = {key: f"{key} (setting)" if key in columns else key for key in self.keys}
        return [
            {
                **{names[key]: label(run.setting[key]) for key in self.keys},
                "seed": run.seed,
                **{name: outcome.measured.get(name, float("nan")) for name in measured},
                "measured_epoch": outcome.measured_epoch,
                "trained_epochs": outcome.epochs,
                "seconds": outcome.seconds,
                "engine": outcome.engine,
                "stopped_by": outcome.stopped_by,
                **({"solved": outcome.solved} if self.judged else {}),
                "error": outcome.error,
            }
            for run, outcome in zip(self.runs, self.outcomes, strict=True)
        ]

    def _measured(self) -> list[str]:
        """The losses and metrics of all runs, in the order in which they are first met."""
        return list(dict.fromkeys(name for outcome in self.outcomes for name in outcome.measured))

    @explained
    def to_frame(self) -> Any:
        """A pandas DataFrame, one row per run, with the columns of :attr:`rows`."""
        pandas = require("pandas", extra="pandas", purpose="a sweep as a DataFrame")
        return pandas.DataFrame(self.rows)

    @explained
    def summary(self, column: str = "loss") -> Any:
        """A pandas DataFrame, one row per setting.

        Columns are the parts of the setting, ``runs`` and ``failed``, then of `column` over the runs that did not
        fail ``mean``, ``std`` (sample standard deviation), ``min``, the quantiles ``25%``, ``50%``, ``75%``, and
        ``max``; and ``share_solved`` of all runs, where the sweep was told what solved is. A failed run is not solved.

        Raises
        ------
        ArgumentError
            If no run has such a column.
        """
        pandas = require("pandas", extra="pandas", purpose="the summary of a sweep")
        frame = self.to_frame()
        self._check(column, frame)
        keys = list(frame.columns[: len(self.keys)])
        # Settings keep their order, and may hold parts that cannot be sorted.
        groups = frame.groupby([self._setting_of_each_run()], sort=False)
        values = groups[column].describe(percentiles=list(QUANTILES)).drop(columns="count")
        counts = pandas.DataFrame(
            {"runs": groups.size(), "failed": groups["error"].agg(lambda all: (all != "").sum())}
        )
        parts = [groups[keys].first(), counts, values]
        if self.judged:
            parts.append(groups["solved"].mean().rename("share_solved"))
        return pandas.concat(parts, axis=1).reset_index(drop=True)

    def _setting_of_each_run(self) -> list[int]:
        places: dict[int, int] = {}
        return [places.setdefault(id(run.setting), len(places)) for run in self.runs]

    def _check(self, column: str, frame: Any) -> None:
        numbers = [*self._measured(), "trained_epochs", "seconds"]
        if len(frame) == 0 or column not in numbers:
            raise ArgumentError(
                f"no run of this sweep has {column!r}; there is {', '.join(numbers)}{self._errors()}"
            )

    @explained
    def plot(self, column: str = "", ax: Axes | None = None) -> Picture:
        """Draw the settings beside each other; see :func:`glassnet.plots.sweep`."""
        from glassnet.plots import sweep

        return sweep(self, column, ax=ax)

    def _errors(self) -> str:
        counts = Counter(" ".join(outcome.error.split()) for outcome in self.outcomes if outcome.error)
        if not counts:
            return ""
        shown = "; ".join(f"{n} × {error}" for error, n in counts.most_common(_MOST_ERRORS))
        return f". {counts.total()} runs failed: {shown}"

    def __repr__(self) -> str:
        n_settings = len(set(self._setting_of_each_run()))
        stopped = f", stopped by {self.stopped_by}" if self.stopped_by else ""
        return f"SweepResult of {len(self)} runs of {n_settings} settings{stopped}{self._errors()}"
