"""glassnet.js is what its sources give, and what cannot be translated is refused by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from glassnet import activations, losses
from glassnet.browser import building, module, script
from glassnet.errors import ArgumentError, EngineError
from tests.browser.engine import call


def test_the_file_in_the_package_is_up_to_date() -> None:
    assert building.BUILT.read_text(encoding="utf-8") == module(), "write it anew: python -m glassnet.browser"


def test_the_module_leans_on_nothing() -> None:
    text = module()
    assert "import " not in text.replace("important", "") and "require(" not in text
    assert "eval(" not in text and "new Function" not in text


def test_every_source_is_in_the_module() -> None:
    files = {path.stem for path in Path(building.SOURCES).glob("*.js")} - {"templates"}
    assert files | {"formulas"} == set(building.FILES)


def bumped(z):  # type: ignore[no-untyped-def]
    return np.convolve(z, [1.0, 2.0], "same")


def test_a_function_made_of_something_unknown_is_refused_by_name() -> None:
    part = activations.Function(bumped, np.cos)
    with pytest.raises(EngineError, match=r"cannot translate the expression \"'same'\" in .*bumped"):
        module([part])


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(ArgumentError, match="there is a activation called 'relu' already"):
        module([activations.Function(np.sin, np.cos, "relu")])


def test_a_global_needs_a_name_that_javascript_takes() -> None:
    with pytest.raises(
        ArgumentError, match="name must be one that JavaScript can give a variable; got 'a b'"
    ):
        script("a b")


SCALE = 1.5


def scaled(z):  # type: ignore[no-untyped-def]
    new = SCALE * z
    return np.where(z > 0, new, np.tanh(z) ** 2) - z**3


def scaled_slope(z, a):  # type: ignore[no-untyped-def]
    return np.where(z > 0, SCALE, 2 * np.tanh(z) * (1 - np.tanh(z) ** 2)) - 3 * z**2


def test_a_users_own_function_is_translated_with_the_numbers_it_reads() -> None:
    own = activations.Function(scaled, scaled_slope, "scaled")
    loss = losses.Function(lambda y, p: np.abs(y - p) ** 2, lambda y, p: 2 * (p - y), "own_error")
    z = [-1.25, -0.5, 0.0, 0.75]
    found = call(
        """
        const layers = [{ name: "activation", activation: "scaled" }];
        const network = glassnet.create({ layers, input_shape: 1, dtype: "float64", loss: "own_error" });
        return { a: network.predict(data).values, trace: network.trace(data, [0, 0, 0, 0]).rows[0].d_inputs.values };
        """,
        z, [own, loss],
    )  # fmt: skip
    np.testing.assert_allclose(found["a"], scaled(np.array(z)), rtol=1e-15)
    expected = scaled_slope(np.array(z), None) * 2 * scaled(np.array(z)) / 4
    np.testing.assert_allclose(found["trace"], expected, rtol=1e-14)


def centred(z):  # type: ignore[no-untyped-def]
    return z - z.mean()


def test_a_function_that_looks_at_several_numbers_at_once_is_refused() -> None:
    with pytest.raises(
        EngineError, match=r"cannot translate a call of 'z.mean' in .*centred; it knows arithmetic"
    ):
        module([activations.Function(centred, np.cos)])
