"""How a limit comes of the past, in words."""

from archsum.budget import Verdict
from archsum.errors import one_line
from archsum.render.numbers import growth


def relative_to(verdict: Verdict) -> str:
    """Return what a limit is relative to, and how much there is now; nothing of one that is a number of its own."""
    relative = verdict.relative
    if relative is None or relative.against is None:
        return ""
    allowed, against = relative.growth.text, one_line(relative.against)
    if relative.is_new:
        return f"{allowed}: " + (f"{against} has no {one_line(verdict.block)}" if verdict.block else f"no {against}")
    if relative.base is None:
        return f"{allowed} of what {against} has"
    return f"{allowed} of the {relative.base:,} of {against}{_change(relative.base, verdict.value)}"


def _change(before: int, after: int | None) -> str:
    if after is None or after == before:
        return "" if after is None else ": as it was"
    share = growth(before, after)
    return f": {'grown' if after > before else 'shrunk'} by {abs(after - before):,}" + (f" ({share})" if share else "")
