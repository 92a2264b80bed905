"""Settings of all tests."""

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

# Read when NumPy is loaded. The products in tests are small: threads gain nothing, and on busy cores cost tenfold.
for library in ("OPENBLAS", "MKL", "OMP"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# No deadline, since nothing is timed; derandomized, so that the same sources give the same result everywhere.
settings.register_profile("glassnet", deadline=None, derandomize=True)
settings.load_profile("glassnet")


# Shells start background jobs, and so what these start, with Ctrl-C ignored; some tests press it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Keep compiled kernels beside pytest's own cache: compiled once for all tests, and for the next run."""
    cache = getattr(config, "cache", None)  # there is none under -p no:cacheprovider
    if cache is not None:
        os.environ.setdefault("GLASSNET_CACHE", str(cache.mkdir("glassnet-kernels")))


def chromium() -> str | None:
    """The browser of this machine, if there is one."""
    names = (os.environ.get("GLASSNET_CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests in a browser out where there is none; where one is required, they fail."""
    if chromium() is None and "GLASSNET_BROWSER_REQUIRED" not in os.environ:
        left_out = [item for item in items if item.get_closest_marker("browser")]
        items[:] = [item for item in items if not item.get_closest_marker("browser")]
        config.hook.pytest_deselected(items=left_out)


@pytest.fixture(autouse=True)
def _torch_as_it_was() -> Iterator[None]:
    """Some tests run programs, and those in float64 ask PyTorch for it as a default, which others must not meet."""
    yield
    if "torch" in sys.modules:
        sys.modules["torch"].set_default_dtype(sys.modules["torch"].float32)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Say at the very end what was left out."""
    asked = [str(argument) for argument in config.args]
    in_worker = hasattr(config, "workerinput")
    if (
        chromium() is None
        and "GLASSNET_BROWSER_REQUIRED" not in os.environ
        and not in_worker
        and "tests" in asked
    ):
        print("The tests of the page in a browser were left out: there is no Chromium on this machine.")


_looked_at: set[str] = set()
_first_states: list[tuple[np.random.Generator, Any]] = []


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test finds the generators of the modules of tests as they were after their import, whatever has run before."""
    _renew_generators()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    """Also where its fixtures have drawn."""
    _renew_generators()


def _renew_generators() -> None:
    for module_name in sys.modules.keys() - _looked_at:
        _looked_at.add(module_name)
        if module_name.startswith("tests."):
            generators = [
                value
                for value in vars(sys.modules[module_name]).values()
                if isinstance(value, np.random.Generator)
            ]
            _first_states.extend((generator, generator.bit_generator.state) for generator in generators)
    for generator, state in _first_states:
        generator.bit_generator.state = state


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    found = chromium()
    assert found is not None, "the tests of the page need Chromium: apt-get install chromium"
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()
