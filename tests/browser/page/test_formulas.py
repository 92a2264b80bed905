"""What the page prints of a step is arithmetic that comes out: every unit and every parameter of several networks."""

import math
import re
from functools import cache
from typing import Any

import numpy as np
import pytest

from glassnet import losses
from tests.browser.page.v8 import call

WALK = """
const step = page.stepOf(data.choices, data.steps), found = [];
const n = step.trace.rows[0].inputs.shape[0], at = ({ values, shape }, sample, unit) => values[sample * (values.length / shape[0]) + unit];
const OWN = ["batch_norm", "layer_norm", "rms_norm", "prelu", "scale", "embedding", "periodic"];
step.columns.forEach(({ units, rows }, column) => {
  const dense = page.denseOf(step, column)?.row ?? null, inputs = dense === null ? -1 : dense.weights.shape[0];
  const others = rows.map((place) => step.trace.rows[place]).filter(({ kind }) => kind !== "dense" && kind !== "dropout");
  for (let unit = 0; unit < units; unit += 1) {
    let parameters = [];
    for (const sample of [0, n - 1]) {
      const made = page.unitSections(step, { column, unit, sample });
      parameters = made.parameters;
      const numbers = others.flatMap((row) => [["a = ", at(row.a, sample, unit)], ...(row.inputs.shape[1] === row.a.shape[1] && row.kind !== "sum" && row.kind !== "activation" ? [["∂L/∂x = ", at(row.d_inputs, sample, unit)]] : [])]);
      found.push({
        lines: [...made.forward, ...made.backward].filter((line) => !line.heading).map((line) => line.text), parameters: parameters.filter((one) => one.label === undefined).length, inputs,
        numbers: [...(dense === null ? [] : [["z = ", at(dense.z, sample, unit)], ["a = ", at(dense.a, sample, unit)], ["dz = ", at(dense.d_z, sample, unit)]]), ...numbers],
      });
    }
    for (const input of dense === null ? [] : [...Array(Math.min(inputs, 12)).keys(), ...(dense.bias === null ? [] : [null])]) {
      const { backward, update, value } = page.parameterSections(step, { column, unit, input, sample: 0 });
      found.push({ lines: [...backward, ...update].map((line) => line.text), gradient: value.dw, after: value.w1, before: value.w });
    }
    for (const one of parameters.filter(({ label }) => label !== undefined)) {
      const { backward, update, value } = page.ownSections(step, { ...one, column, unit, sample: n - 1 });
      found.push({ lines: [...backward, ...update].map((line) => line.text), gradient: value.dw, after: value.w1, before: value.w });
    }
  }
});
const kinds = [...new Set(step.trace.rows.map(({ kind }) => kind))];
return { found, kinds, loss: page.lossSections(step, { sample: 0 }).forward.map((line) => line.text), value: step.trace.value };
"""


def dense(units: int, activation: str = "linear", **fields: Any) -> dict[str, Any]:
    return {"name": "dense", "units": units, "activation": activation} | fields


TABLE = {  # two columns of numbers and one of three categories, with three classes
    "name": "table", "task": "classification", "n": 40, "width": 3, "labels": [i % 3 for i in range(40)], "classNames": ["a", "b", "c"],
    "X": [value for i in range(40) for value in (math.sin(i), (i % 3 + i) % 3, i / 40)], "values": None, "n_values": 0,
    "featureNames": ["u", "v", "w"], "image": None,
}  # fmt: skip
RESIDUAL = {
    "name": "residual",
    "layers": [{"name": "layer_norm"}, dense(5, "relu"), dense(4), {"name": "batch_norm"}],
}


