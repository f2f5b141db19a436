"""What can be wrong with a network file, and how it is said: code, place, text and cure."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice, pairwise
from math import isfinite, isnan
from typing import NamedTuple

from archsum.bounds import (
    MAX_COMPARED_LETTER_BY_LETTER,
    MAX_COMPARED_WORDS,
    MAX_FOUND,
    MAX_NOTES,
    MAX_NUMBER_LENGTH,
    MAX_SHOWN,
    MAX_SUGGESTED,
    MAX_WORD_LENGTH,
)
from archsum.colours import BOLD, CYAN, RED, YELLOW, Paint, plain

_EXCERPT_WIDTH = 100
_QUOTE_WIDTH = 40
_BLOCK = 4096
"""The characters after each of which it is noted in which line they are."""


class SourceText(NamedTuple):
    """A file's name, as the user wrote it, and its text."""

    name: str
    text: str

    def __repr__(self) -> str:
        return f"SourceText({self.name!r}, …)"


class Span(NamedTuple):
    """A stretch of a file, from `start` up to but not including `end`, in characters."""

    source: SourceText
    start: int
    end: int

    @property
    def text(self) -> str:
        """The text itself."""
        return self.source.text[self.start : self.end]

    @property
    def file(self) -> str:
        """The file's name."""
        return self.source.name

    @property
    def line(self) -> int:
        """The line of the first character, counted from 1."""
        return self._find_line()[0]

    @property
    def column(self) -> int:
        """The column of the first character, counted from 1."""
        return self.start - self._find_line()[1] + 1

    @property
    def place(self) -> str:
        """`file:line:column`, as editors and terminals understand it."""
        return f"{one_line(self.source.name)}:{self.line}:{self.column}"

    def _find_line(self) -> tuple[int, int]:
        """Return the number of the line, and where it begins."""
        text, block = self.source.text, self.start // _BLOCK
        number, begin = _lines_at_blocks(text)[block]
        ended = text.count("\n", block * _BLOCK, self.start)
        return number + ended, text.rfind("\n", block * _BLOCK, self.start) + 1 if ended else begin

    def excerpt(self, paint: Paint = plain) -> str:
        """Return the line it is on, with the stretch underlined; of a long line the part around it."""
        text, (_, first) = self.source.text, self._find_line()
        last = text.find("\n", first)
        last = len(text) if last < 0 else last
        left = max(first, min(self.start - _EXCERPT_WIDTH // 2, last - _EXCERPT_WIDTH))
        right = min(last, left + _EXCERPT_WIDTH)
        shown = one_line(text[left:right].replace("\t", " "))
        if left > first:
            shown = f"…{shown[1:]}"
        if right < last:
            shown = f"{shown[:-1]}…"
        start = self.start - left
        end = min(self.end - left, len(shown))
        underline = " " * _width(shown[:start]) + "^" * max(_width(shown[start:end]), 1)
        number = str(self.line)
        beside, below = paint(CYAN, f"{number} |"), paint(CYAN, f"{' ' * len(number)} |")
        return f"{beside} {shown}\n{below} {underline}"


class Location(NamedTuple):
    """A place in what has no lines, such as another framework's file: a path within it."""

    file: str
    within: str
    """As in `config.json: config.layers[12]`, or `graph node 'Conv_3'`."""
    start: int = 0
    """Its order among the others."""

    @property
    def line(self) -> None:
        """None: there are no lines."""
        return None

    @property
    def column(self) -> None:
        """None: there are no lines."""
        return None

    @property
    def place(self) -> str:
        """The file, and the path within it."""
        return f"{one_line(self.file)}: {one_line(self.within)}" if self.within else one_line(self.file)


Place = Span | Location
"""Where something is: in a text, or in what has no lines."""


def one_line(text: str) -> str:
    """Keep text on its line, and a hostile file from steering the terminal, one character for one."""
    return "".join(c if c.isprintable() else "�" for c in text)


def _width(text: str) -> int:
    """Return the columns that text takes in a terminal, where Chinese, Japanese and emoji are two wide."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "FW" else 1 for c in text)


def as_text(text: str) -> str:
    """Return what UTF-8 can write of a text: half a surrogate pair is none, nor is a byte of a file's name."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def quote(value: object) -> str:
    """Write a value in a message: as the file would, and shortened."""
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, int) and abs(value) >= 10**MAX_NUMBER_LENGTH:
        return f"a number of more than {MAX_NUMBER_LENGTH:,} digits"  # for which `str` takes long, or refuses
    text = as_text(write_scalar(value)) if value != "" else '""'
    return f"`{text[:_QUOTE_WIDTH]}…`" if len(text) > _QUOTE_WIDTH else f"`{text}`"


def write_scalar(value: object) -> str:
    """Write a value that is neither a list nor a mapping as a file would."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    if isinstance(value, float) and not isfinite(value):
        return ".nan" if isnan(value) else ".inf" if value > 0 else "-.inf"
    return str(value)


def enumerate_words(words: Iterable[str], conjunction: str = "and") -> str:
    """Write words as a sentence does: `a`, `b` and `c`."""
    *most, last = (f"`{word}`" for word in words)
    return f"{', '.join(most)} {conjunction} {last}" if most else last


def suggest(word: str, known: Iterable[str]) -> str | None:
    """Return "did you mean" where a known word is close, or is the word with the names of the blocks around it."""
    known = list(islice(known, MAX_SUGGESTED))
    close = next((path for path in known if path.endswith(f"/{word}")), None) or closest(word, known)
    return f"did you mean `{close}`?" if close else None


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known word that is most like a word, if any is; capitals make no difference."""
    if len(word) > MAX_WORD_LENGTH:
        return None
    return _closest(word.lower(), tuple(islice(known, MAX_COMPARED_WORDS)), cutoff)


@lru_cache(maxsize=64)
def _closest(word: str, known: tuple[str, ...], cutoff: float) -> str | None:
    """Compare a word; what a repeat has wrong, it has wrong each time."""
    from difflib import get_close_matches
    from heapq import nlargest

    by_letters = {known_word.lower(): known_word for known_word in known}
    # difflib is slow, above all with words that are alike: it compares only those that have most in common.
    parts = _parts(word)
    likely = nlargest(
        MAX_COMPARED_LETTER_BY_LETTER,
        by_letters,
        key=lambda known_word: len(parts & _parts(known_word)) / (len(word) + len(known_word)),
    )
    found = get_close_matches(word, likely, 1, cutoff)
    return by_letters[found[0]] if found else None


def _parts(word: str) -> set[str]:
    """Return the letters of a word, and the pairs of letters that follow one another."""
    return {*word, *map("".join, pairwise(word))}


@lru_cache(maxsize=1)
def _lines_at_blocks(text: str) -> list[tuple[int, int]]:
    """Return the number of the line in which each block begins, and where that line does.

    They are kept for the last file, as `explain` and `check` ask it of every layer.
    """
    lines = [(1, 0)]
    for start in range(0, len(text), _BLOCK):
        number, begin = lines[-1]
        ended = text.count("\n", start, start + _BLOCK)
        lines.append((number + ended, text.rfind("\n", start, start + _BLOCK) + 1 if ended else begin))
    return lines


class Diagnostic(NamedTuple):
    """One problem: a stable code, what is wrong, where, and what to write instead.

    The codes, and what each means, are in `codes`.
    """

    code: str
    message: str
    span: Place | None
    """None where it is of no place in a file."""
    cure: str
    notes: tuple[tuple[str, Place], ...] = ()
    is_warning: bool = False
    """Whether the result holds all the same."""

    @property
    def place(self) -> str | None:
        """Where it is, as in `net.yaml:3:5`; None where it is of no place in a file."""
        return self.span.place if self.span else None

    @property
    def help(self) -> str:
        """What to write instead, by the word that text and JSON have for it: the cure."""
        return self.cure

    def __str__(self) -> str:
        return self.render()

    def render(self, paint: Paint = plain) -> str:
        """Return what is wrong, where, and what would help, as people read it."""
        level = paint(YELLOW, f"warning[{self.code}]") if self.is_warning else paint(RED, f"error[{self.code}]")
        lines = [level + paint(BOLD, f": {one_line(self.message)}")]
        indent = ""
        if self.span:
            indent = " " * len(str(self.span.line or ""))
            lines.append(f"{paint(CYAN, f'{indent}-->')} {self.span.place}")
        if isinstance(self.span, Span):
            lines.append(self.span.excerpt(paint))
        notes = [f"{one_line(text)} {span.place}" for text, span in self.notes]
        if hidden := len(notes[MAX_NOTES:]):
            notes[MAX_NOTES - 1 : -1] = [f"… {hidden + 1} more …"]
        lines += [f"{paint(CYAN, f'{indent} = note:')} {note}" for note in notes]
        return "\n".join([*lines, f"{paint(CYAN, f'{indent} = help:')} {one_line(self.cure)}"])


class SpecError(Exception):
    """A network file that cannot be summarized, with every problem found in it, in the file's order."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        unique = dict.fromkeys(diagnostics)
        self.diagnostics = sorted(unique, key=lambda d: d.span.start if d.span else -1)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return self.render()

    def render(self, paint: Paint = plain) -> str:
        """Return the diagnostics as people read them; of very many the first."""
        shown = [diagnostic.render(paint) for diagnostic in self.diagnostics[:MAX_SHOWN]]
        if hidden := len(self.diagnostics) - len(shown):
            shown.append(f"… and {f'{hidden} more' if len(self.diagnostics) < MAX_FOUND else 'many more'}")
        return "\n\n".join(shown)


class PlacelessError(ValueError):
    """Something wrong, said by one who does not know the place in the file; whoever knows it adds it."""

    def __init__(self, message: str, cure: str) -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure


class ShapeError(PlacelessError):
    """A layer's complaint about the shapes it is given; the message reads on from the layer's name."""


class FieldError(PlacelessError):
    """A field's complaint about its value; the message reads on from the field's name."""

    def __init__(self, message: str, cure: str, *, words: Iterable[str] = ()) -> None:
        super().__init__(message, cure)
        self.words = tuple(words)
        """The words that the field takes: one of them may have been meant."""
