"""Reads outputs as the programs do that they are for, and tells their structure from the texts in it.

Names come from files that others wrote. Whatever they are, they are texts in the output, and its structure is that of
the same network with plain names.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree

import yaml

from tests.support import ci_formats


class Read(NamedTuple):
    """An output that has been read."""

    structure: list[Any]
    """Tags, keys, columns, commands: what a name must not change."""
    texts: list[str]
    """The texts in their places."""


def read_json(out: str) -> Read:
    """Read JSON, which has to be the same to a reader of YAML."""
    document = json.loads(out)
    if out.isascii() and "\\ud" not in out:  # YAML has no pairs of surrogates
        assert yaml.safe_load(out) == document
    read = Read([], [])
    _walk(document, read)
    return read


def _walk(value: Any, read: Read) -> None:
    match value:
        case dict():
            read.structure.append(len(value))
            for key, inner in value.items():
                read.texts.append(key)
                _walk(inner, read)
        case list():
            read.structure.append([len(value)])
            for inner in value:
                _walk(inner, read)
        case str():
            read.texts.append(value)
            read.structure.append("text")
        case _:
            read.structure.append(value)


def read_csv(out: str) -> Read:
    """Read CSV: what names change is the number of no row's columns."""
    rows = list(csv.reader(io.StringIO(out), strict=True))
    return Read([len(row) for row in rows], [text for row in rows for text in row])


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.read = Read([], [])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.read.structure.append((tag, attrs))

    def handle_endtag(self, tag: str) -> None:
        self.read.structure.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        self.read.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.read.structure.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.read.structure.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.read.structure.append("instruction")


def read_html(out: str) -> Read:
    """Read HTML: its tags, in their order, with their attributes."""
    parser = _Html()
    parser.feed(out)
    parser.close()
    return parser.read


def read_page(out: str) -> Read:
    """Read a report: its tags, without labels of treemaps, for which there is room or not."""
    structure, texts = read_html(out)
    tags = [piece if isinstance(piece, str) else piece[0] for piece in structure]
    return Read([tag for tag in tags if tag.strip("/") != "text"], texts)


_GEOMETRY = {"width", "height", "viewBox", "points", "d", "x", "y", "transform", "textLength", "id"}
"""What depends on how wide a text is, and the numbers that matplotlib gives its elements."""


def read_svg(out: str) -> Read:
    """Read SVG, by a parser of XML: its elements, and their attributes but for sizes."""
    read = Read([], [])
    for element in ElementTree.fromstring(out).iter():
        tag = str(element.tag).rpartition("}")[2]
        assert tag not in ("script", "foreignObject"), tag
        assert not [name for name in element.attrib if name.startswith("on")]
        if tag != "title":  # which Graphviz leaves out for a network whose name begins with `%`
            read.structure.append((tag, sorted(element.attrib.keys() - _GEOMETRY)))
        if element.text and element.text.strip():
            read.texts.append(element.text)
    return read


_CELL = re.compile(r"(?<!\\)\|")
_FENCE_OR_HEADING = re.compile(r"^ {0,3}(#|```|~~~|>|- |\* |\d+\. |<|\[)")


def read_markdown(out: str) -> Read:
    """Read a pipe table and the list below it, as GitHub does: a `|` without `\\` before it ends a cell."""
    read = Read([], [])
    for line in out.split("\n"):
        cells = _CELL.split(line) if line.startswith("|") else [line]
        read.structure.append((len(cells), bool(_FENCE_OR_HEADING.match(line))))
        read.texts.extend([re.sub(r"\\(.)", r"\1", cell).strip() for cell in cells])
    return read


_COMMAND = re.compile(r"^\s*::(\w[\w-]*)(?: (.*?))?::(.*)$")


def read_github(out: str) -> Read:
    """Read the commands of a workflow, line by line, as GitHub's runner does; any other line is only shown."""
    read = Read([], [])
    for line in re.split(r"\r\n|\r|\n", out.removesuffix("\n")):
        if not (command := _COMMAND.match(line)):
            read.structure.append("line")
            continue
        properties = dict(pair.partition("=")[::2] for pair in (command[2] or "").split(",") if pair)
        read.structure.append((command[1], [*properties], properties.get("line"), properties.get("title")))
        read.texts.extend([unquote(properties.get("file", "")), unquote(command[3])])
    return read


_OF_NAMES = ("startColumn", "endColumn")
"""What depends on how long a name is."""


def read_sarif(out: str) -> Read:
    """Read SARIF, which is valid: its objects, and where things are but for the columns."""
    ci_formats.read_sarif(out)
    read = Read([], [])
    _walk(json.loads(out, object_hook=lambda found: {k: v for k, v in found.items() if k not in _OF_NAMES}), read)
    return read


def read_gitlab(out: str) -> Read:
    """Read GitLab's Code Quality, which is valid."""
    ci_formats.read_gitlab(out)
    return read_json(out)


def read_junit(out: str) -> Read:
    """Read JUnit's XML, which is valid: its suites and tests, and what came of them."""
    read = Read([], [])
    for suite in ci_formats.read_junit(out):
        read.structure.append([suite.get(name) for name in ("tests", "failures", "errors")])
        for element in suite.iter():
            read.structure.append(element.tag)
            read.texts.extend([*element.attrib.values(), element.text or ""])
    return read


_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"|<(?:[^<>\n]|<[^<>]*>)*>(?=[,\]])')


def read_diagram(out: str) -> Read:
    """Read DOT or Mermaid: the texts in quotes, or between `<` and `>`, and all that is around them."""
    quoted = [match[0] for match in _QUOTED.finditer(out)]
    tags = [re.findall(r"</?\w+", text[1:-1]) for text in quoted]
    return Read([_QUOTED.sub("…", out), tags], quoted)


def read_lines(out: str) -> Read:
    """Read a text for people: it has as many lines."""
    return Read([out.count("\n")], out.split("\n"))


def read_wrapped(out: str) -> Read:
    """Read a text for people whose lines are wrapped: what long names change is how many there are."""
    return Read([], out.split("\n"))


READERS_FOR_CI: dict[str, Callable[[str], Read]] = {
    "sarif": read_sarif,
    "gitlab": read_gitlab,
    "junit": read_junit,
}
READERS: dict[str, Callable[[str], Read]] = {
    "json": read_json,
    "csv": read_csv,
    "html": read_html,
    "unsafehtml": read_html,
    "page": read_page,
    "svg": read_svg,
    "markdown": read_markdown,
    "pipe": read_markdown,
    "github": read_github,
    **READERS_FOR_CI,
    "mermaid": read_diagram,
    "dot": read_diagram,
}
"""How each format is read; all others are for people."""


def reader(arguments: tuple[str, ...]) -> Callable[[str], Read]:
    """Return what reads the output of a command line."""
    for_people = read_wrapped if arguments[0] == "explain" else read_lines
    return next((READERS[word] for word in _formats(arguments) if word in READERS), for_people)


def _formats(arguments: tuple[str, ...]) -> Iterator[str]:
    if arguments[0] == "summary" and "--style" in arguments:
        style = arguments[arguments.index("--style") + 1]
        yield "pipe" if style == "github" else style
    elif "--format" in arguments:
        yield arguments[arguments.index("--format") + 1]
    elif arguments[0] == "diagram":
        yield "mermaid"
    elif arguments[0] == "report":
        yield "page"
