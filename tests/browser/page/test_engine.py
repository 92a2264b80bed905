"""The engine in a real browser trains as it does in an embedded V8: as the numpy engine."""

from __future__ import annotations

from typing import Any

import pytest

from glassnet.browser import script
from tests.browser.engine import TELL, called
from tests.browser.test_conformance import CHOSEN, OWN, results
from tests.engines.conformance import TOLERANCES, Case, assert_close

pytestmark = pytest.mark.browser
# What has most in it, and one of ten others.
CASES = [case for case in CHOSEN if case.name in ("every layer at once", "residual layers")] + CHOSEN[::10]


@pytest.fixture(scope="module")
def tab(browser: Any) -> Any:
    opened = browser.new_page()
    opened.add_script_tag(content=TELL.replace("const performance", "const unused") + script(parts=OWN))
    return opened


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_trains_in_the_browser_as_numpy_does(case: Case, tab: Any) -> None:
    def call(body: str, data: Any, parts: Any) -> Any:
        return called(body, data, tab.evaluate)

    for name, ours, theirs in results(case, "float64", call):
        assert_close(f"{name} of {case.name}", ours, theirs, TOLERANCES["float64"])
