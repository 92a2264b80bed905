"""What is suggested to a user works, and nothing else is suggested."""

import inspect
import subprocess
import sys

import pytest

import glassnet as gn

ROOMS = (
    "activations", "callbacks", "datasets", "errors", "initializers", "losses", "metrics", "optimizers", "plots",
    "schedules", "tables",
)  # fmt: skip


def test_completion_shows_the_public_names_and_nothing_else() -> None:
    assert dir(gn) == sorted(gn.__all__)
    for room in ROOMS:
        assert dir(getattr(gn, room)) == sorted(getattr(gn, room).__all__)


IN_A_FRESH_SESSION = """
import importlib, sys
for names in sys.argv[1:]:  # those of one room, in an interpreter that knows no other
    for module in [module for module in sys.modules if module.partition(".")[0] == "glassnet"]:
        del sys.modules[module]
    gn = importlib.import_module("glassnet")
    for name in names.split():
        getattr(gn, name)
    assert dir(gn) == sorted(gn.__all__)
"""


def test_every_name_works_in_a_fresh_session() -> None:
    rooms: dict[str, list[str]] = {}
    for name in gn.__all__:
        room, _ = gn._MODULE_OF.get(name, ("glassnet", name))
        rooms.setdefault(".".join(room.split(".")[:2]), []).append(name)
    command = [sys.executable, "-c", IN_A_FRESH_SESSION, *map(" ".join, rooms.values())]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_shows_all_that_it_defines_and_no_imports(room: str) -> None:
    module = getattr(gn, room)
    for name in module.__all__:
        thing = getattr(module, name)
        of_glassnet = getattr(thing, "__module__", "glassnet").startswith("glassnet")
        assert of_glassnet and not inspect.ismodule(thing), name
    classes = {name for name, thing in vars(module).items() if inspect.isclass(thing)}
    own = {name for name in classes if getattr(module, name).__module__ == module.__name__}
    assert {name for name in own if not name.startswith("_")} <= set(module.__all__)


def test_a_misspelt_name_is_answered_by_the_nearest() -> None:
    with pytest.raises(
        AttributeError, match=r"^module 'glassnet' has no attribute 'Adm'; did you mean 'Adam'\?$"
    ):
        getattr(gn, "Adm")  # noqa: B009, or a type checker finds it
    with pytest.raises(AttributeError, match=r"^module 'glassnet' has no attribute 'tensor_cores'$"):
        getattr(gn, "tensor_cores")  # noqa: B009


def test_errors_can_be_caught_by_name() -> None:
    with pytest.raises(gn.errors.UnknownNameError):
        gn.losses.get("msee")
