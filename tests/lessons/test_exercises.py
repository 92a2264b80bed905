"""Every exercise: its solution is right at any seed, and each known mistake is told from the others."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest

import glassnet as gn
from glassnet.lessons import judging
from glassnet.lessons.catalogue import lessons, texts
from glassnet.lessons.exercise import Exercise

EXERCISES = [exercise for lesson in lessons().values() for exercise in lesson.exercises]
SEEDS = (0, 1, 20)


def number(exercise: Exercise) -> str:
    return exercise.number


def answers_of(exercise: Exercise) -> Any:
    """The other ways of writing it that the tests know, and wrong answers with what is said of them."""
    return importlib.import_module(f"tests.lessons.answers.lesson_{exercise.lesson:02}")


def verdict(exercise: Exercise, answer: Any, seed: int = 0) -> judging.Verdict:
    cases = exercise.variant(seed)
    return judging.judge(exercise, judging.collect(exercise, answer, cases), cases)


def as_answer(exercise: Exercise, function: Callable[..., Any], seed: int) -> Any:
    """A function is the answer itself; where a value is asked for, what it gives is."""
    if exercise.is_value:
        return function(*exercise.variant(seed)[0])
    if exercise.accepts is None or function.__code__.co_argcount:
        return function
    # Where many answers are right, the solution is one, or gives one.
    return function if verdict(exercise, function).ok else function()


@pytest.mark.parametrize("exercise", EXERCISES, ids=number)
@pytest.mark.parametrize("seed", SEEDS)
def test_the_solution_is_right_for_every_seed(exercise: Exercise, seed: int) -> None:
    report = verdict(exercise, as_answer(exercise, exercise.solution, seed), seed)
    assert report.ok and report.points == exercise.points and not report.hints, report


@pytest.mark.parametrize("exercise", EXERCISES, ids=number)
def test_three_other_ways_of_writing_it_are_right(exercise: Exercise) -> None:
    ways = answers_of(exercise).RIGHT[exercise.number]
    assert len(ways) >= (1 if exercise.is_value else 3)
    for way in ways:
        assert verdict(exercise, way).ok, verdict(exercise, way)


@pytest.mark.parametrize("exercise", EXERCISES, ids=number)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_known_mistake_is_told_from_the_others(exercise: Exercise, seed: int) -> None:
    for slip in exercise.slips:
        report = verdict(exercise, as_answer(exercise, slip.gives, seed), seed)
        assert not report.ok and report.points == 0
        assert report.message.startswith(slip.message), report


@pytest.mark.parametrize("exercise", EXERCISES, ids=number)
def test_at_least_six_typical_wrong_answers_get_the_hint_that_fits(exercise: Exercise) -> None:
    wrong = answers_of(exercise).WRONG.get(exercise.number, [])
    for answer, said in wrong:
        report = verdict(exercise, answer)
        if exercise.explains is not None and not report.slip:
            report = judging.with_explanation(report, exercise.explains, answer, exercise.variant(0))
        assert not report.ok and said in report.message, report
    assert len(exercise.slips) + len(wrong) >= 6


@pytest.mark.parametrize("exercise", EXERCISES, ids=number)
def test_no_answer_is_no_praise_and_no_error(exercise: Exercise) -> None:
    assert gn.lessons.check(exercise.number, ...).ok is False
    nothing = None if exercise.is_value or exercise.accepts is not None else lambda *_: None
    assert verdict(exercise, nothing).ok is False


@pytest.mark.parametrize("exercise", EXERCISES, ids=number)
def test_two_learners_get_different_numbers_where_numbers_are_given(exercise: Exercise) -> None:
    if exercise.number in answers_of(exercise).ALIKE:
        return
    first, second = (repr(exercise.variant(seed)) for seed in (1, 2))
    assert first != second


@pytest.mark.parametrize("lesson", texts())
def test_a_lesson_asks_for_each_of_its_exercises_once(lesson: int) -> None:
    text = texts()[lesson].read_text(encoding="utf-8")
    asked = [e.number for e in lessons()[lesson].exercises if f'gn.lessons.check("{e.number}", ' in text]
    assert asked == [e.number for e in lessons()[lesson].exercises]
    assert 3 <= len(asked) <= 6
    assert text.count("gn.lessons.check(") == len(asked)
    for heading in ("After this lesson you can", "## In five lines", "where to read on"):
        assert heading.lower() in text.lower(), heading
