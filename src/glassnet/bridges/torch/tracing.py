"""Follows the forward of a PyTorch module: its calls, one after the other, and where they stand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from torch import fx, nn

from glassnet.bridges.torch.described import Described
from glassnet.errors import ArgumentError

_ADDITIONS = ("add", "iadd", "add_")
GATHERING = ("cat", "concat", "concatenate")


class _Tracer(fx.Tracer):
    """PyTorch's, to which a module that one layer of glassnet stands for is one part."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        """Whether what is inside is not looked at."""
        return isinstance(m, Described) or bool(super().is_leaf_module(m, module_qualified_name))


@dataclass(frozen=True)
class Around:
    """An addition: of what some calls give, to what the first of them reads."""

    node: fx.Node
    calls: Sequence[Call]


Call = fx.Node | Around


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
                graph = _Tracer().trace(self.root)
        except Exception as error:  # forward is anybody's code, and may fail in any way when it is followed
            raise ArgumentError(
                f"cannot follow the forward of {type(module).__name__} ({error}); it must call one part after the "
                "other, whatever the data"
            ) from error
        self.samples = next(node for node in graph.nodes if node.op == "placeholder")
        self._order = {node: place for place, node in enumerate(graph.nodes)}
        self._read: set[fx.Node] = set()
        self.calls = self._between(self.samples, _output(graph))
        self._refuse_changes_in_place(graph)

    def _between(self, start: fx.Node, end: object) -> list[Call]:
        """The calls that lead from one value to another."""
        calls: list[Call] = []
        while end is not start:
            if not isinstance(end, fx.Node) or end.op == "placeholder":
                raise self._not_followed(start, calls)
            self._read.add(end)
            inputs = _computed(end)
            if self.gathers(end):
                calls.append(end)
                end = self.samples if start is self.samples else None
            elif self.name(end) in _ADDITIONS and len(inputs) == 2 and not end.kwargs:
                before, behind = sorted(inputs, key=self._order.__getitem__)
                calls.append(Around(end, self._between(before, behind)))
                end = before
            else:
                calls.append(end)
                end = inputs[0] if inputs else None
        return calls[::-1]

    def _not_followed(self, start: fx.Node, calls: list[Call]) -> ArgumentError:
        if start is not self.samples:
            return ArgumentError(
                f"what is added to the output of {self.place(start)} does not come from that alone; glassnet's "
                "Residual adds what its layers read to what they give"
            )
        last = calls[-1].node if calls and isinstance(calls[-1], Around) else calls[-1] if calls else None
        place = getattr(last, "name", "the output")
        return ArgumentError(f"{place} does not lead back to the input; glassnet's layers follow one another")

    def part(self, node: fx.Node) -> nn.Module:
        """The module that is called."""
        return self.root.get_submodule(str(node.target))

    def gathers(self, node: fx.Node) -> bool:
        """Whether a call may read the samples in several places, and is read with all that leads to it."""
        return self.name(node) in (*GATHERING, "embedding")

    def name(self, node: fx.Node) -> str:
        """The function or method that is called."""
        if node.op == "call_module":
            return type(self.part(node)).__name__.lower()
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
        for node in graph.nodes:
            if node not in self._read and self._changes_its_input(node):
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
        for table, hooks_of_table in zip(tables, hooks, strict=True):
            table.update(hooks_of_table)


def _output(graph: fx.Graph) -> object:
    return next(node for node in graph.nodes if node.op == "output").args[0]


def _computed(node: fx.Node) -> list[fx.Node]:
    """What a call reads that is no parameter."""
    return [part for part in node.args if isinstance(part, fx.Node) and part.op != "get_attr"]