def members(k: int) -> dict[str, Any]:
    """Pairs or triplets as the page is given them."""
    names = ["apart", "together"] if k == 2 else ["anchor", "positive", "negative"]
    return TABLE | {
        "members": k, "n": 24, "X": [math.sin(1.7 * i + i**2) for i in range(72)], "classNames": names,
        "labels": [i // 2 % 2 if k == 2 else i % 3 for i in range(24)],
    }  # fmt: skip


NETWORKS: dict[str, dict[str, Any]] = {
    "usual": {},
    "three classes, relu, momentum, penalties": {
        "data": "spiral", "hidden": "8.relu,6.elu", "optimizer": "sgd", "rate": 0.1, "momentum": 0.9, "l1": 0.001, "l2": 0.01,
    },
    "regression, adamw with decay": {
        "data": "sine", "hidden": "5.silu,5.softplus", "loss": "huber", "optimizer": "adamw", "decay": 0.1, "batch": 7,
    },
    "nadam, mean squared error of classes, features": {
        "data": "moons", "hidden": "3.sigmoid", "loss": "mean_squared_error", "output": "sigmoid", "optimizer": "nadam",
        "features": "x1,x2,x1²,x1x2,sin x2",
    },
    "softmax inside, rmsprop, float32, one sample a step": {
        "data": "blobs", "hidden": "4.softmax,4.gelu", "optimizer": "rmsprop", "dtype": "float32", "standardize": True, "batch": 1,
    },
    "dropout and norm, adadelta": {"data": "circles", "hidden": "6.tanh.d0.3,5.leaky_relu.bn", "optimizer": "adadelta"},
    "residual, adamax, hinge": {"data": "circles", "hidden": "4.tanh,4.tanh.res", "optimizer": "adamax", "loss": "hinge"},
    "norms before an activation": {"data": "moons", "hidden": "4.tanh.bn,5.silu.ln,3.relu.rms", "optimizer": "sgd", "momentum": 0.5},
    "a residual layer of several, slopes, factors, the last activation apart": {
        "hidden": "own", "data": "moons", "optimizer": "sgd",
        "own": [dense(4, "tanh"), RESIDUAL, {"name": "prelu"}, dense(4), {"name": "prelu", "shared": True}, {"name": "scale"}, dense(1), {"name": "activation", "activation": "sigmoid"}],
    },
    "activations that units learn": {
        "hidden": "own", "data": "moons",
        "own": [dense(4), {"name": "parametric_selu"}, dense(4), {"name": "parametric_mish"}, dense(1, "sigmoid")],
    },
    "normalised inputs, a residual layer first": {
        "hidden": "own", "data": "circles", "own": [{"name": "residual", "layers": [dense(2, "tanh")]}, {"name": "rms_norm"}, dense(1, "sigmoid")], "dtype": "float32",
    },
    "vectors of categories": {
        "hidden": "own", "data": "own", "source": TABLE, "batch": 6,
        "own": [{"name": "embedding", "categories": [[1, 3]], "dimension": 2}, {"name": "batch_norm"}, dense(5, "tanh"), dense(3, "softmax")],
    },
    "waves of numbers": {
        "hidden": "own", "data": "own", "source": TABLE, "batch": 6,
        "own": [{"name": "layer_norm"}, {"name": "periodic", "columns": [0, 2], "waves": 3, "dimension": 2, "deviation": 0.5}, dense(4, "relu", use_bias=False), dense(3, "softmax")],
    },
    "means with variances": {"data": "sine", "hidden": "4.tanh", "loss": "gaussian_nll", "optimizer": "adam", "optimizer_with": "clip_norm:0.5,beta1:0.8"},
    "quantiles": {"data": "sine", "hidden": "4.tanh", "loss": "quantiles", "loss_with": "levels:0.2/0.8", "optimizer": "sgd", "optimizer_with": "nesterov:1", "momentum": 0.5},
    "cosine": {"data": "sine", "hidden": "4.tanh", "loss": "cosine"},
    "pairs that are given": {"hidden": "3.tanh", "loss": "contrastive_pairs", "source": members(2), "batch": 5, "loss_with": "margin:1.4"},
    "signed pairs": {"hidden": "3.tanh", "loss": "cosine_embedding", "source": members(2), "batch": 5, "loss_with": "margin:-0.2"},
    "triplets that are given": {"hidden": "3.tanh", "loss": "triplet_margin", "source": members(3), "batch": 3, "loss_with": "swap:1"},
    "pairs": {"data": "blobs", "hidden": "4.tanh", "loss": "contrastive", "batch": 12},
    "triplets": {"data": "blobs", "hidden": "4.tanh", "loss": "triplet_hard", "batch": 12},
    "focal": {"data": "moons", "hidden": "4.tanh", "loss": "focal", "loss_with": "gamma:1.5"},
    "smoothed labels": {"data": "spiral", "hidden": "4.tanh", "loss_with": "label_smoothing:0.1"},
    "weighted positives": {"data": "moons", "hidden": "4.tanh", "loss_with": "pos_weight:3", "optimizer": "rmsprop", "optimizer_with": "clip_value:0.01,centered:1"},
    "logits, lion": {"data": "circles", "loss": "sigmoid_cross_entropy", "output": "linear", "optimizer": "lion", "rate": 0.001},
}  # fmt: skip


@cache
def walked(name: str) -> Any:
    """What is printed of every unit and every parameter of one of these networks after 23 steps."""
    return call(WALK, {"choices": {"samples": 40} | NETWORKS[name], "steps": 23})


CLOSE = 2.5e-4
FUNCTIONS = {
    "exp": math.exp, "log": math.log, "log1p": math.log1p, "tanh": math.tanh, "sqrt": math.sqrt, "max": max, "min": min,
    "abs": abs, "pow": pow, "sigmoid": lambda z: 1 / (1 + math.exp(-z)), "sign": lambda z: float((z > 0) - (z < 0)),
    "softplus": lambda z: max(z, 0.0) + math.log1p(math.exp(-abs(z))),
    "Phi": lambda z: (1 + math.erf(z / math.sqrt(2))) / 2, "phi": lambda z: math.exp(-z * z / 2) / math.sqrt(2 * math.pi),
}  # fmt: skip
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def computed(text: str) -> float | None:
    """The number that a piece of printed arithmetic gives; None where letters stand in it."""
    text = text.replace("·", "*").replace("−", "-").replace("√", "sqrt").replace("∞", "inf")
    text = re.sub(r"\[\d+ smaller: ([^\]]+)\]", r"(\1)", text)
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: "**" + found[0].translate(RAISED), text)
    text = (
        re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
        .replace("σ(", "sigmoid(")
        .replace("Φ(", "Phi(")
        .replace("φ(", "phi(")
    )
    text = re.sub(r"sqrt(\d[\d.e-]*)", r"sqrt(\1)", text)
    names = set(re.findall(r"[^\W\d]\w*", re.sub(r"\d\.?\d*e-?\d+", "1", text)))
    if not names <= set(FUNCTIONS) or re.search(r"[←→:;,](?![^(]*\))", text):
        return None
    try:
        return float(eval(text, {"__builtins__": {}}, FUNCTIONS))  # arithmetic of our own page
    except SyntaxError:  # words
        return None


