"""The compiled bodies are complete: same traversals, same arguments, every field that the loop reads."""

import ast
import inspect
from importlib import import_module
from types import FunctionType

import pytest

from glassnet.engines import loop
from glassnet.engines.compiled import entries
from glassnet.engines.compiled.layers import BODIES
from glassnet.kernels import arrays, compiled, records
from glassnet.layers import Layer
from glassnet.plan import Row

NUMPY_BODIES = {
    name: thing
    for name, thing in vars(arrays).items()
    if isinstance(thing, FunctionType) and thing.__module__ == arrays.__name__ and not name.startswith("_")
}

LAYER_BODIES = [import_module(module) for module in sorted({bodies.module for bodies in BODIES.values()})]


def parameters(function: object) -> list[str]:
    return list(inspect.signature(function).parameters)  # type: ignore[arg-type]


def attributes_of(holder: str, source: str) -> set[str]:
    """Every x in ``holder.x``."""
    return {
        node.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == holder
    }


def test_the_same_traversals_have_two_bodies() -> None:
    assert NUMPY_BODIES.keys() == compiled.TRAVERSALS.keys()
    assert NUMPY_BODIES.keys() <= vars(loop).keys()


@pytest.mark.parametrize("name", NUMPY_BODIES)
def test_both_bodies_take_the_same_arguments(name: str) -> None:
    assert parameters(compiled.TRAVERSALS[name].py_func) == parameters(NUMPY_BODIES[name])


def test_the_loop_names_no_other_function() -> None:
    called = {
        node.func.id
        for node in ast.walk(ast.parse(inspect.getsource(loop)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert called - NUMPY_BODIES.keys() == {"len", "range", "forward", "backward", "Dropped"}


def test_the_records_hold_every_field_that_compiled_code_reads() -> None:
    sources = [inspect.getsource(module) for module in (loop, compiled, entries, *LAYER_BODIES)]
    read = {
        holder: set.union(*(attributes_of(holder, s) for s in sources))
        for holder in ("row", "last", "job", "loss")
    }
    row_fields, job_fields = records.ROW.fields, records.JOB.fields
    assert row_fields is not None and job_fields is not None
    assert read["row"] | read["last"] == set(row_fields)
    assert read["job"] <= set(job_fields)
    assert read["loss"] <= set(job_fields)


def test_a_record_takes_every_number_of_a_row_of_the_plan() -> None:
    assert set(records.ROW_FIELDS) == set(Row._fields) - {"kind", "layer", "activation", "own", "rate"}


FORWARD = ["row_at", "x_at", "parameters_at", "running_at", "kept_at", "a_at", "n", "size"]
BACKWARD = [
    "row_at", "x_at", "a_at", "parameters_at", "kept_at", "error_at", "gradients_at", "d_x_at", "n", "size",
]  # fmt: skip


@pytest.mark.parametrize("layer", BODIES)
def test_compiled_bodies_of_layers_take_one_list_of_arguments(layer: type[Layer]) -> None:
    bodies = BODIES[layer]
    assert parameters(bodies.load(bodies.forward)) == parameters(bodies.load(bodies.infer)) == FORWARD
    assert parameters(bodies.load(bodies.backward)) == BACKWARD
