"""`archsum solve`."""

import argparse
import gc

from archsum.cli.arguments import add_format_argument, add_overrides, training
from archsum.cli.exit_codes import BAD_INPUT, OK, OVER_BUDGET
from archsum.cli.varying import add_file_argument, add_limit_arguments, read_template, setting, warn_of_unused


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_file_argument(parser)
    add_overrides(parser)
    parser.add_argument(
        "--vary",
        metavar="NAME=RANGE",
        action="append",
        type=setting,
        required=True,
        help="the variable, and between what: width=0.1:4, to three digits; depth=1:40, whole numbers as the ends are; "
        "width=0.25:4:0.25, with a step",
    )
    parser.add_argument("--smallest", action="store_true", help="find the smallest value, instead of the largest")
    parser.add_argument("--scan", action="store_true", help="compute values one by one from the end on, not by halves")
    add_limit_arguments(parser, "it")
    add_format_argument(parser)
    parser.set_defaults(error=parser.error)


def run(arguments: argparse.Namespace) -> int:
    """Print the value; where there is none, the limits are too low, or as in `check`, depend on what is unknown."""
    gc.enable()  # which is off for commands that end soon
    if not (arguments.where or arguments.within_budget or arguments.device):
        arguments.error("what has it to keep? add --where 'params <= 1M', --within-budget or --device")
    if len(arguments.vary) > 1:
        arguments.error("--vary takes one variable: set the others by --set, or try all combinations by archsum sweep")
    from archsum.api import solve
    from archsum.render.sweep import solution as text

    [(name, values)] = arguments.vary
    template = read_template(arguments.file, arguments.input)
    warn_of_unused(template, (name, *(one for one, _ in arguments.variables)))
    found = solve(
        template,
        name,
        values,
        variables=dict(arguments.variables),
        where=arguments.where,
        within_budget=arguments.within_budget,
        device=arguments.device,
        training=training(arguments),
        smallest=arguments.smallest,
        scan=arguments.scan,
    )
    print(text.render_json(found) if arguments.format == "json" else text.render(found))
    if found.row is None:
        return BAD_INPUT if found.is_undecided else OVER_BUDGET
    return OK
