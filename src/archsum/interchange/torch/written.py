"""Which classes are those that `archsum build` writes into files, and no one has changed."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from types import CodeType, FunctionType
from typing import Any

Methods = dict[str, Any]
"""What Python compiled of a class's methods, by their names."""


def is_written(module: Any) -> bool:
    """Whether a module's class and its bases, up to PyTorch's, have the methods that are written into files.

    A class that is called like one of these may be anybody's; and who changes one by hand has another layer.
    """
    own = [cls for cls in type(module).__mro__ if cls is not object and not cls.__module__.startswith("torch.")]
    return bool(own) and all(_methods_of(cls) == _written().get(cls.__name__) for cls in own)


def _methods_of(cls: type) -> Methods:
    return {name: _compiled(it.__code__) for name, it in vars(cls).items() if isinstance(it, FunctionType)}


@cache
def _written() -> dict[str, Methods]:
    """Return the methods of the classes that are written into files, which are compiled for that, and not run."""
    text = files("archsum.interchange.building.torch").joinpath("pieces.py").read_text(encoding="utf-8")
    module = compile(text, "pieces.py", "exec", dont_inherit=True)
    return {
        code.co_name: {inner.co_name: _compiled(inner) for inner in _within(code) if "annotate" not in inner.co_name}
        for code in _within(module)
    }


def _compiled(code: CodeType) -> Any:
    """Return what a function does, wherever it is written."""
    constants = [_compiled(it) if isinstance(it, CodeType) else repr(it) for it in code.co_consts]
    return code.co_code, constants, code.co_names, code.co_varnames, code.co_argcount, code.co_kwonlyargcount


def _within(code: CodeType) -> Iterator[CodeType]:
    return (it for it in code.co_consts if isinstance(it, CodeType))
