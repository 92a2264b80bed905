"""What is compared: each peer in a module of its own, imported only by the process that measures it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec
from typing import Any, Protocol

from numpy.typing import NDArray

from benchmarks.speed.works import Work


class Training(Protocol):
    """A work as one peer carries it out."""

    def reset(self) -> None:
        """Go back to the first parameters and a fresh optimizer."""
        ...

    def train(self) -> None:
        """All steps, and nothing left to wait for; this is what is timed."""
        ...

    def parameters(self) -> list[NDArray[Any]]:
        """Weights (n_inputs, n_outputs) and bias of each layer in turn."""
        ...


@dataclass(frozen=True)
class Peer:
    """A way to train a network.

    Attributes
    ----------
    name, title : str
    module : str
        Where its `Training` is, called ``Training``; in this package.
    packages : tuple of str
        What it needs, and whose versions are printed.
    """

    name: str
    title: str
    module: str
    packages: tuple[str, ...]

    @property
    def missing(self) -> str:
        """The first needed package that is not installed, or nothing."""
        return next((package for package in self.packages if find_spec(package) is None), "")

    @property
    def versions(self) -> dict[str, str]:
        """Versions of the needed packages."""
        return {
            name: version(name) for package in self.packages for name in packages_distributions()[package]
        }

    def prepare(self, work: Work) -> Training:
        """The work, ready to train."""
        training: Callable[[Work], Training] = import_module(f"{__name__}.{self.module}").Training
        return training(work)


PEERS = {
    peer.name: peer
    for peer in (
        Peer("glassnet", "glassnet, compiled", "glassnet_compiled", ("numba",)),
        Peer("glassnet-numpy", "glassnet, numpy", "glassnet_numpy", ("numpy",)),
        Peer("numpy", "plain NumPy", "plain_numpy", ("numpy",)),
        Peer("pytorch", "PyTorch, eager", "pytorch_eager", ("torch",)),
        Peer("torch-compile", "PyTorch, torch.compile", "pytorch_compiled", ("torch",)),
        Peer("jax", "JAX, lax.scan under jit", "jax_scan", ("jax", "jaxlib")),
        Peer("scikit-learn", "scikit-learn, MLPClassifier", "scikit_learn", ("sklearn",)),
        Peer("keras", "Keras on JAX", "keras_jax", ("keras", "jax")),
    )
}
