"""ES modules put into one classic script: each module becomes a function that hands out what it exports.

Comments, indentation and room around signs are left out; so no text of more than one line may stand between backticks.
It knows the forms that the page's own modules are written in, and refuses others by name: ``import { a, b as c } from
"…";``, ``export function``, ``export class``, ``export const``, ``export { a, b };``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from glassnet.errors import GlassnetError

_IMPORT = re.compile(r'^import\s*(?:\{([^}]*)\}\s*from\s*)?"([^"]+)";[^\S\n]*\n?', re.MULTILINE)
_EXPORT = re.compile(r"^export\s+((?:async\s+)?function\*?|class|const)\s+([\w$]+)", re.MULTILINE)
_EXPORT_LIST = re.compile(r"^export\s*\{([^}]*)\};?[^\S\n]*$", re.MULTILINE)
_COMMENT = re.compile(
    r"^[^\S\n]*(?:/\*\*?.*?\*/|//[^\n]*)[^\S\n]*\n|/\*\* @type [^*\n]*\*/ ?", re.MULTILINE | re.DOTALL
)
# Room around these signs means nothing outside of texts, in lines without patterns and templates inside of templates.
_TEXT = re.compile(r"""("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)""")
_SIGNS = re.compile(_TEXT.pattern + r"| ?([=*<>!&|?:,;{}()\[\]/]) ?")
_INDENT = re.compile(r"^[^\S\n]+", re.MULTILINE)


class BundleError(GlassnetError):
    """A module that cannot be put into a script."""


def bundle(folder: Path, entry: str, others: Mapping[str, str]) -> str:
    """The text of a script that runs the module `entry` of a folder, after all that it imports.

    Parameters
    ----------
    folder : path
    entry : str
        A path in the folder, with slashes.
    others : mapping
        Modules that are no files of the folder: their texts by the paths under which they are imported.

    Raises
    ------
    BundleError
        If a module is missing, imports in a circle, or is written in a form that is not known.
    """
    order: list[str] = []
    texts: dict[str, str] = {}
    _visit(entry, folder, others, order, texts, ())
    numbers = {path: f"$module{number}" for number, path in enumerate(order)}
    return '"use strict";\n' + "\n".join(_wrapped(path, texts[path], numbers) for path in order)


def _visit(
    path: str, folder: Path, others: Mapping[str, str], order: list[str], texts: dict[str, str], above: tuple[str, ...]
) -> None:  # fmt: skip
    if path in above:
        raise BundleError(f"modules import each other in a circle: {' → '.join((*above, path))}")
    if path in order:
        return
    texts[path] = others[path] if path in others else _read(folder, path, above)
    for imported in _IMPORT.finditer(texts[path]):
        _visit(_resolved(path, imported[2]), folder, others, order, texts, (*above, path))
    order.append(path)


def _read(folder: Path, path: str, above: tuple[str, ...]) -> str:
    place = folder / path
    if not place.is_file():
        raise BundleError(f"there is no module {path!r}, which {above[-1] if above else 'the page'} imports")
    return place.read_text(encoding="utf-8")


def _resolved(importer: str, target: str) -> str:
    """Where an import leads, as a path in the folder."""
    if not target.startswith("."):
        raise BundleError(f"{importer} imports {target!r}; a module of the page imports by a relative path")
    parts = list(PurePosixPath(importer).parent.parts)
    for part in PurePosixPath(target).parts:
        if part == "..":
            if not parts:
                raise BundleError(f"{importer} imports {target!r}, which is outside of the folder")
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def _wrapped(path: str, text: str, numbers: Mapping[str, str]) -> str:
    imports = [
        f"const {{{_pairs(match[1], ': ')}}} = {numbers[_resolved(path, match[2])]};"
        for match in _IMPORT.finditer(text)
        if match[1]
    ]
    exports = [match[2] for match in _EXPORT.finditer(text)]
    exports += [_pairs(match[1], ": ", turned=True) for match in _EXPORT_LIST.finditer(text)]
    body = _EXPORT_LIST.sub("", _EXPORT.sub(r"\1 \2", _IMPORT.sub("", text)))
    left = re.search(r"^(?:import|export)\b.*$", body, re.MULTILINE)
    if left is not None:
        raise BundleError(f"{path} holds {left[0]!r}, a form of import or export that is not known")
    body = _tightened(_INDENT.sub("", _COMMENT.sub("", body)))
    lines = [*imports, body.strip(), f"return {{{', '.join(exports)}}};"]
    return "\n".join([f"const {numbers[path]} = (() => {{", *lines, "})();"])


def _tightened(text: str) -> str:
    return "\n".join(_tight(line) for line in text.split("\n"))


def _tight(line: str) -> str:
    plain = _TEXT.sub("", line)
    if line.count("`") > 2 or any(sign in plain for sign in "\"'`") or "/" in plain.replace(" / ", ""):
        return line
    return _SIGNS.sub(lambda match: match[1] or match[2], line)


def _pairs(listed: str, joint: str, *, turned: bool = False) -> str:
    """``a, b as c`` as the pattern ``a, b: c``; turned, as the object ``a, c: b``."""
    names = [re.split(r"\s+as\s+", part.strip()) for part in listed.split(",") if part.strip()]
    return ", ".join(joint.join(pair[::-1] if turned else pair) for pair in names)
