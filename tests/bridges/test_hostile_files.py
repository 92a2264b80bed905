"""Files that are no models, or no longer: each gives one clear error, and nothing else ever."""

import hashlib
import json
import pickle
import struct
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import glassnet as gn
from glassnet.errors import MissingFileError, ModelFileError
from tests.bridges.models import X, assert_same


def refusal(path: Path) -> str:
    """The message of the one error that loading this file gives, which names the file."""
    with pytest.raises(ModelFileError) as caught:
        gn.load(path)
    message = str(caught.value)
    assert message.startswith(f"cannot load {path}: ")
    return message


def test_a_missing_file_is_missing_in_both_senses(tmp_path: Path) -> None:
    assert issubclass(MissingFileError, FileNotFoundError) and issubclass(MissingFileError, ModelFileError)
    with pytest.raises(MissingFileError, match=r"nothing\.safetensors: there is no such file"):
        gn.load(tmp_path / "nothing.safetensors")


def test_a_folder_is_no_model(tmp_path: Path) -> None:
    assert "not a regular file" in refusal(tmp_path)


class Bomb:
    """Unpickling it would create a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


def test_nothing_in_a_file_is_run(tmp_path: Path) -> None:
    path, sign = tmp_path / "model.safetensors", tmp_path / "sign"
    path.write_bytes(pickle.dumps(Bomb(sign)))
    assert "not a safetensors file" in refusal(path)
    np.save(path.with_suffix(".npy"), np.array([Bomb(sign)]), allow_pickle=True)
    assert "not a safetensors file" in refusal(path.with_suffix(".npy"))
    assert not sign.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b'{"layers": []}',
        b"[" * 100_000,
        bytes(1000),
        b"\xff" * 1000,
    ],
)
def test_other_files_are_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(data)
    assert "not a safetensors file" in refusal(path) or "glassnet did not write it" in refusal(path)


@pytest.mark.parametrize("metadata", [None, {}, {"format": "pt"}])
def test_a_safetensors_file_from_elsewhere_is_refused(
    metadata: dict[str, str] | None, tmp_path: Path
) -> None:
    path = tmp_path / "model.safetensors"
    safetensors.numpy.save_file({"layers.0.weights": np.zeros((2, 2))}, path, metadata)
    assert refusal(path).endswith("it is a safetensors file, but glassnet did not write it")


@pytest.mark.parametrize("length", [2**63, 2**40, 2**32, 100_000_001, 1, 0])
def test_a_header_that_lies_about_its_length_is_refused(
    length: int, model_bytes: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(struct.pack("<Q", length) + model_bytes[8:])
    refusal(path)


def with_header(data: bytes, change: Callable[[dict[str, Any]], Any]) -> bytes:
    """The same file with another header."""
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    change(header)
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data[8 + length :]


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header["layers.0.weights"].update(shape=[10**9, 10**9]),
        lambda header: header["layers.0.weights"].update(shape=[20]),
        lambda header: header["layers.0.weights"].update(shape=[5, 4]),
        lambda header: header["layers.0.weights"].update(dtype="I32"),
        lambda header: header["layers.0.weights"].update(dtype="F64"),
        lambda header: header["layers.0.weights"].update(data_offsets=[0, 10**15]),
        lambda header: header["layers.0.weights"].update(data_offsets=header["optimizer.0"]["data_offsets"]),
        lambda header: header.pop("layers.0.weights"),
        lambda header: header.update({"layers.9.weights": header.pop("layers.0.weights")}),
        lambda header: header["__metadata__"].pop("config"),
        lambda header: header["__metadata__"].pop("checksum"),
        lambda header: header["__metadata__"].update(config="[]"),
    ],
)
def test_a_header_that_lies_about_tensors_is_refused(
    change: Callable[[dict[str, Any]], Any], model_bytes: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(with_header(model_bytes, change))
    refusal(path)


def test_another_format_version_is_refused(model_bytes: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(
        with_header(model_bytes, lambda header: header["__metadata__"].update(format_version="2"))
    )
    assert refusal(path).endswith(
        "its format version is '2' and this glassnet reads '1'; use the glassnet that wrote it"
    )


def test_an_altered_number_is_noticed(model_bytes: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(model_bytes[:-1] + bytes([model_bytes[-1] ^ 1]))
    assert refusal(path).endswith("its tensors were altered after they were written (the checksum differs)")


def test_an_altered_configuration_is_noticed(model_bytes: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    assert b"0.2" in model_bytes
    path.write_bytes(model_bytes.replace(b"0.2", b"0.3"))
    assert refusal(path).endswith("its configuration was altered after it was written (the checksum differs)")


def test_a_file_cut_off_anywhere_is_refused(model_bytes: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    for length in range(0, len(model_bytes), 13):
        path.write_bytes(model_bytes[:length])
        refusal(path)
    path.write_bytes(model_bytes + b"\0")
    refusal(path)


def equal_or_refused(path: Path, model: gn.Network) -> None:
    try:
        found = gn.load(path)
    except ModelFileError as error:
        assert str(path) in str(error)
    else:
        assert_same(found, model)


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_altered_bytes_give_the_same_network_or_a_refusal(
    data: st.DataObject, model: gn.Network, model_bytes: bytes, tmp_path: Path
) -> None:
    altered = bytearray(model_bytes)
    places = st.integers(0, len(altered) - 1)
    for place in data.draw(st.lists(places, min_size=1, max_size=4)):
        altered[place] = data.draw(st.integers(0, 255))
    start = data.draw(places)
    altered[start : start + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    (tmp_path / "model.safetensors").write_bytes(altered)
    equal_or_refused(tmp_path / "model.safetensors", model)


# ---- files that are made to do harm: their checksums are right


def forged(data: bytes, change: Callable[[dict[str, Any]], Any]) -> bytes:
    """The same file with another configuration, and the checksum that belongs to it."""

    def forge(header: dict[str, Any]) -> None:
        metadata = header["__metadata__"]
        config = json.loads(metadata["config"])
        change(config)
        metadata["config"] = json.dumps(config)
        metadata["checksum"] = hashlib.sha256(metadata["config"].encode()).hexdigest()

    return with_header(data, forge)


def test_forging_works(model: gn.Network, model_bytes: bytes, tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(forged(model_bytes, lambda config: None))
    assert_same(gn.load(tmp_path / "model"), model)


def nested(depth: int) -> Any:
    return json.loads("[" * depth + "]" * depth)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda c: c["layers"][0].update(units=10**12), r"'layers.0.weights' is F32 \(4, 5\); its conf.* \(4, 100"),
        (lambda c: c["layers"][0].update(units=10**400), "layers.0.weights"),
        (lambda c: c["layers"][0].update(units=2.5), "units of Dense must be an integer"),
        (lambda c: c["layers"][0].update(units=True), "units of Dense must be an integer"),
        (lambda c: c["layers"][0].update(activation=None), "activation must be a name"),
        (lambda c: c["layers"][0].update(activation=c["layers"][1]), "activation must be a name"),
        (lambda c: c["layers"][0].update(activation="os.system"), "no activation is called 'os.system'"),
        (lambda c: c["layers"][0].update(_views={}), "no field _views"),
        (lambda c: c["layers"][0].pop("units"), "cannot be made of"),
        (lambda c: c["layers"][0].update(kind="function"), "unknown kind of part"),
        (lambda c: c["layers"][0].update(kind=["layer"]), "unknown kind of part"),
        (lambda c: c["layers"][0].update(name="lambda"), "it needs layer 'lambda'"),
        (lambda c: c["layers"][2].update(rate=1), "rate of Dropout"),
        (lambda c: c["layers"][1].update(epsilon=-1), "epsilon of BatchNorm"),
        (lambda c: c["layers"].append(1), "layer 4 must be a Layer"),
        (lambda c: c.update(training=None), "does not mention: 'optimizer.0', 'optimizer.1'"),
        (lambda c: c.update(layers=[]), "layers must be a list of at least one"),
        (lambda c: c.update(layers={}), "no valid 'layers'"),
        (lambda c: c.update(layers=[nested(300)]), "layer 0 must be a Layer"),
        (lambda c: c.update(dtype="object"), "dtype must be"),
        (lambda c: c.update(dtype="float64"), "layers.0.weights"),
        (lambda c: c.update(input_shape=[10**12]), "layers.0.weights"),
        (lambda c: c.update(input_shape=[-4]), "input_shape must be an integer"),
        (lambda c: c.update(input_shape=[]), "its input shape has no axes"),
        (lambda c: c.update(input_shape=[2, 2]), "Put Flatten"),
        (lambda c: c.update(seed=-1), "seed must be"),
        (lambda c: c.update(seed="1"), "seed must be"),
        (lambda c: c.update(loss=c["layers"][0]), "its loss is"),
        (lambda c: c.update(loss=3), "its loss is"),
        (lambda c: c.update(metadata=[]), "no valid 'metadata'"),
        (lambda c: c.update(streams={}), "cannot be understood"),
        (lambda c: c["streams"]["order"].update(bit_generator="MT19937"), "cannot be understood"),
        (lambda c: c["streams"]["masks"]["state"].update(state=2**200), "cannot be understood"),
        (lambda c: c["streams"]["masks"]["state"].update(state=-1), "cannot be understood"),
        (lambda c: c.update(training=5), "no valid 'training'"),
        (lambda c: c["training"].update(optimizer=None), "its optimizer is none"),
        (lambda c: c["training"]["optimizer"].update(name="sgd", beta1=1), "no field"),
        (lambda c: c["training"]["optimizer"].update(learning_rate="fast"), "learning_rate of Adam"),
        (lambda c: c["training"]["optimizer"].update(beta1=1.0), "beta1 of Adam"),
        (lambda c: c["training"].update(step=-1), "step must be an integer"),
        (lambda c: c["training"].update(step=2**60), "its step is 1152921504606846976"),
        (lambda c: c["training"].update(epoch=1.5), "epoch must be an integer"),
        (lambda c: c["training"].update(rate_factor=float("nan")), "rate_factor must be"),
        (lambda c: c["training"].update(rate_factor=float("inf")), "rate_factor must be"),
        (lambda c: c["training"].update(engine=1), "no valid 'engine'"),
        (lambda c: c["training"].update(callbacks={"a": []}), "memory of callback 'a' is not a table"),
        (lambda c: c["training"].update(callbacks={"a": {"values": {}, "arrays": ["b"]}}), "tensor 'callbacks.a.b'"),
        (lambda c: c.pop("tensors_checksum"), "no checksum of the tensors"),
        (lambda c: c.update(tensors_checksum=0), "no checksum of the tensors"),
    ],
)  # fmt: skip
def test_a_forged_configuration_is_refused(
    change: Callable[[dict[str, Any]], Any], reason: str, model_bytes: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(forged(model_bytes, change))
    with pytest.raises(ModelFileError, match=reason):
        gn.load(path)
    refusal(path)


@pytest.mark.parametrize("units", [10**9, 10**12, 10**18])
def test_absurd_sizes_are_refused_before_anything_is_allocated(
    units: int, model_bytes: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "model.safetensors"
    path.write_bytes(forged(model_bytes, lambda config: config["layers"][-1].update(units=units)))
    tracemalloc.start()
    refusal(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def sparse(path: Path, data: bytes, n_inputs: int) -> None:
    """A file that says its first layer has so many inputs, and takes no room on the disk for them."""

    def grow(config: dict[str, Any]) -> None:
        config |= {"input_shape": [n_inputs], "layers": config["layers"][:1], "training": None}

    def lie(header: dict[str, Any]) -> None:
        for name in header.keys() - {"__metadata__", "layers.0.weights", "layers.0.bias"}:
            header.pop(name)
        end = 4 * 5 * n_inputs
        header["layers.0.weights"].update(shape=[n_inputs, 5], data_offsets=[0, end])
        header["layers.0.bias"].update(data_offsets=[end, end + 20])

    made = with_header(forged(data, grow), lie)
    (length,) = struct.unpack("<Q", made[:8])
    with path.open("wb") as file:
        file.write(made[: 8 + length])
        file.truncate(8 + length + 4 * 5 * (n_inputs + 1))


LOADING = """
import resource, sys
import glassnet as gn
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    gn.load(sys.argv[1])
except gn.errors.ModelFileError as error:
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024, error)
"""


@pytest.mark.skipif(
    sys.platform != "linux", reason="other systems count memory otherwise, or know no sparse files"
)
def test_a_file_larger_than_its_room_on_the_disk_is_refused_without_its_memory(
    model_bytes: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "model.safetensors"
    sparse(path, model_bytes, 20_000_000)
    assert path.stat().st_size > 400_000_000 and path.stat().st_blocks * 512 < 100_000
    process = subprocess.run(
        [sys.executable, "-c", LOADING, path], capture_output=True, text=True, check=True
    )
    megabytes, _, message = process.stdout.partition(" ")
    assert "its tensors were altered after they were written (the checksum differs)" in message
    assert int(megabytes) < 40


@pytest.mark.parametrize("shape", [[0, 10**15], [10**15, 0], [10**6, 0, 10**9]])
def test_arrays_of_nothing_take_no_time(shape: list[int], model_bytes: bytes, tmp_path: Path) -> None:
    def add(header: dict[str, Any]) -> None:
        header["more"] = {"dtype": "F32", "shape": shape, "data_offsets": [0, 0]}

    (tmp_path / "model").write_bytes(with_header(model_bytes, add))
    refusal(tmp_path / "model")


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places_in(config: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = (
        config.items() if isinstance(config, dict) else enumerate(config) if isinstance(config, list) else ()
    )
    return [place for key, value in items for place in ((*path, key), *places_in(value, (*path, key)))]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_forged_value_gives_a_network_or_a_refusal(
    data: st.DataObject, model_bytes: bytes, tmp_path: Path
) -> None:
    def change(config: dict[str, Any]) -> None:
        *way, key = data.draw(st.sampled_from(places_in(config)))
        part: Any = config
        for step in way:
            part = part[step]
        part[key] = data.draw(json_values)

    path = tmp_path / "model.safetensors"
    path.write_bytes(forged(model_bytes, change))
    try:
        found = gn.load(path)
    except ModelFileError as error:
        assert str(path) in str(error)
    else:
        assert found.parameters.shape == (53,)
        with np.errstate(all="ignore"):
            assert found.predict(X).shape == (24, 3)
