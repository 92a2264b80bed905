"""glassnet.js is what its sources give, and what cannot be translated is refused by name."""

from __future__ import annotations

import posixpath
import re
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


CODE = {
    path.relative_to(building.SOURCES).with_suffix("").as_posix(): path.read_text(encoding="utf-8")
    for path in building.SOURCES.rglob("*.js")
}
EXPORTED = r"^(?:export )?(?:const|class|function) (\w+)"


def test_every_source_is_in_the_module() -> None:
    assert CODE.keys() - {"arithmetic/templates"} | {"formulas"} == set(building.FILES)


@pytest.mark.parametrize("name", CODE)
def test_a_source_imports_what_it_uses_from_where_it_stands(name: str) -> None:
    """In the one file that the sources become imports do nothing: this keeps them true."""
    imports = re.findall(r'^import \{ (.*) \} from "(.*)";$', CODE[name], flags=re.MULTILINE)
    code = re.sub(r"^import [^\n]*|//[^\n]*|/\*\*.*?\*/", "", CODE[name], flags=re.MULTILINE | re.DOTALL)
    imported = set()
    for names, place in imports:
        other = posixpath.normpath(posixpath.join(posixpath.dirname(name), place)).removesuffix(".js")
        there = re.findall(EXPORTED, module() if other == "formulas" else CODE[other], flags=re.MULTILINE)
        imported |= set(names.split(", "))
        assert set(names.split(", ")) <= set(there), place
    assert {one for one in imported if not re.search(rf"\b{one}\b", code)} == set()
    elsewhere = {
        one
        for other, text in CODE.items()
        if other != name
        for one in re.findall(EXPORTED.replace("(?:export )?", "export "), text, flags=re.MULTILINE)
    }
    own = set(re.findall(EXPORTED + r"|^ +(?:get )?(\w+)\([^\n]*\) \{", code, flags=re.MULTILINE))
    used = {one for one in elsewhere if re.search(rf"(?<![.\w]){one}\(", code)}
    assert used - imported - {one for pair in own for one in pair} == set()


def test_no_source_is_longer_than_a_few_screens() -> None:
    assert {name: len(text.splitlines()) for name, text in CODE.items() if text.count("\n") > 300} == {}


def bumped(z):  # type: ignore[no-untyped-def]
    return np.convolve(z, [1.0, 2.0], "same")


def test_a_function_made_of_something_unknown_is_refused_by_name() -> None:
    part = activations.Function(bumped, np.cos)
    with pytest.raises(EngineError, match=r"cannot translate the expression \"'same'\" in .*bumped"):
        module([part])


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(ArgumentError, match="the activation 'relu' is there already"):
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


def test_a_name_of_any_letters_is_text_and_no_code() -> None:
    name = '"}; alert(1); {"</script>'
    own = (
        activations.Function(scaled, scaled_slope, name),
        losses.Function(lambda y, p: (y - p) ** 2, lambda y, p: 2 * (p - y), "<lambda>"),
    )
    layers = [{"name": "activation", "activation": name}]
    found = call(
        """
        const network = glassnet.create({ layers: data, input_shape: 1, dtype: "float64", loss: "<lambda>" });
        return [network.layers[0].activation.name, network.predict([0.5]).values[0], network.loss([0.5], [0])];
        """,
        layers, own,
    )  # fmt: skip
    value = float(scaled(np.array(0.5)))
    assert found == [name, pytest.approx(value), pytest.approx(value**2)]


def centred(z):  # type: ignore[no-untyped-def]
    return z - z.mean()


def test_a_function_that_looks_at_several_numbers_at_once_is_refused() -> None:
    with pytest.raises(
        EngineError, match=r"cannot translate a call of 'z.mean' in .*centred; it knows arithmetic"
    ):
        module([activations.Function(centred, np.cos)])


PAGE = (Path(__file__).parents[2] / "docs" / "browser.md").read_text(encoding="utf-8")


def members(heading: str) -> set[str]:
    """What the first column of the table behind a heading names."""
    table = PAGE.partition(heading)[2].partition("\n\n|")[2].partition("\n\n")[0]
    cells = [
        line.split("|")[1] if line.startswith("|") else line.split("|")[0] for line in table.splitlines()
    ]
    return {name for cell in cells for name in re.findall(r"`(\w+)", cell)}


def test_the_docs_name_what_is_there() -> None:
    documented = {kind: members(f"**{kind}**") for kind in ("Network", "Training")}
    assert {"predict", "trace", "setLoss", "save"} <= documented["Network"]
    assert {"step", "run", "next", "restore"} <= documented["Training"]
    missing = call(
        """
        const network = glassnet.create({ layers: [{ name: "dense", units: 1 }], input_shape: 1 });
        const things = { Network: network, Training: network.training([1, 2], [1, 2]) };
        return Object.entries(data).flatMap(([kind, names]) => names.filter((name) => !(name in things[kind])));
        """,
        {kind: sorted(names - {"load"}) for kind, names in documented.items()},
    )
    assert missing == []
    facts = call(
        """
        const layers = [{ name: "dense", units: 2, activation: "relu" }];
        const network = glassnet.create({ layers, input_shape: 1 }), X = [1, 2], y = [[1, 1], [2, 2]];
        return [Object.keys(glassnet.facts(network, X, y)), Object.keys(network.trace(X, y))];
        """
    )
    assert set(facts[0]) == members("**`facts(network, X, y)`**")
    told = re.search(r"\*\*Trace\*\*: `\{ (.*?) \}`", PAGE, flags=re.DOTALL)
    assert told is not None and set(re.findall(r"\w+", told[1])) <= set(facts[1])
