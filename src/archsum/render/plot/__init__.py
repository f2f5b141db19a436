"""The memory of a training step, or the front of a sweep, as a figure, by matplotlib: the extra `plot` brings it."""

from importlib.util import find_spec

from archsum.errors import Diagnostic, SpecError
from archsum.memory.costs import Costs
from archsum.memory.devices import Device

FORMATS = ("svg", "pdf", "png")


def require() -> None:
    """Errors: SpecError where matplotlib is not installed."""
    if not find_spec("matplotlib"):
        message = "the picture is drawn by matplotlib, which is not installed"
        raise SpecError([Diagnostic("missing-matplotlib", message, None, "`pip install matplotlib` brings it")])


def render(costs: Costs, format_: str, device: Device | None = None) -> bytes:
    """Return the figure as a file of that format, with what the device has for the network.

    Errors: SpecError where matplotlib is not installed.
    """
    require()
    from archsum.render.plot import figure

    return figure.draw(costs, format_, device)
