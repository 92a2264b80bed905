"""The rooms whose sources are changed, and the tests that have to notice it."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "glassnet"

ROOMS = {
    "formulas": (
        "formulas/*.py",
        ["tests/gradients", "tests/parity", "tests/numbers", "tests/test_by_hand.py"],
    ),
    "checks": (
        "checking/**/*.py",
        ["tests/checking", "tests/cli/test_check.py", "tests/test_checking_page.py"],
    ),
    "diagnosis": ("insight/diagnosis/**/*.py", ["tests/insight/diagnosis", "tests/cli/test_diagnose.py"]),
    "report": (
        "insight/report/**/*.py",
        ["tests/insight/report", "tests/cli/test_page.py", "tests/cli/table/test_report_of_tables.py"],
    ),
}
