"""How Sphinx builds the site from the pages that ``docs/build_site.py`` brings together."""

import sys
from pathlib import Path
from typing import Any

import glassnet
from glassnet.browser.page.embedding import shared
from glassnet.support import looks

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "build" / "pages"
sys.path[:0] = [str(HERE), str(HERE.parent / "reference")]


def variables(colours: dict[str, str]) -> dict[str, str]:
    """The theme's names for colours and type of docs/looks.md."""
    return {
        "color-background-primary": colours["paper"], "color-background-secondary": colours["faint"],
        "color-background-border": colours["line"], "color-background-hover": colours["line"],
        "color-foreground-primary": colours["ink"], "color-foreground-secondary": colours["soft"],
        "color-foreground-muted": colours["soft"], "color-foreground-border": colours["soft"],
        "color-brand-primary": colours["accent"], "color-brand-content": colours["accent"],
        "color-brand-visited": colours["accent"],
        "font-stack": 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
        "font-stack--monospace": "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
    }  # fmt: skip


project, author, version = "glassnet", "The glassnet authors", glassnet.__version__
copyright = author
extensions = ["sphinx.ext.autodoc", "numpydoc", "myst_nb", "pages", "formulas", "dark_pictures"]
html_theme = "furo"
html_title = f"glassnet {version}"
html_theme_options = {
    "light_css_variables": variables(looks.colours("light")),
    "dark_css_variables": variables(looks.colours("dark")),
}
html_static_path = ["style", str(PAGES / "notebooks")]
html_css_files = ["site.css"]
html_js_files = ["glassnet-page.js", "site.js"]
html_show_sourcelink = html_copy_source = False
html_math_renderer = "mathml"
exclude_patterns = ["notebooks", "cluster"]
highlight_language = "none"
nitpicky = True

myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_cache_path = str(PAGES.parent / "executed")
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_merge_streams = True

autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False


def share_pages(app: Any, name: str, template: str, context: dict[str, Any], *_: Any) -> None:
    """Pages that lessons show hold all that they need; here they share the one beside the script of the tag."""
    if "body" in context:
        context["body"] = shared(context["body"])


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("html-page-context", share_pages)
