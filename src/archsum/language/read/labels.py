"""The labels of a file or a block, by which layers share weights: all that they have, or single ones."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from archsum.bounds import MAX_SHARED_WEIGHTS
from archsum.errors import Diagnostic, FieldError, Span, quote, suggest
from archsum.language.spec.items import Entry
from archsum.language.text.places import Places
from archsum.layers import KINDS
from archsum.layers.fields import check_name

_NAMED = "as in `shared: {kernel: table}`"


class Shared(NamedTuple):
    """What an entry shares: by one label all its weights, or by several, by the weights' names, single ones."""

    label: str | None = None
    weights: Mapping[str, str] = {}


NOTHING = Shared()


class _First(NamedTuple):
    """What a label first stands for: the weights of an entry, or of that name one of them."""

    entry: Entry
    weight: str | None

    @property
    def what(self) -> str:
        """What it is, in a message."""
        kind = self.entry.kind
        return f"all weights of `{kind}`" if self.weight is None else f"the {quote(self.weight)} of `{kind}`"


class Labels:
    """Reads the labels of a file, or of one block, and reports those that do not go together."""

    def __init__(self, blocks: Collection[str], diagnostics: list[Diagnostic]) -> None:
        self._blocks = blocks
        self._diagnostics = diagnostics
        self._first: dict[str, _First] = {}
        self._once: dict[str, Span | None] = {}
        """Where each label is, and None where there are several places, or it is repeated."""

    @property
    def used_once(self) -> Mapping[str, Span]:
        """The labels by which nothing is shared, and where they are."""
        return {label: span for label, span in self._once.items() if span}

    def nearest(self, label: str) -> str | None:
        """Return "did you mean" where another label is close."""
        return suggest(label, (other for other in self._once if other != label))

    def read(self, entry: Entry, *, is_repeated: bool) -> Shared:
        """Read the `shared` of an entry, which a repeat may be around."""
        shared = self._read(entry)
        places = entry.places if shared.label else entry.places.at("shared")
        labels = {"shared": shared.label} if shared.label else shared.weights
        for field, label in labels.items():
            self._once[label] = None if is_repeated or label in self._once else places.value(field)
        return shared

    def _read(self, entry: Entry) -> Shared:
        stated, place = entry.fields["shared"], entry.places.value("shared")
        is_block = entry.kind in self._blocks
        if entry.is_container:
            cure = "give it to the layers in it, or put them into a block"
            self._report("bad-value", f"`{entry.kind}` has no weights to share", place, cure)
            return NOTHING
        if isinstance(stated, list):
            cure = f"write a label of all weights, or one for each of some, {_NAMED}"
            self._report(
                "wrong-type", "`shared` takes a label, or a mapping of weights to labels, not a list", place, cure
            )
            return NOTHING
        if not isinstance(stated, Mapping):
            return Shared(self._label(entry, None, entry.places, "shared"))
        if is_block:
            cure = "name the weights where the block's layers are; or give it one label, for all of them"
            message = f"`{entry.kind}` is a block, and has no weights of its own to name"
            self._report("bad-value", message, place, cure)
            return NOTHING
        if len(stated) > MAX_SHARED_WEIGHTS:
            message = f"`shared` names more than {MAX_SHARED_WEIGHTS} weights"
            self._report("too-large", message, place, "share all weights, with one label")
            return NOTHING
        if not stated:
            cure = f"name a weight, {_NAMED}, or leave it out"
            self._report("wrong-type", "`shared` is an empty mapping", place, cure)
        return Shared(weights=dict(self._weights(entry)))

    def _weights(self, entry: Entry) -> Iterator[tuple[str, str]]:
        places = entry.places.at("shared")
        for weight in places.data:
            if label := self._label(entry, weight, places, weight):
                yield weight, label

    def _label(self, entry: Entry, weight: str | None, places: Places, field: str) -> str | None:
        """Read a label, of all weights or of the one of that name; None where it cannot be one, or not here."""
        try:
            label: str = check_name(places.data[field])
        except FieldError as error:
            self._report("bad-name", f"{quote(field)} {error}", places.value(field), error.cure)
            return None
        first, this = self._first.setdefault(label, _First(entry, weight)), _First(entry, weight)
        if (first.weight is None) != (weight is None):
            message = f"`{label}` is a label of {first.what}, and here of {this.what}"
            cure = f"name the weight in both places, {_NAMED}; or give it another label"
        elif weight is None and first.entry.kind != entry.kind:
            message = f"`{entry.kind}` cannot share the weights of `{first.entry.kind}`"
            cure = "give it another label"
            if {entry.kind, first.entry.kind} <= KINDS.keys():
                cure = f"{cure}, or name single weights that they have in common, {_NAMED}"
        else:
            return label
        notes = ((f"`{label}` stands for those of `{first.entry.kind}` at", first.entry.span),)
        self._diagnostics.append(Diagnostic("bad-value", message, places.value(field), cure, notes))
        return None

    def _report(self, code: str, message: str, span: Span, cure: str) -> None:
        self._diagnostics.append(Diagnostic(code, message, span, cure))
