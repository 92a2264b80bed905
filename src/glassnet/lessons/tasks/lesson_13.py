"""Lesson 13: how things go wrong."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

import glassnet as gn
from glassnet.lessons.carried import as_text, network_of
from glassnet.lessons.clinic import CAUSES, NUMBERS, patient
from glassnet.lessons.exercise import Case, Exercise, Lesson
from glassnet.lessons.outputs import NoOutput, Outputs
from glassnet.support.text import be, one

lesson = Lesson(13, "How things go wrong")

HINTS = (
    "Look at the chart for what is unusual: sizes, rates, layers. Then at the hidden neurons, and at the gradients.",
    "gn.diagnose(p.network, p.X, p.y, validation_data=p.validation) measures all of it; see which numbers it quotes.",
)  # fmt: skip


def _ward(first: int) -> Any:
    def given(random: Generator) -> Case:
        return ([int(number) for number in first + random.permutation(4)],)

    return given


def _causes(numbers: Any) -> Any:
    return tuple(NUMBERS[number - 1] for number in numbers)


def _words(answer: Any, *_: Any) -> Any:
    """The answer, if it is a list of words that are causes."""
    if not isinstance(answer, list | tuple) or not all(isinstance(word, str) for word in answer):
        raise NoOutput("give a list with one word, in quotes, for each patient")
    causes = {cause.replace("_", " ") for cause in CAUSES}
    for word in answer:
        if word.strip().lower().replace("_", " ") not in causes:
            raise NoOutput(f"{word!r} is none of the {len(CAUSES)} causes that this lesson lists")
    return tuple(answer)


def _how_many(answer: Any, numbers: Any) -> str | None:
    """How many patients are named rightly, without saying which cause the others have."""
    right = _causes(numbers)
    if len(answer) != len(right):
        return f"there are {len(right)} patients"
    same = [
        word.strip().lower().replace(" ", "_") == cause for word, cause in zip(answer, right, strict=True)
    ]
    wrong = [str(number) for number, ok in zip(numbers, same, strict=True) if not ok]
    return f"{sum(same)} of {len(same)} {be(sum(same))} right; look again at {', '.join(wrong)}"


def _instead(wrong: dict[str, str]) -> Any:
    return lambda numbers: tuple(wrong.get(cause, cause) for cause in _causes(numbers))


def _swapped(one: str, other: str) -> Any:
    return _instead({one: other, other: one})


first_ward: Exercise = lesson.value(
    "The first ward", _ward(1), hints=HINTS, points=2, of_text=([1, 2, 3, 4],), ask=_words, explains=_how_many
)(_causes)
first_ward.mistakes(
    (
        _swapped("dead_units", "learning_rate_too_high"),
        "two are the wrong way round: with steps that are too long the loss jumps; with dead units it lies still",
    ),
    (
        _instead({"dead_units": "learning_rate_too_low"}),
        "one lies still for another reason: look how many of its hidden units are 0 for every sample",
    ),
    (
        _instead({"dead_units": "vanishing_gradient"}),
        "one has a single hidden layer: look at its biases and its zeros",
    ),
    (
        _instead({"overfitting": "too_few_units"}),
        "one has learned its own samples very well; its new samples tell",
    ),
    (
        _instead({"overfitting": "leakage"}),
        "one is bad on new samples; with leakage it would look too good there",
    ),
    (_instead({"unscaled_inputs": "learning_rate_too_high"}), "one has features of size 0.1 and of size 800"),
    (
        _instead({"learning_rate_too_high": "unscaled_inputs"}),
        "one has features between 0 and 1; look at its rate",
    ),
)

second_ward: Exercise = lesson.value(
    "The second ward",
    _ward(5),
    hints=HINTS,
    points=2,
    of_text=([5, 6, 7, 8],),
    ask=_words,
    explains=_how_many,
)(_causes)
second_ward.mistakes(
    (
        _instead({"missing_nonlinearity": "too_few_units"}),
        "one has 128 hidden neurons: what stands between its layers?",
    ),
    (
        _instead({"missing_nonlinearity": "learning_rate_too_low"}),
        "one has Adam at 0.01, but no bend: look at its layers",
    ),
    (
        _instead({"labels_unrelated": "learning_rate_too_low"}),
        "one has Adam at its usual rate: are its targets right?",
    ),
    (
        _instead({"labels_unrelated": "overfitting"}),
        "nobody looked at new samples here: look at images and targets",
    ),
    (
        _instead({"symmetric_weights": "too_few_units"}),
        "one has 8 units, and 3 would do: compare their weights",
    ),
    (
        _instead({"symmetric_weights": "missing_nonlinearity"}),
        "one has tanh between its layers: compare its weights",
    ),
    (_instead({"learning_rate_too_low": "dead_units"}), "one has a rate of 0.0001, and its units are alive"),
    (
        _swapped("labels_unrelated", "learning_rate_too_low"),
        "two are the wrong way round: one crawls because its steps are tiny, the other has nothing to learn",
    ),
)

third_ward: Exercise = lesson.value(
    "The third ward",
    _ward(9),
    hints=HINTS,
    points=2,
    of_text=([9, 10, 11, 12],),
    ask=_words,
    explains=_how_many,
)(_causes)
third_ward.mistakes(
    (
        _instead({"vanishing_gradient": "learning_rate_too_low"}),
        "one has eight sigmoids in a row: see lesson 3",
    ),
    (_instead({"vanishing_gradient": "dead_units"}), "sigmoids do not die; but their slopes multiply"),
    (_instead({"leakage": "overfitting"}), "one is as good on new samples as on its own: are they new?"),
    (
        _instead({"too_few_units": "learning_rate_too_low"}),
        "one has had 300 epochs of Adam, and three hidden units",
    ),
    (_instead({"too_few_units": "missing_nonlinearity"}), "one has tanh between its layers; count its units"),
    (
        _instead({"unscaled_targets": "learning_rate_too_low"}),
        "a step cannot be long enough for targets of size 150",
    ),
    (
        _instead({"unscaled_targets": "unscaled_inputs"}),
        "the features of one have size 1; its targets have not",
    ),
)


def _cured(answer: Any, X: Any, y: Any) -> Any:
    network = answer(X, y)
    if not isinstance(network, gn.Network):
        result = "nothing (None)" if network is None else one(type(network).__name__)
        raise NoOutput(f"the function gives back {result}; a trained gn.Network is asked for")
    return {"network": as_text(network)}


def _depth(layer: Any) -> int:
    """How many layers with weights a layer is: those inside a residual block count each."""
    return (
        sum(map(_depth, layer.layers)) if isinstance(layer, gn.Residual) else int(isinstance(layer, gn.Dense))
    )


def _learns(outputs: Outputs, case: Case) -> str | None:
    (X, y), network = case, network_of(str(outputs["['network']"]))
    hidden = sum(map(_depth, network.layers)) - 1
    right = float((network.predict_classes(X).ravel() == y).mean())
    if hidden < 8:
        return f"it has {hidden} hidden layer{'' if hidden == 1 else 's'}; keep all eight: the depth is the task here"
    return None if right >= 0.9 else f"{100 * right:.1f} % of the samples are right; 90 % are asked for"


@lesson.function(
    "Cure the deep one",
    lambda random: [(patient(9).X, patient(9).y)],
    points=2,
    ask=_cured,
    accepts=_learns,
    hints=(
        "Which activation has a slope near 1? And what else gives the gradient a way round (lesson 10)?",
        "gn.Dense(16, 'relu') eight times, or gn.Residual blocks, with Adam at 0.01.",
    ),
)
def cure(X, y):
    """A network with eight hidden layers that learns the moons."""
    network = gn.Network([*(gn.Dense(16, "relu") for _ in range(8)), gn.Dense(1, "sigmoid")], seed=0)
    network.fit(X, y, loss="bce", optimizer=gn.Adam(0.01), epochs=100, batch_size=32, seed=0, progress=False)
    return network
