"""Settings of all tests."""

from hypothesis import settings

# No deadline, since nothing is timed; derandomized, so that the same sources give the same result everywhere.
settings.register_profile("glassnet", deadline=None, derandomize=True)
settings.load_profile("glassnet")
