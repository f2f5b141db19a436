"""`archsum devices`."""

import argparse

from archsum.cli.arguments import add_format_argument


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_format_argument(parser, "a table, or JSON with every figure's source")


def run(arguments: argparse.Namespace) -> int:
    """Print the built-in devices."""
    from archsum.cli.console import reading_width
    from archsum.render.memory import devices

    print(devices.render_json() if arguments.format == "json" else devices.render(reading_width()))
    return 0
