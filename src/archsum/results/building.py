"""What `build` returns."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Built:
    """A network as source code of a framework; printed, it is that text."""

    text: str
    name: str
    """That of the function which makes the network."""
    framework: str

    def __str__(self) -> str:
        return self.text.removesuffix("\n")

    def __repr__(self) -> str:
        return f"<Built: {self.name!r} for {self.framework}, lines={self.text.count(chr(10)):,}>"
