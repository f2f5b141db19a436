"""The reference of the kinds of layer: all of them in a list, or one with its fields and formulas."""

import json
import re
import textwrap
from typing import Any

from archsum.layers import kind_of
from archsum.layers.base import Layer
from archsum.layers.documentation import FieldDocumentation, example, families, fields, remarks, sections, sentence

_FOOTER = """\
`archsum layers KIND` shows a kind's fields and formulas.
Every layer also takes `name`, unique in its file; any value may be a formula, as in `filters: =4 * width`."""

_CODE_WIDTH = 100


def render_list(width: int) -> str:
    """Return the kinds by family, each with its sentence."""
    listed = families()
    column = 4 + max(len(kind_of(cls)) for classes in listed.values() for cls in classes)
    blocks = [
        "\n".join([_wrap(family, width), *(_item(kind_of(cls), sentence(cls), column, width) for cls in classes)])
        for family, classes in listed.items()
    ]
    return "\n\n".join([*blocks, _wrap(_FOOTER, width)])


def render_list_markdown() -> str:
    """Return the kinds by family as Markdown tables."""
    return "\n\n".join(
        "\n".join(
            [
                family,
                "",
                "| kind | |",
                "|---|---|",
                *(f"| `{kind_of(cls)}` | {_cell(sentence(cls))} |" for cls in classes),
            ]
        )
        for family, classes in families().items()
    )


def render_kind(cls: type[Layer], width: int) -> str:
    """Return a kind's sentence, an example, its fields and its sections."""
    documented = fields(cls)
    column = 4 + max(len(field.name) for field in documented)
    blocks = [
        f"{kind_of(cls)}\n{_wrap(_introduction(cls), width, '  ')}",
        f"Example:\n{textwrap.indent(_example(cls, width - 2), '  ')}",
        "\n".join(["Fields:", *(_field(field, column, width) for field in documented)]),
        *(f"{name}:\n{_wrap(text, width, '  ')}" for name, text in sections(cls).items()),
    ]
    return "\n\n".join(blocks)


def render_kind_markdown(cls: type[Layer]) -> str:
    """Return a kind's sentence, an example, its fields and its sections as Markdown."""
    rows = [
        f"| `{field.name}` | {_cell(field.type)} | {_cell(_default(field))} | {_cell(field.description)} |"
        for field in fields(cls)
    ]
    blocks = [
        f"## {kind_of(cls)}\n\n{_introduction(cls)}",
        f"```yaml\n{_example(cls, _CODE_WIDTH)}\n```",
        "\n".join(["| field | takes | default | |", "|---|---|---|---|", *rows]),
        *(f"**{name}**\n\n```text\n{text}\n```" for name, text in sections(cls).items()),
    ]
    return "\n\n".join(blocks)


def _introduction(cls: type[Layer]) -> str:
    return f"{sentence(cls)}\n{remarks(cls)}".strip()


def _field(field: FieldDocumentation, column: int, width: int) -> str:
    default = "required" if field.required else f"default {_default(field)}"
    takes = _wrap(f"{field.type}; {default}", width, " " * column)
    return f"{_item(field.name, field.description, column, width)}\n{takes}"


def _default(field: FieldDocumentation) -> str:
    return "required" if field.required else _yaml(field.default)


def _example(cls: type[Layer], width: int) -> str:
    """Return a layer's entry as a file would have it, in one line where it fits."""
    kind, stated = kind_of(cls), example(cls)
    entry = f"- {kind}: {_yaml(stated)}" if stated else f"- {kind}"
    if len(entry) <= width:
        return entry
    return "\n".join([f"- {kind}:", *(f"    {name}: {_yaml(value)}" for name, value in stated.items())])


def _yaml(value: Any) -> str:
    """Write a value in YAML's flow style."""
    match value:
        case dict():
            return f"{{{', '.join(f'{key}: {_yaml(item)}' for key, item in value.items())}}}"
        case list() | tuple():
            return f"[{', '.join(map(_yaml, value))}]"
        case str() if re.fullmatch(r"[\w=][\w.+*/= -]*", value):
            return value
    return json.dumps(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _item(term: str, text: str, column: int, width: int) -> str:
    """Write a term and what it is in two columns."""
    return textwrap.fill(text, width, initial_indent=f"  {term}".ljust(column), subsequent_indent=" " * column)


def _wrap(text: str, width: int, indent: str = "") -> str:
    """Wrap each line of a text; an address is not broken."""
    return "\n".join(
        textwrap.fill(
            line,
            width,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.splitlines()
    )
