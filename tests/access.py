"""What axe, the common checker of accessibility, has to say about a page in a browser."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pytest

GRAVE = {"serious", "critical"}


def grave_findings(tab: Any) -> list[dict[str, str]]:
    """Each rule that is broken seriously, and the first place; a page that is wider than the window counts, too."""
    pytest.importorskip(
        "axe_playwright_python", reason="axe is not installed: pip install axe-playwright-python"
    )
    tab.evaluate((resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found: list[dict[str, str]] = tab.evaluate(
        "axe.run().then(({ violations }) => violations.map("
        "({ id, impact, nodes }) => ({ id, impact, where: nodes[0].html })))"
    )
    wide = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
    too_wide = [{"id": "wider-than-the-window", "impact": "serious", "where": f"by {wide} pixels"}]
    return [one for one in found if one["impact"] in GRAVE] + (too_wide if wide > 0 else [])
