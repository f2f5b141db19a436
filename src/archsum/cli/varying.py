"""Arguments of commands that vary a file: the file, and what every variant has to keep."""

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from archsum.cli.arguments import add_training_arguments, standard_input
from archsum.errors import SpecError, quote

if TYPE_CHECKING:
    from archsum.language.read.settings import InputShape
    from archsum.variants import Template


class _And(argparse.Action):
    """Keeps several conditions as one: all have to hold."""

    def __call__(self, _parser: Any, namespace: argparse.Namespace, values: Any, _option: str | None = None) -> None:
        before = getattr(namespace, self.dest)
        setattr(namespace, self.dest, f"({before}) and ({values})" if before else values)


def add_file_argument(parser: argparse.ArgumentParser) -> None:
    """Add FILE."""
    parser.add_argument(
        "file", metavar="FILE", help="a network file in our YAML, with variables; `-` is standard input"
    )


def add_limit_arguments(parser: argparse.ArgumentParser, what: str) -> None:
    """Add --where, --within-budget and --device, which say what is to be kept, and how the network is trained."""
    group = parser.add_argument_group(f"what {what} has to keep")
    group.add_argument(
        "--where",
        action=_And,
        metavar="CONDITION",
        help="a formula of metrics by the names of limits, as in 'params < 5M and training_memory < 16 GiB'; it may "
        "name the file's variables too",
    )
    group.add_argument("--within-budget", action="store_true", help="the file's own budget")
    group.add_argument("--device", metavar="NAME", help="a device's memory; `archsum devices` lists them")
    add_training_arguments(parser)


def read_template(file: str, shape: "InputShape | None" = None) -> "Template":
    """Read the file that is varied; `shape` overrides its input. Errors: SpecError with every problem in it."""
    from archsum.api import template

    return template(standard_input() if file == "-" else file, input=shape)


def warn_of_unused(template: "Template", varied: Iterable[str]) -> None:
    """Say which of the variables that are varied nothing uses: all their values give the same."""
    if warnings := [template.unused_variables[name] for name in varied if name in template.unused_variables]:
        from archsum.cli.console import report

        report(SpecError(warnings))


def setting(text: str) -> tuple[str, str]:
    """Read NAME=VALUES. Errors: ArgumentTypeError."""
    name, equals, values = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError(f"{quote(text)} is not NAME=VALUES")
    return name, values
