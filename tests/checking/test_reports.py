"""How reports read, and that they say what they know and no more."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.checking import Evidence, Report, Slip
from glassnet.checking.report import digits
from tests.checking.test_codes import network


def test_a_report_shows_the_slip_the_line_to_change_and_two_numbers_side_by_side() -> None:
    case = network(["sigmoid", "softmax"], "cce", [3, 4, 3])
    report = case.check(case.gradients("rows", {"activation_derivative_missing": (0,)}))
    lines = str(report).split("\n")
    assert lines[:4] == [
        "check_backward: 1 slip",
        "  activation_derivative_missing, layer 0",
        "    The error passes Sigmoid of layer 0 without its derivative.",
        "    change to:  dZ1 = (dZ2 @ W2.T) * A1 * (1 - A1)",
    ]
    assert lines[4].split() == ["farthest", "apart", "at", "yours", "right", "with", "the", "slip"]
    array, place, yours, right, explained = re.split(r"  +", lines[5].strip())
    assert array == "dW1 (layer 0)" and re.fullmatch(r"\[[012], [0123]\]", place)
    assert float(yours) == float(explained) != float(right)
    assert lines[-1] == "  right: dW2 (layer 1), db2 (layer 1)"


def test_the_number_of_the_learner_is_reproduced_by_the_slip() -> None:
    case = network(["sigmoid", "softmax"], "cce", [3, 4, 3])
    gradients = case.gradients("rows", {"activation_derivative_missing": (0,)})
    line = case.check(gradients).evidence[0]
    row, column = (int(index) for index in line.place.strip("[]").split(","))
    assert float(line.yours) == float(line.with_slips) != float(line.right)
    assert float(line.yours) == np.float64(f"{gradients[0][0][row, column]:.6g}")


def test_a_mismatch_without_a_name_says_where_to_look() -> None:
    case = network(["tanh", "tanh", "linear"], "mse", [3, 4, 4, 2])
    gradients = case.gradients("rows", {})
    gradients[1] = (gradients[1][0] + 0.01, gradients[1][1])
    report = case.check(gradients)
    assert report.verdict == "mismatch, no known slip" and not report.ok and report.slips == ()
    assert (
        report.notes[0] == "right: dW1 (layer 0), db1 (layer 0), db2 (layer 1), dW3 (layer 2), db3 (layer 2)"
    )
    assert (
        report.notes[1] == "coming from the output, dW2 (layer 1) is the first to be wrong: look there first"
    )


def test_slips_that_cannot_be_told_apart_on_the_data_are_listed() -> None:
    case = network(["relu", "linear"], "mse", [3, 4, 2])
    case.net.layers[0].bias = case.task.b[0] = np.full(4, -50.0)  # every unit is off
    report = case.check(case.gradients("rows", {"relu_gate_dropped": (0,)}))
    assert report.slips[0].code == "relu_gate_dropped"
    assert set(report.equals) == {"relu_gate_inverted", "derivative_of_another_activation"}
    assert "the same numbers on this data, so that only another batch can tell: " in str(report)
    other = network(["relu", "linear"], "mse", [3, 4, 2])
    report = other.check(other.gradients("rows", {"relu_gate_dropped": (0,)}))
    assert (report.slips[0].code, report.equals) == ("relu_gate_dropped", ())


THREE = {
    "bias_gradient_averaged": (2,),
    "activation_derivative_missing": (1,),
    "transposed_weight_gradient": (0,),
}


def test_three_slips_are_named_where_they_reproduce_every_number() -> None:
    case = network(["tanh", "sigmoid", "linear"], "mse", [3, 4, 5, 2])
    report = case.check(case.gradients("rows", THREE))
    assert {slip.code: slip.layers for slip in report.slips} == THREE
    assert not any("not reproduced" in note for note in report.notes)


def test_slips_are_named_beside_a_mistake_that_has_no_name() -> None:
    case = network(["tanh", "sigmoid", "linear"], "mse", [3, 4, 5, 2])
    gradients = case.gradients(
        "rows", {"bias_gradient_averaged": (2,), "activation_derivative_missing": (1,)}
    )
    gradients[0] = (gradients[0][0] + 0.01, gradients[0][1])
    report = case.check(gradients)
    assert {slip.code: slip.layers for slip in report.slips} == {
        "bias_gradient_averaged": (2,),
        "activation_derivative_missing": (1,),
    }
    assert "not reproduced by them, so something else is wrong there: dW1 (layer 0)" in report.notes
    assert {line.name: bool(line.with_slips) for line in report.evidence} == {
        "dW1 (layer 0)": False, "db1 (layer 0)": True, "dW2 (layer 1)": True, "db2 (layer 1)": True,
        "db3 (layer 2)": True,
    }  # fmt: skip


def test_below_an_error_that_has_no_name_nothing_is_said() -> None:
    case = network(["tanh", "sigmoid", "linear"], "mse", [3, 4, 5, 2])
    gradients = case.gradients("rows", {"gradient_sign_flipped": (2,), "bias_gradient_averaged": (0,)})
    noise = np.random.default_rng(0)
    for i in (0, 1):
        gradients[i] = (gradients[i][0] + noise.normal(size=gradients[i][0].shape), noise.normal(size=4 + i))
    report = case.check(gradients)
    assert [(slip.code, slip.layers) for slip in report.slips] == [("gradient_sign_flipped", (2,))]
    assert (
        "not reproduced by them, so something else is wrong there: "
        "dW1 (layer 0), db1 (layer 0), dW2 (layer 1), db2 (layer 1)" in report.notes
    )


def test_the_notebook_form_holds_the_same_and_escapes_what_it_shows() -> None:
    report = Report(
        "check_<b>", False, (Slip("a_code", (0, 2), "x < y", "dZ1 = (Z1 > 0)"),),
        (Evidence("dW1 (layer 0)", "[0, 1]", "1", "2", "1"),), ("a note & more",), ("b_code",),
    )  # fmt: skip
    html = report._repr_html_()
    for part in ("check_&lt;b&gt;", "a_code", "layers 0, 2", "x &lt; y", "dZ1 = (Z1 &gt; 0)", "<td>[0, 1]</td>",
                 "a note &amp; more", "b_code", "1 slip"):  # fmt: skip
        assert part in html
    assert "<b>check_<b>" not in html


def test_the_form_for_a_console_holds_the_same_words_with_the_line_to_change_in_colour() -> None:
    case = network(["sigmoid", "softmax"], "cce", [3, 4, 3])
    report = case.check(case.gradients("rows", {"activation_derivative_missing": (0,)}))
    text = report.__rich__()
    assert text.plain == str(report)
    styled = {text.plain[span.start : span.end]: str(span.style) for span in text.spans}
    assert styled == {
        "1 slip": "bold #D55E00",
        "activation_derivative_missing": "bold",
        "dZ1 = (dZ2 @ W2.T) * A1 * (1 - A1)": "#009E73",
    }


def test_a_right_report_is_one_line() -> None:
    case = network(["relu", "softmax"], "cce", [3, 4, 3])
    report = case.check(case.gradients("rows", {}))
    assert str(report) == repr(report) == "check_backward: right"
    assert "right" in report._repr_html_()


def test_what_was_not_looked_at_is_said_and_leaves_the_whole_open() -> None:
    report = Report("check_layer", True, notes=("a note",), not_checked=("dW < 0, which is hidden",))
    assert report.ok is None and not report
    assert str(report).split("\n") == [
        "check_layer: nothing wrong in what was checked",
        "  a note",
        "  not checked: dW < 0, which is hidden",
    ]
    assert "<p>not checked: dW &lt; 0, which is hidden</p>" in report._repr_html_()
    assert [str(span.style) for span in report.__rich__().spans] == ["bold #0072B2"]
    wrong = Report("check_layer", False, not_checked=("db",))
    assert wrong.ok is False and wrong.verdict == "mismatch, no known slip"


def test_a_report_is_true_only_where_all_is_right() -> None:
    assert Report("check", True)
    assert not Report("check", False) and not Report("check", True, not_checked=("db",))


def test_the_check_agrees_with_the_librarys_own_backpropagation() -> None:
    random = np.random.default_rng(0)
    layers = [gn.Flatten(), gn.Dense(6), gn.BatchNorm(), gn.Activation("elu"), gn.Dropout(0.3),
              gn.Dense(5, "gelu", l1=0.01), gn.LayerNorm(), gn.Dense(4, "softmax", l2=0.1)]  # fmt: skip
    for dtype in ("float32", "float64"):
        for name in ("cce", "kl", "mse", "huber", "scce"):
            net = gn.Network(layers, seed=1, dtype=dtype, input_shape=(2, 3))
            net.parameters = random.normal(scale=0.7, size=net.parameters.shape)
            X, loss = random.normal(size=(9, 2, 3)), gn.losses.get(name)
            y = random.integers(0, 4, 9) if name == "scce" else np.eye(4)[random.integers(0, 4, 9)]
            net.backward(loss.gradient(y, net.forward(X)))
            assert gn.check_backward(net, X, y, net.gradients, loss=name).ok


@pytest.mark.parametrize("made", [Report("x", True), Slip("a", (), "b", "c"), Evidence("a", "b", "1", "2")])
def test_what_a_check_says_cannot_be_changed(made: Any) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(made, next(iter(vars(made))), "other")


@pytest.mark.parametrize(
    ("yours", "right", "texts"),
    [
        (1.0, 2.0, ["1", "2"]), (1.0, 1.0000001, ["1", "1.0000001"]), (0.1, 0.1 + 1e-11, ["0.1", "0.10000000001"]),
        (1.0, 1 + 2e-16, ["1", "1.0000000000000002"]), (3.0, 3.0, ["3", "3"]),
        (1.23456789, 2.0, ["1.23457", "2"]),
    ],
)  # fmt: skip
def test_numbers_are_shown_with_digits_enough_to_tell_them_apart(
    yours: float, right: float, texts: list[str]
) -> None:
    assert digits(yours, right) == texts
    assert digits(yours, right, yours) == [*texts, texts[0]]
