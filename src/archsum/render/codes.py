"""The codes of errors: all of them in a list, or what one means, with an example."""

import textwrap

from archsum.codes import CODES
from archsum.render.layout import wrap

_FOOTER = "`archsum explain-error CODE` says what to do, with an example."


def render_list(width: int) -> str:
    """Return all codes, each with what it means."""
    column = 4 + max(map(len, CODES))
    lines = [line for word, code in CODES.items() for line in wrap(code.meaning, width, column, f"  {word}")]
    return "\n".join([*lines, "", *wrap(_FOOTER, width)])


def render_code(word: str, width: int) -> str:
    """Return what a code means, what to do, and an example."""
    code = CODES[word]
    parts = [word, *wrap(code.meaning, width, 2), "", "Help:", *wrap(code.cure, width, 2)]
    if code.wrong:
        parts += ["", "Wrong:", textwrap.indent(code.wrong, "  "), "", "Right:", textwrap.indent(code.right, "  ")]
    return "\n".join(parts)
