"""The package carries the portable code of every kernel of built-in parts, and it is that of these sources."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glassnet import activations, optimizers
from glassnet.engines.compiled import kernels
from glassnet.engines.compiled.engine import entry
from glassnet.engines.compiled.kernels import BuiltIn
from glassnet.engines.compiled.warmup import every_kernel
from glassnet.kernels import blas, cache, store
from glassnet.kernels.native import carried, machine

FLOAT32 = np.dtype(np.float32)
HERE = carried.about()

pytestmark = pytest.mark.skipif(
    HERE["system"] != "linux x86_64" or blas.INTEGER_BITS != 64 or blas.FOUND is None,
    reason="code is carried for Linux on x86-64 with a BLAS of 64 bits, such as NumPy's own",
)

REMEDY = "the sources of compiled code have changed: run python -m glassnet.engines.compiled"


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Another archive, empty yet."""
    monkeypatch.setattr(carried, "ARCHIVE", tmp_path / "portable.tar.xz")
    carried.codes.cache_clear()
    yield tmp_path / "portable.tar.xz"
    carried.codes.cache_clear()


def test_every_kernel_of_built_in_parts_is_carried_as_these_sources_say() -> None:
    assert carried.codes().keys() == {kernel.key for kernel in every_kernel()}, REMEDY


def of_parts() -> list[Any]:
    relu = kernels.gate(activations.ReLU(), FLOAT32)
    assert relu is not None
    softmax = kernels.activate(activations.Softmax(), FLOAT32, with_bias=True)
    return [relu, softmax, kernels.update(optimizers.Adam(), FLOAT32)]


@pytest.mark.skipif(
    carried.contents()[0].get("made_by") != carried.made_by(), reason="other versions write other code"
)
@pytest.mark.parametrize("kernel", of_parts(), ids=lambda kernel: kernel.key)
def test_what_is_carried_is_what_numba_makes_of_the_sources(kernel: BuiltIn) -> None:
    assert carried.codes()[kernel.key] == kernel.portable(), REMEDY


@pytest.mark.parametrize("name", ["train", "predict"])
def test_the_loop_carries_no_names_and_asks_for_a_product_alone(name: str) -> None:
    """Nothing of Numba's or Python's is left in it, so it runs where neither is loaded."""
    import llvmlite.binding as llvm

    kernel = entry(name, FLOAT32)
    module = llvm.parse_bitcode(carried.codes()[kernel.key])
    asked = {f.name for f in module.functions if f.is_declaration and not f.name.startswith("llvm.")}
    assert asked <= {"glassnet_gemm_float32", "sqrt", "sqrtf"}


def test_code_for_another_system_or_of_a_later_llvm_is_left_alone(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(**other: Any) -> dict[str, bytes]:
        with monkeypatch.context() as patched:
            patched.setattr(carried, "about", lambda: HERE | other)
            carried.write({"a": b"code"})
        carried.codes.cache_clear()
        return dict(carried.codes())

    assert found() == {"a": b"code"}
    assert found(llvm=[HERE["llvm"][0] - 1, 9, 9]) == {"a": b"code"}
    assert found(llvm=[HERE["llvm"][0] + 1, 0, 0]) == {}
    assert found(system="plan9 mips") == {}
    assert found(integer_bits=32) == {}
    monkeypatch.setattr(blas, "FOUND", None)
    assert found() == {}


CHANGES = {
    "a comment": ("import numpy as np\n", "import numpy as np  # Another word.\n", True),
    "a docstring": ('"""The handful', '"""A handful', True),
    "a formula": ("import exp, ", "import exp2 as exp, ", False),
}


@pytest.mark.parametrize("change", CHANGES)
def test_words_in_the_sources_may_change_and_what_they_mean_may_not(
    change: str, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried.write({"a": b"code"})
    old, new, fits = CHANGES[change]
    package = tmp_path / "glassnet"
    for file in cache.digests():
        (package / file).parent.mkdir(parents=True, exist_ok=True)
        (package / file).write_bytes((cache.PACKAGE / file).read_bytes())
    elementary = package / "formulas" / "elementary.py"
    text = elementary.read_text()
    assert old in text
    elementary.write_text(text.replace(old, new))
    monkeypatch.setattr(cache, "PACKAGE", package)
    assert carried.codes() == ({"a": b"code"} if fits else {})
    (package / "formulas" / "more.py").write_text("")
    carried.codes.cache_clear()
    assert carried.codes() == {}


@pytest.mark.parametrize("content", [None, b"", b"PK", b"\xfd7zXZ\x00 and nothing more"])
def test_without_an_archive_numba_compiles(content: bytes | None, archive: Path) -> None:
    if content is not None:
        archive.write_bytes(content)
    assert carried.codes() == {}
    assert not store.is_carried("relu_slope_gate_float32")


def test_the_same_codes_make_the_same_file(archive: Path) -> None:
    carried.write({"b": b"two", "a": b"one"})
    first = archive.read_bytes()
    carried.write({"a": b"one", "b": b"two"})
    assert archive.read_bytes() == first


@pytest.mark.parametrize("code", [b"", b"garbage", b"\x7fELF" + bytes(100)])
def test_what_is_no_object_file_is_refused(code: bytes) -> None:
    with pytest.raises(ValueError, match=f"{len(code)} bytes that are no object file"):
        machine.loaded(code, "f")


def test_an_object_file_without_the_function_is_refused() -> None:
    code = machine.translated(carried.codes()["relu_slope_gate_float32"])
    with pytest.raises(ValueError, match="an object file without a function 'another'"):
        machine.loaded(code, "another")


def test_a_kernel_is_made_of_its_template_what_that_imports_and_formulas() -> None:
    from glassnet.engines.compiled.__main__ import files_of

    files = cache.digests()
    relu, train = of_parts()[0], entry("train", FLOAT32)
    assert {"kernels/templates.py", "kernels/calls.py", "kernels/records.py"} <= files_of(relu, files)
    assert {"kernels/lift.py", "kernels/scalars.py", "formulas/losses.py"} <= files_of(relu, files)
    assert not {"kernels/compiled.py", "engines/loop.py"} & files_of(relu, files)
    assert {"kernels/compiled.py", "engines/loop.py", "kernels/calls.py"} <= files_of(train, files)
    assert "kernels/templates.py" not in files_of(train, files)
    norm = next(kernel for kernel in every_kernel() if kernel.key == "layer_norm_float32")
    assert isinstance(norm, BuiltIn)
    assert {"kernels/layers/layer_norm.py", "kernels/squares.py"} <= files_of(norm, files)


PROGRAM = """
import json, sys
import numpy as np
import glassnet as gn

X, y = np.eye(12), np.arange(12) % 3
layers = [gn.Dense(4, "relu"), gn.BatchNorm(), gn.Dropout(0.1), gn.Dense(3, "softmax")]
net = gn.Network(layers, seed=0)
history = net.fit(X, y, loss="scce", optimizer="adam", epochs=3, engine="compiled", progress=False)
print(json.dumps([history["loss"], "numba" in sys.modules]))
"""


def test_a_first_training_of_built_in_parts_and_the_next_do_without_numba(tmp_path: Path) -> None:
    environment = os.environ | {"GLASSNET_CACHE": str(tmp_path)}
    runs = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=True
        )
        for _ in range(2)
    ]
    (first, loaded), (second, loaded_again) = (json.loads(run.stdout) for run in runs)
    assert first == second
    assert not loaded and not loaded_again
