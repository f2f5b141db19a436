"""What SARIF says of each code of an error, and of each limit."""

from typing import Any

from archsum.codes import CODES
from archsum.language.spec.budget import Budget

_CURE_OF_LIMIT = (
    "Make the layers smaller that the message names, which have most of it, or raise the limit under `budget`. "
    "`archsum explain` derives each number."
)


def rule(name: str) -> dict[str, Any]:
    """Return the rule of a code, or of a limit by its name."""
    if name not in CODES:
        meaning = f"The limit `{name}` is broken, or nearly reached."
        full = f"{meaning} {Budget.model_fields[name].description}"
        return _rule(name, meaning, full, _CURE_OF_LIMIT, _CURE_OF_LIMIT)
    code = CODES[name]
    parts = [code.cure]
    in_markdown = [code.cure]
    for title, example in (("Wrong", code.wrong), ("Right", code.right)):
        if example:
            parts.append(f"{title}:\n{example}")
            in_markdown.append(f"{title}:\n\n```{_language(example)}\n{example}\n```")
    return _rule(name, code.meaning, f"{code.meaning} {code.cure}", "\n\n".join(parts), "\n\n".join(in_markdown))


def _rule(name: str, meaning: str, full: str, cure: str, in_markdown: str) -> dict[str, Any]:
    return {
        "id": name,
        "shortDescription": {"text": meaning},
        "fullDescription": {"text": full},
        "help": {"text": cure, "markdown": in_markdown},
    }


def _language(example: str) -> str:
    if example.startswith(("archsum ", "iconv ")):
        return "sh"
    return "json" if example.startswith("{") else "yaml"
