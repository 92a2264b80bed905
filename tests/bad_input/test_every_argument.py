"""A small part of what ``python -m tests.bad_input.sweep`` tries: values of all kinds for every public argument."""

import pytest

import glassnet as gn
from tests.bad_input import bases, face, ranges, sweep, values


@pytest.mark.parametrize("seed", range(4))
def test_bad_calls_are_refused_by_name_and_change_nothing(seed: int) -> None:
    n_calls, wrong = sweep.sweep(100, seed)
    assert n_calls == 100
    assert list(map(str, wrong)) == []


def test_each_call_would_work_with_right_values() -> None:
    failed = []
    with sweep.elsewhere():
        bases.write_models()
        for label, called in face.public_callables().items():
            if label in bases.LEFT_OUT or label.startswith(bases.BASES):
                continue
            owner = sweep.owner(label)
            try:
                called(*([] if owner is None else [owner]), **bases.arguments(label, called))
            except Exception as error:
                failed.append((label, error))
    assert failed == []


@pytest.mark.parametrize(
    ("annotation", "kinds"),
    [
        ("int", {"int"}),
        ("bool | None", {"bool", "none"}),
        ("str | os.PathLike[str]", {"text", "path"}),
        ("Network", set()),
        ("Mapping[str, float] | None", {"dict", "none"}),
    ],
)
def test_annotations_say_what_is_nonsense(annotation: str, kinds: set[str]) -> None:
    assert values.taken(annotation) == kinds


def test_numbers_that_a_docstring_rules_out_are_refused() -> None:
    calls = [call for call in sweep.all_calls() if call.kind == "out of range"]
    assert len(calls) > 80
    with sweep.elsewhere():
        assert [str(verdict) for call in calls if (verdict := sweep.judged(call))] == []


def test_ranges_are_read_from_docstrings() -> None:
    assert list(ranges.out_of_range(gn.Recorder, "every")) == [0, -(10**9)]
    assert list(ranges.out_of_range(gn.plots.training_animation, "seconds"))[::2] == [0.0, 600.0000000000001]
    assert list(ranges.out_of_range(gn.activations.LeakyReLU, "slope_below")) == []
