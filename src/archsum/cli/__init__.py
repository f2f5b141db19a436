"""The command line: parse, call, print, exit code. Each command is a module with `add_arguments` and `run`."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def main(argv: "Sequence[str] | None" = None) -> int:
    """Run `archsum` and return its exit code: 0 all well, 1 over budget, 2 bad input or usage.

    Without `argv` the process is the command's own, with its arguments.
    """
    try:
        from archsum.cli.process import run  # here, as Ctrl-C can come while Python imports

        return run(argv)
    except KeyboardInterrupt as stopped:
        return 128 + (stopped.args[0] if stopped.args else 2)
