"""``python -m glassnet``: the command."""

from glassnet.cli import main

main()
