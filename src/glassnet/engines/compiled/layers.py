"""The compiled bodies of layers that are computed by their own functions. Numba is not loaded here."""

from __future__ import annotations

from collections.abc import Callable
from ctypes import CFUNCTYPE, c_int64, c_ssize_t
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, NamedTuple

from glassnet.engines.base import DType, found_for, unknown
from glassnet.engines.compiled import kernels
from glassnet.engines.compiled.kernels import Kernel
from glassnet.errors import EngineError
from glassnet.kernels import layers as written
from glassnet.kernels.store import Template
from glassnet.layers import Layer
from glassnet.layers.base import registry
from glassnet.layers.residual import Branch, Sum


class Bodies(NamedTuple):
    """The kind of layer, the file of its bodies, and what stands there for its forward, infer and backward."""

    kind: str
    module: str
    forward: str
    infer: str
    backward: str

    def load(self, name: str) -> Callable[..., Any]:
        """One of them; this loads Numba.

        Raises
        ------
        EngineError
            If it is not there, naming it.
        """
        body: Callable[..., Any] | None = getattr(import_module(self.module), name, None)
        if body is None:
            raise EngineError(f"{self.module}, the compiled bodies of {self.kind}, lacks {name}")
        return body


def bodies_in(module: str, name: str, kind: type[Layer]) -> Bodies:
    """The bodies of a kind of layer in its file; prediction has one of its own where it differs."""
    infer = name if kind.infer is Layer.infer else f"{name}_inference"
    return Bodies(kind.__name__, module, name, infer, f"{name}_backward")


def _bodies() -> dict[type[Layer], Bodies]:
    """By the files of :mod:`glassnet.kernels.layers`, which are named after the kinds of layers."""
    files = {found.name: f"{written.__name__}.{found.name}" for found in iter_modules(written.__path__)}
    computed = {name: kind for name, kind in registry.classes().items() if kind.forward is not Layer.forward}
    return {
        **{kind: bodies_in(files[name], name, kind) for name, kind in computed.items() if name in files},
        Branch: bodies_in(files["residual"], "branch", Branch),
        Sum: bodies_in(files["residual"], "total", Sum),
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
    fields = ("forward", "infer", "backward")
    return {field: _kernel(bodies, getattr(bodies, field), dtype, field == "backward") for field in fields}


def _kernel(bodies: Bodies, name: str, dtype: DType, is_backward: bool) -> Kernel:
    """Of the address of a row's record, 5 or 7 arrays, the samples of this batch and of the largest one."""
    arrays = [kernels.pointer(dtype)] * (7 if is_backward else 5)
    kind = CFUNCTYPE(None, c_int64, *arrays, c_ssize_t, c_ssize_t)

    def meanings() -> dict[str, Any]:
        bodies.load(name)
        open_names: dict[str, Any] = kernels.lifted().layer(bodies.module, dtype)
        return open_names

    return kernels.built_in(
        Template(bodies.module, name), f"{name}_{kernels.precision(dtype)}", kind, meanings
    )
