"""A `.keras` file → graph: a zip of which only the configuration is opened, and nothing is run."""

import zlib
from typing import IO
from zipfile import BadZipFile, ZipFile

from archsum.bounds import MAX_FILE_BYTES
from archsum.errors import Diagnostic, Location, SpecError
from archsum.interchange.imported import Imported, Options
from archsum.interchange.keras.config import read_json

_CONFIG = "config.json"
_PICKLED = ("/data.pkl", "/version", "models/model.json")
"""What the archives have in them that `torch.save`, TorchScript and `torch.export` write."""
_CURE = "is it whole, and did Keras 3 save it?"
_MOST_FILES = 10_000
_BROKEN = (BadZipFile, zlib.error, EOFError, OSError, ValueError, KeyError, NotImplementedError, RuntimeError)
"""What Python's zipfile raises for broken zips, and for those that are packed in a way that it does not know."""


def read(file: IO[bytes], name: str, options: Options) -> Imported:
    """Read a `.keras` file. Errors: SpecError with all that is wrong with it."""
    try:
        with ZipFile(file) as archive:
            content = _read_config(archive, name)
    except SpecError:
        raise
    except _BROKEN as error:
        raise _bad(f"the file is no zip that can be read: {error}", name) from None
    return read_json(content, name, options, _CONFIG)


def _read_config(archive: ZipFile, name: str) -> bytes:
    """Return the configuration, of which no more is unpacked than it may be long. Errors: SpecError."""
    entries = archive.infolist()
    if len(entries) > _MOST_FILES:
        message = f"the archive has more than {_MOST_FILES:,} files"
        raise SpecError([Diagnostic("too-large", message, Location(name, ""), _CURE)])
    found = [entry for entry in entries if entry.filename == _CONFIG]
    if not found and any(entry.filename.endswith(_PICKLED) for entry in entries):
        cure = "give the live model, as `module:name`: the file has its weights, and code that archsum does not run"
        raise SpecError([Diagnostic("bad-model", "the file is one of PyTorch's", Location(name, ""), cure)])
    if not found:
        raise _bad(f"the archive has no `{_CONFIG}`", name)
    if len(found) > 1:
        raise _bad(f"the archive has more than one `{_CONFIG}`", name)
    with archive.open(found[0]) as opened:
        return opened.read(MAX_FILE_BYTES + 1)


def _bad(message: str, name: str) -> SpecError:
    return SpecError([Diagnostic("bad-model", message, Location(name, ""), _CURE)])
