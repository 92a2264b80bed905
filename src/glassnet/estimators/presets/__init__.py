"""Presets: what an estimator does with a table where its user does not say. A page for each.

``presets.settings("tabular", n_rows, n_features, task)`` gives the :class:`Settings` for one table; an estimator then
replaces what its user has given.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches

from glassnet.errors import UnknownNameError
from glassnet.estimators.presets import like_sklearn, small, tabular, tabular_strong
from glassnet.estimators.presets.settings import Settings
from glassnet.estimators.presets.tasks import Task

__all__ = ["Settings", "Task", "names", "settings"]

_PRESETS: dict[str, Callable[[int, int, Task, bool], Settings]] = {
    "tabular": tabular.settings,
    "tabular-strong": tabular_strong.settings,
    "small": small.settings,
    "sklearn": like_sklearn.settings,
}


def names() -> list[str]:
    """The names of all presets."""
    return list(_PRESETS)


def settings(preset: str, n_rows: int, n_features: int, task: Task, *, in_steps: bool = False) -> Settings:
    """What the preset of this name decides for a table.

    Parameters
    ----------
    preset : str
        A name of :func:`names`.
    n_rows : int
        Rows to train on, those that will be held back for validation among them.
    n_features : int
        Columns after preprocessing.
    task : {"classes", "labels", "values", "counts", "quantiles"}
        What the target holds.
    in_steps : bool
        Whether it must be learned in steps over batches, because batches are all there is, or options of steps are
        given.

    Raises
    ------
    UnknownNameError
        If no preset has that name.
    """
    if preset not in _PRESETS:
        near = get_close_matches(str(preset), names(), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise UnknownNameError(f"preset must be one of {', '.join(map(repr, names()))}; got {preset!r}{hint}")
    return _PRESETS[preset](n_rows, n_features, task, in_steps)
