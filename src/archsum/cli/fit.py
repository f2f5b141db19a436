"""`archsum fit`."""

import argparse

from archsum.cli.arguments import add_file_arguments, add_format_argument, add_training_arguments, network, training
from archsum.cli.exit_codes import OK, OVER_BUDGET


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_file_arguments(parser)
    parser.add_argument(
        "--device",
        metavar="NAME",
        help="a device that `archsum devices` lists, the file's own, a GPU by its memory as in 24GB, or `all` of them "
        "(default: budget's)",
    )
    add_training_arguments(parser, batch=False)
    add_format_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the largest batches that fit; a device on which not even one sample can be trained is too small."""
    from archsum.api import fit, fit_all
    from archsum.render.memory import fit as text

    read = network(arguments.file, arguments)
    if arguments.device == "all" and "all" not in read.devices:
        each = fit_all(read, training(arguments))
        print(text.render_all_json(each) if arguments.format == "json" else text.render_all(each))
        return OK if any(found.training for found in each) else OVER_BUDGET
    found = fit(read, arguments.device, training(arguments))
    print(text.render_json(found) if arguments.format == "json" else text.render(found))
    return OK if found.training else OVER_BUDGET
