"""Models of tables to one Python file that needs NumPy alone."""

from __future__ import annotations

import base64
import os
import textwrap
from pathlib import Path
from typing import Any

import numpy as np

import glassnet
from glassnet.bridges.writing import write
from glassnet.errors import ArgumentError
from glassnet.support import checks
from glassnet.support.calls import explained
from glassnet.support.expressions import numpy_code
from glassnet.tables import program as steps
from glassnet.tables.export.written import Written, written
from glassnet.tables.model import TableModel

# Arrays of more numbers than this are written in base64.
MOST_WRITTEN = 24
RUNTIME = Path(__file__).with_name("runtime.py")
_CALLED = {"sigmoid": "_sigmoid", "normal_share": "_normal_share"}


@explained
def to_python(model: TableModel, path: str | os.PathLike[str]) -> None:
    """Write a model of a table to one Python file: preprocessing, networks and target, NumPy alone.

    The file's ``predict(table)`` takes a dict of columns, a data frame or a list of dicts, and gives what
    ``model.predict`` gives; its ``predict_proba`` the probabilities, its ``predict_quantiles`` the quantiles.

    Raises
    ------
    ArgumentError
        If a layer or an activation has no formula that can be written down.
    ModelFileError
        If the file cannot be written.
    """
    place = checks.path("path", path)
    write(place, python_source(checks.instance("model", model, TableModel), place.stem).encode())


def python_source(model: TableModel, module: str = "model") -> str:
    """The file as text; `module` is what it is called where it is imported."""
    whole = written(model)
    imports, functions = RUNTIME.read_text(encoding="utf-8").partition("\n\n")[2].split("\n\n\n", 1)
    parts = (
        f"{_docstring(whole, module)}\n\n{imports}\n\n{_facts(whole)}",
        functions.rstrip(),
        _outputs(whole),
        _PREDICT[model.target.task],
    )
    return "\n\n\n".join(parts) + "\n"


def _outputs(whole: Written) -> str:
    steps = "\n".join(_code(step, whole.program.named) for step in whole.program.steps)
    return (
        'def _outputs(table):\n    """What the model computes, step by step."""\n    table = _table(table)\n'
        f'    with np.errstate(all="ignore"):\n{textwrap.indent(steps, "    ")}\n    return {whole.result}'
    )


def _docstring(whole: Written, module: str) -> str:
    preprocessing, target = whole.model.preprocessing, whole.model.target
    what = f"one of {len(target.classes)} classes" if target.classes else target.task
    return (
        f'"""A model of a table, written by glassnet {glassnet.__version__}: it tells {what} by '
        f"{len(preprocessing.columns)} columns. It needs NumPy alone.\n\n"
        f"    import {module}\n    {module}.predict(table)\n\n"
        "A table is a dict of columns, a data frame, or a list of dicts, one for each row. Missing entries are\n"
        'None or NaN, of text also "".\n"""'
    )


def _facts(whole: Written) -> str:
    target = whole.model.target
    columns = "".join(f"    {column['name']!r}: {column['holds']!r},\n" for column in whole.columns)
    facts = [f"COLUMNS = {{\n{columns}}}"]
    if target.classes:
        dtype = {"str": "object", "bool": "np.bool_"}.get(target.dtype, f"np.{target.dtype}")
        facts.append(f"CLASSES = np.array({list(target.classes)!r}, {dtype})")
    if target.names:
        facts.append(f"NAMES = {list(target.names)!r}")
    if target.center:
        facts.append(f"N_VALUES, IS_COLUMN = {len(target.center)}, {target.is_column}")
    if target.levels:
        facts.append(f"LEVELS, MIDDLE = {list(target.levels)!r}, {target.middle}")
    return "\n".join(facts)


