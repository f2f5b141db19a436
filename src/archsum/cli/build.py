"""`archsum build`."""

import argparse
import shlex

from archsum.cli.arguments import add_file_arguments, network
from archsum.errors import write_scalar
from archsum.formula import Value
from archsum.writing import write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    from archsum.interchange.building.frameworks import FRAMEWORKS

    add_file_arguments(parser)
    parser.add_argument("--to", choices=tuple(FRAMEWORKS), required=True, help="the framework")
    parser.add_argument("-o", "--output", metavar="FILE", default="-", help="a file to write, instead of printing")


def run(arguments: argparse.Namespace) -> int:
    """Print a network as source code, or write it to a file."""
    from archsum.api import build

    source = network(arguments.file, arguments)
    origin = "standard input" if arguments.file == "-" else arguments.file
    path = "model.py" if arguments.output == "-" else arguments.output
    built = build(source, arguments.to, origin=origin, path=path, options=_options(arguments))
    if arguments.output == "-":
        print(built)
    else:
        write(arguments.output, built.text.encode())
    return 0


def _options(arguments: argparse.Namespace) -> str:
    """Return what overrides the source, as `archsum diff` takes it of its second network."""
    given = [("--set-after", f"{name}={_written(value)}") for name, value in arguments.variables]
    named = arguments.input if isinstance(arguments.input, dict) else {None: arguments.input or []}
    for name, sizes in named.items():
        written = ",".join("null" if size is None else str(size) for size in sizes)
        if written:
            given.append(("--input-after", f"{name}={written}" if name else written))
    return " ".join(shlex.quote(word) for option in given for word in option)


def _written(value: Value) -> str:
    """Write a value as `--set` reads it."""
    return f"[{','.join(map(write_scalar, value))}]" if isinstance(value, list) else write_scalar(value)
