"""The command `glassnet`."""

import io
import sys


def main() -> None:
    """Run the command; everything heavy is loaded by the part of it that is asked for."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        from glassnet.cli.app import app

        app()
    except KeyboardInterrupt:
        print("glassnet: stopped by Ctrl-C", file=sys.stderr)
        sys.exit(130)
