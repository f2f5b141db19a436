"""The kinds of layer: which there are, and the class of each, imported when a file first uses it."""

from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from archsum.layers.base import Layer

_KIND = '\n    type: Literal["'


def _find_families() -> dict[str, tuple[str, ...]]:
    """Return the kinds that each module of `kinds` defines, read from its text, as importing takes far longer."""
    modules = sorted(Path(__file__).with_name("kinds").glob("[!_]*.py"))
    if not modules:
        raise ImportError("archsum.layers.kinds has no source files, which say what kinds of layer there are")
    texts = {module.stem: module.read_text("utf-8") for module in modules}
    return {name: tuple(rest.partition('"')[0] for rest in text.split(_KIND)[1:]) for name, text in texts.items()}


FAMILIES = _find_families()
"""The kinds of each family, by the name of its module."""

KINDS = {kind: family for family, kinds in FAMILIES.items() for kind in kinds}
"""The module that defines each kind."""


@cache
def layer_class(kind: str) -> type[Layer]:
    """Return the class of a kind. Errors: KeyError for an unknown kind."""
    module = import_module(f"archsum.layers.kinds.{KINDS[kind]}")
    return next(cls for cls in layer_classes(module) if kind_of(cls) == kind)


def layer_classes(module: ModuleType) -> list[type[Layer]]:
    """Return the kinds of layer that a module defines."""
    found = (cls for cls in vars(module).values() if isinstance(cls, type) and issubclass(cls, Layer))
    return [cls for cls in found if "type" in cls.model_fields]


def kind_of(cls: type[Layer]) -> str:
    """Return the word that a file uses for a class of layer."""
    kind: str = cls.model_fields["type"].default
    return kind
