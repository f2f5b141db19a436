"""What can be wrong with a network file, and how it is said: code, place, text and cure."""

from typing import NamedTuple

MAX_SHOWN = 50
"""Diagnostics printed in full; a generated file can have thousands of the same kind."""

_EXCERPT_WIDTH = 100


class SourceText(NamedTuple):
    """A file's name, as the user wrote it, and its text."""

    name: str
    text: str


class Span(NamedTuple):
    """A stretch of a file, from `start` up to but not including `end`, in characters."""

    source: SourceText
    start: int
    end: int

    @property
    def line(self) -> int:
        """The line of the first character, counted from 1."""
        return self.source.text.count("\n", 0, self.start) + 1

    @property
    def column(self) -> int:
        """The column of the first character, counted from 1."""
        return self.start - self._line_start + 1

    @property
    def place(self) -> str:
        """`file:line:column`, as editors and terminals understand it."""
        return f"{self.source.name}:{self.line}:{self.column}"

    @property
    def _line_start(self) -> int:
        return self.source.text.rfind("\n", 0, self.start) + 1

    def excerpt(self) -> str:
        """Return the line it stands on, with the stretch underlined."""
        text, first = self.source.text, self._line_start
        newline = text.find("\n", first)
        last = len(text) if newline < 0 else newline
        end = min(max(self.end, self.start + 1), max(last, self.start + 1))
        if last - first > _EXCERPT_WIDTH:
            first = max(first, self.start - _EXCERPT_WIDTH // 2)
            last = min(last, first + _EXCERPT_WIDTH)
            end = min(end, max(last, self.start + 1))
        gutter = str(self.line)
        underline = " " * (self.start - first) + "^" * (end - self.start)
        return f"{gutter} | {_printable(text[first:last])}\n{' ' * len(gutter)} | {underline}"


def _printable(text: str) -> str:
    """Keep a hostile file from steering the terminal, one character for one."""
    return "".join(c if c.isprintable() else " " if c == "\t" else "�" for c in text.rstrip("\r"))


class Diagnostic(NamedTuple):
    """One problem: a stable code, what is wrong, where, and what to write instead."""

    code: str
    message: str
    span: Span | None = None
    help: str | None = None
    notes: tuple[tuple[str, Span], ...] = ()

    def __str__(self) -> str:
        lines = [f"error[{self.code}]: {one_line(self.message)}"]
        indent = ""
        if self.span:
            indent = " " * len(str(self.span.line))
            lines += [f"{indent}--> {self.span.place}", self.span.excerpt()]
        for text, span in self.notes:
            lines.append(f"{indent} = note: {text} {span.place}")
        if self.help:
            lines.append(f"{indent} = help: {one_line(self.help)}")
        return "\n".join(lines)


def one_line(text: str) -> str:
    return "".join(c if c.isprintable() else "�" for c in text)


class SpecError(Exception):
    """A network file that cannot be summarized, with every problem found in it, in the file's order."""

    def __init__(self, diagnostics: list[Diagnostic]) -> None:
        unique = dict.fromkeys(diagnostics)
        self.diagnostics = sorted(unique, key=lambda d: d.span.start if d.span else -1)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        shown = [str(diagnostic) for diagnostic in self.diagnostics[:MAX_SHOWN]]
        if hidden := len(self.diagnostics) - len(shown):
            shown.append(f"… and {hidden:,} more")
        return "\n\n".join(shown)


class ShapeError(ValueError):
    """A layer's complaint about the shapes it is given; whoever knows the file adds the place."""

    def __init__(self, message: str, help: str | None = None) -> None:  # noqa: A002
        super().__init__(message)
        self.message = message
        self.help = help
