"""Whatever stands behind ``#``: a working page, and in words what could not be taken and what was taken instead."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.browser.page.v8 import awaited, call

LAYERS = "it must be up to 6 layers of up to 256 units, such as 8.tanh,4.relu.d0.2; taken is 4.tanh,2.tanh"
DATA = "it must be one of circles, xor, moons, spiral, blobs, sine … (13 in all); taken is circles"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("rate=fast", "in the address rate is fast; it must be a number from 0 to 1000; taken is 0.03"),
        ("batch=-1", "in the address batch is -1; it must be a whole number from 0 to 100000; taken is 10"),
        ("hidden=8", f"in the address hidden is 8; {LAYERS}"),
        ("hidden=257.relu", f"in the address hidden is 257.relu; {LAYERS}"),
        ("hidden=4.nosuch", f"in the address hidden is 4.nosuch; {LAYERS}"),
        ("hidden=4.constructor", f"in the address hidden is 4.constructor; {LAYERS}"),
        ("hidden=4.tanh.d1", f"in the address hidden is 4.tanh.d1; {LAYERS}"),
        ("hidden=4.tanh.d0.99999999999999999999", f"in the address hidden is 4.tanh.d0.99999999999999999999; {LAYERS}"),
        ("hidden=4.tanh.bn.ln", f"in the address hidden is 4.tanh.bn.ln; {LAYERS}"),
        ("hidden=0.tanh", f"in the address hidden is 0.tanh; {LAYERS}"),
        ("magic=1", "the address has magic, which this page does not know"),
        ("data=<b>", f"in the address data is <b>; {DATA}"),
        ("data=__proto__", f"in the address data is __proto__; {DATA}"),
        ("discrete=constructor", "in the address discrete is constructor; it must be 0 or 1; taken is 0"),
        ("dtype=float16", "in the address dtype is float16; it must be one of float64, float32; taken is float64"),
        ("hide=look,lok", "in the address hide is look,lok; it must be some of data, network, training, view, look, output; taken is none"),
        ("schedule=constructor", "in the address schedule is constructor; it must be one of constant, step_decay, exponential_decay, "
         "inverse_time_decay, polynomial_decay, linear_decay … (11 in all); taken is constant"),
    ],
)  # fmt: skip
def test_what_an_address_says_wrongly_is_told_with_what_is_taken(address: str, said: str) -> None:
    body = "const { choices, said } = page.readAddress('#' + data); return [told(choices) === told(page.readAddress('').choices), said];"
    assert call(body, address) == [True, [said]]


@pytest.mark.parametrize("key", ["loss", "output", "optimizer", "initializer", "lesson", "schedule", "data"])
@pytest.mark.parametrize("name", ["constructor", "__proto__", "hasOwnProperty", "nosuch"])
def test_a_name_that_every_object_has_is_no_part(key: str, name: str) -> None:
    found = awaited("return page.opened('#' + data)", f"{key}={name}")
    (text,) = found["said"]
    assert text.startswith(f"in the address {key} is {name}; it must be one of ") and "; taken is " in text
    assert found["choices"] == awaited("return page.opened('')")["choices"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("data=xor&validation=0.9", ["none of 4 samples are held back to validate: 90 % would leave none to train on"]),
        ("validation=0.9&test=0.8", ["4 of 200 samples are left to train on"]),
        ("validation=0.9&test=0.5", []),
        ("loss=hinge&data=spiral", ["the loss hinge does not suit the data spiral; taken is sparse_categorical_cross_entropy"]),
        ("data=sine&loss=binary_cross_entropy", ["the loss binary_cross_entropy does not suit the data sine; taken is mean_squared_error"]),
        ("loss_with=constructor:1", ["the loss binary_cross_entropy has no field constructor; its fields are label_smoothing, pos_weight"]),
        ("loss_with=label_smoothing:7", ["loss_with=label_smoothing:7: label_smoothing of binary_cross_entropy must be a finite number "
                                         ">= 0 and <= 1; got 7; taken is none"]),
        ("optimizer=sgd&optimizer_with=nesterov:1", ["optimizer_with=nesterov:1: nesterov of sgd needs a momentum > 0; got 0; taken is none"]),
        ("hidden=6.tanh.res,6.relu.res", ["layer 1 has 6 units and 2 inputs, so that there is no residual; it needs as many of both"]),
        ("data=own&rate=0.5", ["data=own: the address asks for a file of your own; drop it here again, since the address never holds data; "
                               "taken is circles"]),
        ("hidden=own", ["the address asks for the layers of a file, which it never holds; open the file again. Until then these are the usual layers"]),
        ("rate=1&rate=2", ["the address has rate more than once; the last one counts"]),
    ],
)  # fmt: skip
def test_what_can_be_read_and_not_be_done_is_told_with_what_is_taken(address: str, said: list[str]) -> None:
    assert awaited("return page.opened('#' + data)", address)["said"] == said


def test_of_a_choice_that_makes_the_training_impossible_the_others_are_kept() -> None:
    found = awaited(
        "return page.opened('#' + data)", "data=moons&rate=0.5&loss_with=label_smoothing:7&hidden=3.relu"
    )
    assert [found["choices"][key] for key in ("data", "rate", "hidden", "loss_with")] == ["moons", 0.5, "3.relu", ""]  # fmt: skip


KEYS: dict[str, list[Any]] = call(
    "return Object.fromEntries(Object.entries(page.CHOICES).map(([key, [value, { wanted }]]) => [key, [value, wanted()]]))"
)
NAMES = [
    "circles", "xor", "moons", "spiral", "blobs", "sine", "points", "own", "given", "iris", "constructor", "__proto__", "toString", "nosuch",
    "tanh", "softmax", "log_softmax", "relu", "he_normal", "constant", "orthogonal", "zeros", "sgd", "adam", "lbfgs", "one_cycle",
    "cosine_decay", "hinge", "binary_cross_entropy", "categorical_cross_entropy", "triplet_hard", "gaussian_nll", "quantiles", "focal", "auto", "train",
]  # fmt: skip
VALUES = st.one_of(
    st.sampled_from(NAMES),
    st.sampled_from(["0", "1", "2", "-1", "4", "0.9", "0.8", "1e400", "1e-9", "NaN", "Infinity", "4294967295", "5000", "100000", "999"]),
    st.sampled_from(["1.tanh", "256.relu,1.linear", "2.tanh.res.bn.d0.5", "4.gelu.nobias", "4.tanh.d1", "none", "own", "6.softmax", ",", "x1,x1x2", "x1²", "sin x1"]),
    st.sampled_from(["levels:0.1/0.9", "levels:0.9/0.1", "label_smoothing:0.1", "__proto__:1", "beta1:2", "clip_norm:-1", "gamma:e", "nesterov:1"]),
    st.text(max_size=12),
)  # fmt: skip


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from([*KEYS, "magic"]), VALUES), max_size=6))
@example([("data", "points")])
@example([("samples", "4"), ("classes", "8"), ("data", "spiral"), ("validation", "0.9"), ("test", "0.8")])
@example([("rate", "0"), ("momentum", "0.999"), ("optimizer", "sgd"), ("l1", "10"), ("noise", "10")])
def test_every_address_gives_a_network_and_tells_what_of_it_was_not_taken(
    pairs: list[tuple[str, str]],
) -> None:
    body = "return page.opened('#' + data.map((pair) => pair.map(encodeURIComponent).join('=')).join('&'))"
    found = awaited(body, pairs)
    assert found["stopped"] in ("", "DivergenceError")
    read, told = dict(pairs), "\n".join(found["said"])
    assert all("\n" not in text and "undefined" not in text and len(text) < 400 for text in found["said"])
    for key in read:
        taken = found["choices"].get(key)
        if key not in found["given"] or taken != found["given"][key]:
            assert key in told or (key, read[key]) == ("hidden", "own"), (key, told)
    if found["choices"]["loss"] not in ("auto", found["loss"]):
        assert f"the loss {found['choices']['loss']} does not suit" in told
