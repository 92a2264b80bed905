"""Compiling ahead: the kernels of every built-in part, so that no training has to wait for them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np

from glassnet import activations, losses, optimizers
from glassnet.engines.base import DType
from glassnet.engines.compiled import kernels
from glassnet.engines.compiled.engine import entry
from glassnet.engines.compiled.kernels import Kernel
from glassnet.engines.compiled.layers import BODIES, kernels_of
from glassnet.optimizers.lbfgs import Unchanged

DTYPES: tuple[DType, ...] = (np.dtype(np.float32), np.dtype(np.float64))
# Together they use every update rule of those who take steps.
RULES = (
    *(rule for rule in map(optimizers.get, optimizers.names()) if rule.takes_steps),
    Unchanged(),
    optimizers.SGD(momentum=0.9),
    optimizers.SGD(momentum=0.9, nesterov=True),
    optimizers.Adam(amsgrad=True),
    optimizers.RMSProp(momentum=0.9),
    optimizers.RMSProp(centered=True),
    optimizers.RMSProp(centered=True, momentum=0.9),
)


def every_kernel() -> list[Kernel]:
    """All kernels that networks of built-in parts can need, in float32 and float64, each once."""
    kernels = chain.from_iterable(_of_dtype(dtype) for dtype in DTYPES)
    return list({kernel.key: kernel for kernel in kernels}.values())


def _of_dtype(dtype: DType) -> Iterator[Kernel]:
    yield entry("train", dtype)
    yield entry("predict", dtype)
    for activation in map(activations.get, activations.names()):
        yield kernels.activate(activation, dtype, with_bias=True)
        yield kernels.activate(activation, dtype, with_bias=False)
        gate = kernels.gate(activation, dtype)
        if gate is not None:
            yield gate
    for loss in _objectives():
        yield kernels.compare(loss, dtype)
    for optimizer in RULES:
        yield kernels.update(optimizer, dtype)
    yield kernels.update_partly(dtype)
    for bodies in BODIES.values():
        yield from kernels_of(bodies, dtype).values()


def _objectives() -> Iterator[losses.Loss]:
    """Each loss, and what it becomes on the logits of an activation."""
    outputs = [activations.get(name) for name in activations.names()]
    for loss in map(losses.get, losses.names()):
        yield loss
        yield from filter(None, (loss.on_logits(activation) for activation in outputs))
