"""Images whose first size is most likely that of the channels, in a file that does not say so."""

from collections.abc import Mapping, Sequence

from archsum.errors import Diagnostic
from archsum.language.spec.document import Document
from archsum.language.text.places import Places
from archsum.layers.shapes import Shape, show

_CHANNELS = (1, 3, 4)
_FIRST = "`data_format: channels_first` at the top of the file"


def suspects(document: Document, file: Places) -> tuple[str, ...]:
    """Return the inputs that look like PyTorch's images, where the file does not say which axis has the channels."""
    if "data_format" in file.data:
        return ()
    return tuple(name for name, shape in document.input.items() if _begins_with_channels(shape))


def _begins_with_channels(shape: Shape) -> bool:
    """Whether a first size is one that images have of channels, and larger ones are behind it, the last two equal."""
    sizes = [size for size in shape[1:] if size is not None]
    return (
        len(sizes) == len(shape) - 1
        and len(shape) in (3, 4)
        and shape[0] in _CHANNELS
        and min(sizes) > shape[0]
        and sizes[-1] == sizes[-2]
    )


def in_first(problems: Sequence[Diagnostic]) -> list[Diagnostic]:
    """Return problems of shapes with the cure that has been found to solve all of them."""
    return [problem._replace(cure=f"the channels come first? then write {_FIRST}") for problem in problems]


def in_last(name: str, shape: Shape, file: Places) -> Diagnostic:
    """Return what is to be said of an input that is read with the channels last."""
    stated = file.data.get("input")
    place = file.value("input", name) if isinstance(stated, Mapping) else file.value("input")
    message = f"`{name}` is read as {shape[-1]:,} channels, the last size of {show(shape)}"
    cure = f"if the first one is theirs, write {_FIRST}; `data_format: channels_last` says that the last one is"
    return Diagnostic("channels-first", message, place, cure, is_warning=True)
