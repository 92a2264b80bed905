"""Follows the forward of a PyTorch module: its calls, one after the other, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import fx, nn

from glassnet.errors import ArgumentError


class Followed:
    """What a module calls between its input and its output.

    Parameters
    ----------
    module : torch.nn.Module
        In evaluation mode.

    Raises
    ------
    ArgumentError
        If its calls do not follow one another, or one of them changes what another reads.
    """

    def __init__(self, module: nn.Module) -> None:
        # It is called with samples alone: what else its forward takes has its default.
        self.root = nn.Sequential(module)
        try:
            with _without_hooks(module):
                graph = fx.Tracer().trace(self.root)
        except Exception as error:  # forward is anybody's code, and may fail in any way when it is followed
            raise ArgumentError(
                f"cannot follow the forward of {type(module).__name__} ({error}); it must call one part after the "
                "other, whatever the data"
            ) from error
        self.calls = _chain(graph)
        self._refuse_changes_in_place(graph)

    def part(self, node: fx.Node) -> nn.Module:
        """The module that is called."""
        return self.root.get_submodule(str(node.target))

    def name(self, node: fx.Node) -> str:
        """The function or method that is called."""
        return node.target if isinstance(node.target, str) else getattr(node.target, "__name__", "a function")

    def place(self, node: fx.Node) -> str:
        """How messages name a call."""
        if node.op == "call_module":
            return f"{str(node.target).removeprefix('0.')} ({type(self.part(node)).__name__})"
        stack = [str(path) for path in node.meta.get("nn_module_stack", ())]
        inside = f" of {stack[-1].removeprefix('0.')}" if len(stack) > 1 else ""
        return f"{self.name(node)} in forward{inside}"

    def _refuse_changes_in_place(self, graph: fx.Graph) -> None:
        """Raise where a call beside the chain has its result where its input was."""
        read = set(self.calls)
        for node in graph.nodes:
            if node not in read and self._changes_its_input(node):
                raise ArgumentError(
                    f"{self.place(node)} changes its input in place, and its result is not what is read next; write "
                    "x = f(x) where forward has f(x)"
                )

    def _changes_its_input(self, node: fx.Node) -> bool:
        if node.op == "call_module":
            return bool(getattr(self.part(node), "inplace", False))
        if node.op not in ("call_method", "call_function"):
            return False
        name = self.name(node)
        return node.kwargs.get("inplace") is True or (name.endswith("_") and not name.startswith("_"))


@contextmanager
def _without_hooks(module: nn.Module) -> Iterator[None]:
    """Hooks are for tensors; what they change shows when the module is asked."""
    tables = [table for part in module.modules() for table in (part._forward_hooks, part._forward_pre_hooks)]
    hooks = [table.copy() for table in tables]
    try:
        for table in tables:
            table.clear()
        yield
    finally:
        for table, kept in zip(tables, hooks, strict=True):
            table.update(kept)


def _chain(graph: fx.Graph) -> list[fx.Node]:
    """The calls between input and output; each reads the one before."""
    node = next(node for node in graph.nodes if node.op == "output").args[0]
    chain: list[fx.Node] = []
    while isinstance(node, fx.Node) and node.op != "placeholder":
        chain.append(node)
        node = node.args[0] if node.args else None
    if not isinstance(node, fx.Node):
        place = chain[-1].name if chain else "the output"
        raise ArgumentError(f"{place} does not lead back to the input; glassnet's layers follow one another")
    return chain[::-1]
