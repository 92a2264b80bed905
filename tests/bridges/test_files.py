"""Model files: what is saved comes back."""

import hashlib
import json
import os
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors
import safetensors.numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import glassnet as gn
from glassnet.errors import ArgumentError, ModelFileError, NotBuiltError
from tests.bridges.models import X, Y, assert_same, trained


def saved_and_loaded(network: gn.Network, folder: Path) -> gn.Network:
    network.save(folder / "model.safetensors")
    return gn.load(folder / "model.safetensors")


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "optimizer",
    [
        gn.SGD(0.1),
        gn.SGD(0.1, momentum=0.9, nesterov=True, clip_norm=1.0),
        gn.AdamW(gn.schedules.Chain([gn.schedules.LinearWarmup(0.1, 2), 0.01], [2])),
    ],
)
def test_a_trained_network_comes_back_whole(optimizer: Any, dtype: str, tmp_path: Path) -> None:
    network = trained(optimizer, dtype)
    found = saved_and_loaded(network, tmp_path)
    assert_same(found, network)
    assert found == network
    assert found.parameters.tobytes() == network.parameters.tobytes()
    assert found.running_statistics.tobytes() == network.running_statistics.tobytes()
    assert found.predict(X).tobytes() == network.predict(X).tobytes()
    assert found.evaluate(X, Y) == network.evaluate(X, Y)
    assert repr(found) == repr(network)


def test_a_network_that_was_never_trained_comes_back(tmp_path: Path) -> None:
    network = gn.Network([gn.Flatten(), gn.Dense(2)], seed=0, input_shape=(3, 2))
    found = saved_and_loaded(network, tmp_path)
    assert_same(found, network)
    assert found.state is None and found.loss is None


units = st.integers(2, 5)
layer_lists = st.lists(
    st.one_of(
        st.builds(
            gn.Dense, units, st.sampled_from(gn.activations.names()),
            initializer=st.sampled_from(gn.initializers.names()), l1=st.floats(0, 1), l2=st.floats(0, 1),
            bias_l1=st.floats(0, 1), bias_l2=st.floats(0, 1),
        ),
        st.builds(gn.Dense, units, st.sampled_from(gn.activations.names()), use_bias=st.just(False)),
        st.builds(gn.Activation, st.sampled_from(gn.activations.names())),
        st.builds(gn.Activation, st.builds(gn.activations.LeakyReLU, st.floats(-1, 1))),
        st.builds(gn.Dropout, st.floats(0, 0.9)),
        st.builds(gn.BatchNorm, st.floats(0.01, 1), st.floats(1e-8, 1)),
        st.builds(gn.LayerNorm, st.floats(1e-8, 1)),
        st.builds(gn.Flatten),
    ),
    min_size=1, max_size=6,
).map(lambda drawn: [*drawn, gn.Dense(2)])  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(layers=layer_lists, seed=st.integers(0, 2**130), dtype=st.sampled_from(["float32", "float64"]))
def test_any_network_comes_back(layers: list[Any], seed: int, dtype: str, tmp_path: Path) -> None:
    network = gn.Network(layers, seed=seed, dtype=dtype, input_shape=3)
    assert_same(saved_and_loaded(network, tmp_path), network)


def test_a_file_from_before_there_were_layers_without_biases_is_read(tmp_path: Path) -> None:
    network, path = trained(), tmp_path / "model.safetensors"
    network.save(path)
    with safetensors.safe_open(path, framework="numpy") as file:
        metadata, arrays = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}
    config = json.loads(metadata["config"])
    for layer in config["layers"]:
        for newer in ("use_bias", "bias_l1", "bias_l2"):
            layer.pop(newer, None)
    metadata["config"] = json.dumps(config)
    metadata["checksum"] = hashlib.sha256(metadata["config"].encode()).hexdigest()
    safetensors.numpy.save_file(arrays, path, metadata)
    assert_same(gn.load(path), network)


@pytest.mark.parametrize("name", gn.losses.names())
def test_any_loss_comes_back(name: str, tmp_path: Path) -> None:
    network = gn.Network([gn.Dense(2)], seed=0, input_shape=3)
    network.loss = gn.losses.get(name)
    assert saved_and_loaded(network, tmp_path).loss == network.loss


def test_random_streams_go_on_where_they_were(tmp_path: Path) -> None:
    network = trained()
    found = saved_and_loaded(network, tmp_path)
    assert network.streams.order.bit_generator.state["state"]["state"] > 2**64
    assert found.streams.draw_order(50).tolist() == network.streams.draw_order(50).tolist()
    assert (
        found.streams.masks.random(9, np.float32).tolist()
        == network.streams.masks.random(9, np.float32).tolist()
    )


@pytest.mark.parametrize("generator", [np.random.PCG64, np.random.MT19937, np.random.Philox, np.random.SFC64])
def test_a_network_seeded_by_any_generator_comes_back(generator: Any, tmp_path: Path) -> None:
    network = gn.Network([gn.Dense(2)], seed=np.random.Generator(generator(3)), input_shape=3)
    found = saved_and_loaded(network, tmp_path)
    assert_same(found, network)
    assert found.streams.seed is None


def test_metadata_go_with_the_network(tmp_path: Path) -> None:
    network = gn.Network([gn.Dense(2)], seed=0, input_shape=2)
    network.metadata["class_names"] = ["chat", "Straße", "犬"]
    network.metadata["feature_names"] = ["length", "width"]
    assert saved_and_loaded(network, tmp_path).metadata == network.metadata
    copied = network.copy()
    copied.metadata["class_names"].append("other")
    assert network.metadata["class_names"] == ["chat", "Straße", "犬"]


