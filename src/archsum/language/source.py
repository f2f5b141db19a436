"""YAML text → plain data that remembers where it stood. The only file that imports yaml.

We walk over the parser's events instead of calling `yaml.load`: it is several times faster, every key and value
keeps its place, and depth, size and the growth of aliases are bounded before anything is built.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple, cast

import yaml

from archsum.errors import Diagnostic, SourceText, Span, SpecError
from archsum.language.scalars import resolve

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 5_000_000
"""Scalars, lists and mappings in a file, each alias counted as what it stands for."""

_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
_MERGE = "<<"


class SpannedMapping(dict[str, Any]):
    """A mapping that knows where each key and value stands: (key start, key end, value start, value end)."""

    __slots__ = ("marks",)

    def __init__(self) -> None:
        self.marks: dict[str, tuple[int, int, int, int]] = {}


class SpannedList(list[Any]):
    """A list that knows where each of its items stands: (start, end)."""

    __slots__ = ("marks",)

    def __init__(self) -> None:
        self.marks: list[tuple[int, int]] = []


class YamlFile(NamedTuple):
    """What a file holds, and the place of the whole."""

    data: Any
    span: Span


def locate(data: Any, path: Iterable[int | str], whole: Span, *, key: bool = False) -> Span:
    """Return the place of the value at `path`, or of its key; the nearest container's where the path ends early."""
    span = whole
    for step in path:
        if isinstance(data, SpannedMapping) and step in data:
            step = cast(str, step)
            mark = data.marks[step]
            span = Span(whole.source, *(mark[:2] if key else mark[2:]))
            data = data[step]
        elif isinstance(data, SpannedList) and isinstance(step, int) and step < len(data):
            span = Span(whole.source, *data.marks[step])
            data = data[step]
        else:
            break
    return span


def read(content: bytes | str, name: str) -> YamlFile:
    """Read YAML text.

    Errors: SpecError for what is not a single, bounded YAML document without tags and without duplicate keys.
    """
    source = SourceText(name, _decode(content, name))
    builder = _Builder(source)
    try:
        builder.run(_Loader(source.text))
    except yaml.YAMLError as error:
        builder.diagnostics.append(_syntax_diagnostic(error, source))
    except _StopError:
        pass
    if builder.diagnostics:
        raise SpecError(builder.diagnostics)
    return YamlFile(builder.root, Span(source, 0, len(source.text.partition("\n")[0])))


def _decode(content: bytes | str, name: str) -> str:
    try:
        if len(content) > MAX_BYTES:
            raise _unreadable(name, f"is larger than {MAX_BYTES // 1024**2} MiB")
        if isinstance(content, str):
            content = content.encode()
        if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise _unreadable(name, "is UTF-16", "save the file as UTF-8")
        # The parser's positions do not count a byte order mark, so it must not be in the text either.
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeError:
        raise _unreadable(name, "is not text in UTF-8", "is this the right file?") from None


def _unreadable(name: str, problem: str, cure: str | None = None) -> SpecError:
    return SpecError([Diagnostic("not-text", f"{name} {problem}", help=cure)])


class _StopError(Exception):
    """The walk cannot go on; the reason is among the diagnostics."""


class _Open:
    """A list or mapping whose end has not been read yet, and what belongs to it."""

    __slots__ = ("anchor", "container", "key", "key_mark", "merges", "nodes_before", "start")

    def __init__(self, container: Any, start: int, anchor: str | None, nodes_before: int) -> None:
        self.container = container
        self.start = start
        self.anchor = anchor
        self.nodes_before = nodes_before
        self.key: str | None = None  # None with a key_mark: the merge key
        self.key_mark: tuple[int, int] | None = None
        self.merges: list[tuple[Any, tuple[int, int]]] = []


