"""`archsum fit`."""

import argparse

from archsum.cli.arguments import add_file_arguments, add_training_arguments, opened, training


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_file_arguments(parser)
    parser.add_argument(
        "--device", metavar="NAME", help="a device that `archsum devices` lists, or the file's own (default: budget's)"
    )
    add_training_arguments(parser, batch=False)
    parser.add_argument("--format", choices=("table", "json"), default="table", help="a table, or JSON for scripts")


def run(arguments: argparse.Namespace) -> int:
    """Print the largest batches that fit; a device on which not even one sample can be trained is too small."""
    from archsum.api import fit
    from archsum.cli import OK, OVER_BUDGET
    from archsum.render.memory import fit as text

    found = fit(
        opened(arguments.file),
        arguments.device,
        training(arguments),
        variables=dict(arguments.variables),
        input=arguments.input,
    )
    print(text.render_json(found) if arguments.format == "json" else text.render(found))
    return OK if found.training else OVER_BUDGET
