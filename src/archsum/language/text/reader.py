"""YAML text → plain data that knows its places. The only file that imports yaml.

We walk over the parser's events instead of calling `yaml.load`: it is several times faster, every key and value
keeps its place, and depth, size and the growth of aliases are bounded before anything is built.
"""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import yaml

from archsum.bounds import MAX_FILE_DEPTH, MAX_FILE_NODES, MAX_FOUND, MAX_KEY_LENGTH, NODE_LENGTH
from archsum.errors import Diagnostic, SourceText, Span, SpecError, quote
from archsum.language.text.places import Mark, Places, SpannedList, SpannedMapping
from archsum.language.text.scalars import resolve
from archsum.language.text.source import decode

_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_LIMIT_OF_LIBYAML = "nesting depth"
_MERGE = "<<"
_TAG_DIRECTIVE = re.compile("^%TAG", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{\{ ?(\w{1,50}) ?\}\}")
"""How templates of other tools name a variable."""
_TAG = re.compile(r"![^\s,\[\]{}]*")


class YamlFile(NamedTuple):
    """What a file holds, with its places, and what is wrong with the text."""

    places: Places
    diagnostics: list[Diagnostic]


def read(content: bytes | str, name: str) -> YamlFile:
    """Read YAML text. What is wrong with it but leaves it readable, such as a key written twice, comes with the data.

    Errors: SpecError for what is not a single, bounded YAML document.
    """
    source = decode(content, name)
    if match := _TAG_DIRECTIVE.search(source.text):
        # The parser compares each with all others.
        place = Span(source, *match.span())
        raise SpecError([Diagnostic("tag", "a network file has no tags", place, "remove the line")])
    return _walk(source, source.text)


def _walk(source: SourceText, text: str) -> YamlFile:
    """Read a source's text, or the beginning of it."""
    builder = _Builder(source)
    try:
        loader: Any = _Loader(text)
        builder.run(loader)
    except yaml.YAMLError as error:
        problem_mark = getattr(error, "problem_mark", None)
        if problem_mark and _LIMIT_OF_LIBYAML in str(error):
            # It was reached in looking ahead. Without the text behind, the walk reaches our own limit first.
            return _walk(source, text[: problem_mark.index])
        raise SpecError([*builder.diagnostics, _syntax_diagnostic(error, source)]) from None
    except (ValueError, OverflowError):
        from archsum.language.text.syntax import explain_syntax

        # So says PyYAML's scanner in Python, where the one in C is not installed, of the escape "\UFFFFFFFF".
        raise SpecError([*builder.diagnostics, explain_syntax(source, "escape", loader.index)]) from None
    except _StopError:
        raise SpecError(builder.diagnostics) from None
    return YamlFile(Places(builder.root, _first_place(builder.root, source)), builder.diagnostics)


def _first_place(data: Any, source: SourceText) -> Span:
    """Return the first key or item, or the first line: the place of what is missing."""
    if isinstance(data, SpannedMapping | SpannedList) and data:
        start, end = next(iter(data.marks.values()))[:2] if isinstance(data, SpannedMapping) else data.marks[0]
        return Span(source, start, end)
    return Span(source, 0, len(source.text.partition("\n")[0]))


class _StopError(Exception):
    """The walk cannot go on; the reason is among the diagnostics."""


@dataclass(eq=False, slots=True)
class _Open:
    """A list or mapping whose end has not been read yet, and what belongs to it."""

    container: Any
    start: int
    anchor: str | None
    nodes_before: int
    height: int = 1
    """The levels of lists and mappings, this one included."""
    key: str | None = None
    """None with a `key_mark`: the merge key."""
    key_mark: Mark | None = None
    merges: list[tuple[Any, Mark]] = field(default_factory=list)


class _Builder:
    """Turns events into spanned data, without recursion."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.root: Any = None
        self.diagnostics: list[Diagnostic] = []
        self.nodes = 0
        self.anchors: dict[str, tuple[Any, int, int]] = {}  # a value, how many nodes it has, and its height
        self.top = _Open([], 0, None, 0)  # takes the root
        self.stack: list[_Open] = []

    def run(self, loader: Any) -> None:
        """Read all events; scalars, by far the most, come first and go straight to their container."""
        documents = 0
        next_event = loader.get_event
        while True:
            event = next_event()
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._scalar(event)
            elif kind is yaml.MappingStartEvent:
                self._open(event, SpannedMapping())
            elif kind is yaml.SequenceStartEvent:
                self._open(event, SpannedList())
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._close(event)
            elif kind is yaml.AliasEvent:
                self._alias(event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    cure = "a file describes one network: remove the `---`, or write two files"
                    self._stop("second-document", "the file holds a second document", _mark(event), cure)
            elif kind is yaml.StreamEndEvent:
                return

    def _report(self, code: str, message: str, mark: Mark, cure: str, notes: tuple[tuple[str, Span], ...] = ()) -> None:
        self.diagnostics.append(Diagnostic(code, message, Span(self.source, *mark), cure, notes))
        if len(self.diagnostics) >= MAX_FOUND:
            raise _StopError

    def _stop(self, code: str, message: str, mark: Mark, cure: str) -> None:
        self._report(code, message, mark, cure)
        raise _StopError

    def _count(self, nodes: int, mark: Mark) -> None:
        self.nodes += nodes
        if self.nodes > MAX_FILE_NODES:
            message = f"the file has more than {MAX_FILE_NODES:,} values, its aliases written out"
            self._stop("too-large", message, mark, "describe layers that repeat themselves by `repeat` or a block")

    def _rise(self, height: int, mark: Mark) -> None:
        if len(self.stack) + height > MAX_FILE_DEPTH:
            message = f"the file is nested more than {MAX_FILE_DEPTH} levels deep, its aliases written out"
            self._stop("too-deep", message, mark, "check the brackets; layers that nest deeper go into blocks")

    def _refuse_tag(self, event: Any) -> None:
        # An anchor may come before it, and `event.tag` is not what the file says.
        match = _TAG.search(self.source.text, event.start_mark.index)
        mark = match.span() if match else _mark(event)
        tag = quote(self.source.text[slice(*mark)])
        self._report("tag", f"{tag} is a tag, which a network file has none of", mark, "write the value alone")

    def _scalar(self, event: Any) -> None:
        mark = (event.start_mark.index, event.end_mark.index)
        if event.tag is not None:
            self._refuse_tag(event)
        text = event.value
        top = self.top
        if top.key_mark is None and type(top.container) is SpannedMapping:
            self._key(text, mark, merge=text == _MERGE and not event.style)
            return
        value = text
        if not event.style:
            try:
                value = resolve(text)
            except ValueError as error:
                self._report("bad-number", str(error), mark, "round it; in quotes it is a text")
        nodes = 1 + len(text) // NODE_LENGTH
        self._count(nodes, mark)
        self._add(value, mark)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, nodes, 0)

    def _key(self, text: str, mark: Mark, *, merge: bool) -> None:
        top = self.top
        if text in top.container and not merge:
            notes = (("first written at", Span(self.source, *top.container.marks[text][:2])),)
            self._report("duplicate-key", f"{quote(text)} is written twice", mark, "keep one", notes)
        elif len(text) > MAX_KEY_LENGTH:
            message, cure = (
                f"a key is longer than {MAX_KEY_LENGTH} characters",
                "write a word; a text with a `:` needs quotes",
            )
            self._stop("bad-key", message, mark, cure)
        top.key = None if merge else text
        top.key_mark = mark

    def _open(self, event: Any, container: SpannedMapping | SpannedList) -> None:
        mark = _mark(event)
        if event.tag is not None:
            self._refuse_tag(event)
        self._expect_value(quote(container), mark)
        self._rise(1, mark)
        self.stack.append(self.top)
        self.top = _Open(container, mark[0], event.anchor, self.nodes)
        self._count(1, mark)

    def _close(self, event: Any) -> None:
        done = self.top
        self.top = self.stack.pop()
        self.top.height = max(self.top.height, done.height + 1)
        for merged, mark in done.merges:
            self._merge(done.container, merged, mark)
        self._add(done.container, (done.start, event.end_mark.index))
        if done.anchor is not None:
            self.anchors[done.anchor] = (done.container, self.nodes - done.nodes_before, done.height)

    def _alias(self, event: Any) -> None:
        mark = _mark(event)
        self._expect_value("an alias", mark)
        if event.anchor not in self.anchors:
            self._report_alias(event.anchor, mark)
        value, nodes, height = self.anchors.get(event.anchor, (None, 1, 0))
        self._count(nodes, mark)
        self._rise(height, mark)
        self.top.height = max(self.top.height, height + 1)
        self._add(value, mark)

    def _report_alias(self, name: str, mark: Mark) -> None:
        if any(name == open_.anchor for open_ in (*self.stack, self.top)):
            message = f"{quote(f'*{name}')} is inside the value that it names"
            self._report("unknown-alias", message, mark, "write the value out")
        else:
            cure = f"put {quote(f'&{name}')} before the value that it repeats, further up"
            self._report("unknown-alias", f"there is no {quote(f'&{name}')} above", mark, cure)

    def _expect_value(self, found: str, mark: Mark) -> None:
        if self.top.key_mark is None and type(self.top.container) is SpannedMapping:
            cure = "a text with brackets or a `*` needs quotes"
            if name := _PLACEHOLDER.match(self.source.text, max(mark[0] - 1, 0)):
                cure = f"write `={name[1]}` for a variable, without brackets"
            self._stop("bad-key", f"a key is a word, not {found}", mark, cure)

    def _add(self, value: Any, mark: Mark) -> None:
        top = self.top
        container = top.container
        if type(container) is SpannedMapping:
            key = top.key
            if key is None:
                top.merges.append((value, mark))
            elif key not in container:
                container[key] = value
                container.marks[key] = cast(Mark, top.key_mark) + mark
            top.key_mark = None
        elif type(container) is SpannedList:
            container.append(value)
            container.marks.append(mark)
        else:
            self.root = value

    def _merge(self, target: SpannedMapping, merged: Any, mark: Mark) -> None:
        """Add what `<<` names; the mapping's own keys win, then the earlier of several (YAML 1.1's merge key)."""
        items = zip(merged, merged.marks, strict=True) if isinstance(merged, SpannedList) else [(merged, mark)]
        for mapping, place in items:
            if not isinstance(mapping, SpannedMapping):
                cure = "write `<<: *name`, where `&name` is before a mapping"
                self._report(
                    "bad-merge", f"`<<` takes a mapping, or a list of mappings, not {quote(mapping)}", place, cure
                )
                continue
            for key, value in mapping.items():
                if key not in target:
                    target[key] = value
                    target.marks[key] = mapping.marks[key]


def _mark(event: Any) -> Mark:
    return event.start_mark.index, event.end_mark.index


def _syntax_diagnostic(error: yaml.YAMLError, source: SourceText) -> Diagnostic:
    from archsum.language.text.syntax import explain_syntax

    problem = getattr(error, "problem", None) or str(error)
    place, since = (getattr(error, name, None) for name in ("problem_mark", "context_mark"))
    return explain_syntax(
        source,
        problem,
        place.index if place else None,
        getattr(error, "context", None) or "",
        since.index if since else None,
    )
