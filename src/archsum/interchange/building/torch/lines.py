"""The lines of a class and of a file: signatures, what is returned, imports."""

import ast
from collections.abc import Sequence

from archsum.interchange.building.source import Brackets, Lines
from archsum.interchange.building.source import Code as Text
from archsum.interchange.building.torch.text import breakable, names_in, taken_apart
from archsum.interchange.building.torch.uses import Parameter


def signature(parameters: Sequence[Parameter], name: str = "", *, of_class: bool = True) -> Brackets:
    """Return a function's name and its parameters."""
    items = [Text("self")] if of_class else []
    for one in parameters:
        default = "" if one.default is None else f" = {one.default}"
        items.append(Text(f"{one.name}: {one.annotation}{default}"))
    return Brackets(name, tuple(items))


def returning(lines: list[str], outputs: list[str]) -> list[str]:
    """End a function with `return`: of what the last line assigns, or of variables."""
    if lines and len(outputs) == 1:
        for number in reversed(range(len(lines))):
            if lines[number].startswith(f"        {outputs[0]} = ") and _is_one_statement(lines[number:]):
                value = "\n".join(lines[number:]).removeprefix(f"        {outputs[0]} = ")
                ended = Lines(2)
                called, behind = taken_apart(value if len(lines) > number + 1 else value.strip())
                if len(lines) == number + 1:
                    ended.add("return ", breakable(called), behind)
                else:
                    ended.lines = [f"        return {value}"]
                return [*lines[:number], *"\n".join(ended.lines).split("\n")]
            if not lines[number].startswith("         ") and not lines[number].startswith("        )"):
                break
    return [*lines, f"        return {', '.join(outputs)}"]


def _is_one_statement(lines: list[str]) -> bool:
    try:
        return len(ast.parse("\n".join(line[8:] for line in lines)).body) == 1
    except SyntaxError:
        return False


def without_attribute(lines: list[str], name: str, needed: set[str]) -> list[str]:
    """Leave out what says which channels a class gives, where nothing asks for it."""
    return lines if name in needed else [line for line in lines if "self.out_channels = " not in line]


def imports(body: str) -> list[str]:
    """Return the imports of all that a file's code names."""
    used = names_in(body)
    found = ["import math"] if "math" in used else []
    typed = [name for name in ("Callable", "Sequence") if name in used]
    if typed:
        found.append(f"from collections.abc import {', '.join(typed)}")
    if "Any" in used:
        found.append("from typing import Any")
    found += [""] if found else []
    if "torch" in used:
        found.append("import torch")
    found.append(f"from torch import {'Tensor, nn' if 'Tensor' in used else 'nn'}")
    if "F" in used:
        found.append("from torch.nn import functional as F")
    return found
