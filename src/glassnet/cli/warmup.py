"""``glassnet warmup``: compiling ahead."""

from __future__ import annotations

import time

from rich.console import Console
from rich.progress import track

from glassnet.engines.choice import compiled_engine
from glassnet.errors import EngineError


def run(quiet: bool) -> None:
    """Compile what is not on disk yet, and say where it is.

    Raises `MissingDependencyError` or `EngineError` if nothing can be compiled, or there is no folder to keep it
    in.
    """
    compiled_engine()
    from glassnet.engines.compiled.warmup import every_kernel
    from glassnet.kernels import cache

    place = cache.folder()
    if place is None:
        raise EngineError(
            "there is no folder to keep compiled code in: the cache folder cannot be written, or others can write "
            "there; name a folder of your own in the variable GLASSNET_CACHE"
        )
    console = Console(stderr=True, quiet=quiet, highlight=False)
    kernels = every_kernel()
    missing = [kernel for kernel in kernels if not kernel.is_ready]
    began = time.perf_counter()
    for kernel in track(missing, "compiling", console=console, transient=True):
        kernel.make()
    seconds = time.perf_counter() - began
    Console(quiet=quiet, highlight=False, soft_wrap=True).print(
        f"{len(kernels)} kernels are ready, {len(missing)} of them compiled now in {seconds:.1f} s: {place}"
    )
