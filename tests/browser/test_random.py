"""Random numbers of the browser engine are NumPy's, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from tests.browser.engine import call

SEEDS = (0, 1, 42, 2**32 - 1, 2**32, 2**53 - 1)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_method_draws_what_numpy_draws(seed: int) -> None:
    found = call(
        """
        const random = new glassnet.Random(data);
        return {
          random: random.random(5), uniform: random.uniform(-0.3, 2, 5), normal: random.normal(1, 3, 5),
          integers: random.integers(-3, 1000003, 5), one: random.random(), permutation: random.permutation(100),
          shuffled: random.shuffle([1.5, 2.5, 3.5, 4.5]), floats: [random.float(), random.float(), random.float()],
          state: random.state(),
        };
        """,
        seed,
    )
    random = np.random.default_rng(seed)
    assert found["random"] == random.random(5).tolist()
    assert found["uniform"] == random.uniform(-0.3, 2, 5).tolist()
    assert found["normal"] == random.normal(1, 3, 5).tolist()
    assert found["integers"] == random.integers(-3, 1000003, 5).tolist()
    assert found["one"] == random.random()
    assert found["permutation"] == random.permutation(100).tolist()
    values = [1.5, 2.5, 3.5, 4.5]
    array = np.array(values)
    random.shuffle(array)
    assert found["shuffled"] == array.tolist()
    assert found["floats"] == random.random(3, dtype=np.float32).tolist()
    state = random.bit_generator.state
    assert found["state"]["state"] == {name: str(value) for name, value in state["state"].items()}
    assert found["state"]["has_uint32"] == state["has_uint32"]


def test_normal_numbers_come_from_every_layer_of_the_ziggurat_and_its_tail() -> None:
    """Of 200 000 draws all bits, by the sums of their mantissas and the largest, which lie in the tail."""
    found = call(
        """
        const drawn = new glassnet.Random(7).standard_normal(200000), words = new Uint32Array(drawn.buffer);
        return { sum: words.reduce((sum, word) => (sum + word) % 4294967296, 0),
                 most: Math.max(...drawn.slice(0, 50000)),
                 beyond: drawn.filter((value) => Math.abs(value) > 3.6541528853610088) };
        """
    )
    drawn = np.random.default_rng(7).standard_normal(200000)
    assert found["sum"] == int(drawn.view(np.uint32).sum(dtype=np.uint64) % 2**32)
    assert found["most"] == drawn[:50000].max()
    assert found["beyond"] == drawn[np.abs(drawn) > 3.6541528853610088].tolist() != []


def test_a_stream_goes_on_where_numpys_state_says() -> None:
    random = np.random.default_rng(3)
    random.random(7, dtype=np.float32)
    state = random.bit_generator.state
    state["state"] = {name: str(value) for name, value in state["state"].items()}
    found = call(
        "const r = new glassnet.Random(0); r.restore(data); return [r.float(), r.random(), r.float()];", state
    )
    assert found == [random.random(dtype=np.float32), random.random(), random.random(dtype=np.float32)]


def test_spawned_streams_are_those_of_a_seed_sequence() -> None:
    found = call("return [0, 1, 2].map((child) => new glassnet.Random(42, [child]).random());")
    children = np.random.SeedSequence(42).spawn(3)
    assert found == [np.random.default_rng(child).random() for child in children]


@pytest.mark.parametrize("seed", ["-1", "1.5", "'a'", "2 ** 60"])
def test_a_seed_that_is_none_is_refused(seed: str) -> None:
    with pytest.raises(Exception, match="seed must be an integer >= 0; got "):
        call(f"return new glassnet.Random({seed});")
