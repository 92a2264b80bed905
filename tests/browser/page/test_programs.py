"""The programs of the page, in NumPy, PyTorch and glassnet, train as the page does, whatever it shows; what none can write is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.browser.sources import Sources
from glassnet.errors import EngineError
from glassnet.insight.trace.record import moment_of
from tests.browser.page import programs
from tests.browser.page.test_formulas import NETWORKS
from tests.browser.page.test_own import CUBED, ERROR, Gated, Softsign, X, Y
from tests.browser.page.test_own_losses import TRUTHS, Long, Nearer, Steep
from tests.browser.page.test_training import CHOICES as TRAININGS

DENSE = [{"name": "dense", "units": 4, "activation": "tanh", "l1": 0.01, "bias_l2": 0.1}]
CHAIN = {
    "name": "chain", "boundaries": [1, 2],
    "schedules": [{"name": "linear_warmup", "learning_rate": 0.1, "epochs": 1}, 0.05, {"name": "cosine_restarts", "learning_rate": 0.1, "epochs": 0.4, "growth": 2}],
}  # fmt: skip
CHOICES: dict[str, dict[str, Any]] = {
    name: NETWORKS[name] | ({"data": "given", "validation": 0} if "source" in NETWORKS[name] else {})
    for name in (
        "softmax inside, rmsprop, float32, one sample a step", "dropout and norm, adadelta", "pairs that are given",
        "a residual layer of several, slopes, factors, the last activation apart", "vectors of categories", "means with variances",
    )
} | {name: TRAININGS[name] for name in ("usual", "adamw, penalties", "spiral, momentum", "full batch")} | {
    "penalties of weights and biases, no bias, limits": {
        "hidden": "own", "data": "moons", "own": [*DENSE, {"name": "dense", "units": 1, "use_bias": False, "l2": 0.02, "activation": "sigmoid"}],
        "optimizer": "sgd", "optimizer_with": "clip_norm:0.01,clip_value:0.003", "momentum": 0.5, "rate": 0.5,
    },
    "shares of the steps, a schedule of dropout": {
        "hidden": "own", "data": "circles", "optimizer": "adam", "schedule": "one_cycle", "span": 3,
        "own": [{"name": "dense", "units": 5, "activation": "elu", "learning_rate_factor": 0.5}, {"name": "dropout", "rate": {"name": "linear_decay", "learning_rate": 0.4, "epochs": 3}},
                {"name": "dense", "units": 1, "activation": "sigmoid", "bias_learning_rate_factor": 0}],
    },
    "features, scaled, test part, smoothed targets": {
        "data": "spiral", "features": "x1,x2²,sin x1", "standardize": True, "test": 0.2, "loss_with": "label_smoothing:0.1", "hidden": "4.mish.ln,4.gelu.rms.res", "l1": 0.001,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", CHOICES)
def test_programs_in_numpy_and_pytorch_print_the_losses_of_the_page(name: str) -> None:
    programs.assert_right(programs.of_choices({"samples": 40} | CHOICES[name]))


def moment(layers: list[Any], loss: Any, optimizer: Any, data: Any = (X[:12], Y[:12])) -> Any:
    net = gn.Network(layers, seed=5, input_shape=2, dtype="float64")
    return moment_of(net, *data, loss, optimizer)


def test_rates_and_decays_that_move_are_those_of_the_page() -> None:
    fall = gn.schedules.CosineDecay(0.1, 2)
    later = gn.schedules.Chain(
        [gn.schedules.LinearWarmup(0.1, 1), gn.schedules.CosineRestarts(0.1, 0.4, growth=2)], [1]
    )
    programs.assert_right(
        programs.of_moment(
            moment([gn.Dense(3, "tanh"), gn.Dense(1)], "mse", gn.AdamW(later, weight_decay=fall))
        )
    )


OWN: dict[str, tuple[list[Any], Any, Any]] = {
    "functions and layers": ([gn.Dense(3, CUBED), Softsign(), Gated(), gn.Residual([Softsign()]), gn.Dense(1)], ERROR, (X[:12], Y[:12])),
    "a loss of rows": ([gn.Dense(3, "tanh"), gn.Dense(1)], Long(0.7), (X[:12], Y[:12])),
    "a loss of entries": ([gn.Dense(1)], Steep(1.75), (X[:12], Y[:12])),
    "a loss of groups": ([gn.Dense(3)], Nearer(0.6), (X[:24].reshape(8, 3, 2), TRUTHS)),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_a_users_own_parts_stand_in_programs_by_their_source(name: str) -> None:
    layers, loss, data = OWN[name]
    programs.assert_right(programs.of_moment(moment(layers, loss, gn.SGD(0.02), data)))


def test_the_program_of_glassnet_defines_own_functions_and_names_the_classes_that_it_would_need() -> None:
    written = programs.of_moment(
        moment([gn.Dense(3, CUBED), gn.PReLU(0.1), gn.Dense(1)], ERROR, gn.SGD(0.02)), ["glassnetCode"]
    )
    names: dict[str, Any] = {}
    exec(compile(written["programs"]["glassnetCode"], "program", "exec"), names)
    np.testing.assert_allclose(names["history"]["loss"], written["losses"], rtol=1e-12)
    for layers, loss, told in (
        ([Softsign(), gn.Dense(1)], "mse", "softsign"),
        ([gn.Dense(1)], Steep(), "steep"),
    ):
        refused = programs.of_moment(moment(layers, loss, "sgd"), ["glassnetCode"])["programs"][
            "glassnetCode"
        ]
        assert refused.startswith(
            f"refused: the program would need {told}, a class of your own; download the model"
        )


def test_a_network_whose_seed_nobody_knows_is_written_by_no_program() -> None:
    choices = {"samples": 20, "hidden": "2.tanh", "seed": None}
    for text in programs.of_choices(choices, ["numpyCode", "torchCode", "glassnetCode"])["programs"].values():
        assert text == "refused: nobody knows the seed of these first weights, so no program draws them"


def helped(z: Any) -> Any:
    return np.tanh(z) * SHARE


SHARE = 0.25


def test_a_piece_of_a_program_holds_what_its_function_calls_under_names_that_nothing_else_has() -> None:
    sources = Sources()
    name = sources.add(lambda x, step=2: helped(x) + step, "step")
    assert name == "step_" and sources.pieces[name]["needs"] == ["helped"]
    assert sources.pieces["helped"]["needs"] == ["SHARE"]
    names: dict[str, Any] = {"np": np}
    for piece in ("SHARE", "helped", "step_"):
        exec(sources.pieces[piece]["text"], names)
    assert names["step_"](0.5) == helped(0.5) + 2
    other = sources.add((lambda: lambda helped: helped * 2)(), "helped")
    assert other == "helped_"


def test_a_piece_that_reads_what_no_program_has_is_refused_by_name() -> None:
    told = r"a program cannot hold 'Path', which stands in .*unknown; it takes numbers, NumPy"
    with pytest.raises(EngineError, match=told):
        Sources().add(unknown)


def unknown(z: Any) -> Any:
    return z * len(str(Path()))


def test_programs_of_files_read_the_file(tmp_path: Path) -> None:
    """The same lines as the program of glassnet, which test_training runs."""
    found = programs.of_choices({"samples": 20, "hidden": "2.tanh"}, ["glassnetCode", "numpyCode"])[
        "programs"
    ]
    data = found["glassnetCode"].split("\n\n")[1]
    assert data in found["numpyCode"]
