"""The page's templates, its style and its scripts, filled in by Jinja, which only this imports."""

import base64
import hashlib
from importlib.resources import files
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from archsum.errors import one_line

_SCRIPTS = ("explanations.js", "treemap.js", "timeline.js", "table.js")


class _Embedded(NamedTuple):
    """A style or a script of ours, and the hash by which the page's policy allows it, and nothing else."""

    text: Markup
    hash: str


def fill(template: str, page: NamedTuple, *, scripts: bool = False) -> str:
    """Return a template filled in, with the scripts or without. Whatever a text is, it stays text."""
    environment = Environment(
        loader=PackageLoader("archsum.render.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_as_text,
    )
    script = _embedded(*_SCRIPTS) if scripts else None
    filled: str = environment.get_template(template).render(page._asdict(), style=_embedded("style.css"), script=script)
    return filled


def _as_text(value: Any) -> Any:
    """Keep a name on its line, and let none of its signs steer what is around it."""
    return one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _embedded(*names: str) -> _Embedded:
    text = "\n".join(files(__name__).joinpath(name).read_text(encoding="utf-8") for name in names)
    digest = hashlib.sha256(text.encode()).digest()
    return _Embedded(Markup(text), f"sha256-{base64.b64encode(digest).decode()}")
