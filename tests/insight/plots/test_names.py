"""How names of classes and features are written in pictures."""

from glassnet.insight.plots.naming import drawn_names


def test_short_names_stay_as_they_are() -> None:
    assert drawn_names(["setosa", "petal length (cm)"], 20) == ["setosa", "petal length (cm)"]


def test_long_names_lose_their_middle() -> None:
    assert drawn_names(["Iris setosa, wild", "b"], 11) == ["Iris…wild", "b"]


def test_names_that_would_be_alike_begin_with_their_numbers() -> None:
    assert drawn_names(["the class 1 of all", "the class 2 of all"], 11) == ["0 the…f all", "1 the…f all"]


def test_names_are_no_formulas_no_hidden_labels_and_stand_in_one_line() -> None:
    assert drawn_names(["$x$", "_a", "b\nc"], 20) == [r"\$x\$", " _a", "b c"]
