"""Files of table models that lie, with checksums that are right: each gives one clear error, and nothing else ever."""

from __future__ import annotations

import copy
import json
import random
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors
import safetensors.numpy

import glassnet as gn
from glassnet.bridges.container import TABLE_MODEL, save_container
from glassnet.errors import DataError, MissingFileError, ModelFileError
from tests.tables.golden.make import HERE, TABLE

GOLDEN = HERE / "classes.safetensors"


def contents(path: Path = GOLDEN) -> tuple[dict[str, Any], dict[str, Any]]:
    """Configuration and arrays of a file."""
    with safetensors.safe_open(path, framework="numpy") as file:
        config = json.loads(file.metadata()["config"])
        arrays = {name: file.get_tensor(name) for name in file.keys()}
    config.pop("tensors_checksum")
    return config, arrays


CONFIG, ARRAYS = contents()


def refusal(path: Path) -> str:
    """The message of the one error that loading this file gives, which names the file."""
    with pytest.raises(ModelFileError) as caught:
        gn.tables.load(path)
    message = str(caught.value)
    assert message.startswith(f"cannot load {path}: ") and "\n" not in message
    return message.removeprefix(f"cannot load {path}: ")


def changed(tmp_path: Path, change: Callable[[dict[str, Any], dict[str, Any]], Any]) -> Path:
    """A file whose configuration or arrays were changed, with checksums that are right."""
    config, arrays = copy.deepcopy(CONFIG), dict(ARRAYS)
    change(config, arrays)
    path = tmp_path / "model.safetensors"
    save_container(path, TABLE_MODEL, "1", config, arrays)
    return path


def operation(place: int, **fields: Any) -> Callable[[dict[str, Any], dict[str, Any]], Any]:
    return lambda config, arrays: config["preprocessing"]["operations"][place].update(fields)


def preprocessing(**fields: Any) -> Callable[[dict[str, Any], dict[str, Any]], Any]:
    return lambda config, arrays: config["preprocessing"].update(fields)


def target(**fields: Any) -> Callable[[dict[str, Any], dict[str, Any]], Any]:
    return lambda config, arrays: config["target"].update(fields)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (operation(0, scale=0.0), "scale of column 'size' must be a finite number and >= 1e-100"),
        (operation(0, scale=float("nan")), "scale of column 'size' must be a finite number"),
        (operation(0, center="1"), "center of column 'size' must be a finite number; got '1'"),
        (operation(0, limit=-1), "limit of column 'size' must be a finite number and > 0"),
        (operation(0, fill=float("inf")), "fill of column 'size' must be a finite number; got inf"),
        (operation(0, indicator="no"), "indicator of column 'size' must be True or False; got 'no'"),
        (operation(0, precision="float16"), "precision of column 'size' must be 'float32' or 'float64'"),
        (operation(0, surprise=1), "operation 'number' has no field surprise"),
        (operation(0, name="shell"), "shell"),
        (operation(0, kind="activation", name="relu"), "this describes no operation on a column"),
        (operation(1, column="size"), "a preprocessing reads each column once"),
        (operation(2, levels=["a", "a"]), "levels of column 'town' must differ"),
        (operation(2, levels=[1]), "levels of column 'town' must be a list of text"),
        (operation(2, levels="ab"), "levels of column 'town' must be a list of text"),
        (operation(2, levels={"kind": "layer"}), "unknown kind of part"),
        (operation(2, on=[1.0]), "on of column 'town' must hold 4 numbers; it holds 1"),
        (operation(2, encoding="two"), "encoding 'two' of column 'town' needs two states; it has 4"),
        (operation(5, parts=["eval"]), "a part of column 'built' must be one of"),
        (operation(5, parts=["year", "year"]), "parts of column 'built' must differ"),
        (operation(5, unit="ns"), "unit of column 'built' must be 'day' or 'second'"),
        (preprocessing(operations=[]), "a preprocessing needs at least one operation"),
        (preprocessing(operations={}), "operations of a preprocessing must be a list"),
        (preprocessing(named=1), "named of a preprocessing must be True or False"),
        (preprocessing(n_columns=0), "n_columns of a preprocessing must be an integer"),
        (preprocessing(n_columns=3), "7 columns are read of a table that has 3"),
        (preprocessing(named=False), "columns without names are called x0 to x7; got size, year, town"),
        (preprocessing(code="x"), "this describes no preprocessing"),
        (preprocessing(notes=[{"column": "a"}]), "this describes no note"),
        (
            preprocessing(notes=[{"column": "a", "decision": "run", "text": "b"}]),
            "decision of a note must be one of",
        ),
        (target(task="anything"), "task must be one of"),
        (target(classes=["a", "b"]), "networks[0] has 3 outputs; the target needs 1 or 2"),
        (target(classes=["a", "b", "b"]), "classes of a target must be two or more different values of str"),
        (target(classes=["a", "b", 3]), "classes of a target must be two or more different values of str"),
        (target(classes="abc"), "classes of a target must be a list"),
        (target(dtype="object"), "dtype of a target must be one of"),
        (target(more=1), "this describes no target"),
        (lambda config, _: config.update(temperature=-1.0), "temperature must be a finite number and > 0; got -1.0"),
        (lambda config, _: config.update(temperature="hot"), "temperature must be a finite number and > 0; got 'hot'"),
        (lambda config, _: config.update(networks=[]), "networks must hold at least one network"),
        (lambda config, _: config.update(networks=[1]), "networks[0] must be a dict"),
        (lambda config, _: config["networks"].pop(), "it holds tensors that its configuration does not mention"),
        (lambda config, _: config["networks"][0].update(input_shape=[7]), None),
        (lambda config, _: config["networks"][0].update(layers=[]), None),
        (lambda config, _: config.pop("networks"), "its configuration lacks networks"),
        (lambda config, _: config.update(description=[]), "description must be a dict"),
        (operation(4, levels=["first", "ground", "a"]),
            "networks[0] embeds feature 8 with integers from 0 to 3; the preprocessing makes those from 0 to 4"),
        (operation(4, encoding="one_hot", levels=[], off=[], on=[]),
            "networks[0] embeds feature 8 with integers from 0 to 3; the preprocessing makes no integers of it"),
        (lambda config, _: config.update(misses=[1, 1]), "it has no tensor 'misses'"),
        (lambda _, arrays: arrays.update(extra=np.zeros(3)), "its configuration does not mention: 'extra'"),
        (lambda _, arrays: arrays.pop("networks.0.layers.1.weights"), "it has no tensor 'networks.0.layers.1.weights'"),
        (lambda _, arrays: arrays.update({"networks.0.layers.1.bias": np.zeros(5, np.float32)}), None),
    ],
)  # fmt: skip
def test_a_file_that_lies_is_refused_by_name(change: Any, message: str | None, tmp_path: Path) -> None:
    told = refusal(changed(tmp_path, change))
    assert message is None or message in told


