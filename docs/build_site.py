"""Build the site, ``make docs``: course, how-to pages, reference and background in ``build/site``.

The pages are brought together in ``build/pages``: those of ``docs`` as they are, the lessons of the package, which are
run, and the reference. A warning is an error, and nothing is loaded from elsewhere, neither while it is built nor when
a page is opened.
"""

import shutil
import sys
from importlib.resources import as_file, files
from pathlib import Path

import nbformat
from sphinx.cmd.build import main as sphinx

from glassnet.browser.page.embedding import write
from glassnet.lessons.catalogue import texts
from glassnet.lessons.notebooks import notebook

DOCS = Path(__file__).parent
ROOT = DOCS.parent
BUILD = ROOT / "build"
PAGES, SITE = BUILD / "pages", BUILD / "site"
# What pages link to outside of docs, and where it lies in the site.
MEASURED = "../benchmarks/results/"
DOWNLOAD = '\n\n<p class="download"><a href="../_static/{0}" download>This lesson as a notebook</a></p>\n'


def bring_pages() -> None:
    """The pages of docs, with what they show and link to."""
    for page in [*DOCS.glob("*.md"), *(DOCS / "site").glob("*.md")]:
        text = page.read_text(encoding="utf-8").replace(f"]({MEASURED}", "](measured/")
        (PAGES / page.name).write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "CHANGELOG.md", PAGES / "changelog.md")
    shutil.copy(DOCS / "trace.png", PAGES)
    for folder in ("how-to", "pictures", "cluster", "reference"):
        shutil.copytree(DOCS / folder, PAGES / folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    shutil.copytree(
        ROOT / "benchmarks" / "results", PAGES / "measured", ignore=shutil.ignore_patterns("*.json")
    )


def bring_lessons() -> None:
    """The lessons, as pages that are run and as notebooks to download."""
    (PAGES / "course").mkdir()
    (PAGES / "notebooks").mkdir()
    for number, lesson in texts().items():
        name = lesson.name.replace(".md", ".ipynb")
        nbformat.write(notebook(number), PAGES / "notebooks" / name)
        with as_file(files("glassnet.lessons") / "texts" / lesson.name) as source:
            text = source.read_text(encoding="utf-8")
        (PAGES / "course" / lesson.name).write_text(text + DOWNLOAD.format(name), encoding="utf-8")


def main() -> int:
    """Bring the pages together and build them; the exit code of Sphinx."""
    shutil.rmtree(PAGES, ignore_errors=True)
    PAGES.mkdir(parents=True)
    bring_pages()
    bring_lessons()
    write(PAGES / "notebooks" / "glassnet-page.js")
    options = ["--fail-on-warning", "--keep-going", "-q", "-j", "auto", "-d", str(BUILD / "doctrees")]
    code = sphinx([*options, "-c", str(DOCS / "site"), str(PAGES), str(SITE)])
    # Sphinx ends well also where a process that wrote some of the pages has died.
    unwritten = [
        str(page.relative_to(PAGES))
        for page in sorted(PAGES.rglob("*.md"))
        if not (SITE / page.relative_to(PAGES)).with_suffix(".html").exists()
    ]
    if unwritten:
        print(f"not written: {', '.join(unwritten)}; -j 1 shows why", file=sys.stderr)
        code = code or 1
    n_bytes = sum(file.stat().st_size for file in SITE.rglob("*") if file.is_file())
    print(f"{len(list(SITE.rglob('*.html')))} pages, {n_bytes / 1e6:.0f} MB: {SITE / 'index.html'}")
    return code


if __name__ == "__main__":
    sys.exit(main())
