"""Compiled code in other processes: found there, compiled at the same time, damaged in between, or without Numba."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import glassnet

PACKAGE = Path(glassnet.__file__).parent

NETWORK = """
import json, sys, warnings
import numpy as np
import glassnet as gn

X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), np.array([0, 1, 1, 0.0])

def fit(engine, **options):
    net = gn.Network([gn.Dense(4, "tanh"), gn.Dense(1, "sigmoid")], seed=0, dtype="float64")
    history = net.fit(X, y, loss="bce", optimizer="sgd", epochs=20, engine=engine, progress=False, **options)
    return history.engine, net.parameters.tolist()
"""
NO_COMPILING = """
from glassnet.kernels import store

def refuse(file, code, kind):
    raise AssertionError(f"{file.name} is compiled again")

store._made = refuse
"""
PRINT = "print(json.dumps(fit('compiled')))"


def start(code: str, folder: Path | str = "", **environment: str) -> subprocess.Popen[str]:
    variables = {**os.environ, **({"GLASSNET_CACHE": str(folder)} if folder else {}), **environment}
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def result(process: subprocess.Popen[str]) -> Any:
    """What it printed; nothing on standard error."""
    output, errors = process.communicate()
    assert process.returncode == 0, errors
    assert errors == ""
    return json.loads(output)


@pytest.fixture(scope="module")
def trained() -> Any:
    """Engine and parameters, from a process that may have to compile."""
    return result(start(NETWORK + PRINT))


def cache_folder() -> Path:
    """The only folder of the cache of these tests that holds today's code."""
    from glassnet.kernels import cache

    folder = cache.folder()
    assert folder is not None
    return folder


def test_a_second_process_compiles_nothing(trained: Any) -> None:
    assert result(start(NETWORK + NO_COMPILING + PRINT)) == trained
    assert trained[0] == "compiled"


def test_nothing_is_written_beside_the_package(trained: Any) -> None:
    before = sorted(path for path in PACKAGE.rglob("*") if "__pycache__" not in path.parts)
    assert result(start(NETWORK + PRINT)) == trained
    assert sorted(path for path in PACKAGE.rglob("*") if "__pycache__" not in path.parts) == before


def test_damaged_files_are_mended_by_another_process(trained: Any, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(cache_folder(), tmp_path / cache_folder().name))
    damaged = {
        "hyperbolic_tangent_activate_float64": b"",
        "hyperbolic_tangent_slope_gate_float64": b"garbage" * 1000,
        "linear_activate_float64": (folder / "linear_activate_float64.kernel").read_bytes()[:-1],
        "sgd_2_float64": (folder / "hyperbolic_tangent_slope_gate_float64.kernel").read_bytes(),
    }
    before = {name: (folder / f"{name}.kernel").read_bytes() for name in damaged}
    for name, content in damaged.items():
        (folder / f"{name}.kernel").write_bytes(content)
    assert result(start(NETWORK + PRINT, tmp_path)) == trained
    for name, content in damaged.items():
        mended = (folder / f"{name}.kernel").read_bytes()
        assert mended != content
        assert len(mended) > len(before[name]) / 2
    assert result(start(NETWORK + NO_COMPILING + PRINT, tmp_path)) == trained


KERNELS = """
import json
import numpy as np
from glassnet import activations
from glassnet.engines.compiled import kernels

made = [kernels.gate(activations.get(name), np.dtype("float64")).make() for name in ("relu", "tanh", "silu")]
z, a, error = np.array([-1.0, 2.0]), np.array([0.5, 0.25]), np.array([3.0, 4.0])
for gate in made:
    pointers = [part.ctypes.data_as(gate.ctypes.argtypes[0]) for part in (z, a, error, np.empty(0))]
    gate.ctypes(*pointers[:3], 1, 2, pointers[3])
print(json.dumps(error.tolist()))
"""


def test_two_processes_may_compile_at_the_same_time(tmp_path: Path) -> None:
    both = [start(KERNELS, tmp_path) for _ in range(2)]
    first, second = (result(process) for process in both)
    assert first == second
    (folder,) = tmp_path.iterdir()
    names = {path.name for path in folder.iterdir()}
    assert names == {f"{name}_slope_gate_float64.kernel" for name in ("relu", "hyperbolic_tangent", "silu")}
    assert result(start(NO_COMPILING + KERNELS, tmp_path)) == first


# ---- without Numba

BLOCKED = {
    "not there": "sys.modules['numba'] = None",
    "not found": """
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] == 'numba':
            raise ModuleNotFoundError("No module named 'numba'", name='numba')
sys.meta_path.insert(0, Blocker())
""",
}
BROKEN = """
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition('.')[0] == 'numba':
            raise ImportError('Numba needs NumPy 2.0 or less')
sys.meta_path.insert(0, Blocker())
"""
ASK = """
def message(action):
    try:
        action()
    except gn.errors.GlassnetError as error:
        return [type(error).__name__, str(error)]

def predictor():
    return gn.Network([gn.Dense(1)], input_shape=2).compiled_predict()

with warnings.catch_warnings(record=True) as notes:
    warnings.simplefilter("always")
    net = gn.Network([gn.Dense(4, "tanh"), gn.Dense(1, "sigmoid")], seed=0, dtype="float64")
    stop = [lambda session: session.stop("one epoch is enough")]
    long = net.fit(X, y, loss="bce", epochs=10**7, progress=False, callbacks=stop).engine
texts, compiled = [str(note.message) for note in notes], message(lambda: fit("compiled"))
print(json.dumps([long, texts, compiled, message(predictor), fit("numpy")]))
"""


@pytest.mark.parametrize("how", BLOCKED)
def test_without_numba_auto_is_numpy_and_compiled_a_clear_error(how: str, trained: Any) -> None:
    long, notes, error, of_predictor, (engine, parameters) = result(
        start(NETWORK + BLOCKED[how] + "\n" + ASK)
    )
    assert (long, notes) == ("numpy", [])
    assert error == of_predictor == [
        "MissingDependencyError",
        "engine='compiled' needs numba, which is not installed; install it with: pip install 'glassnet[compiled]', "
        "or use engine='numpy'",
    ]  # fmt: skip
    assert engine == "numpy"
    assert parameters == pytest.approx(trained[1], rel=1e-12)


def test_a_numba_that_cannot_be_loaded_is_said_to_be_so() -> None:
    long, notes, error, of_predictor, _ = result(start(NETWORK + BROKEN + ASK))
    why = "engine='compiled' needs numba, which cannot be loaded: Numba needs NumPy 2.0 or less"
    assert long == "numpy"
    assert notes == [f"training on the numpy engine, which is slower: {why}"]
    assert error == of_predictor == ["EngineError", why]


def test_a_numba_that_is_switched_off_is_not_used() -> None:
    long, notes, error, of_predictor, _ = result(start(NETWORK + ASK, NUMBA_DISABLE_JIT="1"))
    why = "the variable NUMBA_DISABLE_JIT forbids to compile; unset it, or use engine='numpy'"
    assert long == "numpy"
    assert notes == [f"training on the numpy engine, which is slower: {why}"]
    assert error == of_predictor == ["EngineError", why]
