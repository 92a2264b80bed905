"""Model files and documents go from Python to the browser engine and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import glassnet as gn
from glassnet.browser import network_of, own_parts, script, spec_of
from glassnet.errors import ArgumentError, EngineError, NotBuiltError
from glassnet.network.network import Network
from tests.browser.engine import call

OPEN = "const bytes = Uint8Array.from(data.bytes);"
REASON = OPEN + "try { glassnet.load(bytes); } catch (error) { return error.message; }"


def trained(dtype: str = "float64", **options: Any) -> tuple[Network, Any, Any]:
    random = np.random.default_rng(2)
    X, y = random.normal(size=(20, 3)), np.arange(20) % 3
    layers = [
        gn.Dense(6, gn.activations.ELU(0.7)), gn.BatchNorm(), gn.Dropout(0.3),
        gn.Residual([gn.Dense(6, "gelu"), gn.LayerNorm()]),
        gn.RMSNorm(), gn.PReLU(shared=True), gn.Dense(3, "softmax", initializer="he_uniform"),
    ]  # fmt: skip
    net = gn.Network(layers, seed=2**52 + 1, dtype=dtype)
    net.metadata["names"] = ["ä", "\n", '"']
    net.metadata["largest"] = 10**20
    optimizer = gn.AdamW(gn.schedules.Chain([0.01, gn.schedules.CosineDecay(0.01, 9)], [2]), amsgrad=True)
    net.fit(
        X,
        y,
        loss="scce",
        optimizer=optimizer,
        epochs=3,
        batch_size=7,
        progress=False,
        engine="numpy",
        **options,
    )
    return net, X, y


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_file_of_python_is_read_trained_on_and_written_for_python(dtype: str, tmp_path: Path) -> None:
    net, X, y = trained(dtype)
    path = tmp_path / "net.safetensors"
    net.save(path)
    found = call(
        f"""
        {OPEN}
        const network = glassnet.load(bytes), before = network.vector.slice();
        network.fit(data.X, data.y, {{ epochs: 2, batch_size: 7 }});
        return {{ before, bytes: network.save(), seed: network.seed }};
        """,
        {"bytes": list(path.read_bytes()), "X": X, "y": y},
    )
    np.testing.assert_array_equal(np.array(found["before"], dtype), net.parameters)
    path.write_bytes(bytes(found["bytes"]))
    back = gn.load(path)
    assert back == net and back.loss == net.loss and found["seed"] == 2**52 + 1
    assert back.state is not None and net.state is not None
    assert back.state.optimizer == net.state.optimizer and (back.state.epoch, back.state.batch_size) == (5, 7)
    options: dict[str, Any] = {"loss": "scce", "batch_size": 7, "progress": False, "engine": "numpy"}
    net.fit(X, y, optimizer=net.state.optimizer, epochs=4, **options)
    back.fit(X, y, optimizer=net.state.optimizer, epochs=2, **options)
    tolerance = 1e-12 if dtype == "float64" else 1e-4
    np.testing.assert_allclose(back.parameters, net.parameters, rtol=0, atol=tolerance)
    np.testing.assert_allclose(back.running_statistics, net.running_statistics, rtol=0, atol=tolerance)


def test_a_network_of_the_browser_that_nobody_trained_is_loaded_too(tmp_path: Path) -> None:
    found = call(
        """
        const layers = [{ name: "embedding", categories: [[0, 3]], dimension: 2 }, { name: "dense", units: 1 }];
        const network = glassnet.create({ layers, input_shape: 2, seed: 8, loss: { name: "huber", delta: 0.5 } });
        return network.save();
        """
    )
    path = tmp_path / "net.safetensors"
    path.write_bytes(bytes(found))
    layers = [gn.Embedding({0: 3}, 2), gn.Dense(1)]
    back, fresh = gn.load(path), gn.Network(layers, seed=8, input_shape=2)
    assert back == fresh and back.loss == gn.losses.Huber(0.5)
    np.testing.assert_array_equal(back.parameters, fresh.parameters)


@pytest.mark.parametrize("seed", [2**70 + 1, np.random.default_rng(3)])
def test_a_seed_that_no_number_of_javascript_holds_comes_back_as_it_was(seed: Any, tmp_path: Path) -> None:
    net = gn.Network([gn.Dense(2)], seed=seed, input_shape=3)
    path = tmp_path / "net.safetensors"
    net.save(path)
    found = call(f"{OPEN} return glassnet.load(bytes).save();", {"bytes": list(path.read_bytes())})
    path.write_bytes(bytes(found))
    document = call("return glassnet.create(data.spec, data.state).document();", spec_of(net))
    for back in (gn.load(path), network_of(document)):
        assert back.streams.seed == net.streams.seed
        assert back.streams.state() == net.streams.state()
        np.testing.assert_array_equal(back.parameters, net.parameters)
    if isinstance(seed, int):
        drawn = call("return glassnet.create(data.spec).vector;", spec_of(net))
        np.testing.assert_array_equal(np.float32(drawn), net.parameters)


def test_damage_is_found_and_said(tmp_path: Path) -> None:
    net, *_ = trained()
    path = tmp_path / "net.safetensors"
    net.save(path)
    good = path.read_bytes()
    config = good.index(b"batch_norm")
    wrong = {
        "it is not a safetensors file, or it is damaged": b"abc",
        "its header is cut off": good[:100],
        "its tensors were altered after they were written": good[:-1] + bytes([good[-1] ^ 1]),
        "its configuration was altered after it was written": good[:config] + b"B" + good[config + 1 :],
        "it is a safetensors file, but glassnet did not write it": good.replace(
            b'"glassnet"', b'"glassnot"', 1
        ),
        "it is not a safetensors file, or it is damaged (tensor": good[:-8],
    }
    for message, data in wrong.items():
        found = call(REASON, {"bytes": list(data)})
        assert found is not None and found.startswith("cannot load this file: ") and message in found, message


def test_a_file_with_a_part_that_it_does_not_know_is_refused_by_name(tmp_path: Path) -> None:
    net = gn.Network([gn.Dense(1)], seed=0, input_shape=1, dtype="float64")
    X = np.linspace(-1, 1, 9)[:, None]
    net.fit(X, X, loss="mse", optimizer="lbfgs", epochs=2, progress=False)
    path = tmp_path / "net.safetensors"
    net.save(path)
    found = call(REASON, {"bytes": list(path.read_bytes())})
    assert 'optimizer "lbfgs": its line search is SciPy\'s' in found
    with pytest.raises(
        EngineError, match=r"^the browser engine does not know LBFGS\(\): its line search is SciPy's"
    ):
        spec_of(net)
    assert spec_of(net, optimizer="adam")["spec"]["optimizer"]["name"] == "adam"


def test_a_document_becomes_the_network_that_it_came_from() -> None:
    net, *_ = trained()
    document = spec_of(net)
    again = network_of(call("return glassnet.create(data.spec, data.state).document();", document))
    assert again == net and again.loss == net.loss and again.metadata["names"] == net.metadata["names"]
    np.testing.assert_array_equal(again.parameters, net.parameters)
    np.testing.assert_array_equal(again.running_statistics, net.running_statistics)
    assert again.state is not None and net.state is not None
    np.testing.assert_array_equal(again.state.vectors, net.state.vectors)
    assert again.streams.state() == net.streams.state()


def test_a_document_that_is_none_is_refused() -> None:
    net, *_ = trained()
    document = spec_of(net)
    with pytest.raises(ArgumentError, match="with a 'spec' and a 'state'; got 3"):
        network_of(3)  # type: ignore[arg-type]
    for change, message in (
        (
            {"parameters": [1.0]},
            "parameters of document are too few: layers.0.weights needs 18 more, and 1 are left",
        ),
        ({"parameters": [*document["state"]["parameters"], 1.0]}, "parameters of document are "),
        ({"streams": {}}, "its configuration|cannot be understood"),
        ({"optimizer": []}, "document has no optimizer.0"),
    ):
        with pytest.raises(ArgumentError, match=message):
            network_of({"spec": document["spec"], "state": document["state"] | change})
    with pytest.raises(NotBuiltError):
        spec_of(gn.Network([gn.Dense(1)]))


class Doubled(gn.Dense):
    """Another layer."""


class Ones(gn.initializers.Initializer):
    """Another initializer."""

    def draw(self, random: Any, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Any:
        return np.ones(shape)


def twice(z):  # type: ignore[no-untyped-def]
    return 2 * z


def two(z):  # type: ignore[no-untyped-def]
    return z * 0 + 2


def test_parts_of_ones_own_are_named_and_layers_of_ones_own_refused() -> None:
    own = gn.activations.Function(twice, two)
    net = gn.Network([gn.Dense(2, own), gn.Residual([gn.Activation(own)])], seed=0, input_shape=1)
    assert own_parts(net) == (own,)
    assert "own_" not in script() and "function f_twice(z)" in script(parts=own_parts(net))
    assert spec_of(net)["spec"]["layers"][0]["activation"] == {"kind": "activation", "name": "twice"}
    inside = gn.Network(
        [Doubled(2), gn.Residual([Doubled(2)]), gn.Dense(1, initializer=Ones())], seed=0, input_shape=1
    )
    with pytest.raises(EngineError, match=r"does not know .*Doubled\(2\), .*Ones"):
        spec_of(inside)


def test_numbers_of_many_digits_in_the_metadata_of_a_file_stay_numbers(tmp_path: Path) -> None:
    net = gn.Network([gn.Dense(1)], seed=0, input_shape=1)
    net.metadata = {
        "long": 0.12345678901234566,
        "small": 1.2345678901234567e-20,
        "large": 2**70,
        "text": "0.1234567890123456789",
    }
    net.save(tmp_path / "m.safetensors")
    data = {"bytes": list((tmp_path / "m.safetensors").read_bytes())}
    found = call(f"{OPEN} return glassnet.load(bytes).spec.metadata;", data)
    assert (found["long"], found["small"]) == (net.metadata["long"], net.metadata["small"])
    assert (found["large"], found["text"]) == (str(2**70), "0.1234567890123456789")
