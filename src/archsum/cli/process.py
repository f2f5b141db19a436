"""The command as a process: its arguments, the command that they name, and the exit code that comes of it."""

import argparse
import gc
import os
import re
import sys
from collections.abc import Container, Mapping, Sequence
from importlib import import_module
from itertools import takewhile
from typing import Any, NoReturn

from archsum.cli.exit_codes import BAD_INPUT
from archsum.cli.streams import Sink, guarded

COMMANDS = {
    "summary": "print a network's layers, shapes and parameters",
    "check": "compare networks with their budgets",
    "diff": "compare two networks, part by part",
    "git": "have Git compare networks, and not lines of text",
    "explain": "derive a layer's numbers step by step",
    "explain-error": "list the codes of errors, or explain one",
    "memory": "compute what a network needs of memory, in training and at inference",
    "fit": "find the largest batch that fits into a device",
    "sweep": "compute every variant of a file: other values of its variables, other inputs",
    "solve": "find the largest value of a variable that keeps limits",
    "diagram": "draw a network, or a block of it",
    "convert": "write any network as our YAML, what repeats folded into blocks",
    "report": "write a page about a network, or about what changed between two",
    "build": "write a network as source code of Keras or PyTorch",
    "plot": "draw the memory of a training step, layer by layer",
    "layers": "list the kinds of layer, or document one",
    "devices": "list the built-in devices, and what memory they have",
    "schema": "print the JSON Schema of network files, for editors",
    "completion": "print what completes archsum's command lines in a shell",
}


def run(argv: Sequence[str] | None) -> int:
    """Run the command of the arguments, or of the process's own, and return the exit code."""
    if argv is None:
        gc.disable()  # the process ends before there is garbage worth collecting
    try:
        with guarded() as (stdout, _):
            try:
                code = _run(sys.argv[1:] if argv is None else argv)
            except SystemExit as done:  # by argparse, of wrong usage, or when help is printed
                raise SystemExit(_finish(int(done.code or 0), stdout)) from None
            return _finish(code, stdout)
    finally:
        if argv is None:
            _end()


def _run(argv: Sequence[str]) -> int:
    arguments = _parse(argv)
    from archsum.errors import SpecError

    try:
        code: int = _module(arguments.command).run(arguments)
    except SpecError as error:
        from archsum.cli.console import report

        report(error)
        return BAD_INPUT
    return code


def _module(command: str) -> Any:
    return import_module(f"archsum.cli.{command.replace('-', '_')}")


def _finish(code: int, stdout: Sink | None) -> int:
    """Write what is left, and return the exit code, which is another where the result has no place to go."""
    sys.stdout.flush()
    if stdout and stdout.failure:
        print(f"archsum: cannot write to stdout: {stdout.failure}", file=sys.stderr)
        code = BAD_INPUT
    sys.stderr.flush()
    return code


def _end() -> None:
    """All is done: no Ctrl-C is heeded while Python ends, nor garbage looked for, which can take long."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()


def parsers(commands: Container[str]) -> tuple[argparse.ArgumentParser, Mapping[str, argparse.ArgumentParser]]:
    """Return the parser, and those of its commands, with the arguments of some: only these are imported."""
    parser = _Parser(prog="archsum", description="Summarize a neural network from a YAML file, and check its budget.")
    parser.add_argument("--version", action=_Version)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command, purpose in COMMANDS.items():
        subparser = subparsers.add_parser(command, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
        if command in commands:
            _module(command).add_arguments(subparser)
    return parser, subparsers.choices


def _parse(argv: Sequence[str]) -> argparse.Namespace:
    parser, of_commands = parsers(argv)
    if not argv:
        parser.print_help(sys.stderr)
        parser.exit(BAD_INPUT)
    if not argv[0].startswith("-") and argv[0] not in COMMANDS:
        parser.error(_unknown_command(argv[0]))
    _refuse_dashes(parser, argv)
    arguments, rest = parser.parse_known_args(argv)
    if rest:
        of_commands[arguments.command].error(_one_too_many(rest[0], of_commands[arguments.command]))
    return arguments


def _one_too_many(word: str, parser: argparse.ArgumentParser) -> str:
    """Return what is wrong with a word that the command does not take."""
    from archsum.errors import suggest

    if re.match(r"[A-Za-z_]\w*=", word) and "--set" in parser._option_string_actions:
        return f"`{word}` is one argument too many: did you mean `--set {word}`?"
    if not word.startswith("-"):
        return f"`{word}` is one argument too many; a list has commas, as in `macs,weights`"
    meant = suggest(word.partition("=")[0], parser._option_string_actions)
    return f"`{word}` is no option" + (f": {meant}" if meant else "")


def _refuse_dashes(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    """Refuse `--` as the value of an option, as argparse takes it out, and in some versions misses it then."""
    for word in takewhile(lambda word: word != "--", argv):
        if re.fullmatch("-o=?--|--[^=]*=--", word):
            parser.error(f"`{word}`: `--` is no value")


def _unknown_command(word: str) -> str:
    from archsum.errors import enumerate_words, suggest

    if word.endswith((".yaml", ".yml")) or os.path.isfile(word):
        return f"which command? did you mean `archsum summary {word}`?"
    cure = suggest(word, COMMANDS) or f"choose {enumerate_words(COMMANDS, 'or')}"
    return f"there is no command `{word}`: {cure}"


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are text, whatever the command line has in it, and for which `-5%` is a value."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # As Python 3.14 has it: before, what is no whole number was taken for an option.
        self._negative_number_matcher = re.compile(r"-\.?\d")

    def error(self, message: str) -> NoReturn:
        from archsum.errors import one_line

        self.exit(BAD_INPUT, f"{self.prog}: error: {' '.join(map(one_line, message.split()))}\n")


class _Version(argparse.Action):
    """Print the installed version; looked up only when asked for."""

    def __init__(self, option_strings: list[str], dest: str) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version and exit")

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"archsum {version('archsum')}")
        parser.exit()
