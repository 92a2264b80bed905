"""The compiled bodies of layers that are computed by their own functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from numba import types
from numba.core.typing.templates import signature

from glassnet.engines.base import DType, known
from glassnet.engines.compiled.kernels import Kernel, number
from glassnet.kernels import store
from glassnet.kernels.layers import embedding, learned, normalisation, periodic, residual
from glassnet.layers import Layer
from glassnet.layers.base import registry
from glassnet.layers.residual import Branch, Sum


class Bodies(NamedTuple):
    """What stands for a layer's forward, infer and backward."""

    forward: Callable[..., Any]
    infer: Callable[..., Any]
    backward: Callable[..., Any]


def _written() -> Iterator[tuple[type[Layer], Bodies]]:
    """What :mod:`glassnet.kernels.layers` holds under the names of layers; prediction may have a body of its own."""
    rooms = (embedding, learned, normalisation, periodic)
    bodies = {name: body for room in rooms for name, body in vars(room).items()}
    for name, kind in registry.classes().items():
        if f"{name}_backward" in bodies:
            forward = bodies[name]
            yield kind, Bodies(forward, bodies.get(f"{name}_inference", forward), bodies[f"{name}_backward"])


BODIES: dict[type[Layer], Bodies] = {
    **dict(_written()),
    Branch: Bodies(residual.branch, residual.branch, residual.branch_backward),
    Sum: Bodies(residual.total, residual.total, residual.total_backward),
}


def own_functions(layer: Layer, dtype: DType) -> dict[str, Kernel]:
    """The kernels of a layer, by their fields in the row's record.

    Raises
    ------
    EngineError
        If it has no compiled body.
    """
    return kernels_of(known(BODIES, layer, "engine='compiled'"), dtype)


def kernels_of(bodies: Bodies, dtype: DType) -> dict[str, Kernel]:
    """The kernels, by their fields in the row's record."""
    return {name: _kernel(body, dtype, name == "backward") for name, body in bodies._asdict().items()}


def _kernel(body: Callable[..., Any], dtype: DType, is_backward: bool) -> Kernel:
    """Of the address of a row's record, 5 or 7 arrays, the samples of this batch and of the largest one."""
    pointers = [types.CPointer(number(dtype))] * (7 if is_backward else 5)
    kind = signature(types.void, types.int64, *pointers, types.intp, types.intp)
    name = f"{body.__name__}_{dtype.name}"
    return Kernel(name, lambda: store.function(body, name, kind, dict))
