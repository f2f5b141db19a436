"""What a page shows, as the templates take it."""

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from archsum.comparison.totals import Total, totals
from archsum.errors import SpecError
from archsum.render.diff.report import Report as Difference
from archsum.render.memory import costs as memory_text
from archsum.render.numbers import binary, count, quantity
from archsum.render.report.boxes import Drawn, boxes
from archsum.render.report.budgets import Budget, budget
from archsum.render.report.changes import Changes, changes
from archsum.render.report.explained import Derivations
from archsum.render.report.subject import Reported, Subject
from archsum.render.report.table import Table, table
from archsum.render.report.timeline import Timeline, timeline
from archsum.render.report.tones import Tones
from archsum.render.report.treemap import Figure, Treemap, treemap
from archsum.render.training import options


class Headline(NamedTuple):
    """A total of the network, and the id of its derivation."""

    title: str
    value: str
    explained: str


class Map(NamedTuple):
    """A treemap, and what it is of."""

    key: str
    title: str
    unit: str
    caption: str
    """The total; unknown where that of a layer is."""
    tiles: Treemap


class Shown(NamedTuple):
    """All that is shown of one network."""

    id: str
    when: str
    """`before` or `after`, of two."""
    name: str
    title: str
    """What it is called: its file, for the most part."""
    options: str
    headlines: tuple[Headline, ...]
    tones: Tones
    maps: tuple[Map, ...]
    boxes: tuple[Drawn, ...]
    more_boxes: tuple[str, ...]
    timeline: Timeline | None
    why_unknown: str
    table: Table
    derivations: Derivations
    memory: tuple[str, ...]
    """The lines of `archsum memory`."""


class Page(NamedTuple):
    """A page about a network, or about two."""

    title: str
    networks: tuple[Shown, ...]
    budget: Budget
    changes: Changes | None


class DifferencePage(NamedTuple):
    """A page of what changed alone."""

    title: str
    changes: Changes
    budget: Budget


def page(subject: Subject) -> Page:
    """Return what the page shows of a network, or of two."""
    peaks = [reported.training.peak for reported in subject.networks if reported.training]
    shown = tuple(
        _shown(reported, letter, when, max(peaks, default=0))
        for reported, letter, when in zip(subject.networks, "ab", subject.whens, strict=False)
    )
    difference = subject.difference
    return Page(
        " → ".join(difference.titles) if difference else subject.last.summary.name,
        shown,
        budget(subject, [one.derivations for one in shown]),
        changes(difference) if difference else None,
    )


def page_of_difference(difference: Difference, depth: int | None = None) -> DifferencePage:
    """Return what a page shows of what changed."""
    networks = map(Reported, difference.titles, difference.costs, difference.checks)
    subject = Subject(tuple(networks), difference)
    return DifferencePage(" → ".join(difference.titles), changes(difference, depth), budget(subject))


def _shown(reported: Reported, id_: str, when: str, highest: int) -> Shown:
    summary = reported.summary
    derivations, tones = Derivations(summary, id_, totals=reported.is_small), Tones(summary)
    drawn, more = boxes(summary, tones) if reported.is_small else ([], ["The network is too large to draw."])
    return Shown(
        id_,
        when,
        summary.name,
        reported.title,
        options(reported.costs.options),
        tuple(_headlines(reported, derivations)),
        tones,
        tuple(_maps(reported, is_one_of_two=bool(when))),
        tuple(drawn),
        tuple(more),
        timeline(reported, highest),
        "" if reported.training else reported.why_unknown,
        table(reported, derivations),
        derivations,
        tuple(_memory(reported)),
    )


def _headlines(reported: Reported, derivations: Derivations) -> Iterator[Headline]:
    """Yield the totals; trainable parameters where these are not all."""
    for total in totals(reported.costs, reported.costs):
        if total.name != "trainable_params" or total.after != reported.summary.params:
            yield _headline(total, derivations)


def _headline(total: Total, derivations: Derivations) -> Headline:
    if total.in_bytes:
        is_memory = total.name != "weight_memory"
        size = "unknown" if total.after is None else binary(total.after)
        return Headline(total.title, size, derivations.memory if is_memory else derivations.whole)
    return Headline(total.title, count(total.after), derivations.whole if total.name != "layers" else "")


def _maps(reported: Reported, *, is_one_of_two: bool) -> Iterator[Map]:
    """Yield the treemaps."""
    kept = {layer.name: size for layer, size in reported.training.kept_by_layer} if reported.training else {}
    figures: list[tuple[str, str, str, Figure]] = [
        ("params", "Parameters", "parameters", lambda layer: layer.params),
        ("macs", "MACs", "MACs", lambda layer: layer.macs),
        ("kept", "Kept memory", "bytes", lambda layer: kept.get(layer.name)),
    ]
    for key, title, unit, figure in figures:
        drawn = treemap(reported.summary, figure, is_one_of_two=is_one_of_two)
        total = binary(drawn.total) if unit == "bytes" else count(drawn.total)
        if drawn.unknown:
            total = f"unknown, as it is of {drawn.unknown:,} of {quantity(len(reported.summary.layers), 'layer')}"
        yield Map(key, title, unit, f"{title}: {total}", drawn)


def _memory(reported: Reported) -> Iterator[str]:
    """Yield the lines of `archsum memory`, where it is found quickly."""
    if reported.is_small:
        with suppress(SpecError):  # it takes more work than a file of this size may
            yield from memory_text.render(reported.costs, reported.device).split("\n")
