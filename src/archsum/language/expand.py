"""A file's layers → Graph: each is read, built, named and put behind the one before."""

from archsum.errors import MAX_FOUND, Diagnostic, FieldError, Span
from archsum.graph import Node
from archsum.language.building import LayerBuilder
from archsum.language.document import Document
from archsum.language.entries import Entry, read_entry
from archsum.language.source import locate
from archsum.layers.fields import check_name


def expand(document: Document, whole: Span) -> tuple[tuple[Node, ...], list[Diagnostic]]:
    """Return the nodes that could be made, and what is wrong with the others.

    A node that could not be made is missing, so that those behind it find no input and are passed over.
    """
    return _Expansion(document, whole).run()


class _Expansion:
    """One file's expansion: what has been read so far, and what was found wrong."""

    def __init__(self, document: Document, whole: Span) -> None:
        self.document = document
        self.whole = whole
        self.builder = LayerBuilder(document, whole)
        self.diagnostics: list[Diagnostic] = []
        self.first_named: dict[str, Span] = {}
        self.numbers: dict[str, int] = {}

    def run(self) -> tuple[tuple[Node, ...], list[Diagnostic]]:
        # The names that the file gives are known before the others get theirs.
        entries = self._read_entries()
        nodes: list[Node] = []
        previous = next(iter(self.document.input))
        for entry, given in entries:
            if len(self.builder.diagnostics) >= MAX_FOUND:
                break
            layer = self.builder.build(entry) if entry else None
            name = given or (self._next_name(entry.kind) if entry else "")
            if entry and layer:
                nodes.append(Node(name, layer, (previous,), (name,), entry.span))
            previous = name
        return tuple(nodes), [*self.diagnostics, *self.builder.diagnostics]

    def _read_entries(self) -> list[tuple[Entry | None, str | None]]:
        """Read the layers and the names that the file gives them."""
        layers = self.document.layers
        entries: list[tuple[Entry | None, str | None]] = []
        for index in range(len(layers)):
            entry, problems = read_entry(layers, index, self.whole)
            self.diagnostics += problems
            entries.append((entry, self._given_name(entry) if entry else None))
            if len(self.diagnostics) >= MAX_FOUND:
                break
        return entries

    def _given_name(self, entry: Entry) -> str | None:
        """Return the name that the file gives a layer, if it is one; each can be given once."""
        if "name" not in entry.fields:
            return None
        span = locate(entry.fields, ["name"], entry.span)
        try:
            name: str = check_name(entry.fields["name"])
        except FieldError as error:
            self._report("bad-name", f"`name` {error}", span, error.help)
            return None
        if name in self.document.input:
            self._report("duplicate-name", f"`{name}` is the name of an input", span, "choose another")
        elif name in self.first_named:
            notes = (("the other is at", self.first_named[name]),)
            self._report("duplicate-name", f"two layers are named `{name}`", span, "choose another", notes)
        else:
            self.first_named[name] = span
        return name

    def _next_name(self, kind: str) -> str:
        """Return the next free of Keras's numbered names: conv2d, conv2d_1, conv2d_2."""
        while True:
            number = self.numbers.get(kind, 0)
            self.numbers[kind] = number + 1
            name = f"{kind}_{number}" if number else kind
            if name not in self.first_named and name not in self.document.input:
                return name

    def _report(
        self, code: str, message: str, span: Span, cure: str | None, notes: tuple[tuple[str, Span], ...] = ()
    ) -> None:
        self.diagnostics.append(Diagnostic(code, message, span, cure, notes))
