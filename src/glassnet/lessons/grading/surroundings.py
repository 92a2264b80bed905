"""What of this machine a learner's process needs: files to read, where modules lie, variables."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import glassnet

PACKAGE = Path(glassnet.__file__).parent
_TASKS = Path("lessons") / "tasks"  # the solutions among them
TASKS = PACKAGE / _TASKS
# Programs, libraries and what they read; those of them that are there.
_OF_SYSTEM = (
    "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib32", "/usr/lib64",
    "/usr/libexec", "/usr/share", "/usr/local/bin", "/usr/local/lib", "/usr/local/lib64", "/etc/ld.so.cache",
    "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime", "/nix/store", "/gnu/store",
    "/sys/devices/system/cpu",
)  # fmt: skip
_OF_PYTHON = ("bin", "lib", "lib64", "share", "pyvenv.cfg")
_FOLDERS_OF_PACKAGES = ("site-packages", "dist-packages")


def visible() -> list[str]:
    """What a learner's process must be able to read; nothing of it belongs to a person, but Python may lie at home."""
    prefixes = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}
    of_python = [f"{prefix}/{name}" for prefix in prefixes for name in _OF_PYTHON]
    packages = [entry for entry in path_of_modules() if entry != str(PACKAGE.parent)]
    paths = [*_OF_SYSTEM, *of_python, *packages, sys.executable, str(PACKAGE)]
    return sorted({path for path in paths if Path(path).exists()})


def path_of_modules() -> list[str]:
    """Of what this process has in its path: where Python, packages and glassnet lie, and no folder of work."""
    entries = [str(PACKAGE.parent)]
    for entry in sys.path:
        is_needed = Path(entry).name in _FOLDERS_OF_PACKAGES or any(
            Path(entry).is_relative_to(Path(prefix) / "lib") for prefix in (sys.prefix, sys.base_prefix)
        )
        if is_needed and Path(entry).is_absolute() and Path(entry).exists():
            entries.append(entry)
    return list(dict.fromkeys(entries))


def with_solutions() -> list[str]:
    """Where solutions lie, also those of another glassnet that is installed."""
    others = [Path(entry) / PACKAGE.name / _TASKS for entry in path_of_modules()]
    return sorted({str(folder) for folder in (TASKS, *others) if folder.is_dir()})


def environment(folder: str) -> dict[str, str]:
    """The variables of a learner's process: none of the teacher's."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "2")
    own = dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR", "GLASSNET_CACHE"), folder)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
        "PYTHONPATH": os.pathsep.join(path_of_modules()),  # for programs that a cell starts
        **own,
        **threads,
    }
