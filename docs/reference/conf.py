"""How the reference is built: every public name, from its docstring and the facts on its class.

    make docs

Nothing is loaded from elsewhere, neither while it is built nor when a page is opened.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import glassnet

project, author, version = "glassnet", "The glassnet authors", glassnet.__version__
extensions = ["sphinx.ext.autodoc", "numpydoc", "pages", "formulas"]
html_theme = "basic"
html_title = f"glassnet {version}"
html_static_path = ["style"]
html_css_files = ["glassnet.css"]
html_math_renderer = "mathml"
html_show_sourcelink = html_copy_source = False
nitpicky = True

autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
