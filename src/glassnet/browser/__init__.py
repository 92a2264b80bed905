"""Networks in the browser: formulas and parts of glassnet as one module of JavaScript, and networks as its data."""

from __future__ import annotations

from glassnet.browser.building import module, script
from glassnet.browser.networks import network_of, own_parts, spec_of

__all__ = ["module", "network_of", "own_parts", "script", "spec_of"]
