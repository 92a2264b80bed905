"""What a process behind the walls can do, found by trying, and how that is told."""

from __future__ import annotations

from dataclasses import dataclass

# Prints what `Sight` takes; where its own folder cannot be written, it ends with an error.
LOOK = """
import json, os, pathlib, socket
import glassnet
from glassnet.lessons.grading.apart.kernel import has_rights
private, public, common = {told!r}
def can(step, *arguments):
    try:
        step(*arguments)
    except OSError:
        return False
    return True
def touch(file):
    file.touch()
    file.unlink()
def has_network():
    with socket.socket():
        return [name for _, name in socket.if_nameindex()] != ["lo"]
def sees_processes():
    return len([name for name in os.listdir("/proc") if name.isdigit()]) > 2
own = pathlib.Path("own")
own.write_text("x")
print(json.dumps(dict(
    has_rights=has_rights(),
    has_network=can(has_network) and has_network(),
    reads_own=can(pathlib.Path(private).read_bytes),
    reads_common=can(pathlib.Path(public).read_bytes),
    writes_own=can(os.truncate, private, 0),
    writes_common=can(touch, pathlib.Path(common) / "touched"),
    changes_modes=can(os.chmod, private, 0o600),
    sees_processes=can(sees_processes) and sees_processes(),
    ends_processes=os.getppid() != 1 and can(os.kill, os.getppid(), 0),
)))
"""


@dataclass(frozen=True)
class Sight:
    """What a notebook can do that it should not; all of it where nobody looked.

    Attributes
    ----------
    has_rights : bool
        Whether it has capabilities, as root has.
    has_network : bool
        Whether it can open connections.
    reads_own, reads_common : bool
        Whether it reads what the grader's account alone can, and what every user can.
    writes_own, writes_common : bool
        The same for writing.
    changes_modes : bool
        Whether it can change who may read and write a file of the grader's account.
    sees_processes, ends_processes : bool
        Whether it sees other processes, and can end those of the grader's account.
    """

    has_rights: bool = True
    has_network: bool = True
    reads_own: bool = True
    reads_common: bool = True
    writes_own: bool = True
    writes_common: bool = True
    changes_modes: bool = True
    sees_processes: bool = True
    ends_processes: bool = True

    @property
    def holds(self) -> list[str]:
        """What a notebook cannot do."""
        facts = (
            ("without rights", not self.has_rights),
            ("network off", not self.has_network),
            ("no files in sight but those of Python and its own", not (self.reads_own or self.reads_common)),
            (
                "nothing to write but its own",
                not (self.writes_own or self.writes_common or self.changes_modes),
            ),
            ("other processes out of sight", not (self.sees_processes or self.ends_processes)),
        )
        return [said for said, is_so in facts if is_so]

    @property
    def lacks(self) -> list[str]:
        """What a notebook can do all the same."""
        facts = (
            ("it has rights that only root should have", self.has_rights),
            ("the network stays on", self.has_network),
            ("it can read what this account can, other notebooks too", self.reads_own),
            ("it can read what every user can", self.reads_common and not self.reads_own),
            ("it can write what this account can", self.writes_own),
            ("it can write where every user can", self.writes_common and not self.writes_own),
            ("it can change the modes of this account's files", self.changes_modes and not self.writes_own),
            ("it sees other processes", self.sees_processes),
            (
                "it can end processes of this account, and go on when its notebook is graded",
                self.ends_processes,
            ),
        )
        return [said for said, is_so in facts if is_so]


NOT_LOOKED_AT = Sight()
