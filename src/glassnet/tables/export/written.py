"""A whole model as a program: from raw columns to probabilities or values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from glassnet.errors import ArgumentError
from glassnet.support.expressions import names
from glassnet.tables.export.networks import write_network
from glassnet.tables.model import TableModel
from glassnet.tables.operations import Category, Date, Number, Operation
from glassnet.tables.program import Program
from glassnet.tables.target import Target


@dataclass(frozen=True)
class Written:
    """The program of a model, and what its last value holds."""

    model: TableModel
    program: Program
    # The value: probabilities (n_rows, n_classes or n_labels), values (n_rows, n_values), or quantiles
    # (n_rows, n_values n_levels), those of the first value first
    result: str

    @property
    def columns(self) -> list[dict[str, str]]:
        """For each column its name, what it holds, how a graph takes it, and what stands for a missing entry."""
        operations = self.model.preprocessing.operations
        return [{"name": operation.column, **_taken(operation)} for operation in operations]


def written(model: TableModel) -> Written:
    """The program of a model.

    Raises `ArgumentError` if a layer or an activation has no formula that can be written down.
    """
    program = Program(model.preprocessing.named)
    features = model.preprocessing.write(program)
    outputs = [write_network(program, member.network, features) for member in model.members]
    output = outputs[0]
    if len(outputs) > 1:
        letters = {f"o{place}": value for place, value in enumerate(outputs)}
        output = program.formula("mean", f"({' + '.join(letters)}) / {len(outputs)}", **letters)
    return Written(model, program, _decoded(program, output, model))


def _decoded(program: Program, output: str, model: TableModel) -> str:
    target = model.target
    match target.task:
        case "classes":
            if model.members[0].plan.n_outputs == 1:
                output = program.joined([program.formula("other", "1 - p", p=output), output])
            return _tempered(program, output, model.temperature, "r / sum(r)")
        case "labels":
            return _tempered(program, output, model.temperature, "r / (r + s)")
        case "values" | "counts":
            return _values(program, output, target, slice(None))
        case "quantiles":
            return _quantiles(program, output, target)
    raise ArgumentError(f"no task is called {target.task!r}")


def _tempered(program: Program, p: str, temperature: float | None, text: str) -> str:
    if temperature is None:
        return p
    letters = {"r": program.formula("raised", "exp(power * log(p))", p=p, power=1 / temperature)}
    if "s" in names(text):
        letters["s"] = program.formula("others", "exp(power * log(1 - p))", p=p, power=1 / temperature)
    return program.formula("p", text, **letters)


def _values(program: Program, z: str, target: Target, places: slice) -> str:
    """These values in the unit of y, held between their limits."""
    letters = {name: np.array(getattr(target, name)[places]) for name in ("scale", "center", "low", "high")}
    if target.low:
        return program.formula("values", "max(min(z * scale + center, high), low)", z=z, **letters)
    return program.formula(
        "values", "z * scale + center", z=z, scale=letters["scale"], center=letters["center"]
    )


def _quantiles(program: Program, output: str, target: Target) -> str:
    parts, n_levels = [], len(target.levels)
    for place in range(len(target.center)):
        own = program.columns(output, range(place * n_levels, (place + 1) * n_levels))
        parts.append(_values(program, program.sorted(own), target, slice(place, place + 1)))
    return program.joined(parts)


def _taken(operation: Operation) -> dict[str, str]:
    """What a column holds, how a graph takes it, and what stands for a missing entry there."""
    match operation:
        case Number():
            taken_as = "float" if operation.precision == "float32" else "double"
            return {"holds": "numbers", "taken_as": taken_as, "missing": "NaN"}
        case Date():
            taken_as = f"int64, {operation.unit}s since 1970-01-01"
            return {"holds": "dates", "taken_as": taken_as, "missing": str(np.iinfo(np.int64).min)}
        case Category():
            return {"holds": "categories", "taken_as": "string", "missing": "the empty string"}
    raise ArgumentError(f"{operation!r} cannot be exported")
