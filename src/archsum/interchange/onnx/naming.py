"""What layers are called, and the blocks they are in: by the exporter's notes of modules, or by the nodes' names."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from archsum.interchange.onnx.plan import Planned
from archsum.interchange.onnx.values import Operator

_SCOPES, _CLASSES = "pkg.torch.onnx.name_scopes", "pkg.torch.onnx.class_hierarchy"
_QUOTED = re.compile(r"'([^']*)'")
_NO_MODULE = "_empty_nn_module_stack_from_metadata_hook"
_MOST_CHARACTERS = 10_000
_MOST_LEVELS = 40


class Scope(NamedTuple):
    """The modules that an operator is in, outermost first, and their classes, where these are known."""

    path: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


class Name(NamedTuple):
    """What a layer is called: the blocks around it with its own name, and words for the blocks."""

    path: tuple[str, ...]
    groups: tuple[str, ...]


def names_of(layers: Sequence[Planned]) -> list[Name]:
    """Return a name for each layer: that of its module, where it is all of it."""
    scopes = [scope_of(planned.operator) for planned in layers]
    around = {path[:level] for path in {scope.path for scope in scopes} for level in range(len(path))}
    names = []
    for number, (planned, scope) in enumerate(zip(layers, scopes, strict=True)):
        path = scope.path
        before = number > 0 and scopes[number - 1].path == path
        after = number + 1 < len(scopes) and scopes[number + 1].path == path
        if path and path not in around and not (before or after):
            names.append(Name((*path[:-1], _module(planned, path)), scope.classes[:-1]))
        else:
            names.append(Name((*path, planned.name or _own_name(planned, path)), scope.classes))
    return names


def scope_of(operator: Operator) -> Scope:
    """Return the modules that an operator is in."""
    scopes = operator.metadata.get(_SCOPES, "")
    if scopes:
        *paths, _ = _QUOTED.findall(scopes[:_MOST_CHARACTERS]) or [""]
        classes = _QUOTED.findall(operator.metadata.get(_CLASSES, "")[:_MOST_CHARACTERS])
        words = [classes[number].rpartition(".")[2] if number < len(classes) else "" for number in range(len(paths))]
        found = [(path, word) for path, word in zip(paths, words, strict=True) if path not in ("", _NO_MODULE)]
        return Scope(
            _relative([path for path, _ in found])[:_MOST_LEVELS],
            tuple(word or path for path, word in found)[:_MOST_LEVELS],
        )
    if "/" in operator.name:
        paths = [part for part in operator.name.split("/")[:-1] if part]
        return Scope(_relative(paths)[:_MOST_LEVELS])
    return Scope()


def _relative(paths: Sequence[str]) -> tuple[str, ...]:
    """Return the names of modules within one another, which exporters write in full."""
    before, found = "", []
    for path in paths:
        found.append(path[len(before) + 1 :] if before and path.startswith(f"{before}.") else path)
        before = path
    return tuple(found)


def _module(planned: Planned, path: tuple[str, ...]) -> str:
    """Return a module's name: of a product that a normalization is folded into, not the normalization's."""
    module = planned.uses[0].weight.source.rpartition(".")[0] if planned.uses else ""
    around, _, own = module.rpartition(".")
    is_beside = around == ".".join(path[:-1]) and planned.kind.startswith(("conv", "dense"))
    return own if own and is_beside else path[-1]


def _own_name(planned: Planned, path: tuple[str, ...]) -> str:
    """Return a layer's own name: without modules the node's, where it has one."""
    return planned.kind if path else planned.operator.name or planned.kind
