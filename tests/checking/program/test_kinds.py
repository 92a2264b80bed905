"""glassnet check on whole programs: each way of putting one together is found; right is right and wrong is wrong."""

from __future__ import annotations

import types
from pathlib import Path

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking.program.data import own_of
from glassnet.checking.report import Report
from tests.checking.program.kinds import COST_FUNCTION, GLOBAL_NODES, INPUTS_BY_NAME, KINDS, LIST_OF_LAYERS


def checked(place: Path, kind: str, is_right: bool) -> Report:
    text, right, wrong = KINDS[kind]
    file = place / "learner_program.py"
    file.write_text(text.replace("SLIP", right if is_right else wrong))
    return gn.check(file)


@pytest.mark.parametrize("kind", KINDS)
def test_a_right_program_of_each_kind_is_right(kind: str, tmp_path: Path) -> None:
    report = checked(tmp_path, kind, True)
    assert report.ok is True, str(report)


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_program_of_each_kind_is_wrong(kind: str, tmp_path: Path) -> None:
    report = checked(tmp_path, kind, False)
    assert report.ok is False, str(report)


def test_what_was_given_for_an_activation_is_said(tmp_path: Path) -> None:
    notes = checked(tmp_path, "inputs by name", True).notes
    assert any("its derivative written in its output for derivative" in note for note in notes), notes


def test_a_loss_that_the_step_returns_is_no_forward_pass(tmp_path: Path) -> None:
    notes = checked(tmp_path, "settings", True).notes
    assert any("forward pass: propagation" in note for note in notes), notes
    assert any("_w1" in note and "_out" not in note for note in notes if "parameters" in note), notes


def test_the_names_of_a_module_are_left_as_they_are() -> None:
    module = types.ModuleType("learner_nodes")
    exec(GLOBAL_NODES.replace("SLIP", " * node.z * (1 - node.z)"), vars(module))
    before, theta = dict(vars(module)), module.out.theta.copy()
    gn.check(module)
    assert dict(vars(module)).keys() == before.keys()
    assert all(value is before[name] for name, value in vars(module).items())
    assert np.array_equal(module.out.theta, theta)


def test_one_vector_of_parameters_is_made_where_there_is_none() -> None:
    module = types.ModuleType("learner_cost")
    exec(COST_FUNCTION.replace("SLIP", ""), vars(module))
    X = np.random.default_rng(0).normal(size=(8, 3))
    assert gn.check(module, X, np.arange(8) % 2).ok is True


def test_a_modules_own_samples_are_found_by_their_names() -> None:
    X = np.arange(8.0).reshape(4, 2)
    rows = own_of({"X": X, "y": np.array([0, 1, 1, 0])})
    columns = own_of({"X": X.T, "Y": np.array([[0, 1, 1, 0]])})
    assert np.array_equal(rows[0].X, X) and np.array_equal(columns[0].X, X)
    assert rows[0].Y.shape == columns[0].Y.shape == (4, 1)
    assert own_of({"X": X}) == [] and own_of({"X": X, "y": np.zeros(3)}) == []


def test_functions_in_the_modules_that_a_file_imports_are_found(tmp_path: Path) -> None:
    (tmp_path / "passes_of_mine.py").write_text(INPUTS_BY_NAME.replace("SLIP", " * derivative(hidden)"))
    file = tmp_path / "training_of_mine.py"
    file.write_text("import passes_of_mine\n\ndef run(x):\n    return passes_of_mine.forward_pass(x)\n")
    assert gn.check(file).ok is True


def test_layers_whose_gradients_something_else_resets_are_not_accused(tmp_path: Path) -> None:
    text = LIST_OF_LAYERS.partition("class NeuralNetwork")[0].replace("self.dW = ", "self.dW += ")
    text = text.replace("self.db = ", "self.db += ")
    text = text.replace(
        "np.zeros((1, n_outputs))\n", "np.zeros((1, n_outputs))\n        self.dW = self.db = 0.0\n", 1
    )
    (tmp_path / "layers_of_mine.py").write_text(text)
    report = gn.check(tmp_path / "layers_of_mine.py")
    assert not report.slips and any("gradients add up" in note for note in report.notes), str(report)