def test_misses_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    def change(config: dict[str, Any], arrays: dict[str, Any]) -> None:
        config["misses"], arrays["misses"] = [1, 1], np.zeros((1, 1))

    assert "misses are of values or counts" in refusal(changed(tmp_path, change))


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    for data in (b"", b"\x89PNG\r\n" + bytes(100), b"[" * 10000, bytes(1000)):
        path.write_bytes(data)
        assert "it is not a safetensors file" in refusal(path) or "glassnet did not write it" in refusal(path)
    safetensors.numpy.save_file({"a": np.zeros(2)}, path)
    assert refusal(path) == "it is a safetensors file, but glassnet did not write it"
    save_container(path, TABLE_MODEL, "2", CONFIG, ARRAYS)
    assert refusal(path).startswith("its format version is '2' and this glassnet reads '1'")
    data = GOLDEN.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert refusal(path) == "its tensors were altered after they were written (the checksum differs)"
    path.write_bytes(data.replace(b"Bonn", b"Benn"))
    assert refusal(path) == "its configuration was altered after it was written (the checksum differs)"
    with pytest.raises(MissingFileError, match="there is no such file"):
        gn.tables.load(tmp_path / "none.safetensors")
    assert "it is not a regular file" in refusal(tmp_path)


def places(thing: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to every value inside of plain data."""
    found = [way] if way else []
    inside = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else ()
    for key, value in inside:
        found += places(value, (*way, key))
    return found


STRANGE = (
    None, True, -1, 0, 2**62, 1e308, float("nan"), "", "x", "\ud800", [], [1], ["a", "b", "c"], {}, {"kind": "layer"},
)  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_a_value_of_another_kind_anywhere_is_refused_or_harmless(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    ways = [way for way in places(CONFIG) if way[:1] != ("networks",) or way[1:2] == (0,)]
    for _ in range(60):
        config = copy.deepcopy(CONFIG)
        *front, last = draw.choice(ways)
        inside = config
        for key in front:
            inside = inside[key]
        inside[last] = draw.choice(STRANGE)
        path = tmp_path / "model.safetensors"
        save_container(path, TABLE_MODEL, "1", config, ARRAYS)
        with suppress(ModelFileError):
            model = gn.tables.load(path)
            table = {name: TABLE.get(name, [None] * 6) for name in model.preprocessing.columns}
            with suppress(DataError), np.errstate(all="ignore"):
                assert len(model.outputs(table)) == 6


def test_a_file_that_promises_much_takes_no_memory(tmp_path: Path) -> None:
    path = changed(tmp_path, lambda config, _: config["networks"][0].update(input_shape=[10**9]))
    tracemalloc.start()
    refusal(path)
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()
