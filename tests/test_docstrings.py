"""Public methods have a docstring, unless they override one and have nothing to add."""

import inspect
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pkgutil import walk_packages

import archsum


def undocumented() -> Iterator[str]:
    for module in walk_packages(archsum.__path__, "archsum."):
        needs_torch = ".interchange.torch." in module.name or module.name.endswith(".torch.pieces")
        if module.name == "archsum.__main__" or (needs_torch and not find_spec("torch")):
            continue
        for cls in [*vars(import_module(module.name)).values()]:
            if inspect.isclass(cls) and cls.__module__ == module.name:
                yield from (f"{module.name}.{cls.__qualname__}.{name}" for name in methods_without_docstring(cls))


def methods_without_docstring(cls: type) -> Iterator[str]:
    for name, member in [*vars(cls).items()]:
        function = getattr(member, "fget", getattr(member, "func", getattr(member, "__func__", member)))
        is_method = inspect.isfunction(function) and function.__module__ == cls.__module__ and name[0] != "_"
        if is_method and not function.__doc__ and not any(hasattr(base, name) for base in cls.__bases__):
            yield name


def test_what_overrides_nothing_has_a_docstring() -> None:
    assert not list(undocumented())
