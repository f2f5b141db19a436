"""What `report` returns."""

import os
from dataclasses import dataclass, field
from html import escape


@dataclass(frozen=True)
class Report:
    """A page about a network, or two, as the text of a file; a notebook shows it."""

    html: str = field(repr=False)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page to a file, whole or not at all. Errors: SpecError where it cannot be written."""
        from archsum.writing import write

        write(os.fspath(path), self.html.encode())

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{escape(self.html)}" sandbox="allow-scripts" title="archsum report" '
            'style="width: 100%; height: 48em; border: 0"></iframe>'
        )

    def __str__(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"<Report: characters={len(self.html):,}>"
