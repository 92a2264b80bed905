"""``python -m glassnet.engines.compiled`` writes the portable code that the package carries.

A kernel is compiled anew where a file has changed that its code may be made of: its template's and those that it
imports; all formulas, except for the loop, which has none.
"""

from __future__ import annotations

import ast
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatch
from functools import cache

from glassnet.engines.compiled.engine import ENTRIES
from glassnet.engines.compiled.kernels import BuiltIn
from glassnet.engines.compiled.warmup import every_kernel
from glassnet.kernels.cache import PACKAGE, digests
from glassnet.kernels.native import carried

# What says how names of templates are filled; and besides the template: what the loop consists of, and what a formula
# becomes compiled code by.
ALL = ("engines/compiled/kernels.py", "engines/compiled/layers.py", "engines/compiled/lifted.py")
OF_LOOP = ("engines/loop.py", "kernels/compiled.py", "plan/rows.py", "kernels/native/compiling.py")
OF_OTHERS = ("formulas/*.py", "kernels/lift.py", "kernels/native/compiling.py")


def main() -> None:
    """Compile what has changed up to portable code, and write the archive."""
    began = time.perf_counter()
    now = {file: carried.meaning(file) for file in digests()}
    kernels = built_in()
    about, old = carried.contents()
    same_tools = about.get("made_by") == carried.made_by() and about.get("llvm") == carried.about()["llvm"]
    before = {file: means for file, (_, means) in about["files"].items()} if same_tools else {}
    unchanged = {
        kernel.key: old[kernel.key]
        for kernel in kernels.values()
        if kernel.key in old and _is_as_it_was(kernel, before, now)
    }
    changed = [name for name in kernels if name not in unchanged]
    with ProcessPoolExecutor() as processes:
        compiled = dict(zip(changed, processes.map(portable, changed), strict=True))
    carried.write(unchanged | compiled)
    size, seconds = carried.ARCHIVE.stat().st_size, time.perf_counter() - began
    sys.stdout.write(
        f"{len(kernels)} kernels, {len(compiled)} of them compiled, {size / 1e6:.2f} MB, in {seconds:.0f} s\n"
    )


@cache
def built_in() -> dict[str, BuiltIn]:
    """The kernels of built-in parts, by their names."""
    return {kernel.key: kernel for kernel in every_kernel() if isinstance(kernel, BuiltIn)}


def portable(name: str) -> bytes:
    """The code of a kernel before it is fitted to a processor, compiled in this process."""
    return built_in()[name].portable()


def _is_as_it_was(kernel: BuiltIn, before: Mapping[str, str], now: Mapping[str, str]) -> bool:
    return all(before.get(file) == now[file] for file in files_of(kernel, now))


def files_of(kernel: BuiltIn, files: Iterable[str]) -> set[str]:
    """Those of `files` that the code of a kernel may be made of; what the files named for all import does not count."""
    patterns = OF_LOOP if kernel.template.module == ENTRIES else OF_OTHERS
    named = {file for file in files if any(fnmatch(file, pattern) for pattern in patterns)}
    reached = set(ALL)
    waiting = [_file(kernel.template.module), *sorted(named)]
    while waiting:
        file = waiting.pop()
        if file not in reached and file in files:
            reached.add(file)
            waiting += _imported(file)
    return reached


def _file(module: str) -> str:
    return module.removeprefix("glassnet.").replace(".", "/") + ".py"


@cache
def _imported(file: str) -> list[str]:
    """The files that a file imports from, in this package."""
    return list(_imports(ast.parse((PACKAGE / file).read_text(encoding="utf-8"))))


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("glassnet."):
            yield _file(str(node.module))
            yield from (_file(f"{node.module}.{name.name}") for name in node.names)


if __name__ == "__main__":
    main()
