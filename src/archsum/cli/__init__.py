"""The command line: parse, call, print, exit code. Each command is a module with `add_arguments` and `run`."""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from archsum.cli.console import report, write_signs_in_ascii

COMMANDS = {
    "summary": "print a network's layers, shapes and parameters",
    "check": "compare networks with their budgets",
    "explain": "derive a layer's numbers step by step",
    "explain-error": "list the codes of errors, or explain one",
    "memory": "compute what a network needs of memory, in training and at inference",
    "fit": "find the largest batch that fits into a device",
    "diagram": "draw a network, or a block of it",
    "plot": "draw the memory of a training step, layer by layer",
    "layers": "list the kinds of layer, or document one",
    "devices": "list the built-in devices, and what memory they have",
    "schema": "print the JSON Schema of network files, for editors",
}

OK, OVER_BUDGET, BAD_INPUT = 0, 1, 2
"""The exit codes."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run `archsum` and return its exit code: 0 all well, 1 over budget, 2 bad input or usage."""
    gc.disable()  # the process ends before there is garbage worth collecting
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name) or open(os.devnull, "w")  # noqa: SIM115 - a closed one is None
        write_signs_in_ascii(stream)
        setattr(sys, name, stream)
    arguments = _parse(sys.argv[1:] if argv is None else argv)
    from archsum.errors import SpecError

    try:
        code: int = _module(arguments.command).run(arguments)
        sys.stdout.flush()
        gc.freeze()  # nor is it looked for at exit, which would take longer than a small network
    except SpecError as error:
        report(error)
        return BAD_INPUT
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python complains at exit
        if isinstance(error, BrokenPipeError):
            return OK  # the reader, such as `head`, has seen enough
        print(f"archsum: {error.strerror}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return 130
    return code


def _module(command: str) -> Any:
    return import_module(f"archsum.cli.{command.replace('-', '_')}")


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="archsum", description="Summarize a neural network from a YAML file, and check its budget."
    )
    parser.add_argument("--version", action=_Version)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    if argv and not argv[0].startswith("-") and argv[0] not in COMMANDS:
        parser.error(_unknown_command(argv[0]))
    for command, purpose in COMMANDS.items():
        subparser = subparsers.add_parser(command, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
        if command in argv:  # only the command that runs is imported
            _module(command).add_arguments(subparser)
    arguments, rest = parser.parse_known_args(argv)
    if rest:
        option = rest[0].startswith("-")
        about = "is no option" if option else "is one argument too many; a list has commas, as in `macs,weights`"
        subparsers.choices[arguments.command].error(f"`{rest[0]}` {about}")
    return arguments


def _unknown_command(word: str) -> str:
    from archsum.errors import enumerate_words, suggest

    if word.endswith((".yaml", ".yml")) or os.path.isfile(word):
        return f"which command? did you mean `archsum summary {word}`?"
    cure = suggest(word, COMMANDS) or f"choose {enumerate_words(COMMANDS, 'or')}"
    return f"there is no command `{word}`: {cure}"


class _Version(argparse.Action):
    """Print the installed version; looked up only when asked for."""

    def __init__(self, option_strings: list[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version and exit")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"archsum {version('archsum')}")
        parser.exit()
