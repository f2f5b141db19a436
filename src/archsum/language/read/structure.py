"""The layers of a file and of its blocks, read once, however often a block or a repetition uses them.

What is wrong with a block's structure is found here, even where nothing uses it; what depends on its parameters, in
`expand`.
"""

from collections.abc import Collection, Iterator, Mapping
from itertools import islice, pairwise
from typing import Any, NamedTuple

from pydantic import ValidationError

from archsum.bounds import MAX_FOUND
from archsum.errors import Diagnostic, FieldError, Span, quote
from archsum.formula import name_problem
from archsum.language.read.body import BodyReader, NamePlaces
from archsum.language.read.formulas import formulas_in, steps_of
from archsum.language.read.labels import Labels
from archsum.language.spec.containers import CONTAINERS
from archsum.language.spec.document import DEFAULT_INPUT, Block, Document
from archsum.language.spec.items import PLACEMENT, Body, Reference
from archsum.language.text.places import Places, SpannedMapping
from archsum.layers import KINDS
from archsum.layers.fields import check_name

_MAX_NAMED = 10

Uses = Mapping[str, Span]
"""The blocks that a block uses, and where first."""


class Definition(NamedTuple):
    """A block, read: its parameters and their defaults; its inputs, its outputs and its layers.

    `computed` are the parameters whose defaults have formulas, `steps` is what it takes to compute them.
    """

    name: str
    parameters: Mapping[str, Any]
    computed: frozenset[str]
    steps: int
    inputs: tuple[str, ...]
    outputs: tuple[Reference, ...] | None
    body: Body
    names: NamePlaces
    uses: Uses
    span: Span


class Structure(NamedTuple):
    """A file's layers and blocks, read, and what is wrong with them."""

    body: Body
    outputs: tuple[Reference, ...] | None
    names: NamePlaces
    blocks: Mapping[str, Definition]
    diagnostics: list[Diagnostic]
    warnings: list[Diagnostic]


def read_structure(document: Document, file: Places) -> Structure:
    """Read the layers and the blocks of a file."""
    diagnostics: list[Diagnostic] = []
    warnings: list[Diagnostic] = []
    words = dict.fromkeys((*KINDS, *CONTAINERS, *document.blocks))
    blocks: dict[str, Definition] = {}
    for name in document.blocks:
        if definition := _read_block(file.at("blocks"), name, words, diagnostics, warnings):
            blocks[name] = definition
        if len(diagnostics) >= MAX_FOUND:
            break
    inputs = {name: file.key("input", name) for name in document.input}
    reader = BodyReader(words, document.blocks, inputs, diagnostics)
    body = reader.body(file, "layers")
    outputs = reader.references(file, "outputs") if document.outputs else None
    uses = {name: block.uses for name, block in blocks.items()}
    for name, chain in _cycles(uses):
        blocks.pop(name, None)
        if len(diagnostics) < MAX_FOUND:
            diagnostics.append(_uses_itself(name, list(chain), uses))
    warnings += _used_once(reader.labels, "")
    return Structure(body, outputs, {**inputs, **reader.names}, blocks, diagnostics, warnings)


def _read_block(
    blocks: Places, name: str, words: Collection[str], diagnostics: list[Diagnostic], warnings: list[Diagnostic]
) -> Definition | None:
    """Read a block's definition; None where it cannot be read."""
    value, key = blocks.data[name], blocks.key(name)
    if problem := _block_name_problem(name):
        diagnostics.append(Diagnostic("bad-name", f"a block cannot be named {quote(name)}", key, problem))
    if not isinstance(value, SpannedMapping):
        found = "but it is empty" if value is None else f"not {quote(value)}"
        cure = "write `layers: […]` below it, and `parameters: {…}` if it takes any"
        diagnostics.append(Diagnostic("wrong-type", f"`blocks.{name}` takes a mapping, {found}", key, cure))
        return None
    places = Places(value, key)
    try:
        block = Block.model_validate(value)
    except ValidationError as error:
        from archsum.language.advice.complaints import Subject, diagnose

        diagnostics += diagnose(error, Subject(f"`blocks.{name}`", Block, value, places))
        return None
    for parameter in block.parameters:
        if problem := _parameter_name_problem(parameter):
            message = f"a parameter cannot be named {quote(parameter)}"
            diagnostics.append(Diagnostic("bad-name", message, places.key("parameters", parameter), problem))
    names = block.inputs or (DEFAULT_INPUT,)
    # Where the name is not in a list, the index leads nowhere, and the place is the name's.
    inputs = {given: places.value("inputs", index) for index, given in enumerate(names)}
    reader = BodyReader(words, blocks.data, inputs, diagnostics)
    body = reader.body(places, "layers")
    outputs = reader.references(places, "outputs") if block.outputs else None
    computed = frozenset(name for name, default in block.parameters.items() if any(formulas_in(default)))
    steps = sum(steps_of(block.parameters[parameter]) for parameter in computed)
    all_names = {**inputs, **reader.names}
    warnings += _used_once(reader.labels, name)
    return Definition(name, block.parameters, computed, steps, names, outputs, body, all_names, reader.uses, key)


def _used_once(labels: Labels, block: str) -> Iterator[Diagnostic]:
    """Yield what is to be said of labels by which nothing is shared, of a file or of a block."""
    for label, span in islice(labels.used_once.items(), MAX_FOUND):
        where = f" in the block `{block}`" if block else ""
        message = f"nothing else{where} has the label `{label}`, and so nothing shares these weights"
        cure = "give it to what has the same weights, or leave `shared` out"
        if block:
            cure = f"{cure}; for all uses of the block to have the same, give each use of `{block}` one label"
        nearest = labels.nearest(label)
        cure = f"{nearest} Otherwise {cure}" if nearest else cure
        yield Diagnostic("unshared-label", message, span, cure, is_warning=True)


def _block_name_problem(name: str) -> str | None:
    """Return what to write where a block cannot have a name; None where it can."""
    if name in KINDS or name in CONTAINERS:
        return f"`{name}` is a word of the language: choose another"
    try:
        check_name(name)
    except FieldError as error:
        return error.cure
    return None


def _parameter_name_problem(name: str) -> str | None:
    placed = f"`{name}` says of every layer and block where it is: choose another name"
    return name_problem(name) or (placed if name in PLACEMENT else None)


def _cycles(uses: Mapping[str, Uses]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield each block that uses itself, directly or through others, and the chain of uses that ends with its user."""
    finished: set[str] = set()
    for first in uses:
        chain = {first: iter(uses[first])}  # each block uses the next
        while chain:
            user = next(reversed(chain))
            used = next(chain[user], None)
            if used is None:
                finished.add(user)
                del chain[user]
            elif used in chain:
                yield used, chain
            elif used in uses and used not in finished:
                chain[used] = iter(uses[used])


def _uses_itself(first: str, chain: list[str], uses: Mapping[str, Uses]) -> Diagnostic:
    cycle = [*chain[chain.index(first) :], first]
    last = chain[-1]
    is_short = len(cycle) <= _MAX_NAMED
    begin = cycle[:-1] if is_short else cycle[: _MAX_NAMED - 2]
    notes = tuple((f"`{user}` uses `{used}` at", uses[user][used]) for user, used in pairwise(begin))
    shown = cycle if is_short else [*begin, "…", last, first]
    message = f"the block `{first}` uses itself: {' → '.join(shown)}"
    cure = "a network has an end: `repeat` says how many times"
    return Diagnostic("recursion", message, uses[last][first], cure, notes)
