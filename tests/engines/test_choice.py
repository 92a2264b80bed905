"""What engine="auto" takes: compiled code only where it saves more time than it needs to start."""

from __future__ import annotations

import sys
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import glassnet as gn
from glassnet import losses
from glassnet.engines import choice
from glassnet.engines.choice import EngineNote, Work, choose
from glassnet.engines.numpy import NumpyEngine
from glassnet.errors import EngineError, MissingDependencyError, UnknownNameError
from glassnet.layers import Dense
from glassnet.network.network import Network

MSE = losses.MeanSquaredError()


def work(n_steps: int = 1, batch_size: int = 4, *layers: Dense) -> Work:
    net = Network(layers or (gn.Dense(4, "relu"), gn.Dense(1)), input_shape=2)
    return Work(net.plan(MSE), gn.SGD(0.1), net.dtype, n_steps, batch_size)


class Fake:
    """Stands for the compiled engine; takes `seconds` to be ready, or fails."""

    name = "compiled"

    def __init__(self, seconds: float = 0.0, error: Exception | None = None, keeps_code: bool = True) -> None:
        self.seconds, self.error, self.keeps_code = seconds, error, keeps_code
        self.prepared = 0

    def seconds_to_prepare(self, *about: Any) -> float:
        return self.seconds

    def prepare(self, *about: Any) -> None:
        if self.error is not None:
            raise self.error
        self.prepared += 1


def with_engine(monkeypatch: pytest.MonkeyPatch, engine: Fake, *, loading: float = 0.0) -> Fake:
    monkeypatch.setattr(choice, "compiled_engine", lambda: engine)
    monkeypatch.setattr(choice, "_loading", lambda: loading)
    return engine


def unavailable(error: Exception) -> Any:
    def raise_() -> None:
        raise error

    return raise_


def steps_that_save(seconds: float) -> int:
    return int(seconds / work(1).saving) + 1


