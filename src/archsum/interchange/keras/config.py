"""A model's configuration as JSON, as Keras's `to_json()` writes it → graph."""

from typing import IO

from archsum.bounds import MAX_FILE_BYTES
from archsum.interchange.imported import Imported, Options
from archsum.interchange.keras.items import parse
from archsum.interchange.keras.network import import_model


def read(file: IO[bytes], name: str, options: Options) -> Imported:
    """Read a configuration. Errors: SpecError with all that is wrong with it."""
    return read_json(file.read(MAX_FILE_BYTES + 1), name, options)


def read_json(content: bytes, name: str, options: Options, within: str = "") -> Imported:
    """Read a configuration that is in a file; `within` says where in it. Errors: as above."""
    return import_model(parse(content, name, within), name, options, len(content))
