"""The reference of layers and containers: all of them in a list, or one with its fields and formulas."""

import json
import re
import textwrap
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from archsum.language.advice.absent import ABSENT
from archsum.language.spec import containers
from archsum.language.spec.containers import CONTAINERS, Container, class_of
from archsum.layers.base import Layer
from archsum.layers.documentation import (
    FieldDocumentation,
    example,
    families,
    fields,
    remarks,
    sections,
    sentence,
)
from archsum.render.json import document
from archsum.render.layout import wrap

_BLOCKS = (
    "Blocks: layers under a word of your own, with parameters. The file defines them under `blocks`, "
    "and uses the word like a kind of layer."
)
_ABSENT = "Not in the language, of what Keras and PyTorch have, and what to write instead:"
_FOOTER = """\
`archsum layers KIND` shows a kind's fields and formulas.
Every layer, block and container also takes `name`, `inputs` and `if`, and what has weights `shared`.
Any value may be a formula, as in `filters: =4 * width`."""

_CODE_WIDTH = 100


def render_list(width: int) -> str:
    """Return the kinds by family, and the containers, each with its sentence."""
    blocks = _families(_groups(), width)
    absent = [_wrap(_ABSENT, width)]
    absent += [_wrap(f"{', '.join(names)}: {instead}.", width, 2) for instead, names in ABSENT.items()]
    return "\n\n".join([*blocks, _wrap(_BLOCKS, width), "\n".join(absent), _wrap(_FOOTER, width)])


def render_some(words: Collection[str], width: int) -> str:
    """Return these kinds and containers likewise, and nothing else."""
    return "\n\n".join(_families(_groups(words), width))


def _families(groups: Mapping[str, Mapping[str, type[Layer | Container]]], width: int) -> list[str]:
    column = 4 + max(len(word) for classes in groups.values() for word in classes)
    return [
        "\n".join([_wrap(group, width), *(_item(word, sentence(cls), column, width) for word, cls in classes.items())])
        for group, classes in groups.items()
    ]


def render_json(words: Collection[str]) -> str:
    """Return kinds and containers with their fields, for editors and scripts."""
    kinds = [
        {
            "kind": word,
            "family": group,
            "description": sentence(cls),
            "main_field": cls.main_field,
            "fields": [field._asdict() for field in fields(cls)],
        }
        for group, classes in _groups(words).items()
        for word, cls in classes.items()
    ]
    return document({"kinds": kinds})


def render_some_markdown(words: Collection[str]) -> str:
    """Return these kinds and containers as Markdown tables."""
    return "\n\n".join(_tables(_groups(words)))


def render_list_markdown() -> str:
    """Return the kinds by family, and the containers, as Markdown tables."""
    absent = ((", ".join(names), instead) for instead, names in ABSENT.items())
    return "\n\n".join([*_tables(_groups()), _table(_ABSENT, "class", absent)])


def _tables(groups: Mapping[str, Mapping[str, type[Layer | Container]]]) -> list[str]:
    return [
        _table(group, "kind", ((f"`{word}`", sentence(cls)) for word, cls in classes.items()))
        for group, classes in groups.items()
    ]


def _table(title: str, first: str, rows: Iterable[tuple[str, str]]) -> str:
    cells = (f"| {name} | {_cell(text)} |" for name, text in rows)
    return "\n".join([title, "", f"| {first} | |", "|---|---|", *cells])


def render_kind(word: str, width: int) -> str:
    """Return a kind's sentence, an example, its fields and its sections; a container has no sections."""
    cls = class_of(word)
    documented = fields(cls)
    column = 4 + max(len(field.name) for field in documented)
    blocks = [
        f"{word}\n{_wrap(_introduction(cls), width, 2)}",
        f"Example:\n{textwrap.indent(_example(word, cls, width - 2), '  ')}",
        "\n".join(["Fields:", *(_field(field, column, width) for field in documented)]),
        *(f"{name}:\n{_wrap(text, width, 2)}" for name, text in sections(cls).items()),
    ]
    return "\n\n".join(blocks)


