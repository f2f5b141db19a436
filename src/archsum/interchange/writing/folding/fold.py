"""A network → a document that a person would write."""

from dataclasses import replace
from typing import NamedTuple

from archsum.interchange.writing.entries import BlockEntry, Document
from archsum.interchange.writing.fields import Fields
from archsum.interchange.writing.folding.defaults import state_defaults, state_parameters
from archsum.interchange.writing.folding.emission import Emission, Scope
from archsum.interchange.writing.folding.keys import Keys
from archsum.interchange.writing.folding.optional import insert_at_ends, insert_optional
from archsum.interchange.writing.folding.regions import standing, tree
from archsum.interchange.writing.folding.runs import Banned, fold_runs
from archsum.interchange.writing.folding.sequences import find_sequences
from archsum.interchange.writing.folding.stages import split_stages
from archsum.interchange.writing.folding.stems import set_stems_apart
from archsum.interchange.writing.folding.tables import unfold_tables
from archsum.interchange.writing.folding.templates import Templates
from archsum.interchange.writing.folding.variants import unify
from archsum.interchange.writing.text import count_lines, write_text
from archsum.summary import Summary

_FEW_LINES = 4
"""So few lines are written where they are repeated."""


class HowFar(NamedTuple):
    """How far a network is folded."""

    variants: bool = True
    runs: bool = True
    sequences: bool = True


HOW_FAR = (HowFar(), HowFar(variants=False), HowFar(variants=False, runs=False, sequences=False))
"""The farthest first."""


def fold(summary: Summary, document: Document, fields: Fields, how: HowFar = HOW_FAR[0]) -> Document:
    """Return a document that is folded; `document` is a flat one of the same network.

    What several runs repeat is a block, or is written in each: whichever takes fewer lines.
    """
    ways = (False, True) if how.sequences else (False,)
    found = [_folded(summary, replace(document, defaults={}), fields, how, in_runs=in_runs) for in_runs in ways]
    return min(found, key=lambda one: write_text(one).count("\n"))


def _folded(summary: Summary, document: Document, fields: Fields, how: HowFar, *, in_runs: bool) -> Document:
    inputs, body, outputs = tree(summary, fields, document.data_format)
    keys = Keys(len(inputs))
    keys.number(body)
    if how.variants:
        insert_at_ends(body)
        keys.number(body)
        insert_optional(body)
        keys.number(body)
        unify(body, keys)
    banned: Banned = set()
    for _ in range(2):
        if how.runs:
            fold_runs(body, keys, banned)
        templates = Templates(body, document.data_format)
        while unfold_tables(body, templates, keys, banned):
            templates = Templates(body, document.data_format)
        while how.variants and set_stems_apart(body, templates, keys):
            templates = Templates(body, document.data_format)
        if how.sequences:
            find_sequences(body, keys, lambda: Templates(body, document.data_format), in_runs=in_runs)
    templates = Templates(body, document.data_format)
    if split_stages(body, templates, keys):
        templates = Templates(body, document.data_format)
    outputs = standing(body, outputs)
    whole = templates.make([body], [next(iter(inputs.values()))])
    inline: frozenset[int] = frozenset()
    several = list(inputs.values()) if len(inputs) > 1 else []
    names: dict[int, str] = {}
    for _ in range(8):
        emission = Emission(templates, inline, dict(names), several)
        layers, outputs_named = emission.network(whole, Scope(set(inputs)), outputs)
        more = {
            key
            for key, block in emission.blocks.items()
            if _costs(block, emission.uses[key], is_repeated=key in emission.repeated)
        }
        if not more - inline:
            break
        inline |= more
    for key, block in emission.blocks.items():
        state_parameters(block, emission.entries[key])
    document.layers = layers
    document.blocks = {emission._names[key]: block for key, block in emission.blocks.items()}
    document.input = {name: list(source.shape) for name, source in inputs.items()}
    document.outputs = outputs_named
    state_defaults(document)
    return document


def _costs(block: BlockEntry, uses: int, *, is_repeated: bool) -> bool:
    """Whether a block takes more lines than it saves; one that is used once is for what is repeated."""
    lines = count_lines(block.layers)
    if uses == 1:
        return not is_repeated or lines <= _FEW_LINES
    return uses * (lines - 1) <= lines + 2 + bool(block.parameters)
