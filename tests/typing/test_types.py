"""What a type checker finds in a user's program, and what it leaves alone."""

import contextlib
import inspect
import re
from pathlib import Path
from typing import get_type_hints

import pytest
from mypy import api

import glassnet as gn
from glassnet.callbacks import Callback, Session
from glassnet.insight.trace.setup import TrainingSetup
from glassnet.network.history import History
from glassnet.training.options import FitOptions, SharedOptions, SweepOptions

ROOT = Path(__file__).parents[2]
PROGRAM = (Path(__file__).parent / "program.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[int]]:
    """The lines of two programs in which mypy --strict finds an error."""
    folder = tmp_path_factory.mktemp("typing")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"^```python\n(.*?)^```$", readme, flags=re.MULTILINE | re.DOTALL))
    for name, program in (("readme.py", blocks), ("program.py", PROGRAM)):
        (folder / name).write_text(program, encoding="utf-8")
    names = ["readme.py", "program.py"]
    # the settings and the cache of `make lint`, which has read the library and NumPy before
    options = [
        "--strict",
        "--config-file",
        str(ROOT / "pyproject.toml"),
        "--cache-dir",
        str(ROOT / ".mypy_cache"),
    ]
    with contextlib.chdir(ROOT):
        answer, trouble, _ = api.run([*options, *(str(folder / name) for name in names)])
    assert trouble == ""
    found = re.findall(r"(\w+\.py):(\d+): error: ", answer)
    assert {name for name, _ in found} <= set(names), answer
    return {name: {int(line) for place, line in found if place == name} for name in names}


def test_the_readme_is_accepted(checked: dict[str, set[int]]) -> None:
    assert checked["readme.py"] == set()


def test_each_misspelt_name_and_wrong_kind_is_found_and_nothing_else(checked: dict[str, set[int]]) -> None:
    lines = PROGRAM.splitlines()
    wrong = {number for number, line in enumerate(lines, start=1) if line.endswith("# wrong")}
    assert len(wrong) > 15
    assert {lines[number - 1] for number in checked["program.py"] ^ wrong} == set()


NAMES = {"Callback": Callback, "Session": Session, "History": History}


def hints(function: object) -> dict[str, object]:
    """The types of its arguments, also of those that are imported for type checkers only."""
    wanted = vars(inspect.getmodule(function)) | NAMES | {"Loss": gn.losses.Loss, "Metric": gn.metrics.Metric}
    return get_type_hints(function, wanted)


def test_the_options_that_a_sweep_passes_on_are_those_of_fit() -> None:
    options = [
        part
        for part in inspect.signature(gn.Network.fit).parameters.values()
        if part.kind is part.KEYWORD_ONLY
    ]
    of_fit = {part.name: hints(gn.Network.fit)[part.name] for part in options}
    assert get_type_hints(FitOptions) == of_fit
    assert get_type_hints(SharedOptions) == {k: v for k, v in of_fit.items() if k not in ("seed", "progress")}
    assert get_type_hints(SweepOptions) == get_type_hints(SharedOptions) | {"learning_rate": float}


def test_a_setup_takes_options_as_fit_does() -> None:
    of_fit, of_recipe = (
        inspect.signature(function).parameters for function in (gn.Network.fit, TrainingSetup.__init__)
    )
    for name, part in of_recipe.items():
        if part.kind is part.KEYWORD_ONLY and name != "engine":
            assert part.default == of_fit[name].default
            assert hints(TrainingSetup.__init__)[name] == hints(gn.Network.fit)[name]


def test_help_shows_every_option_of_fit_with_its_default_and_its_meaning() -> None:
    documented = inspect.getdoc(gn.Network.fit) or ""
    for name in list(inspect.signature(gn.Network.fit).parameters)[1:]:
        assert re.search(rf"^(\w+, )*{name}(, \w+)* : ", documented, flags=re.MULTILINE), name
    assert "optimizer: 'str | Optimizer' = 'adam'" in str(inspect.signature(gn.Network.fit))
