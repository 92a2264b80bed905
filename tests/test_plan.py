"""The plan lays every layer out as rows over flat memory, and raises every shape error."""

from __future__ import annotations

import re
from itertools import pairwise
from math import prod
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet import activations, losses, plan
from glassnet.errors import ShapeError
from glassnet.layers import Activation, BatchNorm, Dense, Dropout, Flatten, Layer, LayerNorm
from glassnet.network.network import Network
from glassnet.plan import ACTIVATION, BATCH_NORM, DENSE, DROPOUT, LAYER_NORM, NOWHERE, Row


def rows_of(layers: list[Layer], n_features: int = 3, loss: str | None = None) -> tuple[Row, ...]:
    return build(layers, n_features, loss).rows


def build(layers: list[Layer], n_features: int = 3, loss: str | None = None) -> plan.Plan:
    layout = plan.lay_out(layers, (n_features,))
    return plan.build(layers, layout, None if loss is None else losses.get(loss))


# ---- what rows say


def test_each_layer_that_computes_is_one_row() -> None:
    layers = [Flatten(), Dense(4), Activation("elu"), Dropout(), BatchNorm(), LayerNorm(), Dense(2)]
    rows = rows_of(layers)
    assert [row.kind for row in rows] == [DENSE, ACTIVATION, DROPOUT, BATCH_NORM, LAYER_NORM, DENSE]
    assert [row.layer for row in rows] == [1, 2, 3, 4, 5, 6]
    assert [(row.n_inputs, row.n_outputs) for row in rows] == [(3, 4), (4, 4), (4, 4), (4, 4), (4, 4), (4, 2)]


def test_a_row_carries_what_its_layer_was_given() -> None:
    dense, dropout, norm = rows_of(
        [Dense(4, activations.LeakyReLU(0.2), l1=0.1, l2=0.2), Dropout(0.3), BatchNorm(0.4, 0.5)]
    )
    assert (dense.activation, dense.l1, dense.l2) == (activations.LeakyReLU(0.2), 0.1, 0.2)
    assert dropout.rate == 0.3
    assert (norm.momentum, norm.epsilon) == (0.4, 0.5)


def test_each_row_reads_what_the_row_before_it_wrote() -> None:
    rows = rows_of([Dense(4), Dropout(), BatchNorm(), Dense(2)])
    assert rows[0].source == NOWHERE
    assert [row.source for row in rows[1:]] == [row.a for row in rows[:-1]]
    assert [row.source_error for row in rows[1:]] == [row.error for row in rows[:-1]]


def test_parameters_lie_one_after_the_other_without_a_gap() -> None:
    layout = plan.lay_out([Dense(4), BatchNorm(), Dense(2)], (3,))
    assert [(slot.parameter.name, slot.start, slot.stop) for slot in layout.parameters] == [
        ("weights", 0, 12), ("bias", 12, 16), ("weights", 16, 20), ("bias", 20, 24),
        ("weights", 24, 32), ("bias", 32, 34),
    ]  # fmt: skip
    assert [(slot.parameter.name, slot.start) for slot in layout.statistics] == [
        ("running_mean", 0),
        ("running_variance", 4),
    ]
    assert (layout.n_parameters, layout.n_statistics, layout.n_features) == (34, 8, 3)


layer = st.sampled_from(["dense", "activation", "dropout", "batch_norm", "layer_norm"]).flatmap(
    lambda kind: {
        "dense": st.builds(Dense, st.integers(1, 5), st.sampled_from(["relu", "tanh"])),
        "activation": st.just(Activation("tanh")),
        "dropout": st.just(Dropout(0.5)),
        "batch_norm": st.just(BatchNorm()),
        "layer_norm": st.just(LayerNorm()),
    }[kind]
)


def places(row: Row) -> list[tuple[int, int]]:
    """Start and width of the arrays that a row writes in the forward pass, and of its error."""
    wide = [row.a, row.error, row.z] if row.kind == DENSE else [row.a, row.error]
    own = [(start, row.n_outputs) for start in wide if start not in (NOWHERE, row.source)]
    return own + ([] if row.own is None else list(row.own.kept))


@given(st.lists(layer, min_size=1, max_size=6), st.integers(1, 4), st.booleans())
def test_no_two_arrays_share_memory_but_errors_that_are_changed_in_place(
    layers: list[Layer], n_features: int, input_gradient: bool
) -> None:
    layout = plan.lay_out(layers, (n_features,))
    table = plan.build(layers, layout, input_gradient=input_gradient)
    found = {place for row in table.rows for place in places(row)}
    if input_gradient:
        found.add((table.rows[0].source_error, n_features))
    ordered = sorted(found)
    assert all(start + width <= after for (start, width), (after, _) in pairwise(ordered))
    assert max(start + width for start, width in ordered) <= table.n_columns
    for row in table.rows:
        in_place = row.kind != DENSE and row.source_error != NOWHERE
        assert (row.error == row.source_error) == in_place


@given(st.lists(layer, min_size=1, max_size=6), st.integers(1, 4))
def test_every_parameter_belongs_to_one_place(layers: list[Layer], n_features: int) -> None:
    layout = plan.lay_out(layers, (n_features,))
    ends = [0, *(slot.stop for slot in layout.parameters)]
    assert [slot.start for slot in layout.parameters] == ends[:-1]
    assert layout.n_parameters == sum(prod(slot.parameter.shape) for slot in layout.parameters)


