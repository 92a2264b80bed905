"""Networks of every kind, with weights of any size, come back from other libraries: none is refused by mistake."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import glassnet as gn
from glassnet.layers import Layer
from tests.bridges.networks import BUILT_IN, samples, written

epsilons = st.sampled_from([1e-8, 1e-5, 1e-2])
kinds = st.one_of(
    st.builds(gn.Dense, st.integers(2, 12), st.sampled_from(BUILT_IN), use_bias=st.booleans()),
    st.builds(gn.Activation, st.sampled_from(BUILT_IN)),
    st.builds(gn.BatchNorm, epsilon=epsilons),
    st.builds(gn.LayerNorm, epsilon=epsilons),
    st.builds(gn.RMSNorm, epsilon=epsilons),
    st.builds(gn.Scale),
    st.builds(lambda activation: gn.Residual([gn.Activation(activation)]), st.sampled_from(BUILT_IN)),
)


@pytest.mark.parametrize("way", ["torch", "onnx"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    layers=st.lists(kinds, min_size=1, max_size=6), seed=st.integers(0, 2**32 - 1), size=st.floats(-3, 3),
    dtype=st.sampled_from(["float32", "float64"]),
)  # fmt: skip
def test_no_network_is_refused(
    way: str, layers: list[Layer], seed: int, size: float, dtype: str, tmp_path: Path
) -> None:
    net = gn.Network([gn.Dense(5), *layers], seed=seed, dtype=dtype, input_shape=4)
    random = np.random.default_rng(seed)
    net.parameters = 10**size * net.parameters + random.normal(size=net.parameters.shape)
    net.running_statistics[...] = 10 ** random.uniform(-6, 4, len(net.running_statistics))
    back = gn.from_torch(net.to_torch()) if way == "torch" else gn.from_onnx(written(net, tmp_path))
    np.testing.assert_array_equal(back.predict(samples((4,))), net.predict(samples((4,))))
