"""What `pip install .` alone can do, and what it can do where Numba does not exist."""

import subprocess
import sys
from pathlib import Path

import pytest

BLOCKED = """
import sys
for module in {modules!r}:
    sys.modules[module] = None
"""
EXTRAS = ["sklearn", "scipy", "matplotlib", "pandas", "joblib", "torch", "onnx", "PIL"]
COMPILER = ["numba", "llvmlite"]


def run(blocked: list[str], code: str, folder: Path) -> str:
    """What the code prints where these packages cannot be imported."""
    program = BLOCKED.format(modules=blocked) + code
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, cwd=folder
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


LEARNS = """
import glassnet as gn
X, X_test, y, y_test = gn.datasets.moons().split()
net = gn.Network([gn.Dense(32, "relu"), gn.Dense(2, "softmax")], seed=0)
history = net.fit(
    X, y, loss="scce", optimizer=gn.Adam(0.02), epochs=50, batch_size=32, validation_data=(X_test, y_test),
    metrics=["accuracy"],
)
print(history.engine in ("numpy", "compiled"), history.last("validation_accuracy") > 0.95)
net.save("model.safetensors")
print((gn.load("model.safetensors").predict(X) == net.predict(X)).all())
"""


@pytest.mark.parametrize("blocked", [EXTRAS, [*EXTRAS, *COMPILER]], ids=["extras", "extras and Numba"])
def test_a_network_learns_without(blocked: list[str], tmp_path: Path) -> None:
    assert run(blocked, LEARNS, tmp_path) == "True True\nTrue\n"


COMMANDS = """
import contextlib, io
import numpy as np
from glassnet.cli import main

np.savez("own.npz", X=np.random.default_rng(0).normal(size=(40, 3)), y=np.arange(40) % 2)
COMMANDS = (
    "train {source} --epochs 3", "summary {model}", "evaluate {model} {source}",
    "predict {model} {source} --output predictions.csv", "diagnose {model} {source}",
)
for command in COMMANDS:
    for source in ("xor", "spiral", "own.npz"):
        model = f"runs/{source.removesuffix('.npz')}/model.safetensors"
        sys.argv = ["glassnet", *command.format(source=source, model=model).split()]
        with contextlib.redirect_stdout(io.StringIO()):
            try:
                main()
            except SystemExit as end:
                assert not end.code, (sys.argv, end.code)
"""


@pytest.mark.parametrize("blocked", [EXTRAS, [*EXTRAS, *COMPILER]], ids=["extras", "extras and Numba"])
def test_the_command_trains_and_uses_its_models_without(blocked: list[str], tmp_path: Path) -> None:
    run(blocked, COMMANDS, tmp_path)
    assert (tmp_path / "runs" / "own" / "report.html").is_file()


ASKS_FOR_MORE = """
import glassnet as gn
X, y = gn.datasets.xor()
net = gn.Network([gn.Dense(1, "sigmoid")], seed=0)
history = net.fit(X, y, loss="bce")
for ask in (
    lambda: gn.datasets.iris(),
    lambda: history.plot(),
    lambda: history.to_frame(),
    lambda: net.to_torch(),
    lambda: net.to_onnx("x.onnx"),
    lambda: net.to_sklearn(),
    lambda: net.fit(X, y, loss="bce", engine="torch"),
    lambda: net.fit(X, y, loss="bce", engine="compiled"),
    lambda: net.compiled_predict(),
    lambda: gn.sweep(lambda seed: net.copy(), {}, X, y, loss="bce"),
    lambda: gn.NetworkClassifier(),
    lambda: gn.NetworkRegressor,
    lambda: gn.NetworkTransformer,
):
    try:
        ask()
        print("worked")
    except gn.errors.MissingDependencyError as error:
        print(error)
"""


def test_what_needs_more_says_which_extra_installs_it(tmp_path: Path) -> None:
    lines = run([*EXTRAS, *COMPILER], ASKS_FOR_MORE, tmp_path).splitlines()
    extras = ["data", "plots", "pandas", "torch", "onnx", "data", "torch", "compiled", "compiled", "sweep"]
    extras += ["tables"] * 3
    assert len(lines) == len(extras)
    for line, extra in zip(lines, extras, strict=True):
        assert f"which is not installed; install it with: pip install 'glassnet[{extra}]'" in line


def test_all_that_is_named_is_there(tmp_path: Path) -> None:
    program = "from glassnet import *\nprint('NetworkClassifier' in globals(), 'Network' in globals())"
    assert run([*EXTRAS, *COMPILER], program, tmp_path) == "False True\n"
