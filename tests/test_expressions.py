"""Formulas as they are written: computed, as NumPy, as LaTeX, and what is no formula."""

from __future__ import annotations

import re

import numpy as np
import pytest

from glassnet import activations
from glassnet.activations import ActivationFacts, ActivationFunction, Linear
from glassnet.errors import ArgumentError
from glassnet.insight.trace.arithmetic import equation
from glassnet.insight.trace.writing.terms import with_letters, with_numbers
from glassnet.support import expressions

Z = np.array([[-2.0, 0.0, 1.5], [0.5, 3.0, -0.1]])


@pytest.mark.parametrize(
    "formula",
    [
        "z**2 - 3 * z", "-(z - 1) / (2 + abs(z))", "1 - (z - z**3)", "z / (z / 2) * 3", "exp(z) / sum(exp(z))",
        "1 if z > 0 else 0", "2 * z if z <= 0 else max(z, 1)",
    ],
)  # fmt: skip
def test_a_line_of_numpy_gives_what_the_formula_gives(formula: str) -> None:
    with np.errstate(all="ignore"):
        code = eval(expressions.numpy_code(formula, {"z": "Z"}).text, {"np": np, "Z": Z})
    np.testing.assert_allclose(np.asarray(code, float), expressions.computed(formula, {"z": Z}))


def test_a_negative_number_in_the_place_of_a_letter_stands_in_parentheses() -> None:
    assert expressions.numpy_code("z * c", {"z": "Z", "c": "-0.5"}).text == "Z * (-0.5)"


@pytest.mark.parametrize(("formula", "text"), [("z**3", "z³"), ("z**4", "z⁴"), ("2 * z**12", "2·z¹²"),
                                               ("1 if z >= 0 else z", "1 if z ≥ 0 else z")])  # fmt: skip
def test_with_letters(formula: str, text: str) -> None:
    assert with_letters(formula, {"z": "z"}).write(0) == text


def test_with_numbers_the_side_that_is_taken_is_written() -> None:
    formula = "z if z > 0 else s * (exp(z) - 1)"
    assert equation(with_numbers(formula, {"z": 2.0, "s": 0.5}), 2.0) == "2"
    assert with_numbers(formula, {"z": -1.0, "s": 0.5}).write(3) == "0.5·(exp(−1) − 1)"


def test_latex() -> None:
    assert expressions.latex("z / (1 + exp(-z))", {"z": "z"}) == r"\frac{z}{1 + e^{-z}}"
    assert expressions.latex("2 * (a - y)", {"a": "A", "y": "Y"}) == r"2\,(A - Y)"


def test_numbers_are_written_with_the_digits_that_they_have() -> None:
    assert expressions.latex("0.044715 * z + 0.1", {"z": "z"}) == r"0.044715\,z + 0.1"
    assert expressions.numpy_code("0.044715 * z + 1 / 6", {"z": "z"}).text == "0.044715 * z + 1 / 6"


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("z +", "'z +' is no formula"),
        ("open(z)", "'open(z)' calls open; a formula knows abs, cos, exp, "),
        ("z.real", "'z.real' is no part of a formula with the letters z"),
        ("z and 1", "'z and 1' is no part of a formula"),
        ("w + 1", "'w' is no part of a formula with the letters z"),
    ],
)
def test_what_is_no_formula_is_named(formula: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(message)):
        expressions.computed(formula, {"z": Z})


def facts(**changed: object) -> ActivationFacts:
    stated = {"value": "z", "slope": "1", "range": ("0", "1"), "initializer": "he_normal", "torch": None,
              "onnx": None, "source": ""}  # fmt: skip
    return ActivationFacts(**(stated | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"value": "z * w"}, "the formula 'z * w' of the activation 'bent' has no ['w']"),
        ({"slope": ""}, "need a slope, a backward, or forward_only"),
        ({"letters": {"alpha": ("α", "a")}}, "need a letter for each of []"),
        ({"range": ("-alpha", "inf")}, "the formula '-alpha' of the activation 'bent' has no ['alpha']"),
    ],
)
def test_facts_that_mention_what_is_not_there_are_refused_where_the_part_is_registered(
    changed: dict[str, object], message: str
) -> None:
    class Bent(ActivationFunction):
        facts = facts(**changed)

    with pytest.raises(ArgumentError, match=re.escape(message)):
        activations.base.registry.register("bent")(Bent)
    assert "bent" not in activations.names()


def test_a_built_in_part_without_facts_of_its_own_is_refused_by_name() -> None:
    class Bent(Linear):
        pass

    message = (
        "the built-in activation 'bent' does not state its facts: give the class Bent facts = ActivationFacts"
    )
    with pytest.raises(ArgumentError, match=re.escape(message)):
        activations.base.registry.register("bent")(Bent)


def test_a_facet_that_is_left_out_is_an_error_that_names_it() -> None:
    with pytest.raises(TypeError, match="missing 1 required keyword-only argument: 'onnx'"):
        ActivationFacts(value="z", slope="1", range=("0", "1"), initializer="", torch=None, source="")  # type: ignore[call-arg]
