"""Settings of all tests."""

import os
import signal

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