class _Builder:
    """Turns events into spanned data, without recursion."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.root: Any = None
        self.diagnostics: list[Diagnostic] = []
        self.nodes = 0
        self.anchors: dict[str, tuple[Any, int]] = {}  # a value and how many nodes it has
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

    def _report(self, code: str, message: str, mark: tuple[int, int], help: str | None = None) -> None:  # noqa: A002
        self.diagnostics.append(Diagnostic(code, message, Span(self.source, *mark), help))

    def _stop(self, code: str, message: str, mark: tuple[int, int], help: str | None = None) -> None:  # noqa: A002
        self._report(code, message, mark, help)
        raise _StopError

    def _count(self, nodes: int, mark: tuple[int, int]) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            self._stop("too-large", f"the file, its aliases written out, has more than {MAX_NODES:,} values", mark)

    def _refuse_tag(self, event: Any) -> None:
        self._report("tag", f"a network file has no tags such as `{event.tag}`", _mark(event), "write the value alone")

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
                self._report("bad-number", str(error), mark)
        self._count(1, mark)
        self._add(value, mark)
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, 1)

    def _key(self, text: str, mark: tuple[int, int], *, merge: bool) -> None:
        top = self.top
        if text in top.container and not merge:
            first = Span(self.source, *top.container.marks[text][:2])
            notes = (("first written at", first),)
            span = Span(self.source, *mark)
            self.diagnostics.append(Diagnostic("duplicate-key", f"`{text}` is written twice", span, "keep one", notes))
        top.key = None if merge else text
        top.key_mark = mark

    def _open(self, event: Any, container: SpannedMapping | SpannedList) -> None:
        mark = _mark(event)
        if event.tag is not None:
            self._refuse_tag(event)
        self._expect_value("a list or a mapping", mark)
        if len(self.stack) >= MAX_DEPTH:
            self._stop("too-deep", f"the file is nested more than {MAX_DEPTH} levels deep", mark)
        self.stack.append(self.top)
        self.top = _Open(container, mark[0], event.anchor, self.nodes)
        self._count(1, mark)

    def _close(self, event: Any) -> None:
        done = self.top
        self.top = self.stack.pop()
        for merged, mark in done.merges:
            self._merge(done.container, merged, mark)
        self._add(done.container, (done.start, event.end_mark.index))
        if done.anchor is not None:
            self.anchors[done.anchor] = (done.container, self.nodes - done.nodes_before)

    def _alias(self, event: Any) -> None:
        mark = _mark(event)
        self._expect_value("an alias", mark)
        if event.anchor not in self.anchors:
            self._report("unknown-alias", f"no anchor `&{event.anchor}` stands before `*{event.anchor}`", mark)
        value, nodes = self.anchors.get(event.anchor, (None, 1))
        self._count(nodes, mark)
        self._add(value, mark)

    def _expect_value(self, found: str, mark: tuple[int, int]) -> None:
        if self.top.key_mark is None and type(self.top.container) is SpannedMapping:
            self._stop("bad-key", f"a key is a word, not {found}", mark)

    def _add(self, value: Any, mark: tuple[int, int]) -> None:
        top = self.top
        container = top.container
        if type(container) is SpannedMapping:
            key = top.key
            if key is None:
                top.merges.append((value, mark))
            elif key not in container:
                container[key] = value
                container.marks[key] = cast(tuple[int, int], top.key_mark) + mark
            top.key_mark = None
        elif type(container) is SpannedList:
            container.append(value)
            container.marks.append(mark)
        else:
            self.root = value

    def _merge(self, target: SpannedMapping, merged: Any, mark: tuple[int, int]) -> None:
        """Add what `<<` names; the mapping's own keys win, then the earlier of several (YAML 1.1's merge key)."""
        for mapping in merged if isinstance(merged, SpannedList) else [merged]:
            if not isinstance(mapping, SpannedMapping):
                self._report("bad-merge", "`<<` takes a mapping, or a list of mappings", mark)
                continue
            for key, value in mapping.items():
                if key not in target:
                    target[key] = value
                    target.marks[key] = mapping.marks[key]


def _mark(event: Any) -> tuple[int, int]:
    return event.start_mark.index, event.end_mark.index


def _syntax_diagnostic(error: yaml.YAMLError, source: SourceText) -> Diagnostic:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    index = mark.index if mark else getattr(error, "position", 0)
    index = min(index, len(source.text))
    return Diagnostic("yaml-syntax", problem, Span(source, index, index + 1), _syntax_help(problem))


_SYNTAX_CURES = (
    ("mapping values are not allowed", "a `:` too many, or the line before is indented differently"),
    ("expected ',' or '}'", "close the `{` with `}`, and separate fields with commas"),
    ("expected ',' or ']'", "close the `[` with `]`, and separate items with commas"),
    ("cannot start any token", "indent with spaces, not tabs; a text that begins with @ ` or % needs quotes"),
    ("expected <block end>", "the line is indented differently from the ones it belongs with"),
    ("expected '-' indicator", "an item of a list begins with `- `, indented as the others"),
    ("could not find expected ':'", "a key is followed by `:` and a space"),
    ("control characters are not allowed", "is this the right file?"),
)


def _syntax_help(problem: str) -> str | None:
    return next((cure for part, cure in _SYNTAX_CURES if part in problem), None)
