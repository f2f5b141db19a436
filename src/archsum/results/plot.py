"""What `plot` returns."""

from dataclasses import dataclass

_MIME = {"svg": "image/svg+xml", "pdf": "application/pdf", "png": "image/png"}


@dataclass(frozen=True)
class Plot:
    """A figure as the bytes of a file; a notebook shows it."""

    content: bytes
    format: str

    def __repr__(self) -> str:
        return f"<Plot in {self.format}: bytes={len(self.content):,}>"

    def _repr_mimebundle_(self, **_: object) -> dict[str, str | bytes]:
        content = self.content.decode() if self.format == "svg" else self.content
        return {_MIME[self.format]: content, "text/plain": repr(self)}
