"""``gn.check``: a learner's whole program in one call."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from numpy.typing import ArrayLike, NDArray

from glassnet import losses
from glassnet.checking.finding.members import BACKWARD, FORWARD, method
from glassnet.checking.layer import check_layer
from glassnet.checking.program.data import Samples, drawn, few
from glassnet.checking.program.limits import SECONDS, Wish
from glassnet.checking.program.taking.modules import check_module, is_network
from glassnet.checking.program.taking.objects import check_class, check_object
from glassnet.checking.program.taking.together import together, with_unseen
from glassnet.checking.program.trying.given import check_data
from glassnet.checking.report import Report
from glassnet.errors import ArgumentError, GlassnetError, ShapeError
from glassnet.support import checks
from glassnet.support.calls import explained

SUBJECT = "check"


@explained
def check(
    thing: Any,
    X: ArrayLike | None = None,
    y: ArrayLike | None = None,
    *,
    loss: str | Callable[..., Any] | None = None,
    forward: str | Callable[..., Any] | None = None,
    backward: str | Callable[..., Any] | None = None,
    seconds: float = SECONDS,
) -> Report:
    """Check a learner's whole program as it is: the gradients that it learns with, beside differences of its loss.

    Functions, parameters, the form of the data, the output, the loss and the gradients are found by their names and by
    trying; the report says in two lines what was taken for what. Where the program is a network of dense layers, slips
    are named as by :func:`check_backward`. What cannot be found is named under ``not_checked``.

    Parameters
    ----------
    thing : object, class, module, dict, list or path
        An object or class with a forward pass and a backward pass or a training; a module, or ``globals()``, with such
        classes or functions; a list of layer objects; or the path of a Python file, which **is run**, in a process of
        its own (see :func:`glassnet.check` of a file in docs/checking.md).
    X, y : array, optional
        Some of the data, samples in rows; drawn where they are left out. Six samples are used, of each class one.
    loss : str or callable, optional
        The loss that it should descend: a name such as "mse", or a function of the targets and the output. By default
        the program's own, or the usual one of its output.
    forward, backward : str or callable, optional
        The functions that are the passes, where names do not say so: a name, or a function such as
        ``lambda X, y: net.slopes(X, y)``. Where it reaches into `thing`, it acts on the copy that is checked.
    seconds : float
        How long it may take: a file's process is ended then, and nothing further is tried after a quarter of it. What
        was left for that is named under ``not_checked``.

    Returns
    -------
    Report
        ``ok`` is True where all gradients are the loss's slopes up to one factor, False where one is not, None where
        not all could be looked at.

    Raises
    ------
    ArgumentError
        If there is nothing in it that could be checked, or no loss has that name.
    ShapeError, DataError
        If X or y are no samples and targets.
    """
    seconds = checks.number("seconds", seconds, above=0)
    _check_wish(thing, loss, forward, backward)
    if isinstance(thing, (str, Path)):
        from glassnet.checking.program.files import check_file

        named = [
            _name(what, given)
            for what, given in (("loss", loss), ("forward", forward), ("backward", backward))
        ]
        return check_file(thing, X, y, loss=named[0], forward=named[1], backward=named[2], seconds=seconds)
    samples, wish = _samples(X, y), Wish(loss, forward, backward, seconds)
    try:
        report = _of_kind(thing, samples, wish)
    except GlassnetError:
        raise
    except (Exception, SystemExit) as reason:  # a learner's code that fails where no check expects it
        name = getattr(thing, "__name__", type(thing).__name__)
        raise ArgumentError(f"{name} could not be checked: {type(reason).__name__}: {reason}") from reason
    return report if report.ok and not isinstance(thing, (ModuleType, Mapping)) else with_unseen(report, wish)


def _name(what: str, given: Any) -> str | None:
    """What can be said to the process of a file."""
    if given is None or isinstance(given, str):
        return given
    raise ArgumentError(f"{what} must be a name where a file is checked, which runs in a process of its own")


def _of_kind(thing: Any, samples: Samples | None, wish: Wish) -> Report:
    """The report on what was given, by its kind."""
    if isinstance(thing, ModuleType):
        return check_module(vars(thing), samples, wish)
    if isinstance(thing, Mapping):
        return check_module(dict(thing), samples, wish)
    if isinstance(thing, (list, tuple)):
        return _layers(thing)
    if inspect.isclass(thing):
        return (
            check_class(thing, samples, wish)
            if is_network(thing) or not _is_layer(thing)
            else check_layer(thing)
        )
    if inspect.isroutine(thing) or isinstance(thing, (int, float, complex, bytes)) or thing is None:
        raise ArgumentError(
            "check needs a learner's object, class, module, list of layers or the path of a Python file; "
            f"got {type(thing).__name__}"
        )
    return check_object(thing, samples, wish)


def _check_wish(thing: Any, loss: Any, forward: Any, backward: Any) -> None:
    """Raise an error that names what is not as `check` asks for it."""
    if isinstance(loss, str):
        losses.get(loss)
    elif loss is not None:
        checks.function("loss", loss, "(y, output)")
    for name, value in (("forward", forward), ("backward", backward)):
        if isinstance(value, type):
            raise ArgumentError(f"{name} must be a name or a function; got {checks.shown(value)}")
        if callable(value):
            check_data(value, thing)
        elif value is not None:
            checks.text(name, value)


def _is_layer(thing: Any) -> bool:
    return method(thing, FORWARD) is not None and method(thing, BACKWARD) is not None


def _samples(X: ArrayLike | None, y: ArrayLike | None) -> Samples | None:
    if X is None:
        if y is not None:
            raise ArgumentError("y is given without X; pass both, or neither")
        return None
    rows = checks.real("X", X)
    if not rows.size or rows.ndim == 0:
        raise ShapeError(f"X must hold samples in rows, (n_samples, n_features); its shape is {rows.shape}")
    if y is None:
        return drawn(rows[0].size, 2)
    targets = checks.array("y", y)
    if targets.ndim == 0 or len(targets) != len(rows):
        raise ShapeError(
            f"X has {len(rows)} samples and y has shape {targets.shape}; they must be equal in number"
        )
    return few(rows, _as_targets(targets), None)


def _as_targets(targets: NDArray[Any]) -> NDArray[Any]:
    """Values as numbers; classes may have names."""
    named = targets.dtype.kind in "USO" and all(isinstance(one, (str, bool, int)) for one in targets.flat)
    return targets if named else checks.real("y", targets)


def _layers(layers: Any) -> Report:
    """Each layer by itself: a chain of right layers is right."""
    if not layers:
        raise ArgumentError("check needs at least one layer; the list is empty")
    return together(
        [(f"layer {i}, {type(layer).__name__}", check_layer(layer)) for i, layer in enumerate(layers)]
    )