def render_kind_markdown(word: str) -> str:
    """Return the same as Markdown."""
    cls = class_of(word)
    rows = [
        f"| `{field.name}` | {_cell(field.type)} | {_cell(_default(field))} | {_cell(field.description)} |"
        for field in fields(cls)
    ]
    blocks = [
        f"## {word}\n\n{_introduction(cls)}",
        f"```yaml\n{_example(word, cls, _CODE_WIDTH)}\n```",
        "\n".join(["| field | takes | default | |", "|---|---|---|---|", *rows]),
        *(f"**{name}**\n\n```text\n{text}\n```" for name, text in sections(cls).items()),
    ]
    return "\n\n".join(blocks)


def _groups(words: Collection[str] = ()) -> dict[str, Mapping[str, type[Layer | Container]]]:
    """Return the kinds and the containers by family: all, or those of the `words`."""
    groups: dict[str, Mapping[str, type[Layer | Container]]] = {**families(), sentence(containers): CONTAINERS}
    if not words:
        return groups
    chosen = {group: {word: cls for word, cls in classes.items() if word in words} for group, classes in groups.items()}
    return {group: classes for group, classes in chosen.items() if classes}


def _introduction(cls: type[Layer | Container]) -> str:
    plain = f"A plain value in the place of the fields is its `{cls.main_field}`." if issubclass(cls, Layer) else ""
    said = (sentence(cls), remarks(cls), plain if cls.main_field else "")
    return "\n".join(text for text in said if text)


def _field(field: FieldDocumentation, column: int, width: int) -> str:
    default = "required" if field.required else f"default {_default(field)}"
    takes = _wrap(f"{field.type}; {default}", width, column)
    return f"{_item(field.name, field.description, column, width)}\n{takes}"


def _default(field: FieldDocumentation) -> str:
    return "required" if field.required else _yaml(field.default)


def _example(word: str, cls: type[Layer | Container], width: int) -> str:
    """Return an entry as a file would have it."""
    stated: Any = example(cls)
    if issubclass(cls, Layer) and cls.least_inputs > 1:
        stated = {"inputs": ["a", "b"], **stated}
    elif issubclass(cls, Layer) and [*stated] == [cls.main_field]:
        (stated,) = stated.values()
    return "\n".join(_lines([{word: stated} if stated else word], width))


def _lines(value: list[Any] | dict[str, Any], width: int) -> list[str]:
    """Write a list or a mapping in YAML's block style, with what fits into a line in flow style."""
    lines = []
    for name, item in value.items() if isinstance(value, dict) else ((None, item) for item in value):
        flow = f"- {_yaml_item(item)}" if name is None else f"{name}: {_yaml(item)}"
        if len(flow) <= width or not isinstance(item, list | dict):
            lines.append(flow)
        else:
            inner = _lines(item, width - 2)
            head = f"- {inner.pop(0)}" if name is None else f"{name}:"
            lines += [head, *(f"  {line}" for line in inner)]
    return lines


def _yaml(value: Any) -> str:
    """Write a value in YAML's flow style."""
    match value:
        case dict():
            return f"{{{', '.join(f'{key}: {_yaml(item)}' for key, item in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(map(_yaml_item, value))}]"
        case str() if re.fullmatch(r"[\w=][\w.+*/= -]*", value):
            return value
    return json.dumps(value)


def _yaml_item(value: Any) -> str:
    """Write an item of a list, where a mapping of one key needs no braces."""
    return _yaml(value)[1:-1] if isinstance(value, dict) and len(value) == 1 else _yaml(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _item(term: str, text: str, column: int, width: int) -> str:
    """Write a term and what it is in two columns."""
    return _wrap(text, width, column, f"  {term}")


def _wrap(text: str, width: int, indent: int = 0, first: str = "") -> str:
    return "\n".join(wrap(text, width, indent, first))
