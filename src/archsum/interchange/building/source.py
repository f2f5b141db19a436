"""Python's source text: values, calls and lines, broken as ruff breaks them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

WIDTH = 88
INDENT = "    "


@dataclass(frozen=True)
class Code:
    """An expression that is never broken: a name, a number, a formula."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Brackets:
    """What is in brackets, and can be broken there: a call's arguments, a tuple, a list or a mapping."""

    head: "Expression | str"
    items: tuple["Expression | Keyword", ...]
    ends: str = "()"
    is_long: bool = False
    """Whether each item has a line of its own, however short they are."""
    comma: str = ","
    """What is between items; nothing between a generator's value and its loop."""

    @property
    def inside(self) -> str:
        """All items in one line."""
        return f"{self.comma} ".join(map(str, self.items))

    def __str__(self) -> str:
        last = self.comma if self.head == "" and self.ends == "()" and len(self.items) == 1 else ""
        return f"{self.head}{self.ends[0]}{self.inside}{last}{self.ends[1]}"


@dataclass(frozen=True)
class Keyword:
    """An argument by its name, or an item of a mapping."""

    name: str
    value: "Expression"
    sign: str = "="

    def __str__(self) -> str:
        return f"{self.name}{self.sign}{self.value}"


Expression = Code | Brackets


def call(
    function: "Expression | str", *arguments: "Expression | str", **keywords: "Expression | str | None"
) -> Brackets:
    """Return a call; arguments by names whose value is None are left out."""
    named = (Keyword(name, _expression(value)) for name, value in keywords.items() if value is not None)
    return Brackets(function, (*map(_expression, arguments), *named))


def _expression(value: "Expression | str") -> Expression:
    return Code(value) if isinstance(value, str) else value


def text(value: str) -> str:
    """Write a text as ruff does, in double quotes where it has none itself; whatever is not printable is escaped."""
    written = repr(value)
    return f'"{written[1:-1]}"' if written[0] == "'" and '"' not in value else written


def number(value: float) -> str:
    """Write a number, `1e-6` as people do."""
    return repr(value).replace("e-0", "e-")


def literal(value: Any) -> Expression:
    """Write a value of a file; a list becomes a tuple."""
    match value:
        case str():
            return Code(text(value))
        case bool() | None | int():
            return Code(repr(value))
        case float():
            return Code(number(value) if value == value and abs(value) != float("inf") else f'float("{value}")')
        case dict():
            return Brackets(
                "", tuple(Keyword(str(literal(key)), literal(item), ": ") for key, item in value.items()), "{}"
            )
        case list() | tuple():
            return Brackets("", tuple(map(literal, value)))
    raise TypeError(f"no value of a file: {value!r}")


@dataclass
class Lines:
    """The lines of a module or a function."""

    depth: int = 0
    lines: list[str] = field(default_factory=list)

    def add(self, before: str, expression: "Expression | str" = "", behind: str = "") -> None:
        """Add a statement: an expression, and what is before and behind it."""
        self.lines += broken(INDENT * self.depth + before, _expression(expression), behind)

    def extend(self, other: Iterable[str]) -> None:
        """Add lines of a function further out."""
        self.lines += [INDENT * self.depth + line if line else "" for line in other]

    def __str__(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)


def broken(before: str, expression: "Expression | Keyword", behind: str = "") -> list[str]:
    """Return an expression as lines; `before` has the indentation."""
    whole = f"{before}{expression}{behind}"
    if isinstance(expression, Keyword):
        return broken(f"{before}{expression.name}{expression.sign}", expression.value, behind)
    if isinstance(expression, Code) or not expression.items or (len(whole) <= WIDTH and not _is_long(expression)):
        return [whole]
    if isinstance(expression.head, Brackets) and expression.head.items:
        return _chained(before, expression.head, expression, behind)
    return _open(f"{before}{expression.head}", expression, behind)


def _is_long(expression: "Expression | Keyword") -> bool:
    if isinstance(expression, Keyword):
        return _is_long(expression.value)
    if isinstance(expression, Code):
        return False
    heads = () if isinstance(expression.head, str) else (expression.head,)
    return expression.is_long or any(map(_is_long, (*expression.items, *heads)))


def _rest(expression: Brackets) -> str:
    return f"({expression.inside})"


def _chained(before: str, first: Brackets, second: Brackets, behind: str) -> list[str]:
    """Break the first call of two, `f(a)(x)`, and with a comma at its end where ruff would break the second.

    The second is broken where what it takes is too long for the line that the first ends on.
    """
    margin = before[: len(before) - len(before.lstrip())]
    fits, rest = len(f"{before}{first}(") <= WIDTH, f"{_rest(second)}{behind}"
    if len(f"{margin}){rest}") <= WIDTH:
        return _open(f"{before}{first.head}", first, rest, one_each=fits)
    *lines, last = broken(before, first) if fits else _open(f"{before}{first.head}", first, "")
    return [*lines, *_open(last, second, behind)]


def _open(head: str, expression: Brackets, behind: str, *, one_each: bool = False) -> list[str]:
    margin = head[: len(head) - len(head.lstrip())]
    inner, opening, closing = margin + INDENT, expression.ends[0], expression.ends[1]
    together = inner + expression.inside
    is_collection = expression.head == ""
    if len(together) <= WIDTH and not (one_each or is_collection or _is_long(expression)):
        return [head + opening, together, f"{margin}{closing}{behind}"]
    is_alone = len(expression.items) == 1 and not (one_each or is_collection or _is_long(expression))
    items = [line for item in expression.items for line in broken(inner, item, "" if is_alone else expression.comma)]
    return [head + opening, *items, f"{margin}{closing}{behind}"]


def docstring(paragraphs: Sequence[str], margin: str) -> list[str]:
    """Write a docstring of lines; what would end it, or is not printable, is escaped."""
    lines = [_in_docstring(line) for line in paragraphs]
    if len(lines) == 1:
        return [f'{margin}"""{lines[0]}"""']
    return [f'{margin}"""{lines[0]}', *(f"{margin}{line}".rstrip() for line in lines[1:]), f'{margin}"""']


def _in_docstring(line: str) -> str:
    printable = "".join(character if character.isprintable() else " " for character in line)
    return printable.replace("\\", "\\\\").replace('"""', "'''").rstrip('"').rstrip()


def comment(line: str) -> str:
    """Write a comment of one line."""
    return f"# {''.join(character if character.isprintable() else ' ' for character in line)}".rstrip()
