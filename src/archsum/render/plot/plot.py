"""The memory of a training step as a picture, which matplotlib draws and the extra `plot` brings."""

from dataclasses import dataclass
from importlib.util import find_spec

from archsum.errors import Diagnostic, SpecError
from archsum.memory.costs import Costs
from archsum.memory.devices import Device

FORMATS = ("svg", "pdf", "png")

_MIME = {"svg": "image/svg+xml", "pdf": "application/pdf", "png": "image/png"}


@dataclass(frozen=True)
class Plot:
    """A picture as the bytes of a file; a notebook shows it."""

    content: bytes
    format: str

    def __repr__(self) -> str:
        return f"<Plot in {self.format}: bytes={len(self.content):,}>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str | bytes]:
        content = self.content.decode() if self.format == "svg" else self.content
        return {_MIME[self.format]: content, "text/plain": repr(self)}


def render(costs: Costs, format: str, device: Device | None = None) -> Plot:  # noqa: A002
    """Return the picture as a file of that format, with what the device has for the network.

    Errors: SpecError where matplotlib is not installed.
    """
    if not find_spec("matplotlib"):
        message = "the picture is drawn by matplotlib, which is not installed"
        raise SpecError([Diagnostic("missing-matplotlib", message, cure="`pip install matplotlib` brings it")])
    from archsum.render.plot import figure

    return Plot(figure.draw(costs, format, device), format)
