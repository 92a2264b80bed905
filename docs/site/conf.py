"""How the site is built: the course, each lesson run from top to bottom, with its outputs.

    make site

Nothing is loaded from elsewhere, neither while it is built nor when a page is opened.
"""

import sys
from importlib.resources import as_file, files
from pathlib import Path
from shutil import copyfile
from typing import Any

import glassnet
from glassnet.browser.page.embedding import shared, write
from glassnet.lessons.catalogue import texts
from glassnet.lessons.notebooks import notebook

HERE = Path(__file__).parent
COURSE = HERE / "course"

project, author, version = "glassnet", "The glassnet authors", glassnet.__version__
sys.path.insert(0, str(HERE.parent / "reference"))
extensions = ["myst_nb", "formulas"]
html_theme = "furo"
html_title = f"glassnet {version}"
html_static_path = ["style", "notebooks"]
html_css_files = ["site.css"]
html_js_files = ["glassnet-page.js"]
html_show_sourcelink = html_copy_source = False
html_math_renderer = "mathml"
exclude_patterns = ["notebooks"]

myst_enable_extensions = ["dollarmath"]
nb_execution_mode = "cache"
nb_execution_cache_path = str(HERE.parents[1] / "build" / "executed")
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_execution_show_tb = True


def bring_lessons(*_: Any) -> None:
    """The texts of the package become pages here, and notebooks to download."""
    import nbformat

    COURSE.mkdir(exist_ok=True)
    (HERE / "notebooks").mkdir(exist_ok=True)
    for number, text in texts().items():
        with as_file(files("glassnet.lessons") / "texts" / text.name) as source:
            copyfile(source, COURSE / text.name)
        name = text.name.replace(".md", ".ipynb")
        nbformat.write(notebook(number), HERE / "notebooks" / name)
        with (COURSE / text.name).open("a", encoding="utf-8") as page:
            page.write(
                f'\n\n<p class="download"><a href="../_static/{name}" download>This lesson as a notebook</a></p>\n'
            )


def share_pages(app: Any, name: str, template: str, context: dict[str, Any], *_: Any) -> None:
    """Pages that lessons show hold all that they need; here they share the one beside the script of the tag."""
    if "body" in context:
        context["body"] = shared(context["body"])


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("html-page-context", share_pages)


bring_lessons()
write(HERE / "notebooks" / "glassnet-page.js")
