"""A live model by its name, `module:name`: importing the module runs its code, whatever that does."""

import contextlib
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from importlib import import_module
from types import TracebackType
from typing import Any

from archsum.bounds import MAX_NOTES
from archsum.errors import Diagnostic, Location, SpecError, one_line, quote, suggest
from archsum.interchange.imported import Imported, Options


def read_live(source: str, options: Options) -> Imported:
    """Read a PyTorch or Keras model, or what a function without required arguments makes.

    The current folder is importable. What the module prints goes to stderr.

    Errors: SpecError where there is no such model, and with the exceptions that its own code raises.
    """
    module, _, name = source.partition(":")
    with _their_code(source):
        found = _find(source, import_module_from_here(module), name)
        model = found if reader_of(found) else _call(source, found)
    reader = reader_of(model)
    if reader is None:
        message = f"`{source}` is no model: it is of type {_type(model)}"
        raise _no_model(message, "name a model of PyTorch or Keras, or a function without arguments that makes one")
    with _their_code(source):
        return reader(model, name.rpartition(".")[2], options)


def import_module_from_here(module: str) -> Any:
    """Import a module as Python would that is started in the current folder."""
    here = os.getcwd()
    sys.path.insert(0, here)
    try:
        return import_module(module)
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(here)


def reader_of(model: Any) -> Callable[[Any, str, Options], Imported] | None:
    """Return what reads a model, by the frameworks of its class's bases; None where it is none."""
    for base in type(model).__mro__:
        module = base.__module__
        if module.startswith("torch.nn.modules.module"):
            from archsum.interchange.torch.reading import read_model

            return read_model
        if module.startswith(("keras.src.models", "tf_keras.src.engine")) and base.__name__ == "Model":
            from archsum.interchange.keras.live import read_model as read_keras

            return read_keras
    return None


def _find(source: str, module: Any, name: str) -> Any:
    found = module
    for part in name.split("."):
        if not hasattr(found, part):
            cure = suggest(part, (known for known in dir(found) if not known.startswith("_")))
            raise _no_model(f"`{source}`: {quote(part)} is not there", cure or "name a model that the module has")
        found = getattr(found, part)
    return found


def _call(source: str, maker: Any) -> Any:
    if not callable(maker):
        return maker
    import inspect

    with contextlib.suppress(ValueError):  # of what is written in C, the arguments are not always known
        parameters = inspect.signature(maker).parameters.values()
        required = [
            parameter.name
            for parameter in parameters
            if parameter.default is parameter.empty
            and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        ]
        if required:
            message = f"`{source}` needs arguments: {', '.join(map(quote, required[:MAX_NOTES]))}"
            raise _no_model(message, "write a function without arguments that calls it, and name that")
    return maker()


@contextlib.contextmanager
def _their_code(source: str) -> Iterator[None]:
    """Run what is not ours: what it prints must not be in our result, and its exceptions are shown as its own."""
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield
    except SpecError:
        raise
    except (Exception, SystemExit) as error:
        raise _raised(source, error) from error


def _raised(source: str, error: BaseException) -> SpecError:
    frames = list(_frames(error.__traceback__))
    message = f"`{source}` raised {type(error).__name__}: {_words(error)}"
    cure = "this is an exception of the model's own code, or of its framework; run it by itself"
    if isinstance(error, ModuleNotFoundError):
        cure = "install the module, or go to the folder that it is in"
    place, notes = (frames[-1][1], tuple(reversed(frames[:-1]))) if frames else (None, ())
    return SpecError([Diagnostic("raised", message, place, cure, notes)])


def _words(error: BaseException) -> str:
    try:
        return one_line(str(error))
    except Exception:  # which is their code as well
        return "it has no words"


def _frames(raised: TracebackType | None) -> Iterator[tuple[str, Location]]:
    """Yield where it was raised, the innermost last: frames of Python's imports and of our own say nothing."""
    own = os.path.dirname(os.path.dirname(__file__))
    for frame in traceback.extract_tb(raised):
        if not frame.filename.startswith((own, "<frozen")):
            yield f"in `{frame.name}` at", Location(frame.filename, f"line {frame.lineno}")


def _no_model(message: str, cure: str) -> SpecError:
    return SpecError([Diagnostic("no-model", message, None, cure)])


def _type(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"
