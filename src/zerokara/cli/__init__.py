"""The command line: `zerokara COMMAND`, one file a command."""

from zerokara.cli.app import main

__all__ = ["main"]