def equations(line: str) -> list[tuple[str, float, float]]:
    """Of a printed line each side that is arithmetic, its number, and the number at the end of its equation."""
    found = []
    for equation in re.split(r"[`;]|, (?=[^\W\d]+̂? =)|, here ", line):
        sides = re.split(r" = | ← ", equation)
        numbers = [(side, computed(side.strip())) for side in sides]
        told = [(side, number) for side, number in numbers if number is not None]
        if len(told) > 1:
            found += [(side, number, told[-1][1]) for side, number in told[:-1]]
    return found


def ends_with(lines: list[str], start: str, value: float) -> bool:
    wanted = float(f"{value:.5g}")
    ends = [computed(re.split(r" = ", line)[-1]) for line in lines if line.startswith(start)]
    return any(end is not None and math.isclose(end, wanted, rel_tol=1e-9, abs_tol=1e-300) for end in ends)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_printed_equation_of_every_unit_and_parameter_comes_out(name: str) -> None:
    walk = walked(name)
    checked = 0
    for entry in walk["found"]:
        for line in entry["lines"]:
            for side, number, result in equations(line):
                assert math.isclose(number, result, rel_tol=CLOSE, abs_tol=1e-12), (
                    line,
                    side,
                    number,
                    result,
                )
                checked += 1
    assert checked > 40


