"""A document → YAML text, in the style of the examples: in a line what fits into one, else field below field."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from archsum.interchange.writing.entries import BlockEntry, Document, Entry
from archsum.interchange.writing.scalars import scalar
from archsum.language.spec.containers import CONTAINERS, class_of
from archsum.layers import KINDS

WIDTH = 120
_MAX_IN_LINE = 2
"""The layers of a body that are written in one line, where they fit."""


def write_text(document: Document) -> str:
    """Return a document as text."""
    lines = [f"# {line}".rstrip() for line in document.comments]
    if lines:
        lines.append("")
    if document.name is not None:
        lines.append(f"name: {scalar(document.name)}")
    shapes = document.input
    lines += _field("input", shapes["input"] if [*shapes] == ["input"] else shapes, 0)
    if document.data_format != "channels_last":
        lines.append(f"data_format: {document.data_format}")
    if document.outputs is not None:
        (*several, last) = document.outputs
        lines += _field("outputs", document.outputs if several else last, 0)
    if document.defaults:
        lines += _field("defaults", document.defaults, 0)
    if document.blocks:
        lines.append("blocks:")
        for name, block in document.blocks.items():
            lines += _block(name, block)
    lines += ["layers:", *_body(document.layers, 2)]
    return "".join(f"{line}\n" for line in lines)


def count_lines(body: Sequence[Entry]) -> int:
    """Return how many lines layers take."""
    return sum(1 for _ in _body(body, 4))


def _block(name: str, block: BlockEntry) -> Iterator[str]:
    yield f"  {scalar(name)}:"
    if block.parameters:
        yield from _field("parameters", block.parameters, 4)
    if block.inputs:
        yield from _field("inputs", block.inputs, 4)
    yield "    layers:"
    yield from _body(block.layers, 6)


def _body(body: Sequence[Entry], indent: int) -> Iterator[str]:
    for entry in body:
        yield from _item(entry, indent)


def _item(entry: Entry, indent: int) -> Iterator[str]:
    """Write an entry of a list."""
    for number, line in enumerate(_entry(entry, indent + 2)):
        yield f"{' ' * indent}- {line[indent + 2 :]}" if number == 0 else line


def _entry(entry: Entry, indent: int) -> list[str]:
    """Write an entry as a mapping of one key, or a word; its first line has the indentation too."""
    margin = " " * indent
    line = margin + flow(entry)
    if _fits_in_line(entry) and len(line) <= WIDTH:
        return [line]
    value = _value_of(entry)
    if isinstance(value, list):
        return [f"{margin}{scalar(entry.kind)}:", *_listed(value, indent + 2)]
    lines = [f"{margin}{scalar(entry.kind)}:"]
    for name, item in value.items():
        lines += _field(name, item, indent + 2)
    return lines


def _field(name: str, value: Any, indent: int) -> list[str]:
    """Write a key and its value."""
    margin = " " * indent
    head = f"{margin}{scalar(name)}:"
    line = f"{head} {_held(value)}".rstrip()
    if _fits_in_line(value) and len(line) <= WIDTH:
        return [line]
    if isinstance(value, Entry):
        return [head, *_entry(value, indent + 2)]
    if isinstance(value, Mapping):
        return [head, *(line for key, item in value.items() for line in _field(key, item, indent + 2))]
    if isinstance(value, list | tuple):
        return [head, *_listed(value, indent + 2)]
    return [line]


def _listed(values: Sequence[Any], indent: int) -> Iterator[str]:
    """Write a list, an item below the other: entries, paths or values; values are packed into lines."""
    if values and all(isinstance(value, Entry) for value in values):
        yield from _body(values, indent)
    elif any(_is_body(value) for value in values):
        for path in values:
            line = f"{' ' * indent}- {flow(path)}"
            if _fits_in_line(path) and len(line) <= WIDTH:
                yield line
            else:
                for number, line in enumerate(_body(path, indent + 2)):
                    yield f"{' ' * indent}- {line[indent + 2 :]}" if number == 0 else line
    else:
        yield from _packed(values, indent)


def _packed(values: Sequence[Any], indent: int) -> Iterator[str]:
    """Write a long list of values in brackets, as many in a line as fit."""
    margin, line = " " * indent, ""
    words = [*(f"{flow(value)}," for value in values[:-1]), flow(values[-1])]
    yield f"{margin}["
    for word in words:
        if line and len(margin) + 2 + len(line) + 1 + len(word) > WIDTH:
            yield f"{margin}  {line}"
            line = ""
        line = f"{line} {word}" if line else word
    yield f"{margin}  {line}"
    yield f"{margin}]"


def flow(value: Any) -> str:
    """Write a value in one line."""
    match value:
        case Entry():
            inner = _value_of(value)
            return scalar(value.kind) if inner == {} else f"{scalar(value.kind)}: {flow(inner)}"
        case Mapping():
            return f"{{{', '.join(f'{scalar(key)}: {_held(item)}' for key, item in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(map(flow, value))}]"
    return scalar(value)


def _held(value: Any) -> str:
    """Write the value of a key in a mapping in braces, where an entry has braces of its own."""
    line = flow(value)
    return f"{{{line}}}" if isinstance(value, Entry) and _value_of(value) != {} else line


def _value_of(entry: Entry) -> Any:
    """Return what follows an entry's word: its fields, or in their place the value of the main one."""
    if len(entry.fields) == 1 and (entry.kind in KINDS or entry.kind in CONTAINERS):
        ((name, value),) = entry.fields.items()
        main = class_of(entry.kind).main_field
        held = isinstance(value, Mapping | Entry)
        if name == main and not held and (entry.kind in CONTAINERS or main not in class_of(entry.kind).layer_fields):
            return value
    return entry.fields


def _is_body(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, Entry) for item in value)


def _fits_in_line(value: Any) -> bool:
    """Whether a value may be in one line, if that is short enough: what holds many layers may not."""
    match value:
        case Entry():
            return all(map(_fits_in_line, value.fields.values()))
        case Mapping():
            return all(map(_fits_in_line, value.values()))
        case list() | tuple() if value and all(isinstance(item, Entry) for item in value):
            return len(value) <= _MAX_IN_LINE and not any(entry.kind in CONTAINERS for entry in value)
        case list() | tuple() if any(_is_body(item) and item for item in value):
            return False
        case list() | tuple():
            return all(map(_fits_in_line, value))
    return True
