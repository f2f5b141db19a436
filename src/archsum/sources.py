"""A source → a network: our YAML, another framework's file, or a live model by its name."""

import io
import operator
import os
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import PurePath
from typing import IO, Any

from archsum.errors import Diagnostic, SpecError
from archsum.formula import Value
from archsum.interchange.imported import Imported, Options
from archsum.language.network import Network
from archsum.language.read.settings import InputShape
from archsum.language.text.source import File, open_file, read_file
from archsum.revisions import RevisionFile, is_revision, open_revision

Source = File | Mapping[str, Any]
"""A path, an open file, a text or what YAML makes of one, `module:name` or `model.py:name` of a live model, or
`REV:path` of Git's."""

_Reader = Callable[[IO[bytes], str, Options], Imported]

_ENDINGS = {
    ".keras": "keras.archive",
    ".h5": "keras.hdf5",
    ".hdf5": "keras.hdf5",
    ".onnx": "onnx.reading",
}
"""The readers of files that are not text, by how the files' names end: modules of `interchange` with a `read`."""

_BEGINNINGS = {b"PK\x03\x04": "keras.archive", b"\x89HDF\r\n\x1a\n": "keras.hdf5"}
"""The same, by how the files begin."""

_KERAS_JSON = b'"class_name"'


def load(
    source: Source,
    *,
    variables: Mapping[str, Value] | None = None,
    input: InputShape | None = None,  # noqa: A002
    allow_unknown: bool = False,
) -> Network:
    """Read a network.

    `source` is a path, an open file, our YAML as a text of several lines or as a mapping, `module:name` or
    `model.py:name` of a live model, or `REV:path` of a Git repository; `variables` and `input` (sizes without the batch
    axis, or several by name) override what it says. `allow_unknown` accepts layers of another framework's whose weights
    cannot be known.

    Errors: SpecError with every problem in the source. Shapes that do not fit in our own files are found by
    `propagate`, and come with these problems only where there are any.
    """
    options = Options(input, allow_unknown)
    if isinstance(source, str) and is_revision(source):
        source = open_revision(source)
    if isinstance(source, str) and _is_live(source):
        _refuse_variables(source, variables)
        from archsum.interchange.live import read_live

        return _checked(read_live(source, options))
    if isinstance(source, str | os.PathLike | RevisionFile) and not _is_text(source):
        called = source.name if isinstance(source, RevisionFile) else os.fspath(source)
        ending = PurePath(called).suffix.lower()
        if ending in _ENDINGS:
            _refuse_variables(called, variables)
            with source if isinstance(source, RevisionFile) else open_file(source) as opened:
                return _checked(_reader(_ENDINGS[ending])(opened, called, options))
    content, name = _content(source)
    reader = _reader_of(content)
    if reader is None:
        from archsum.language import loading

        return loading.load(content, name, variables=variables, input=input)
    _refuse_variables(name, variables)
    raw = content.encode() if isinstance(content, str) else content
    return _checked(_reader(reader)(io.BytesIO(raw), name, options))


def from_keras(model: Any, input: InputShape | None = None) -> Network:  # noqa: A002
    """Read a live Keras model. Errors: SpecError."""
    from archsum.interchange.keras.live import read_model

    return _checked(read_model(model, str(getattr(model, "name", "model")), Options(input)))


def from_torch(module: Any, example: Any, name: str) -> Network:
    """Read a live PyTorch model, which is run with an example. Errors: SpecError, and what the model raises itself."""
    from archsum.interchange.torch.reading import read_module

    return _checked(read_module(module, name, example))


def _is_text(source: str | os.PathLike[str] | RevisionFile) -> bool:
    """Whether a source is a network itself, and not the name of a file, which seldom has several lines."""
    return isinstance(source, str) and "\n" in source and not os.path.exists(source)


def _content(source: Source) -> tuple[bytes | str, str]:
    """Return a source's content, and what places call it."""
    if isinstance(source, Mapping):
        return _dump(source), "<mapping>"
    if isinstance(source, str) and _is_text(source):
        return source, "<text>"
    return read_file(source)


def _dump(mapping: Mapping[str, Any]) -> str:
    """Write a mapping as JSON, which is YAML. Errors: TypeError for a value that a file cannot have."""
    import json

    try:
        return json.dumps(mapping, indent=2, default=operator.index, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise TypeError(f"the mapping has a value that a file cannot have: {error}") from None


def _is_live(source: str) -> bool:
    """Whether a source is `module:name` or `model.py:name`, and not a file that is called so."""
    module, colon, name = source.rpartition(":")
    is_file = module.endswith(".py") and "\n" not in module
    dotted = [*([] if is_file else module.split(".")), *name.split(".")]
    return bool(colon) and all(part.isidentifier() for part in dotted) and not os.path.exists(source)


def _reader_of(content: bytes | str) -> str | None:
    """Return the reader of a file's content, None for our own language: JSON is YAML, so a key tells them apart."""
    head = content[: 1 << 16]
    raw = head.encode("utf-8", "replace") if isinstance(head, str) else head
    for beginning, reader in _BEGINNINGS.items():
        if raw.startswith(beginning):
            return reader
    return "keras.config" if raw.lstrip().startswith((b"{", b"[")) and _KERAS_JSON in raw else None


def _reader(module: str) -> _Reader:
    reader: _Reader = import_module(f"archsum.interchange.{module}").read
    return reader


def _checked(imported: Imported) -> Network:
    from archsum.interchange.checking import checked

    return checked(imported)


def _refuse_variables(name: str, variables: Mapping[str, Value] | None) -> None:
    if variables:
        message = f"{name} has no variable `{next(iter(variables))}`: only our own files have variables"
        cure = "`archsum convert` writes one, which can be given some"
        raise SpecError([Diagnostic("unknown-name", message, None, cure)])
