"""What a user did wrong, in one line."""

from __future__ import annotations

import re
import sys
from typing import Any, NoReturn, cast

import typer
from typer.core import TyperGroup

from glassnet.engines.torch import processes
from glassnet.errors import GlassnetError
from glassnet.support.text import plain
from glassnet.training.interrupt import CTRL_C, TERMINATED, reason_of, terminable

# The base of all complaints about arguments and options; Typer names only the classes below it.
_UsageError = cast("type[Exception]", typer.BadParameter.__bases__[0])

BAD_USAGE = 2
# How the library writes what is an option of the command.
_OPTION = re.compile(r"\b(engine|device|loss|optimizer)='([^']*)'")
_ARGUMENT = re.compile(
    r"^(learning_rate|weight_decay|epochs|batch_size|dropout|test_share|validation_share|seed)(?= must be )"
)
# As shells expect: 128 and the number of the signal.
EXIT_CODES = {CTRL_C: 130, TERMINATED: 143}


class Command(TyperGroup):
    """The command with its parts: one line on standard error and exit code 2 for whatever a user can mend.

    Ctrl-C ends with exit code 130, SIGTERM with 143.
    """

    def main(self, *arguments: Any, **options: Any) -> NoReturn:
        options["standalone_mode"] = False
        try:
            code = super().main(*arguments, **options)
        except _UsageError as error:
            _fail(_usage(error))
        except GlassnetError as error:
            _fail(in_options(str(error)))
        except OSError as error:
            _fail(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")
        except MemoryError as error:
            _fail(f"there is not enough memory for this: {error}")
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: Any) -> Any:
        try:
            with terminable():
                return super().invoke(ctx)
        except KeyboardInterrupt as error:
            reason = reason_of(error)
            print(f"glassnet: stopped by {reason}", file=sys.stderr)
            raise typer.Exit(EXIT_CODES[reason]) from None


def _usage(error: Any) -> str:
    where = error.ctx.command_path if error.ctx is not None else "glassnet"
    return f"{error.format_message().rstrip('.')} (see: {where} --help)"


def in_options(message: str) -> str:
    """An error of the library in the command's words: engine='numpy' is --engine numpy."""
    message = _ARGUMENT.sub(lambda argument: f"--{argument[0]}".replace("_", "-"), message)
    return _OPTION.sub(r"--\1 \2", message)


def _fail(message: str) -> NoReturn:
    group = processes.current()
    speaker = f"glassnet, {group.name}" if group.is_several and group.name not in message else "glassnet"
    print(f"{speaker}:", plain(" ".join(message.split())), file=sys.stderr)
    sys.exit(BAD_USAGE)
