"""Which engine trains: the same for the same work, whatever this process has loaded or compiled before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glassnet.engines.choice import WORTH_TELLING, Work, compiled_engine
from glassnet.errors import EngineError, MissingDependencyError
from glassnet.optimizers.lbfgs import Unchanged
from glassnet.training.minimisation import PRECISION
from glassnet.training.progress import announce

if TYPE_CHECKING:
    from glassnet.losses import Loss
    from glassnet.network.network import Network
    from glassnet.optimizers import Optimizer

# Seconds that compiled code must save in one fit. Loading it takes longer, but once for all fits of a process.
WORTH = 0.02


def chosen(
    engine: str, device: str, network: Network, loss: Loss, optimizer: Optimizer, steps: int, batch: int
) -> str:
    """The engine for so many steps of batches of this size; "auto" decides by the work alone.

    `Network.fit` itself also weighs what is loaded and compiled already, so the same fit may run on another engine the
    second time, and differ in the last digits. An estimator gives the same weights for the same seed.
    """
    if engine != "auto" or device != "cpu":
        return engine
    minimises = not optimizer.takes_steps
    rule, dtype = (Unchanged(), PRECISION) if minimises else (optimizer, network.dtype)
    work = Work(network.plan(loss), rule, dtype, steps, batch)
    return "compiled" if work.saving >= WORTH and _can_compile(work) else "numpy"


def _can_compile(work: Work) -> bool:
    """Whether there is a compiler; that something will be compiled for long is said, since it happens once."""
    try:
        seconds = compiled_engine().seconds_to_prepare(work.plan, work.optimizer, work.dtype)
    except (EngineError, MissingDependencyError):
        return False
    if seconds >= WORTH_TELLING:
        announce(f"compiling for this processor; this happens once and takes about {seconds:.0f} seconds")
    return True


def on_engine(fit: Any, engine: str, own_choice: str, options: dict[str, Any]) -> Any:
    """What a fit returns on this engine; on numpy, where that was chosen here and cannot compile a part."""
    if engine == own_choice or engine != "compiled":
        return fit(**options, engine=engine)
    try:
        return fit(**options, engine=engine)
    except EngineError:
        return fit(**options, engine="numpy")