_PREDICT = {
    "classes": '''
def predict_proba(table):
    """Probabilities of CLASSES, (n_rows, n_classes)."""
    return _outputs(table)


def predict(table):
    """The most probable class of each row."""
    return CLASSES[predict_proba(table).argmax(axis=1)]
'''.strip(),
    "labels": '''
def predict_proba(table):
    """Probabilities of the labels NAMES, (n_rows, n_labels)."""
    return _outputs(table)


def predict(table):
    """1 for each label with a probability above 0.5, else 0."""
    return (predict_proba(table) > 0.5).astype(np.int64)
'''.strip(),
    "values": '''
def predict(table):
    """The values of each row, (n_rows,) or (n_rows, n_values)."""
    values = _outputs(table)
    return values[:, 0] if IS_COLUMN else values
'''.strip(),
    "quantiles": '''
def predict_quantiles(table):
    """The quantiles of LEVELS, (n_rows, n_levels) or (n_rows, n_values, n_levels)."""
    quantiles = _outputs(table).reshape(-1, N_VALUES, len(LEVELS))
    return quantiles[:, 0] if IS_COLUMN else quantiles


def predict(table):
    """The quantile nearest to the median of each row."""
    return predict_quantiles(table)[..., MIDDLE]
'''.strip(),
}
_PREDICT["counts"] = _PREDICT["values"]


# ---- steps


def _written(value: Any) -> str:
    """An array of numbers as code."""
    array = np.asarray(value, np.float64)
    if array.size <= MOST_WRITTEN:
        return f"np.array({array.tolist()!r})".replace("inf", "np.inf")
    narrow = array.astype(np.float32)
    stored = narrow if np.array_equal(narrow, array) else array
    text = base64.b64encode(
        np.ascontiguousarray(stored).astype(stored.dtype.newbyteorder("<")).tobytes()
    ).decode()
    lines = "\n".join(textwrap.wrap(text, 120))
    return f'_constant("""\n{lines}\n""", {array.shape}, "<f{stored.itemsize}")'


def _code(step: steps.ProgramStep, named: bool) -> str:
    """A step as lines of code."""
    before: list[str] = []
    match step:
        case steps.ReadNumbers():
            places = [None if named else place for place in step.places]
            columns = dict(zip(step.columns, places, strict=True))
            code = f"_numbers(table, {columns!r}, {list(step.single)!r})"
        case steps.ReadDates():
            unit = {"day": "D", "second": "s"}[step.unit]
            code = f"_dates(table, {step.column!r}, {None if named else step.place}, {unit!r})"
        case steps.ReadStates():
            place, levels = None if named else step.place, list(step.levels)
            code = f"_states(table, {step.column!r}, {place}, {levels!r}, {step.missing}, {step.unknown})"
        case steps.Lookup():
            code = f"_rows({_written(step.table)}, {step.source})"
        case steps.Filled():
            code = f"np.where(np.isnan({step.source}), {_written(step.fill)}, {step.source})"
        case steps.IsMissing():
            code = f"np.isnan({step.source}).astype(np.float64)"
        case steps.Formula():
            before, code = _formula(step)
        case steps.Mean():
            code = f"{step.source}.mean(axis=1, keepdims=True)"
        case steps.Product(parts=1):
            code = f"{step.source} @ {_written(step.weights)}"
        case steps.Product():
            weights = step.weights.reshape(step.parts, -1, step.weights.shape[1])
            split = f"{step.source}.reshape(len({step.source}), {step.parts}, -1)"
            product = f'np.einsum("imk,mkd->imd", {split}, {_written(weights)})'
            code = f"{product}.reshape(len({step.source}), -1)"
        case steps.Shifted():
            code = f"{step.source} - {step.source}.max(axis=1, keepdims=True)"
        case steps.Columns():
            code = f"{step.source}[:, {list(step.places)}]"
        case steps.Joined():
            code = f"np.concatenate([{', '.join(step.sources)}], axis=1)"
        case steps.Sorted():
            code = f"np.sort({step.source}, axis=1)"
        case _:
            raise ArgumentError(f"{type(step).__name__} cannot be written in Python")
    return "\n".join(f"    {line}" for line in [*before, f"{step.output} = {code}"])


def _formula(step: steps.Formula) -> tuple[list[str], str]:
    """What rows of numbers are called before the formula, and the formula."""
    before, names = [], {}
    for letter, value in step.letters.items():
        if isinstance(value, np.ndarray):
            names[letter] = f"{step.output}_{letter}"
            before.append(f"{names[letter]} = {_written(value)}")
        else:
            names[letter] = value if isinstance(value, str) else _number(value)
    return before, numpy_code(step.text, names, names_of=_CALLED).text


def _number(value: float) -> str:
    return "np.inf" if value == np.inf else repr(float(value))
