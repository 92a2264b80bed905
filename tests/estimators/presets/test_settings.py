"""What presets decide, and the parts that follow."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import UnknownNameError
from glassnet.estimators import presets
from glassnet.layers import Dense, Dropout, Embedding, Layer, ParametricMish, ParametricSELU, Periodic, Scale

TASKS: list[presets.Task] = ["classes", "labels", "values", "counts", "quantiles"]


@pytest.mark.parametrize("preset", presets.names())
@pytest.mark.parametrize("task", TASKS)
def test_every_preset_decides_for_every_task_and_size(preset: str, task: presets.Task) -> None:
    for n_rows in (2, 150, 8000):
        settings = presets.settings(preset, n_rows, 5, task)
        layers = [*settings.hidden_layers(5, {}, range(5)), settings.output_layer(5, 3, "linear")]
        network = gn.Network(layers, seed=0, input_shape=5)
        assert network.predict(np.ones((4, 5))).shape == (4, 3)
        assert settings.epochs > 0
        settings.scheduled_optimizer(), settings.stopping()


def test_an_unknown_preset_is_answered_by_the_nearest() -> None:
    with pytest.raises(UnknownNameError) as caught:
        presets.settings("tabluar", 10, 2, "classes")
    assert str(caught.value) == (
        "preset must be one of 'tabular', 'tabular-strong', 'small', 'sklearn'; got 'tabluar'; "
        "did you mean 'tabular'?"
    )


def test_steps_of_weights_are_divided_by_the_root_of_their_inputs_and_embeddings_count() -> None:
    settings = presets.Settings(hidden=(16, 4), embedding_dimension=3)
    embedding, scale, first, second = settings.hidden_layers(5, {4: 7}, [0, 1])
    last = settings.output_layer(5, 2, "softmax")
    assert isinstance(embedding, Embedding) and embedding.pairs == ((4, 7),)
    assert isinstance(scale, Scale) and scale.learning_rate_factor == 6
    factors = [layer.learning_rate_factor for layer in (first, second, last) if isinstance(layer, Dense)]
    assert factors == pytest.approx([7**-0.5, 16**-0.5, 4**-0.5])


def test_the_schedule_spans_the_epochs() -> None:
    optimizer = presets.Settings(epochs=15, learning_rate=0.1).scheduled_optimizer()
    assert optimizer == gn.Adam(gn.schedules.LogCosineCycles(0.1, 15), beta2=0.95)


def test_training_may_end_where_the_rate_is_zero() -> None:
    for epochs in (15, 40, 136):
        settings = presets.Settings(epochs=epochs)
        assert settings.ends == tuple(round(epochs * share / 15) for share in (3, 7, 15))
    whole = presets.Settings(epochs=15)
    np.testing.assert_allclose(whole.rates()(list(whole.ends)), 0, atol=1e-12)
    assert presets.Settings(epochs=15, schedule="constant").ends == (15,)
    assert presets.Settings(epochs=1).ends == (1,)


def test_numbers_are_found_behind_an_embedding_that_closes_gaps() -> None:
    settings = presets.Settings(hidden=(4,), number_waves=2, number_dimension=1, embedding_dimension=3)
    embedding, periodic, scale, dense = settings.hidden_layers(5, {1: 7, 3: 2}, [0, 2, 4])
    assert isinstance(periodic, Periodic) and periodic.columns == (0, 1, 2)
    network = gn.Network([embedding, periodic, scale, dense], seed=0, input_shape=5)
    assert network.layout.output_shapes[:2] == ((9,), (12,))
    assert isinstance(dense, Dense) and dense.learning_rate_factor == pytest.approx(12**-0.5)


@pytest.mark.parametrize(
    ("n_rows", "epochs", "batch", "width", "folds"),
    [
        (64, 200, 64, 128, 4), (229, 56, 64, 128, 4), (228, 57, 64, 128, 4), (600, 56, 64, 128, 3),
        (4000, 56, 64, 128, 1), (10_000, 56, 64, 128, 1), (10_001, 56, 256, 256, 1), (20_000, 28, 256, 256, 1),
        (1_000_000, 14, 256, 256, 1),
    ],
)  # fmt: skip
def test_tabular_adapts_its_steps_to_the_rows(
    n_rows: int, epochs: int, batch: int, width: int, folds: int
) -> None:
    settings = presets.settings("tabular", n_rows, 5, "values", in_steps=True)
    assert (settings.epochs, settings.batch_size, settings.hidden, settings.folds) == (
        epochs, batch, (width,) * 3, folds,
    )  # fmt: skip
    assert settings.learning_rate == 0.07
    classes = presets.settings("tabular", n_rows, 5, "classes", in_steps=True)
    assert classes.learning_rate == pytest.approx(0.04 * batch / 256)


def test_few_rows_are_learned_by_the_small_preset_unless_steps_are_asked_for() -> None:
    few, more = (presets.settings("tabular", n, 5, "classes") for n in (800, 801))
    assert few == replace(
        presets.settings("small", 800, 5, "classes"),
        epochs=60,
        folds=5,
        joins=True,
        label_smoothing=0.1,
        penalties=(0.3 / 800, 1 / 800, 3 / 800, 10 / 800, 30 / 800),
    )
    assert not few.optimizer.takes_steps
    assert (
        more == presets.settings("tabular", 801, 5, "classes", in_steps=True) and more.optimizer.takes_steps
    )


@pytest.mark.parametrize(("n_rows", "pieces"), [(800, 0), (801, 32), (100_000, 32), (100_001, 0)], ids=str)
def test_numbers_are_cut_into_pieces_where_rows_show_where_to_bend_and_features_fit(
    n_rows: int, pieces: int
) -> None:
    for preset in ("tabular", "tabular-strong"):
        settings = presets.settings(preset, n_rows, 5, "values", in_steps=True)
        assert settings.number_pieces == pieces
        assert settings.number_waves == (8 if preset == "tabular-strong" and not pieces else 0)


@pytest.mark.parametrize(("n_rows", "folds"), [(2, 8), (400, 8), (401, 5), (800, 5)])
def test_the_fewer_rows_the_more_parts(n_rows: int, folds: int) -> None:
    assert presets.settings("tabular", n_rows, 5, "values").folds == folds


def test_tabular_strong_learns_few_rows_as_tabular_does_and_by_its_own_recipe_beside() -> None:
    few, more = (presets.settings("tabular-strong", n, 5, "values") for n in (800, 801))
    steps = presets.settings("tabular-strong", 800, 5, "values", in_steps=True)
    assert few.beside == replace(steps, folds=3, decays=(0.3,))
    assert replace(few, beside=None, clip_outputs=False) == presets.settings("tabular", 800, 5, "values")
    assert steps.beside is more.beside is None and more.optimizer.takes_steps


def test_dropout_and_decay_of_tabular_strong_fall_over_the_second_half() -> None:
    settings = replace(presets.settings("tabular-strong", 1000, 5, "values"), epochs=40)
    settings = replace(settings, optimizer=replace(settings.optimizer, weight_decay=0.3))
    [first, *_] = [layer for layer in settings.hidden_layers(5, {}, []) if isinstance(layer, Dropout)]
    decay = settings.scheduled_optimizer().weight_decay
    for epoch, share in ((0, 1.0), (20, 1.0), (30, 0.5), (40, 0.0)):
        assert first.rate_at(epoch) == pytest.approx(0.15 * share)
        assert decay(epoch) == pytest.approx(0.3 * share)
    none = replace(settings, optimizer=replace(settings.optimizer, weight_decay=0.0)).scheduled_optimizer()
    assert none.weight_decay == 0


@pytest.mark.parametrize(("task", "kind"), [("classes", ParametricSELU), ("values", ParametricMish)])
def test_units_can_learn_how_much_of_their_activation_they_take(
    task: presets.Task, kind: type[Layer]
) -> None:
    settings = replace(presets.settings("tabular", 1000, 5, task), share_rate_factor=0.1)
    layers = settings.hidden_layers(5, {}, [])
    factors = [layer.learning_rate_factor for layer in layers if isinstance(layer, kind)]
    assert factors == [0.1] * 3
    assert _activations(layers) == [gn.activations.Linear()] * 3


def _activations(layers: Sequence[Layer]) -> list[gn.activations.ActivationFunction]:
    return [gn.activations.get(layer.activation) for layer in layers if isinstance(layer, Dense)]
