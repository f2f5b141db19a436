"""A page of its own about a network, or about what changed between two, which the extra `report` brings."""

from importlib.util import find_spec

from archsum.errors import Diagnostic, SpecError
from archsum.render.diff.report import Report as Difference
from archsum.render.report.subject import Subject


def render(subject: Subject) -> str:
    """Return the page of a network, or of two. Errors: SpecError where Jinja is not installed."""
    _require_jinja()
    from archsum.render.report.page import page
    from archsum.render.report.templates import fill

    return fill("report.html", page(subject), scripts=True)


def render_difference(difference: Difference, depth: int | None = None) -> str:
    """Return a page of what changed alone; blocks more than `depth` levels deep are folded.

    Errors: SpecError where Jinja is not installed.
    """
    _require_jinja()
    from archsum.render.report.page import page_of_difference
    from archsum.render.report.templates import fill

    return fill("diff.html", page_of_difference(difference, depth))


def _require_jinja() -> None:
    if not find_spec("jinja2"):
        message = "pages are written with Jinja, which is not installed"
        raise SpecError([Diagnostic("missing-jinja", message, None, "`pip install jinja2` brings it")])
