"""``python -m glassnet.browser`` writes ``glassnet.js`` anew."""

from glassnet.browser.building import BUILT, module

BUILT.write_text(module(), encoding="utf-8")
