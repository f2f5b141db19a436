"""What YAML's parser stumbles over, in plain words.

The parser says what it expected next ("did not find expected key"); a person wants to know what to change.
"""

import re

from archsum.errors import Diagnostic, SourceText, Span

_BRACKETS = {"flow sequence": ("[", "]", "items"), "flow mapping": ("{", "}", "fields")}
_NOT_ALLOWED = r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"  # slow to compile
_GLUED = re.compile(r"[\s-]*([\w.]+)(:?) *\{")
"""A layer and the beginning of its fields, which YAML takes for one word, as in `conv2d {filters: 8}`."""
_CONFLICT = re.compile(r"^<{7}(?: .*)?$", re.MULTILINE)
"""What Git writes above the two sides of a conflict."""
_OTHERS = (
    ("node content", "a value is missing here", "write the value, or remove the comma or the sign that is too many"),
    ("alphabetic or numeric", "`&` and `*` are followed by a name", "put a text that begins with one in quotes"),
    ("chomping", "`|` and `>` end their line", "put a text that begins with one in quotes"),
    ("comment or line break", "`|` and `>` end their line", "put a text that begins with one in quotes"),
    ("tag", "a network file has no tags", "put a text that begins with `!` in quotes"),
    ("'>'", "a network file has no tags", "put a text that begins with `!` in quotes"),
    ("YAML document", "a version of YAML that this is not written for", "remove the line"),
    ("directive", "a line that begins with `%` is a directive", "remove it"),
    ("document start", "the file goes on where its value has ended", "a network file is one mapping: `key: value`"),
)


def explain_syntax(
    source: SourceText, problem: str, at: int | None, reading: str = "", since: int | None = None
) -> Diagnostic:
    """Explain what is wrong with the text.

    `problem` is what the parser says of the character `at`, and `reading` what it was in the middle of, `since` where.
    """
    if at is None:
        return _control_character(source)
    if conflict := _CONFLICT.search(source.text):
        cure = (
            "resolve the conflict: keep one of the two sides, and remove the lines `<<<<<<<`, `=======` and `>>>>>>>`"
        )
        return _diagnostic("the file has a merge conflict", Span(source, *conflict.span()), cure)
    at = min(at, len(source.text.rstrip()))
    here = Span(source, at, at + 1)
    if since is not None:
        begin = Span(source, since, since + 1)
        for construct, signs in _BRACKETS.items():
            if construct in reading:
                return _open_bracket(begin, here, *signs)
        if "quoted scalar" in reading and "end of stream" in problem:
            return _diagnostic("the quote is not closed", begin, f"close it with `{begin.text}`")
        if "expected ':'" in problem:
            return _without_colon(begin)
    line = source.text[source.text.rfind("\n", 0, at) + 1 : at]
    if "start any token" in problem or "tab" in problem:
        return _odd_character(here)
    if here.text in ("]", "}"):
        return _diagnostic(f"the `{here.text}` closes nothing", here, "remove it, or open it before")
    if "values are not allowed" in problem:
        return _odd_colon(line, here)
    if "entries are not allowed" in problem:
        return _diagnostic("a list cannot begin here", here, "begin it on a line of its own, or write it in [ ]")
    if "escape" in problem and "URI" not in problem:
        return _odd_escape(here)
    if "block mapping" in reading or "block collection" in reading:
        return _out_of_line(line, here)
    for part, message, cure in _OTHERS:
        if part in problem or part in reading:
            return _diagnostic(message, here, cure)
    return _diagnostic(
        f"this is not YAML: {problem}", here, "put a text with signs in quotes, and look at the line before"
    )


def _diagnostic(message: str, place: Span, cure: str, notes: tuple[tuple[str, Span], ...] = ()) -> Diagnostic:
    return Diagnostic("yaml-syntax", message, place, cure, notes)


def _control_character(source: SourceText) -> Diagnostic:
    match = re.search(_NOT_ALLOWED, source.text)
    at = match.start() if match else 0
    here = Span(source, at, at + 1)
    return _diagnostic(f"the control character U+{ord(here.text):04X} is not text", here, "remove it")


def _open_bracket(begin: Span, here: Span, opening: str, closing: str, parts: str) -> Diagnostic:
    cure = f"close the `{opening}` with `{closing}`, and separate {parts} with commas"
    if not here.text.strip():
        return _diagnostic(f"the `{opening}` is not closed", begin, cure)
    if here.text == "[" and _ends_in_formula(begin.source.text[begin.start : here.start]):
        cure = 'put the formula in quotes, as in `"=depths[index]"`'
        return _diagnostic(f"a formula with a `[` needs quotes inside {opening} {closing}", here, cure)
    message = f"a `,` or the closing `{closing}` is missing before this"
    return _diagnostic(message, here, cure, ((f"the `{opening}` is at", begin),))


def _ends_in_formula(text: str) -> bool:
    """Whether the last item of what is in brackets is a formula, or a key's value is."""
    return re.search(r"[:,[{]\s*=", text[max(map(text.rfind, ",{}[]")) :]) is not None


def _without_colon(begin: Span) -> Diagnostic:
    text = begin.source.text
    line = text[begin.start : begin.start + 100].partition("\n")[0].rstrip()
    cure = "write a `:` and a space after a key, and a `-` and a space before an item of a list"
    return _diagnostic("a `:` is missing", begin._replace(end=begin.start + len(line)), cure)


def _odd_character(here: Span) -> Diagnostic:
    if here.text == "\t":
        return _diagnostic("a tab indents this line", here, "indent with spaces")
    return _diagnostic("a text that begins with this needs quotes", here, "put the whole text in quotes")


def _odd_escape(here: Span) -> Diagnostic:
    backslash = here.source.text.rfind("\\", 0, here.end)
    place = Span(here.source, backslash, backslash + 2)
    cure = r"write `\\` for a backslash, or take single quotes"
    return _diagnostic(f"double quotes do not know the escape `{place.text}`", place, cure)


def _odd_colon(line: str, here: Span) -> Diagnostic:
    if match := _GLUED.match(line):
        missing = "space is missing behind the `:`" if match[2] else "`:` and a space are missing"
        start = here.start - len(line) + match.start(1)
        place = Span(here.source, start, start + len(match[0]) - match.start(1))
        return _diagnostic(f"a {missing}", place, f"write `{match[1]}: {{`")
    if re.search(r":\s", line):
        cure = "write fields as `{filters: 8}`, or below their layer, indented; put a text with a colon in quotes"
        return _diagnostic("a second `:` in one line", here, cure)
    cure = "look at the line before: write a space after its `:`, or indent this one as much"
    return _diagnostic("a `:` in what reads as a continued line", here, cure)


def _out_of_line(line: str, here: Span) -> Diagnostic:
    if line.strip():
        return _diagnostic("the value ends before this", here, "put the whole value in quotes, or remove the rest")
    before = here.source.text[: here.start].rstrip()
    above = before[before.rfind("\n") + 1 :]
    spaces = len(above) - len(above.lstrip(" "))
    if len(line) == spaces:
        cure = "begin items of a list with `- `, and fields with their name and a `:`"
        return _diagnostic("items of a list and fields do not go together", here, cure)
    message = f"the line is indented by {len(line)} spaces, and the one above by {spaces}"
    return _diagnostic(message, here, "begin lines that belong together in the same column")
