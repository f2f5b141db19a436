"""`archsum schema`."""

import argparse

_IN_AN_EDITOR = """\
An editor that speaks to the YAML language server (Visual Studio Code with Red
Hat's YAML extension, Neovim, Helix, Emacs, …) completes and checks network
files by the schema. Write it to a file once:

  archsum schema > archsum.schema.json

and name that file in the first line of each network file:

  # yaml-language-server: $schema=archsum.schema.json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments; explain how the schema is used."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _IN_AN_EDITOR


def run(arguments: argparse.Namespace) -> int:
    """Print the schema; in ASCII, as a shell may write the file in any encoding."""
    import json

    from archsum.language.schema.network import network_schema

    print(json.dumps(network_schema(), indent=2))
    return 0