@pytest.mark.parametrize("name", NETWORKS)
def test_every_printed_number_is_that_of_the_engine_to_the_digits_shown(name: str) -> None:
    for entry in walked(name)["found"]:
        lines = entry["lines"]
        if "numbers" in entry:
            for start, value in entry["numbers"]:
                assert ends_with(lines, start, value), (lines, start, value)
            assert entry["parameters"] - entry["inputs"] in (0, 1)
        else:
            assert ends_with(lines, "∂L/∂", entry["gradient"]), (lines, entry["gradient"])
            assert ends_with(lines, "w ← ", entry["after"]), (lines, entry["after"])


def test_every_kind_of_layer_is_among_those_networks() -> None:
    seen = {kind for name in NETWORKS for kind in walked(name)["kinds"]}
    computing = {
        name for name in call("return Object.keys(page.parts.layer);") if name not in ("flatten", "residual")
    }
    assert seen == computing | {"branch", "sum"}


@pytest.mark.parametrize(
    "start", ["x̂ = ", "s = ", "mean = ", "variance = ", "mean(g·x̂) = ", "∂L/∂x = ", "a = w·"]
)
def test_normalisations_are_written_with_their_numbers(start: str) -> None:
    lines = [line for entry in walked("norms before an activation")["found"] for line in entry["lines"]]
    written = [line for line in lines if line.startswith(start)]
    assert written and sum(bool(equations(line)) for line in written) >= 0.9 * len(written)


@pytest.mark.parametrize(
    ("name", "starts"),
    [("cosine", ["product = Σₖ y·p = ", "square_p = Σₖ p² = ", "ℓ = 1 − product/length_y/"]),
     ("pairs that are given", ["square = Σₖ (first − second)² = ", "d = √(max(square, ", "ℓ = 0.5·(same·d·d + "]),
     ("signed pairs", ["product = Σₖ first·second = ", "cos = product/√(", "ℓ = 1 − cos if alike > 0 else −min("]),
     ("triplets that are given", ["near = Σₖ (anchor − plus + 1e−6)² = ", "d_far = √(max(far, ", "ℓ = −min(d_far − saved − "])],
)  # fmt: skip
def test_losses_of_rows_are_written_term_by_term(name: str, starts: list[str]) -> None:
    lines = walked(name)["loss"]
    for start in starts:
        (line,) = [line for line in lines if line.startswith(start)]
        assert equations(line), line
    slopes = [line for entry in walked(name)["found"] for line in entry["lines"] if line.startswith("∂L/∂a = ((") or line.startswith("∂L/∂a = (−") or line.startswith("∂L/∂a = (")]  # fmt: skip
    assert slopes and sum(bool(equations(line)) for line in slopes) > 0.5 * len(slopes)


def test_the_test_would_see_a_wrong_number() -> None:
    assert equations("z = 0.5·2 + 1 = 2") == [("0.5·2 + 1", 2.0, 2.0)]
    ((_, number, result),) = equations("z = 0.5·2 + 1 = 2.1")
    assert not math.isclose(number, result, rel_tol=CLOSE)
    assert computed("exp(−1.5)/(1 + √4)²") == pytest.approx(math.exp(-1.5) / 9)
    assert computed("x·0.3") is None


def test_sums_of_many_terms_unfold_to_all_of_them() -> None:
    body = """
    const step = page.stepOf({ data: "circles", hidden: "12.relu,2.tanh", samples: 40 }, 3);
    return [false, true].map((unfolded) => page.unitSections(step, { column: 1, unit: 0, sample: 0, unfolded }).forward[1].text);
    """
    folded, whole = call(body)
    assert "[4 smaller: " in folded and "smaller" not in whole
    assert whole.count("·") == 12


