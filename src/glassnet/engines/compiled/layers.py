"""The compiled bodies of layers that are computed by their own functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, NamedTuple

from numba import types
from numba.core.typing.templates import signature

from glassnet.engines.base import DType, found_for, unknown
from glassnet.engines.compiled.kernels import Kernel, number
from glassnet.errors import EngineError
from glassnet.kernels import layers as written
from glassnet.kernels import store
from glassnet.kernels.lift import lift
from glassnet.layers import Layer
from glassnet.layers.base import registry
from glassnet.layers.residual import Branch, Sum


class Bodies(NamedTuple):
    """What stands for a layer's forward, infer and backward, and for the names of formulas that are open in them."""

    forward: Callable[..., Any]
    infer: Callable[..., Any]
    backward: Callable[..., Any]
    formulas: Mapping[str, Callable[..., Any]]


def _files() -> dict[str, ModuleType]:
    """The files of :mod:`glassnet.kernels.layers`, by the kinds of layers that they are named after."""
    names = [found.name for found in iter_modules(written.__path__)]
    return {name: import_module(f"{written.__name__}.{name}") for name in names}


def bodies_in(file: ModuleType, name: str, kind: type[Layer]) -> Bodies:
    """The bodies of a kind of layer in its file.

    Raises
    ------
    EngineError
        If one of them is not there, naming it.
    """
    wanted = [name, f"{name}_backward"]
    if kind.infer is not Layer.infer:
        wanted.append(f"{name}_inference")
    missing = [body for body in wanted if body not in vars(file)]
    if missing:
        raise EngineError(f"{file.__name__}, the compiled bodies of {kind.__name__}, lacks {missing[0]}")
    forward, backward = (getattr(file, body) for body in wanted[:2])
    infer = getattr(file, wanted[-1]) if len(wanted) > 2 else forward
    return Bodies(forward, infer, backward, getattr(file, "FORMULAS", {}))


def _bodies() -> dict[type[Layer], Bodies]:
    files = _files()
    ends = files["residual"]
    computed = {name: kind for name, kind in registry.classes().items() if kind.forward is not Layer.forward}
    return {
        **{kind: bodies_in(files[name], name, kind) for name, kind in computed.items() if name in files},
        Branch: bodies_in(ends, "branch", Branch),
        Sum: bodies_in(ends, "total", Sum),
    }


BODIES = _bodies()


def own_functions(layer: Layer, dtype: DType) -> dict[str, Kernel]:
    """The kernels of a layer, by their fields in the row's record.

    Raises
    ------
    EngineError
        If it has no compiled body.
    """
    bodies = found_for(BODIES, layer)
    if bodies is None:
        raise unknown(layer, "engine='compiled'", BODIES)
    return kernels_of(bodies, dtype)


def kernels_of(bodies: Bodies, dtype: DType) -> dict[str, Kernel]:
    """The kernels, by their fields in the row's record."""
    written = {"forward": bodies.forward, "infer": bodies.infer, "backward": bodies.backward}
    return {name: _kernel(body, bodies.formulas, dtype, name == "backward") for name, body in written.items()}


def _kernel(
    body: Callable[..., Any], formulas: Mapping[str, Callable[..., Any]], dtype: DType, is_backward: bool
) -> Kernel:
    """Of the address of a row's record, 5 or 7 arrays, the samples of this batch and of the largest one."""
    pointers = [types.CPointer(number(dtype))] * (7 if is_backward else 5)
    kind = signature(types.void, types.int64, *pointers, types.intp, types.intp)
    name = f"{body.__name__}_{dtype.name}"

    def meanings() -> dict[str, Any]:
        return {meaning: lift(formula, dtype) for meaning, formula in formulas.items()}

    return Kernel(name, lambda: store.function(body, name, kind, meanings))