def test_dropout_masks_have_columns_of_their_own() -> None:
    table = build([Dropout(), Dense(4), Dropout(), Dense(2)])
    assert [row.mask for row in table.rows] == [0, NOWHERE, 3, NOWHERE]
    assert table.n_mask_columns == 7


def test_the_plan_on_the_design_page_is_the_plan() -> None:
    table = build([Dense(4, "relu"), Dropout(0.5), Dense(1, "sigmoid")], 2, "bce")
    page = (Path(__file__).parents[1] / "docs/design.md").read_text()
    header, _, *lines = re.search(r"\| row \|.*?\n\n", page, re.DOTALL)[0].strip().splitlines()  # type: ignore[index]
    shown = [dict(zip(_cells(header), _cells(line), strict=True)) for line in lines]
    for index, row in enumerate(table.rows):
        places = {name: str(getattr(row, name)) for name in shown[index] if name in Row._fields}
        nowhere = {name: "–" for name, place in places.items() if place == str(NOWHERE)}
        first = {"source": "batch"} if row.source == NOWHERE else {}
        activation = {"activation": ["ReLU", "–", "linear"][index]}
        assert shown[index] == {
            "row": str(index),
            **places,
            **nowhere,
            **first,
            **activation,
            "kind": row.kind.upper(),
        }
    assert [table.rows[0].activation, table.rows[2].activation] == [activations.ReLU(), activations.Linear()]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


# ---- what a loss takes over


@pytest.mark.parametrize(
    ("last", "loss", "objective"),
    [
        ("softmax", "categorical_cross_entropy", "softmax_cross_entropy"),
        ("softmax", "sparse_categorical_cross_entropy", "sparse_softmax_cross_entropy"),
        ("sigmoid", "binary_cross_entropy", "sigmoid_cross_entropy"),
    ],
)
@pytest.mark.parametrize("as_layer", [False, True])
def test_a_cross_entropy_takes_over_the_activation_before_it(
    last: str, loss: str, objective: str, as_layer: bool
) -> None:
    layers: list[Layer] = [Dense(2), Activation(last)] if as_layer else [Dense(2, last)]
    table = build(layers, loss=loss)
    assert table.objective.name == objective
    assert table.rows[-1].activation == activations.Linear()
    assert table.objective.activation == activations.get(last)


@pytest.mark.parametrize(
    ("last", "loss"),
    [
        ("softmax", "mse"), ("softmax", "bce"), ("sigmoid", "cce"), ("linear", "bce"), ("relu", "mse"),
        ("linear", "softmax_cross_entropy"),
    ],
)  # fmt: skip
def test_other_pairs_stay_as_they_are(last: str, loss: str) -> None:
    table = build([Dense(2, last)], loss=loss)
    assert table.objective == losses.get(loss)
    assert table.rows[-1].activation == activations.get(last)


def test_a_loss_does_not_reach_through_a_dropout() -> None:
    table = build([Dense(2, "softmax"), Dropout(0.1)], loss="cce")
    assert table.objective.name == "categorical_cross_entropy"
    assert table.rows[0].activation == activations.Softmax()


def test_a_plan_without_a_loss_has_no_objective() -> None:
    with pytest.raises(ValueError, match="built without a loss"):
        build([Dense(2)]).objective  # noqa: B018


# ---- shape errors


@pytest.mark.parametrize(
    ("layers", "shape", "message"),
    [
        (
            [Dense(10)], (8, 8),
            r"layer 0 of 1, Dense\(10\), reads samples with one axis of features; "
            r"received samples of shape \(8, 8\)\. Put Flatten\(\) before it",
        ),
        ([Activation("relu"), Dense(10)], (8, 8), r"layer 1 of 2, Dense\(10\), .* Put Flatten\(\) before it"),
        ([BatchNorm()], (8, 8), r"layer 0 of 1, BatchNorm\(\), .* Put Flatten\(\) before it"),
        ([Activation("softmax")], (8, 8), r"layer 0 of 1, Activation\('softmax'\), .* Put Flatten\(\) before it"),
        (
            [Dense(3), Dense(1, "softmax")], (2,),
            r"layer 1 of 2, Dense\(1, 'softmax'\), is a softmax over one unit, which is always 1; "
            r"use Dense\(1, 'sigmoid'\) with binary_cross_entropy, or Dense\(2, 'softmax'\)",
        ),
        ([Dense(1), Activation("softmax")], (2,), r"layer 1 of 2, Activation.*over one unit.*use sigmoid"),
        ([Flatten()], (8, 8), r"needs a layer that computes something, such as Dense"),
    ],
)  # fmt: skip
def test_layers_that_do_not_fit_are_named(layers: list[Layer], shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        Network(layers, input_shape=shape)


def test_a_network_whose_layers_do_not_fit_stays_unbuilt() -> None:
    network = Network([Dense(10, "relu"), Dense(1, "softmax")], seed=0)
    with pytest.raises(ShapeError):
        network.forward(np.ones((4, 3)))
    assert not network.built
    assert network.input_shape is None
