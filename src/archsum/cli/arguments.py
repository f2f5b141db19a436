"""Arguments that several commands share."""

import argparse
import os
import sys
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO

from archsum.bounds import MAX_DIGITS
from archsum.errors import Diagnostic, SpecError, quote, suggest
from archsum.formula import Value
from archsum.language.text.scalars import resolve, resolve_sizes

if TYPE_CHECKING:
    from archsum.api import Network
    from archsum.revisions import RevisionFile


def add_file_arguments(parser: argparse.ArgumentParser, number: str | None = None) -> None:
    """Add SOURCE, or as many as `number` says as argparse does, --set, --input and --allow-unknown."""
    parser.add_argument(
        "file",
        metavar="SOURCE",
        nargs=number,
        help="a network file: our YAML, Keras's .keras, .h5 or .json, or .onnx; `-` is standard input. Or module:name, "
        "a live model of PyTorch or Keras, or a function that makes one, or model.py:name of a file: its code is run. "
        "Or REV:path, a file as a revision of the Git repository has it",
    )
    add_overrides(parser)
    parser.add_argument(
        "--allow-unknown",
        action="store_true",
        help="accept layers of Keras files whose weights nobody can know: all totals that they touch are unknown",
    )


def add_overrides(parser: argparse.ArgumentParser, side: str = "") -> None:
    """Add --set and --input; of two networks, those of the second alone with `side`, as --set-after."""
    flag, dest = (f"-{side}", f"_{side}") if side else ("", "")
    whose = "the second network alone" if side else "the file"
    parser.add_argument(
        f"--set{flag}",
        dest=f"variables{dest}",
        metavar="NAME=VALUE",
        action="append",
        type=_variable,
        default=[],
        help=f"override a variable of {whose}, as in width=0.5 or depths=[3,4,6,3]; may be given several times",
    )
    parser.add_argument(
        f"--input{flag}",
        metavar="SIZES",
        action=_AddInput,
        type=shape,
        help=f"override the input of {whose}, as in 224,224,3, or null,null,3 where sizes are unknown; one of several "
        "by its name, as in left=105,105,1, and may then be given several times",
    )


def add_training_arguments(parser: argparse.ArgumentParser, *, batch: bool = True) -> None:
    """Add --batch, --optimizer, --precision and --checkpointing: how the network is trained."""
    from archsum.memory.optimizers import OPTIMIZERS
    from archsum.memory.precision import PRECISIONS

    group = parser.add_argument_group("training", "They take the place of what the file says under `training`.")
    if batch:
        group.add_argument(
            "--batch", metavar="N", type=number_of("samples"), help="the samples of a batch (default: 32)"
        )
    # What is none of the words is said as of a file, with the one that was meant.
    group.add_argument("--optimizer", metavar="NAME", help=f"{', '.join(OPTIMIZERS)} (default: adam)")
    group.add_argument(
        "--precision",
        metavar="NAME",
        help=f"{', '.join(PRECISIONS)} (default: float32); float32, stated here, is a microcontroller's too, which is "
        "int8 otherwise",
    )
    group.add_argument(
        "--checkpointing",
        metavar="BLOCK,…",
        type=lambda text: text.split(","),
        help="blocks that keep only what they take, and compute the rest again on the way back",
    )


