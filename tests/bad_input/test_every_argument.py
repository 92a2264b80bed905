"""A small part of what ``python -m tests.bad_input.sweep`` tries: values of all kinds for every public argument."""

import pytest

from tests.bad_input import bases, face, sweep, values


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
