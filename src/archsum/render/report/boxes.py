"""The folded diagram: the flowchart of `archsum diagram` as boxes in boxes, from top to bottom."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from archsum.render.diagram.boxes import Arrow, Box, Look, flowchart
from archsum.render.layout import cut
from archsum.render.report.tones import Tones
from archsum.summary import Summary

_MOST = 40
"""More boxes nobody takes in."""


@dataclass
class Drawn:
    """An input, a layer, a folded block or an output; or a block with what is in it."""

    title: str
    type: str
    notes: tuple[str, ...]
    tones: str
    look: str
    parts: list["Drawn"] = field(default_factory=list)


def boxes(summary: Summary, tones: Tones) -> tuple[list[Drawn], list[str]]:
    """Return the outermost boxes, and a line of how many are left out.

    A box that does not take what the box above gives, and that alone, says what it takes.
    """
    chart = flowchart(summary)
    shown, more = cut(chart.boxes, _MOST, "box")
    taken = _taken(chart.arrows)
    titles = {box.name: box.title for box in chart.boxes}
    outermost: list[Drawn] = []
    inside = [outermost]
    before = ""
    for box in shown:
        for cluster in box.opens:
            path = tuple(cluster.name.split("/"))
            inside[-1].append(Drawn(cluster.title, "", (), tones.of(path), "open"))
            inside.append(inside[-1][-1].parts)
        inside[-1].append(_drawn(box, taken.get(box.name, []), titles, before, tones))
        del inside[len(inside) - box.closes :]
        before = box.name
    return outermost, more


def _taken(arrows: Iterable[Arrow]) -> dict[str, list[str]]:
    taken: dict[str, list[str]] = {}
    for arrow in arrows:
        taken.setdefault(arrow.target, []).append(arrow.source)
    return taken


def _drawn(box: Box, sources: list[str], titles: dict[str, str], before: str, tones: Tones) -> Drawn:
    is_next = sources in ([], [before])
    takes = () if is_next else (f"takes {', '.join(titles.get(name, name) for name in sources)}",)
    tone = "" if box.look is Look.DATA else tones.of(tuple(box.name.split("/")))
    return Drawn(box.title, box.type, (*takes, *box.notes), tone, box.look)
