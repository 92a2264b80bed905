"""``glassnet warmup`` compiles all that networks of built-in parts need."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from glassnet.cli.app import app
from glassnet.engines.compiled.engine import needed
from glassnet.engines.compiled.warmup import RULES, every_kernel
from glassnet.formulas import updates
from glassnet.kernels import cache
from glassnet.network.network import Network
from tests.engines.conformance import CASES, Case

READY = {kernel.key for kernel in every_kernel()}

FOLDER = "from glassnet.kernels import cache; print(cache.folder())"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_nothing_but_own_functions_is_left_to_compile(case: Case, dtype: str) -> None:
    plan = Network(case.layers, input_shape=case.shape).plan(case.loss)
    keys = [kernel.key for _, kernel in needed(plan, case.optimizer, np.dtype(dtype))]
    assert [key for key in keys if isinstance(key, str) and key not in READY] == []


def test_every_update_rule_is_compiled_ahead() -> None:
    rules = {
        rule for rule in vars(updates).values() if callable(rule) and rule.__module__ == updates.__name__
    }
    assert {optimizer.rule for optimizer in RULES} == rules


def test_the_command_says_how_many_kernels_are_where(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from glassnet.engines.compiled import warmup

    few = [kernel for kernel in every_kernel() if kernel.key in ("relu_activate_float64", "sgd_2_float64")]
    monkeypatch.setattr(warmup, "every_kernel", lambda: few)
    for kernel in few:
        kernel.make()
    result = CliRunner().invoke(app, ["warmup"])
    assert result.exit_code == 0
    told = re.escape(f"s: {cache.folder()}\n")
    assert re.fullmatch(rf"2 kernels are ready, 0 of them compiled now in \d\.\d {told}", result.stdout)
    assert CliRunner().invoke(app, ["warmup", "--quiet"]).stdout == ""


def test_a_cache_that_others_can_write_is_refused(tmp_path: Path) -> None:
    environment = os.environ | {"GLASSNET_CACHE": str(tmp_path)}
    shown = subprocess.run(
        [sys.executable, "-c", FOLDER], env=environment, capture_output=True, text=True, check=True
    )
    Path(shown.stdout.strip()).chmod(0o777)
    result = subprocess.run(
        [sys.executable, "-m", "glassnet", "warmup"], env=environment, capture_output=True, text=True
    )
    assert result.returncode == 2
    assert result.stderr.startswith("glassnet: there is no folder to keep compiled code in: ")
    assert "GLASSNET_CACHE" in result.stderr
