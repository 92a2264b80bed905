"""What presets decide, and the parts that follow."""

import numpy as np
import pytest

import glassnet as gn
from glassnet.errors import UnknownNameError
from glassnet.estimators import presets
from glassnet.layers import Dense, Embedding, Scale

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
