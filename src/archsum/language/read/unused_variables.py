"""Variables that no formula names: setting them changes nothing."""

from collections.abc import Iterator, Mapping
from itertools import islice

from archsum.bounds import MAX_FOUND
from archsum.errors import Diagnostic, quote
from archsum.language.read.formulas import names_in
from archsum.language.text.places import Places


def unused_variables(file: Places) -> Mapping[str, Diagnostic]:
    """Return the warnings of a file without faults, by the variable."""
    variables = file.data.get("variables")
    if not variables:
        return {}
    used = set(_names(file))
    unused = islice((name for name in variables if name not in used), MAX_FOUND)
    return {name: _warning(name, file) for name in unused}


def _names(file: Places) -> Iterator[str]:
    """Yield the names in formulas that may be variables; in a block, its parameters hide those of the same names."""
    yield from names_in([value for field, value in file.data.items() if field != "blocks"])
    for block in (file.data.get("blocks") or {}).values():
        parameters = block.get("parameters") or {}
        yield from names_in(parameters)
        yield from (name for name in names_in(block) if name not in parameters)


def _warning(name: str, file: Places) -> Diagnostic:
    message = f"no formula names the variable {quote(name)}, so that it changes nothing"
    cure = f"write `={name}` where it is meant, or leave it out"
    return Diagnostic("unused-variable", message, file.key("variables", name), cure, is_warning=True)
