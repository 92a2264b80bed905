"""The page can be used by everyone: axe, the common checker of accessibility, finds nothing serious in any view."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.access import grave_findings
from tests.browser.page.conftest import wait as after

pytestmark = pytest.mark.browser
TABS = ("walk", "weights", "surface", "confusion", "runs", "code", "files", "lessons", "formula")


@pytest.mark.parametrize(
    ("theme", "width", "address"),
    [("light", 1280, "data=wine&hidden=6.tanh.bn,40.relu"), ("dark", 390, "data=digits&hidden=16.relu")],
)
def test_axe_finds_nothing_serious_in_any_view(
    open_page: Callable[..., Any], theme: str, width: int, address: str
) -> None:
    tab = open_page(address, theme=theme, width=width)
    tab.click("button.epoch")
    after(tab, "s.frame.epoch === 1")
    for name in TABS:
        tab.click(f"#tab-{name}")
    tab.evaluate("for (const panel of document.querySelectorAll('[role=tabpanel]')) panel.hidden = false")
    assert grave_findings(tab) == []
