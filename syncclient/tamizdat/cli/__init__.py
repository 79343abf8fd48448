"""The command line: arguments in, a call, a message and an exit code out."""

from tamizdat.cli.app import main

__all__ = ["main"]
