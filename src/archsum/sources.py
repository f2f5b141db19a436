"""A source → a network: our YAML, another framework's file, or a live model by its name."""

import io
import operator
import os
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import PurePath
from typing import IO, Any, TypeVar

from archsum.errors import Diagnostic, SpecError, one_line, quote
from archsum.formula import Value
from archsum.interchange.imported import Imported, Options
from archsum.language.network import Network
from archsum.language.read.settings import InputShape
from archsum.language.text.source import File, open_file, read_file
from archsum.revisions import RevisionFile, has_file, is_path, is_revision, open_at, open_revision

Source = File | Mapping[str, Any]
"""A path, an open file, a text or what YAML makes of one, `module:name` or `model.py:name` of a live model, or
`REV:path` of Git's."""

Against = TypeVar("Against", bound=Source)

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
        path = called(source)
        ending = PurePath(path).suffix.lower()
        if ending == ".py":
            message = f"{quote(path)} is code, and a network is what one of its names is"
            raise SpecError([Diagnostic("no-model", message, None, f"name it too, as in `{one_line(path)}:model`")])
        if ending in _ENDINGS:
            _refuse_variables(path, variables)
            with source if isinstance(source, RevisionFile) else open_file(source) as opened:
                return _checked(_reader(_ENDINGS[ending])(opened, path, options))
    content, name = _content(source)
    reader = _reader_of(content)
    if reader is None:
        from archsum.language import loading

        return loading.load(content, name, variables=variables, input=input)
    _refuse_variables(name, variables)
    raw = content.encode() if isinstance(content, str) else content
    return _checked(_reader(reader)(io.BytesIO(raw), name, options))


def as_it_was(source: Source, against: Against) -> Against | RevisionFile | None:
    """Return what a source is compared with: `against` itself, or where it is a revision, what that has of the source.

    None is what a file that the revision lacks was. Errors: SpecError where there is no such revision, and where the
    source is no file.
    """
    if not _names_revision(against):
        return against
    if not isinstance(source, str | os.PathLike) or not os.path.isfile(source):
        message = f"{one_line(called(source))} is no file that {one_line(str(against))} could have"
        cure = 'name what to compare with itself: `--against main:net.yaml`, in Python `against="main:net.yaml"`'
        raise SpecError([Diagnostic("unreadable", message, None, cure)])
    path, revision = os.fspath(source), str(against)
    return open_at(path, revision) if has_file(path, revision) else None


def called_as_it_was(source: Source, against: Source) -> str:
    """Return the name of what a source is compared with."""
    return f"{against}:{called(source)}" if _names_revision(against) else called(against)


def called(source: Source) -> str:
    """Return what a source is called."""
    if isinstance(source, Mapping):
        return "<mapping>"
    if _is_text(source):
        return "<text>"
    return os.fspath(source) if isinstance(source, str | os.PathLike) else str(getattr(source, "name", "the file"))


def _names_revision(against: Source) -> bool:
    """Whether it is the name of a revision, as what ends like no file and is no live model."""
    return isinstance(against, str) and not ("\n" in against or is_path(against) or _is_live(against))


def read_own(source: Source) -> tuple[bytes | str, str]:
    """Return the content of a source in our own language, and what places call it.

    Errors: SpecError for another framework's, or a live model.
    """
    if isinstance(source, str) and is_revision(source):
        source = open_revision(source)
    if isinstance(source, str) and _is_live(source):
        raise _no_variables(source)
    is_file = isinstance(source, str | os.PathLike | RevisionFile) and not _is_text(source)
    if is_file and PurePath(called(source)).suffix.lower() in _ENDINGS:
        raise _no_variables(called(source))
    content, name = _content(source)
    if _reader_of(content) is not None:
        raise _no_variables(name)
    return content, name


def from_keras(model: Any, input: InputShape | None = None) -> Network:  # noqa: A002
    """Read a live Keras model. Errors: SpecError."""
    from archsum.interchange.keras.live import read_model

    return _checked(read_model(model, str(getattr(model, "name", "model")), Options(input)))


def from_torch(module: Any, example: Any, name: str) -> Network:
    """Read a live PyTorch model, which is run with an example. Errors: SpecError, and what the model raises itself."""
    from archsum.interchange.torch.reading import read_module

    return _checked(read_module(module, name, example))


def _is_text(source: Source) -> bool:
    """Whether a source is a network itself, and not the name of a file, which seldom has several lines."""
    return isinstance(source, str) and "\n" in source and not os.path.exists(source)


def _content(source: Source) -> tuple[bytes | str, str]:
    """Return a source's content, and what places call it."""
    if isinstance(source, Mapping):
        return _dump(source), called(source)
    if isinstance(source, str) and _is_text(source):
        return source, called(source)
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
        raise _no_variables(name, f" `{next(iter(variables))}`")


def _no_variables(name: str, which: str = "s") -> SpecError:
    message = f"{name} has no variable{which}: only our own files have variables"
    cure = "`archsum convert` writes one, which can be given some"
    return SpecError([Diagnostic("unknown-name", message, None, cure)])
