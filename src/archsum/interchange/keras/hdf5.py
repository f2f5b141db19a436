"""An `.h5` file of Keras 3 or 2 → graph: the configuration is an attribute, and its weights are not read."""

from importlib.util import find_spec
from typing import IO, Any

from archsum.bounds import MAX_FILE_BYTES
from archsum.errors import Diagnostic, Location, SpecError
from archsum.interchange.imported import Imported, Options
from archsum.interchange.keras.config import read_json

_CONFIG = "model_config"


def read(file: IO[bytes], name: str, options: Options) -> Imported:
    """Read an HDF5 file. Errors: SpecError with all that is wrong with it, and where h5py is not installed."""
    if find_spec("h5py") is None:
        message = f"{name} is HDF5, which h5py reads, and that is not installed"
        cure = "install it with `pip install h5py`, or save the model as `.keras`"
        raise SpecError([Diagnostic("missing-h5py", message, None, cure)])
    return read_json(_read_config(file, name), name, options, _CONFIG)


def _read_config(file: IO[bytes], name: str) -> bytes:
    """Return the configuration. Errors: SpecError."""
    import h5py

    try:
        with h5py.File(file, "r") as opened:
            if _CONFIG not in opened.attrs:
                message = f"the file has no `{_CONFIG}`"
                cure = "weights alone tell no architecture: save the model with `model.save`"
                raise SpecError([Diagnostic("bad-model", message, Location(name, ""), cure)])
            # The size is known before the text is read.
            if opened.attrs.get_id(_CONFIG).get_storage_size() > MAX_FILE_BYTES:
                raise _bad(f"its `{_CONFIG}` is too large", name)
            content: Any = opened.attrs[_CONFIG]
    except SpecError:
        raise
    except Exception as error:  # HDF5's library raises whatever it stumbles over
        raise _bad(f"the file is no HDF5 that can be read: {error}", name) from None
    if isinstance(content, str):
        content = content.encode("utf-8", "replace")
    if not isinstance(content, bytes):
        raise _bad(f"its `{_CONFIG}` is no text", name)
    return content


def _bad(message: str, name: str) -> SpecError:
    cure = "is it whole, and did Keras save it?"
    return SpecError([Diagnostic("bad-model", message, Location(name, ""), cure)])
