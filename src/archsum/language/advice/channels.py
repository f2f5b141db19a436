"""Images whose first size is most likely that of the channels, in a file that does not say so."""

from collections.abc import Sequence

from archsum.errors import Diagnostic
from archsum.language.text.places import Places
from archsum.layers.shapes import Shape, show

_FIRST = "`data_format: channels_first` at the top of the file"


def in_first(problems: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return problems of shapes with the cure that has been found to solve all of them."""
    return [problem._replace(cure=f"the channels come first? then write {_FIRST}") for problem in problems]


def in_last(name: str, shape: Shape, file: Places | None) -> Diagnostic:
    """Return what is to be said of an input that is read with the channels last; without a file it has no place."""
    place = file.value("input", name) if file else None
    message = f"`{name}` is read as {shape[-1]:,} channels, the last size of {show(shape)}"
    cure = f"if the first one is theirs, write {_FIRST}; `data_format: channels_last` says that the last one is"
    return Diagnostic("channels-first", message, place, cure, is_warning=True)