def training(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what the command says of training."""
    given = {name: getattr(arguments, name, None) for name in ("batch", "optimizer", "precision", "checkpointing")}
    return {name: value for name, value in given.items() if value is not None}


def add_format_argument(parser: argparse.ArgumentParser, description: str = "a table, or JSON for scripts") -> None:
    """Add --format, of a command that prints a table or JSON."""
    parser.add_argument("--format", choices=("table", "json"), default="table", help=description)


def number_of(things: str) -> Callable[[str], int]:
    """Return what reads how many of some things there are, 1 or more."""

    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > MAX_DIGITS or int(text) < 1:
            raise argparse.ArgumentTypeError(f"{quote(text)} is not a number of {things}: 1 or more")
        return int(text)

    return read


def figure_file(path: str) -> tuple[str, str]:
    """Return the file, and the format that its ending says. Errors: ArgumentTypeError."""
    from archsum.render.plot import FORMATS

    ending = os.path.splitext(path)[1].lower().removeprefix(".")
    if ending not in FORMATS:
        raise argparse.ArgumentTypeError(f"`{path}` ends in none of {', '.join(f'.{name}' for name in FORMATS)}")
    return path, ending


def known_word(what: str, word: str, known: Collection[str], choice: str | None = None) -> str:
    """Return a word that is known.

    Errors: ArgumentTypeError for one that is not, with that which was meant, if it is close.
    """
    if word not in known:
        cure = suggest(word, known) or choice or f"choose from {', '.join(known)}"
        raise argparse.ArgumentTypeError(f"there is no {what} `{word}`: {cure}")
    return word


class _AddInput(argparse.Action):
    """Gathers shapes: a single one, or several by their names."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: Any = None
    ) -> None:
        name, sizes = values
        given = getattr(namespace, self.dest)
        if name is None and given is None:
            setattr(namespace, self.dest, sizes)
        elif name and not isinstance(given, list):
            setattr(namespace, self.dest, {**(given or {}), name: sizes})
        else:
            raise argparse.ArgumentError(self, "of several shapes, each has its input's name: left=105,105,1")


def network(file: "str | RevisionFile", arguments: argparse.Namespace) -> "Network":
    """Return the network of a source, or of standard input for `-`, with what the command overrides.

    What its reader has to warn of goes to stderr.

    Errors: SpecError with every problem in the source.
    """
    from archsum.api import load

    source = standard_input() if file == "-" else file
    if isinstance(source, str):
        _require_no_revision(source, [arguments.file] if isinstance(arguments.file, str) else arguments.file)
    loaded = load(
        source,
        variables=dict(arguments.variables),
        input=arguments.input,
        allow_unknown=arguments.allow_unknown,
    )
    if loaded.warnings:
        from archsum.cli.console import report

        report(SpecError(loaded.warnings))
    return loaded


def standard_input() -> BinaryIO:
    """Return what `-` stands for. Errors: SpecError where it is closed."""
    if not sys.stdin:
        cure = "name a file, or open it: `< FILE`"
        raise SpecError([Diagnostic("unreadable", "cannot read <stdin>: it is closed", None, cure)])
    return sys.stdin.buffer


def _require_no_revision(word: str, files: Sequence[str]) -> None:
    """Refuse the name of a revision in the place of a file, and say how that revision's file is written.

    Errors: SpecError.
    """
    if os.path.exists(word) or ":" in word:
        return
    from archsum.revisions import from_the_top, is_commit, is_path

    if is_path(word) or not is_commit(word):
        return
    path = next((from_the_top(file) for file in files if is_path(file) and os.path.exists(file)), "PATH")
    cure = f"write `{word}:{path}`" + (", with the path of a network's file" if path == "PATH" else "")
    raise SpecError([Diagnostic("unreadable", f"cannot read {word}: it is a revision, and no file", None, cure)])


def shown(file: str) -> str:
    """Return what a file is called in what we print."""
    return "<stdin>" if file == "-" else file


def _variable(text: str) -> tuple[str, Value]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"`{text}` is not NAME=VALUE")
    try:
        return name, _value(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}: round it") from None


def _value(text: str) -> Value:
    """Read a value as a file would: a number, a word, or a list of them in [ ], which numbers do not need."""
    is_list = text.startswith("[") and text.endswith("]")
    inside = text[1:-1].strip() if is_list else text
    items = [resolve(item.strip()) for item in inside.split(",")] if inside else []
    if is_list or (len(items) > 1 and not any(isinstance(item, str | None) for item in items)):
        return items
    return resolve(text)


def shape(text: str) -> tuple[str | None, list[int | None]]:
    """Return the sizes of an input, and its name where there is one. Errors: ArgumentTypeError."""
    name, equals, sizes = text.rpartition("=")
    try:
        if bool(name) != bool(equals):
            raise ValueError
        return name or None, resolve_sizes(sizes)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{quote(text)} is not a list of sizes such as 224,224,3") from None