@pytest.mark.parametrize("value", [np.zeros(2), {1: "one"}, ("a", "b"), {1, 2}, object()])
def test_metadata_that_would_not_come_back_are_refused(value: Any, tmp_path: Path) -> None:
    network = gn.Network([gn.Dense(2)], seed=0, input_shape=2)
    network.metadata["mine"] = value
    with pytest.raises(ArgumentError, match=r"net\.metadata .*must be plain data"):
        network.save(tmp_path / "model.safetensors")
    assert list(tmp_path.iterdir()) == []


def test_other_tools_find_the_arrays_under_readable_names(model: gn.Network, tmp_path: Path) -> None:
    model.save(tmp_path / "model.safetensors")
    arrays = safetensors.numpy.load_file(tmp_path / "model.safetensors")
    assert {name: array.shape for name, array in arrays.items()} == {
        "layers.0.weights": (4, 5), "layers.0.bias": (5,),
        "layers.1.weights": (5,), "layers.1.bias": (5,),
        "layers.1.running_mean": (5,), "layers.1.running_variance": (5,),
        "layers.3.weights": (5, 3), "layers.3.bias": (3,),
        "optimizer.0": (53,), "optimizer.1": (53,),
    }  # fmt: skip
    weights = model.layers[0].weights
    assert arrays["layers.0.weights"].tolist() == weights.tolist()
    with safetensors.safe_open(tmp_path / "model.safetensors", framework="numpy") as file:
        metadata = file.metadata()
    assert (metadata["format"], metadata["format_version"]) == ("glassnet", "1")
    assert json.loads(metadata["config"])["input_shape"] == [4]


# ---- a user's own parts


def bump(z: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(np.exp(-(z**2)))


def bump_slope(z: NDArray[Any], a: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(-2 * z * a)


def test_an_own_activation_is_saved_by_name_and_found_once_it_is_registered(tmp_path: Path) -> None:
    own = gn.activations.Function(bump, bump_slope)
    network = gn.Network([gn.Dense(3, own), gn.Dense(2)], seed=0, input_shape=2)
    network.save(tmp_path / "model.safetensors")
    with pytest.raises(
        ModelFileError,
        match=r"model\.safetensors: it needs activation 'bump', which glassnet does not know\. If you wrote it, "
        r"register it under its name before loading: glassnet\.activations\.register\('bump', \.\.\.\)",
    ):
        gn.load(tmp_path / "model.safetensors")
    gn.activations.register("bump", own)
    assert_same(gn.load(tmp_path / "model.safetensors"), network)


def test_an_own_loss_is_saved_by_name_and_found_once_it_is_registered(tmp_path: Path) -> None:
    own = gn.losses.Function(lambda y, p: (y - p) ** 4, lambda y, p: 4 * (p - y) ** 3, "fourth_power")
    network = gn.Network([gn.Dense(1)], seed=0, input_shape=2)
    network.loss = own
    network.save(tmp_path / "model.safetensors")
    with pytest.raises(
        ModelFileError, match=r"loss 'fourth_power'.*glassnet\.losses\.register\('fourth_power', "
    ):
        gn.load(tmp_path / "model.safetensors")
    gn.losses.register("fourth_power", own)
    assert gn.load(tmp_path / "model.safetensors").loss == own


@pytest.mark.parametrize("name", ["relu", "swish"])
def test_an_own_activation_cannot_be_saved_under_the_name_of_another(name: str, tmp_path: Path) -> None:
    own = gn.activations.Function(bump, bump_slope, name)
    network = gn.Network([gn.Dense(2, own)], seed=0, input_shape=2)
    with pytest.raises(ArgumentError, match=f"has the name of the built-in '{name}'.*give it another name"):
        network.save(tmp_path / "model.safetensors")


def test_a_part_without_a_name_cannot_be_saved(tmp_path: Path) -> None:
    class Nameless(gn.activations.ActivationFunction):
        pass

    network = gn.Network([gn.Activation(Nameless()), gn.Dense(2)], seed=0, input_shape=2)
    with pytest.raises(ArgumentError, match=r"no built-in activation.*register it under one first"):
        network.save(tmp_path / "model.safetensors")


# ---- writing


def test_a_network_that_is_not_built_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(NotBuiltError, match="not built"):
        gn.Network([gn.Dense(2)]).save(tmp_path / "model.safetensors")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(
    failure: BaseException, model: gn.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"the old file")

    def fail(descriptor: int) -> None:
        raise failure

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises((ModelFileError, KeyboardInterrupt)) as caught:
        model.save(path)
    assert path.read_bytes() == b"the old file"
    assert list(tmp_path.iterdir()) == [path]
    if isinstance(failure, OSError):
        assert str(caught.value) == f"cannot write {path}: No space left on device"


def test_the_file_has_the_permissions_of_any_other(model: gn.Network, tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        model.save(tmp_path / "new")
        (tmp_path / "old").touch(mode=0o604)
        (tmp_path / "old").chmod(0o604)
        model.save(tmp_path / "old")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "old").stat().st_mode) == 0o604


def test_a_link_stays_a_link(model: gn.Network, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    link = tmp_path / "newest"
    link.symlink_to(tmp_path / "folder" / "model")
    model.save(link)
    assert link.is_symlink()
    assert_same(gn.load(tmp_path / "folder" / "model"), model)


def test_a_file_cannot_be_written_in_the_place_of_something_else(model: gn.Network, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"cannot write .*: it is there already and not a regular file"):
        model.save(tmp_path)
    with pytest.raises(ModelFileError, match=r"cannot write .*: its folder does not exist; create it first"):
        model.save(tmp_path / "nowhere" / "model.safetensors")