def test_the_sum_under_a_row_of_many_outputs_has_a_line_of_its_own() -> None:
    body = """
    const of = (classes, unfolded) => page.unitSections(page.stepOf({ data: "blobs", classes, hidden: "3.tanh" }, 3), { column: 1, unit: 1, sample: 0, unfolded }).forward.map(({ text }) => text);
    return [of(3, false), of(8, false)];
    """
    few, many = call(body)
    assert len(few) == 3 and few[2].count("exp(") == 2 + 4
    assert many[2] == "a = softmax(z) = exp(zⱼ)/Σₖ exp(zₖ)"
    assert many[3].startswith("Σₖ exp(zₖ) = exp(") and many[3].count("exp(") == 1 + 8
    assert many[4].startswith("a = exp(") and many[4].count("exp(") == 1
    for line in many[3:]:
        ((_, number, result),) = equations(line)
        assert math.isclose(number, result, rel_tol=CLOSE)


def test_a_result_that_no_digits_explain_stands_alone() -> None:
    body = "return [page.equation(page.productSum([1, 2], [3, 4]), 11), page.equation(page.productSum([1, 2], [3, 4]), 12)];"
    assert call(body) == ["1·3 + 2·4 = 11", "12"]


@pytest.mark.parametrize(
    ("value", "text"), [(0.1 + 0.2, "0.3"), (-1.5, "−1.5"), (1e-7, "1e−7"), (123456.0, "123460"), (1234567.0, "1.2346e6"), (0, "0")]
)  # fmt: skip
def test_numbers_have_five_digits_and_a_true_minus(value: float, text: str) -> None:
    assert call("return page.number(data);", value) == text


OF_BATCH = """
const step = page.stepOf(data, 5), last = step.trace.rows.at(-1), [n, width] = last.a.shape;
const samples = Array.from({ length: n }, (_, sample) => ({
  loss: page.lossSections(step, { sample }).forward.map((line) => line.text),
  slopes: Array.from({ length: width }, (_, unit) => page.unitSections(step, { column: 1, unit, sample }).backward.map((line) => line.text)),
}));
return { samples, a: last.a, y: step.trace.y.values, value: step.trace.value };
"""


@pytest.mark.parametrize("loss", ["contrastive", "triplet_hard", "triplet_all", "gaussian_nll", "quantiles"])
def test_losses_of_a_whole_batch_and_of_several_outputs_are_written_pair_by_pair_and_come_out(
    loss: str,
) -> None:
    data = "blobs" if loss in ("contrastive", "triplet_hard", "triplet_all") else "sine"
    choices = {"data": data, "samples": 40, "noise": 1.5, "hidden": "4.tanh", "loss": loss, "batch": 9, "rate": 0.001}  # fmt: skip
    found = call(OF_BATCH, choices)
    lines = [line for one in found["samples"] for texts in [one["loss"], *one["slopes"]] for line in texts]
    evaluated = [pair for line in lines for pair in equations(line)]
    assert len(evaluated) > 50
    for line, number, result in evaluated:
        assert math.isclose(number, result, rel_tol=CLOSE, abs_tol=1e-12), line
    if data == "sine":
        return
    a, part = np.reshape(found["a"]["values"], found["a"]["shape"]), losses.get(loss)
    value, slopes = part(found["y"], a), part.gradient(found["y"], a)
    assert found["value"] == pytest.approx(value, rel=1e-12)
    hinges = [line for one in found["samples"] for line in one["loss"] if "the hinge is" in line]
    assert (loss == "contrastive") == (hinges == [])
    for one, row in zip(found["samples"], slopes, strict=True):
        assert ends_with(one["loss"], "L = (Σ + others)/N = ", value)
        for texts, slope in zip(one["slopes"], row, strict=True):
            (line,) = (text for text in texts if text.startswith("∂L/∂a = ") and text != "∂L/∂a = 0")
            assert ends_with([line], "∂L/∂a = ", slope)
