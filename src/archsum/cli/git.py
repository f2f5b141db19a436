"""`archsum git`."""

import argparse
from pathlib import PurePath
from typing import TYPE_CHECKING

from archsum.cli.exit_codes import OK
from archsum.errors import Diagnostic, SpecError, one_line

if TYPE_CHECKING:
    from archsum.cli.diff_driver import DiffDriver

_BINARY = (".keras", ".onnx")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    wanted = parser.add_mutually_exclusive_group()
    wanted.add_argument("--enable", action="store_true", help="have `git diff`, `git show` and `git log -p` do so")
    wanted.add_argument("--disable", action="store_true", help="have them compare lines of text again")
    wanted.add_argument(
        "--text", dest="file", metavar="FILE", help="print what Git compares of a file; what is no network as it is"
    )
    parser.add_argument(
        "--global",
        dest="everywhere",
        action="store_true",
        help="in all repositories of yours, and not in the current one alone",
    )
    parser.set_defaults(error=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Set Git up, or print what it compares of a file; without an option print what is set up."""
    if arguments.file is not None:
        if arguments.everywhere:
            arguments.error("--global is for --enable and --disable")
        from archsum.writing import write

        write("/dev/stdout", _text(arguments.file))
        return OK
    from archsum.cli.diff_driver import DiffDriver, is_in_repository

    if arguments.enable or arguments.disable:
        driver = DiffDriver(everywhere=arguments.everywhere)
        (driver.enable if arguments.enable else driver.disable)()
        print(_state(driver, everywhere=arguments.everywhere))
        return OK
    if is_in_repository() and not arguments.everywhere:
        print(_state(DiffDriver(everywhere=False), everywhere=False))
    print(_state(DiffDriver(everywhere=True), everywhere=True))
    return OK


def _state(driver: "DiffDriver", *, everywhere: bool) -> str:
    from archsum.cli.diff_driver import COMMAND

    where = "all repositories" if everywhere else "this repository"
    command = driver.command
    if command is None:
        return f"{where}: not enabled"
    by = "" if command == COMMAND else f", with another archsum: {one_line(command)}"
    slow = "" if driver.keeps_texts else ", and slow: set user.name and user.email of Git, and enable it once more"
    return f"{where}: enabled in {one_line(driver.attributes)}{by}{slow}"


def _text(file: str) -> bytes:
    """Return what Git compares of a file: a network's facts, or what is wrong with it; of other YAML the text itself.

    Errors: SpecError where the file cannot be read. One that is wrong is none, as Git would then compare nothing.
    """
    from archsum.language.text.recognition import is_network

    try:
        with open(file, "rb") as opened:
            content = opened.read()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"cannot read {file}: {reason}"
        raise SpecError([Diagnostic("unreadable", message, None, "is it a file, and may you read it?")]) from None
    ending = PurePath(file).suffix.lower()
    is_binary = ending in _BINARY
    if not (is_binary or is_network(content)):
        return content
    try:
        # Git's file is a temporary one, whose name must not be in the text; a name of ours would be taken for a file's.
        return _facts(content, f"<file>{ending if is_binary else ''}")
    except SpecError as error:
        said = f"{error.render()}\n".encode()
        return said if is_binary else b"%s\n%s" % (said, content)


def _facts(content: bytes, name: str) -> bytes:
    from archsum.api import load, summarize
    from archsum.render import listing
    from archsum.revisions import RevisionFile

    network = load(RevisionFile(content, name), allow_unknown=True)
    return listing.render(network, summarize(network)).encode()