@pytest.mark.parametrize("seconds", [0.0, 0.5, 9.0])
def test_auto_compiles_where_that_saves_more_than_it_costs(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = with_engine(monkeypatch, Fake(seconds))
    assert choose("auto", work(steps_that_save(seconds))) is engine
    assert engine.prepared == 1
    if seconds > 0:
        assert isinstance(choose("auto", work(steps_that_save(seconds) // 2)), NumpyEngine)
        assert engine.prepared == 1


def test_a_short_run_does_not_even_load_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "compiled_engine", unavailable(AssertionError("loaded")))
    monkeypatch.setattr(choice, "_loading", lambda: choice.LOADING)
    assert isinstance(choose("auto", work(10)), NumpyEngine)


def test_loading_counts_only_where_nothing_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "glassnet.engines.compiled.engine", sys)
    assert choice._loading() == 0
    monkeypatch.delitem(sys.modules, "glassnet.engines.compiled.engine")
    assert choice._loading() == choice.LOADING > 0


@given(saved=st.floats(0, 100), compiling=st.floats(0, 20), loaded=st.booleans())
def test_a_first_run_is_never_two_seconds_slower_than_numpys(
    saved: float, compiling: float, loaded: bool
) -> None:
    """Whatever is saved, if :attr:`Work.saving` promises no more than that."""
    with pytest.MonkeyPatch.context() as patch:
        loading = 0.0 if loaded else choice.LOADING
        engine = with_engine(patch, Fake(compiling), loading=loading)
        patch.setattr(Work, "saving", property(lambda self: saved))
        patch.setattr(engine, "prepare", lambda *about: spent.append(compiling))
        spent = [loading] if saved >= loading else []
        takes_compiled = choose("auto", work()) is engine
    assert sum(spent) - (saved if takes_compiled else 0) < 2


@pytest.mark.parametrize("earlier", ["numpy", "compiled"])
@pytest.mark.parametrize("n_steps", [1, 10_000_000])
def test_what_goes_on_stays_on_its_engine(
    earlier: str, n_steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_engine(monkeypatch, Fake(9.0), loading=0.8)
    assert choose("auto", work(n_steps), earlier).name == earlier


def test_what_goes_on_stays_on_its_engine_in_practice() -> None:
    X, y = np.random.default_rng(0).normal(size=(2, 8, 3))
    options = {"loss": "mse", "optimizer": "sgd", "progress": False}
    net, other = Network([gn.Dense(3)], seed=0), Network([gn.Dense(3)], seed=0)
    net.fit(X, y, engine="compiled", **options)
    assert net.fit(X, y, engine="auto", **options).engine == "compiled"
    other.fit(X, y, engine="numpy", **options)
    assert other.fit(X, y, engine="auto", epochs=30_000, callbacks=[stop], **options).engine == "numpy"
    np.testing.assert_allclose(net.parameters, other.parameters, rtol=1e-5)


def stop(session: Any) -> None:
    session.stop("one epoch is enough")


def test_without_numba_auto_is_numpy_and_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choice, "compiled_engine", unavailable(MissingDependencyError("no numba")))
    assert isinstance(choose("auto", work(10_000_000)), NumpyEngine)
    assert isinstance(choose("auto", work(), "compiled"), NumpyEngine)
    with pytest.raises(MissingDependencyError, match="^no numba$"):
        choose("compiled", work())


def test_where_compiling_fails_auto_is_numpy_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = with_engine(
        monkeypatch, Fake(error=EngineError("the activation 'bent' cannot be compiled: it is bent"))
    )
    with pytest.warns(EngineNote) as notes:
        assert isinstance(choose("auto", work(10_000_000)), NumpyEngine)
    assert [str(note.message) for note in notes] == [
        "training on the numpy engine, which is slower: the activation 'bent' cannot be compiled: it is bent"
    ]
    with pytest.raises(EngineError, match="it is bent"):
        choose("compiled", work())
    assert engine.prepared == 0


@pytest.mark.parametrize(("seconds", "told"), [(0.0, 0), (1.0, 0), (8.4, 1)])
@pytest.mark.parametrize("name", ["auto", "compiled"])
def test_a_long_wait_is_announced(
    name: str, seconds: float, told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_engine(monkeypatch, Fake(seconds))
    messages: list[str] = []
    choose(name, work(10_000_000), announce=messages.append)
    assert messages == ["compiling for this processor; this happens once and takes about 8 seconds"][:told]
    choose(name, work(10_000_000))
    assert len(messages) == told


def test_where_nothing_can_be_kept_compiling_is_said_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with_engine(monkeypatch, Fake(8.4, keeps_code=False))
    messages: list[str] = []
    choose("compiled", work(), announce=messages.append)
    assert messages == [
        "compiling for this processor; this happens in every process, since the cache folder cannot be used, "
        "and takes about 8 seconds"
    ]


@pytest.mark.parametrize(("keeps_code", "told"), [(True, 1), (False, 0)])
def test_auto_tells_how_to_compile_ahead_where_only_compiling_is_too_long(
    keeps_code: bool, told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_engine(monkeypatch, Fake(9.0, keeps_code=keeps_code), loading=0.8)
    messages: list[str] = []
    assert isinstance(choose("auto", work(steps_that_save(2.5)), announce=messages.append), NumpyEngine)
    assert isinstance(choose("auto", work(steps_that_save(1.5)), announce=messages.append), NumpyEngine)
    expected = "compiled code would be faster, but compiling takes longer; 'glassnet warmup' does it once"
    assert messages == [expected][:told]


def test_numpy_is_numpy() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(choose("numpy", work(10_000_000), "compiled"), NumpyEngine)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("compile", "did you mean 'compiled'"),
        ("numpi", "did you mean 'numpy'"),
        ("?", "engines: auto, numpy, compiled"),
    ],
)
def test_an_unknown_engine_is_named_with_its_neighbours(name: str, hint: str) -> None:
    with pytest.raises(UnknownNameError, match=f"no engine is called '.*'; .*{hint}"):
        choose(name, work())


def test_more_work_saves_more() -> None:
    little = work(10, 4)
    assert replace(little, n_steps=20).saving == pytest.approx(2 * little.saving)
    assert replace(little, batch_size=4000).saving > little.saving
    assert work(10, 4, gn.Dense(4), gn.Dense(4), gn.Dense(1)).saving > little.saving


# ---- what the compiled engine says about itself


def test_it_knows_how_much_is_still_to_be_compiled() -> None:
    engine = choice.compiled_engine()
    here = work()
    engine.prepare(here.plan, here.optimizer, here.dtype)
    assert engine.seconds_to_prepare(here.plan, here.optimizer, here.dtype) == 0
    own = gn.activations.Function(lambda z: z * z * z, lambda z: 3 * z * z)
    there = work(1, 4, gn.Dense(4, own), gn.Dense(1))
    assert 0.1 < engine.seconds_to_prepare(there.plan, there.optimizer, there.dtype) < 2
    engine.prepare(there.plan, there.optimizer, there.dtype)
    assert engine.seconds_to_prepare(there.plan, there.optimizer, there.dtype) == 0
