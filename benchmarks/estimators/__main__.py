"""Run all of scikit-learn's checks with the default parameters, or measure the time of fits.

python -m benchmarks.estimators checks [--preset tabular]
python -m benchmarks.estimators speed [--repeats 5]
"""

from __future__ import annotations

import argparse
import os
from typing import Any


def checks(arguments: Any) -> None:
    from benchmarks.estimators import checks

    checks.run(arguments.preset)


def speed(arguments: Any) -> None:
    from benchmarks.estimators import speed

    speed.run(arguments.repeats)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.estimators")
    commands = parser.add_subparsers(required=True)
    checking = commands.add_parser("checks")
    checking.add_argument("--preset", default="tabular")
    checking.set_defaults(act=checks)
    measuring = commands.add_parser("speed")
    measuring.add_argument("--repeats", type=int, default=5)
    measuring.set_defaults(act=speed)
    # Read when NumPy and SciPy are loaded; one of scikit-learn's checks asks for the first.
    os.environ.setdefault("SCIPY_ARRAY_API", "1")
    for library in ("OPENBLAS", "MKL", "OMP"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    arguments = parser.parse_args()
    arguments.act(arguments)


if __name__ == "__main__":
    main()
