"""Settings of all tests."""

import os

from hypothesis import settings

# Read when NumPy is loaded. The products in tests are small: threads gain nothing, and on busy cores cost tenfold.
for library in ("OPENBLAS", "MKL", "OMP"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# No deadline, since nothing is timed; derandomized, so that the same sources give the same result everywhere.
settings.register_profile("glassnet", deadline=None, derandomize=True)
settings.load_profile("glassnet")
