"""`archsum completion`."""

import argparse
from importlib.util import find_spec

from archsum.errors import Diagnostic, SpecError

_SHELLS = ("bash", "zsh", "fish")
_FILES = ("file", "output", "plot", "rows")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("shell", choices=_SHELLS, help='the shell, as in `eval "$(archsum completion bash)"`')


def run(arguments: argparse.Namespace) -> int:
    """Print a shell's script. Errors: SpecError where shtab, which writes it, is not installed."""
    if find_spec("shtab") is None:
        message = "the script is written by shtab, which is not installed"
        raise SpecError([Diagnostic("missing-shtab", message, None, "`pip install shtab`")])
    import shtab

    from archsum.api import devices, kinds
    from archsum.cli.process import COMMANDS, parsers
    from archsum.codes import CODES

    # What is offered is not all that is taken: files name devices of their own.
    offered = {"device": devices(), "kind": kinds(), "code": CODES}
    parser, of_commands = parsers(COMMANDS)
    for of_command in of_commands.values():
        for action in of_command._actions:
            if action.dest in _FILES:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
            elif action.dest in offered:
                action.choices = tuple(offered[action.dest])
    print(shtab.complete(parser, arguments.shell))
    return 0
