"""`archsum fit`."""

import argparse

from archsum.cli.arguments import add_file_arguments, add_format_argument, add_training_arguments, network, training
from archsum.cli.exit_codes import OK, OVER_BUDGET


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_file_arguments(parser)
    parser.add_argument(
        "--device", metavar="NAME", help="a device that `archsum devices` lists, or the file's own (default: budget's)"
    )
    add_training_arguments(parser, batch=False)
    add_format_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the largest batches that fit; a device on which not even one sample can be trained is too small."""
    from archsum.api import fit
    from archsum.render.memory import fit as text

    found = fit(network(arguments.file, arguments), arguments.device, training(arguments))
    print(text.render_json(found) if arguments.format == "json" else text.render(found))
    return OK if found.training else OVER_BUDGET
