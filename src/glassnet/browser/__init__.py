"""Networks in the browser: formulas and parts of glassnet as one module of JavaScript, and networks as its data."""

from __future__ import annotations

from glassnet.browser.building import module, script

__all__ = ["module", "script"]
