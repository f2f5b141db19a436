"""A live model by its name, `module:name` or `model.py:name`: that runs the code of the module, whatever it does."""

import contextlib
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from importlib.machinery import SourceFileLoader
from types import TracebackType
from typing import Any

from archsum.bounds import MAX_NOTES
from archsum.errors import Diagnostic, Location, SpecError, one_line, quote, suggest
from archsum.interchange.imported import Imported, Options

_FRAMEWORKS = ("torch", "keras", "tf_keras", "tensorflow", "jax")


def read_live(source: str, options: Options) -> Imported:
    """Read a PyTorch or Keras model, or what a function without required arguments makes.

    The current folder is importable. What the module prints goes to stderr.

    Errors: SpecError where there is no such model, and with the exceptions that its own code raises.
    """
    module, _, name = source.rpartition(":")
    if module.endswith(".py") and not os.path.isfile(module):
        raise _no_model(f"cannot read {module}: there is no such file", "name the file of the model's code")
    with _their_code(source):
        loaded = _run_file(module) if module.endswith(".py") else import_module_from_here(module)
        found = _find(source, loaded, name)
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
        return importlib.import_module(module)
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(here)


def _run_file(path: str) -> Any:
    """Run a file as a module of its own, which can import what is beside it, and return the module."""
    name = f"_archsum_{os.path.basename(path).removesuffix('.py')}_{len(sys.modules)}"
    loader = SourceFileLoader(name, path)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    if spec is None:
        raise _no_model(f"{path} is no file of Python code", "name one, as in `model.py:resnet50`")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    beside = os.path.dirname(os.path.abspath(path))
    sys.path.insert(0, beside)
    try:
        # Python's own cache would give what the file was before a change within the same second.
        exec(loader.source_to_code(loader.get_data(path), path), vars(module))
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(beside)
    return module


def reader_of(model: Any) -> Callable[[Any, str, Options], Imported] | None:
    """Return what reads a model, by the frameworks of its class's bases; None where it is none."""
    if is_of_keras(model):
        from archsum.interchange.keras.live import read_model as read_keras

        return read_keras
    if is_of_torch(model):
        from archsum.interchange.torch.reading import read_model

        return read_model
    return None


def is_of_keras(model: Any) -> bool:
    """Return whether something is a Keras model, of which with its torch backend PyTorch's module is a base too."""
    bases = type(model).__mro__
    return any(base.__name__ == "Model" and base.__module__.startswith(("keras.", "tf_keras.")) for base in bases)


def is_of_torch(model: Any) -> bool:
    """Return whether something is a module of PyTorch's."""
    return any(base.__module__.startswith("torch.nn.modules.module") for base in type(model).__mro__)


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
    message = f"`{source}` raised {type(error).__name__}: {_words(error)}"
    cures = [*dict.fromkeys(map(str, getattr(error, "__notes__", ())))]
    if isinstance(error, ModuleNotFoundError):
        cures.insert(0, "install the module, or go to the folder that it is in")
    cure = "; ".join(cures) or "this is an exception of the model's own code, or of its framework; run it by itself"
    frames = _frames(error.__traceback__)
    place, notes = (frames[0][1], tuple(frames[1:])) if frames else (None, ())
    return SpecError([Diagnostic("raised", message, place, cure, notes)])


def _words(error: BaseException) -> str:
    try:
        return one_line(str(error))
    except Exception:  # which is their code as well
        return "it has no words"


def _frames(raised: TracebackType | None) -> list[tuple[str, Location]]:
    """Return where it was raised: the user's own frames, the innermost first, and the innermost of a library's.

    Frames of Python's imports and of our own say nothing.
    """
    own, imports = os.path.dirname(os.path.dirname(__file__)), os.path.dirname(importlib.__file__)
    frames = [
        (frame.filename, (f"in `{frame.name}` at", Location(frame.filename, f"line {frame.lineno}")))
        for frame in reversed(traceback.extract_tb(raised))
        if not frame.filename.startswith((own, imports, "<frozen"))
    ]
    users = [frame for file, frame in frames if not _is_of_library(file)]
    return list(dict.fromkeys((*users, *(frame for _, frame in frames[:1]))))


def _is_of_library(file: str) -> bool:
    """Return whether a file is a framework's, or Python's own."""
    modules = [sys.modules[name] for name in _FRAMEWORKS if name in sys.modules]
    folders = [os.path.dirname(module.__file__) for module in modules if module.__file__]
    if any(file.startswith(folder + os.sep) for folder in folders):
        return True
    return file.startswith(os.path.dirname(os.__file__) + os.sep) and "-packages" not in file


def _no_model(message: str, cure: str) -> SpecError:
    return SpecError([Diagnostic("no-model", message, None, cure)])


def _type(value: Any) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"
