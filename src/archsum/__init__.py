"""archsum: summarize a neural network from a YAML file, and check its budget, before anyone trains it."""

TYPE_CHECKING = False  # typing's, without its import: the less comes before `main`, the sooner Ctrl-C is heeded
if TYPE_CHECKING:
    from archsum.api import (
        Network,
        Summary,
        build,
        check,
        convert,
        copy_weights,
        costs,
        devices,
        diagram,
        diff,
        explain,
        fit,
        fit_all,
        from_keras,
        from_torch,
        kinds,
        load,
        plot,
        report,
        solve,
        summarize,
        sweep,
        template,
        to_keras,
        to_torch,
    )
    from archsum.errors import Diagnostic, SpecError

__all__ = [
    "Diagnostic",
    "Network",
    "SpecError",
    "Summary",
    "build",
    "check",
    "convert",
    "copy_weights",
    "costs",
    "devices",
    "diagram",
    "diff",
    "explain",
    "fit",
    "fit_all",
    "from_keras",
    "from_torch",
    "kinds",
    "load",
    "plot",
    "report",
    "solve",
    "summarize",
    "sweep",
    "template",
    "to_keras",
    "to_torch",
]


def __getattr__(name: str) -> object:
    """Import the names when one is first used, so that the command line decides what it pays for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("archsum")
    if name not in __all__:
        raise AttributeError(f"module 'archsum' has no attribute {name!r}")
    from importlib import import_module

    module = import_module("archsum.errors" if name in ("Diagnostic", "SpecError") else "archsum.api")
    return getattr(module, name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
