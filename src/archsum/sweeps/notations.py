"""Conditions as other languages have them, written as ours: `params = 5M && !x`; imported only where one is wrong."""

import re

_QUOTED = re.compile(r"""('[^']*'|"[^"]*")""")
_OURS = (
    (r"≤|(?<![<>=!])=<", "<="),
    (r"≥|(?<![<>=!])=>", ">="),
    (r"≠|<>|!==", "!="),
    (r"===|(?<![<>=!])=(?![<>=])", "=="),
    (r"\s*(?:&&?|;|,(?=\s*\w+\s*[<>=!]))\s*", " and "),
    (r"\s*\|\|?\s*", " or "),
    (r"!(?!=)\s*", "not "),
    (r"\b(?i:and|or|not)\b", lambda match: match[0].lower()),
    (r"(?<![\w.,(])[0-9]{1,3}(?:,[0-9]{3})+(?![\w.,])", lambda match: match[0].replace(",", "")),
    (r"(?<![\w.,(])[0-9]{1,3}(?: [0-9]{3})+(?![\w.,])", lambda match: match[0].replace(" ", "")),
    (r"\^", "**"),
)
"""What others write, outside of quotes, and what we do; of a condition of ours, nothing is another."""


def rewritten(text: str) -> str:
    """Return a condition as we write it; whether it is one then is not known."""
    parts = _QUOTED.split(text.strip().rstrip(";, "))
    for pattern, ours in _OURS:
        parts[::2] = [re.sub(pattern, ours, part) for part in parts[::2]]
    return "".join(parts)
