"""Layers of the user's own that state their arithmetic entry by entry: compiled from these formulas.

A layer whose facts are :class:`glassnet.layers.facts.LayerFacts` says what one entry becomes, and both slopes.
Compiled code is made of these texts, and used only where it gives what the layer's own forward and backward give.
Numba is not loaded here.
"""

from __future__ import annotations

from collections.abc import Callable
from ctypes import CFUNCTYPE, c_int64, c_ssize_t
from functools import cache, partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from glassnet.engines.base import DType
from glassnet.engines.compiled import kernels
from glassnet.engines.compiled.kernels import Kernel
from glassnet.engines.compiled.own import TOLERANCES, reason_of
from glassnet.errors import EngineError
from glassnet.formulas.activations import sigmoid
from glassnet.kernels import layers as written
from glassnet.kernels import records, store
from glassnet.kernels.arrays import Own
from glassnet.kernels.store import CFunction, Template
from glassnet.layers import Layer
from glassnet.layers.base import Shape, is_built_in, trains_as_described
from glassnet.layers.facts import LayerFacts
from glassnet.support import expressions

Array = NDArray[Any]
Key: TypeAlias = tuple[str, LayerFacts, str]
MODULE = f"{written.__name__}.entrywise"
# The template, and how many arrays it takes, of each field of a row's record.
FIELDS = {"forward": ("entrywise", 5), "infer": ("entrywise", 5), "backward": ("entrywise_backward", 7)}


def facts_of_own(layer: Layer, input_shape: Shape) -> LayerFacts | None:
    """The formulas of a user's own layer, where they are all that it computes; else None."""
    facts = layer.facts
    if is_built_in(layer) or not isinstance(facts, LayerFacts) or type(layer).describe is not Layer.describe:
        return None
    parameters = [parameter.shape for parameter in layer.parameters(input_shape)]
    is_one_to_one = len(input_shape) == 1 and layer.output_shape(input_shape) == input_shape
    if not is_one_to_one or parameters != [input_shape] or not trains_as_described(layer, input_shape):
        return None
    return facts


def own_layer(layer: Layer, facts: LayerFacts, n_features: int, dtype: DType) -> dict[str, Kernel]:
    """The kernels of such a layer, by their fields in the row's record."""
    by_field = {}
    for field, (name, n_arrays) in FIELDS.items():
        kind = CFUNCTYPE(None, c_int64, *[kernels.pointer(dtype)] * n_arrays, c_ssize_t, c_ssize_t)
        key = (name, facts, kernels.precision(dtype))
        by_field[field] = Kernel(key, partial(_compiled, key, kind, layer, facts, n_features, dtype))
    return by_field


def _compiled(
    key: Key, kind: Any, layer: Layer, facts: LayerFacts, n_features: int, dtype: DType
) -> CFunction:
    """The code belongs to the facts; each layer is tried, since what it computes may depend on its fields."""
    try:
        function = store.own_function(
            key, Template(MODULE, key[0]), kind, lambda: _meanings(facts, dtype), lambda _: None
        )
    except EngineError:
        raise
    except Exception as error:  # Numba raises errors of all kinds for what it does not know
        raise EngineError(
            f"{layer!r} cannot be compiled from its facts: {reason_of(error)}; use engine='numpy'"
        ) from None
    (_try_backward if key[0] == "entrywise_backward" else _try_forward)(function, layer, n_features, dtype)
    return function


def _meanings(facts: LayerFacts, dtype: DType) -> dict[str, Any]:
    from glassnet.kernels.lift import lift_own

    texts = {"VALUE": facts.value, "SLOPE": facts.slope, "SLOPE_OF_WEIGHT": facts.slope_of_weight}
    return {meaning: lift_own(_function(text), dtype) for meaning, text in texts.items()}


@cache
def _function(text: str) -> Callable[[Any, Any], Any]:
    """A formula of x and w as a function; what it may be made of is checked where it is parsed."""
    code = expressions.numpy_code(text, {"x": "x", "w": "w"}).text
    function: Callable[[Any, Any], Any] = eval(f"lambda x, w: {code}", {"np": np, "sigmoid": sigmoid})
    return function


def _numbers(n_features: int, dtype: DType) -> tuple[Array, Array, Array]:
    """Samples, weights and an error to try it on."""
    random = np.random.default_rng(0)
    x, error = random.normal(size=(2, 12, n_features)).astype(dtype)
    return x, random.uniform(0.5, 1.5, (1, n_features)).astype(dtype), error


def _try_forward(function: CFunction, layer: Layer, n_features: int, dtype: DType) -> None:
    x, w, _ = _numbers(n_features, dtype)
    wanted, result = np.empty_like(x), np.empty_like(x)
    layer.forward(x, Own((w,)), wanted)
    _call(function, [x, w, w, w, result])
    _compare(layer, "value", wanted, result)


def _try_backward(function: CFunction, layer: Layer, n_features: int, dtype: DType) -> None:
    x, w, error = _numbers(n_features, dtype)
    a, wanted, result = np.empty_like(x), np.empty_like(w), np.empty_like(w)
    layer.forward(x, Own((w,)), a)
    wanted_error, found_error = error.copy(), error.copy()
    layer.backward(x, a, Own((w,), gradients=(wanted,)), wanted_error, wanted_error)
    _call(function, [x, a, w, w, found_error, result, found_error])
    _compare(layer, "slope_of_weight", wanted, result)
    _compare(layer, "slope", wanted_error, found_error)


def _call(function: CFunction, arrays: list[Array]) -> None:
    row = np.zeros(1, records.ROW)
    row["n_outputs"] = arrays[0].shape[1]
    kinds: Any = function.ctypes.argtypes
    n = len(arrays[0])
    passed = [array.ctypes.data_as(kind) for array, kind in zip(arrays, kinds[1:-2], strict=True)]
    function.ctypes(row.ctypes.data, *passed, n, n)


def _compare(layer: Layer, name: str, wanted: Array, result: Array) -> None:
    """Raise `EngineError` where the facts say something else than what the layer computes."""
    tolerance = TOLERANCES[wanted.dtype.name]
    apart = np.abs(result - wanted) > tolerance * (np.abs(wanted) + np.abs(wanted).max())
    if apart.any():
        raise EngineError(
            f"{layer!r} cannot be compiled: by {name} of its facts it would give {result[apart][0]:g} where its own "
            f"{'forward' if name == 'value' else 'backward'} gives {wanted[apart][0]:g}; make them agree, or use "
            "engine='numpy'"
        )
