"""Names that a person would choose: of parameters, blocks and layers."""

import re
from collections import Counter
from collections.abc import Sequence, Set

from archsum.formula import name_problem
from archsum.interchange.writing.folding.elements import Branch, Cell, Element, Leaf, Residual, Run, Source
from archsum.interchange.writing.folding.keys import LISTS_OF_SIZES
from archsum.interchange.writing.folding.relations import Group
from archsum.language.spec.items import PLACEMENT

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+|\d+")
_PATHS = ("branch", "path")
"""What begins the words that tell paths apart; a size is called so itself."""
_TAKEN = ("index", "input", "trainable", "type", *PLACEMENT)


def snake_case(word: str) -> str:
    """Return a class's name as a block is called."""
    return "_".join(part.lower() for part in _WORD.findall(word)) or "block"


def name_groups(groups: Sequence[Group]) -> list[str]:
    """Return a name for each group of fields: the field's, with a word before it where several have the same."""
    wanted = [_field(group) for group in groups]
    counts = Counter(wanted)
    names: list[str] = []
    last = {name: max(number for number, one in enumerate(wanted) if one == name) for name in counts}
    for number, (group, name) in enumerate(zip(groups, wanted, strict=True)):
        branches = bool(group.slots[0].words) and group.slots[0].words[0].startswith(_PATHS)
        if counts[name] > 1 and (number != last[name] or branches):
            name = _told_apart(group, name)
        names.append(_free(name, names, set(wanted[number + 1 :])))
    return names


def _field(group: Group) -> str:
    words = [slot.field for slot in group.slots]
    name = "depth" if words[0] == "times" else max(words, key=words.count)
    if name in LISTS_OF_SIZES and group.slots[0].item is not None:
        return "size"
    if name == "if":
        return f"has_{group.slots[0].owner.kind}" if isinstance(group.slots[0].owner, Leaf) else "is_there"
    return f"{name}_" if name in _TAKEN or name_problem(name) else name


def _told_apart(group: Group, name: str) -> str:
    words = [word for slot in group.slots for word in slot.words[:1]]
    word = words[0] if words else "hidden"
    if group.is_size and word.startswith(_PATHS):
        return word
    return word if name in word else f"{word}_{name}"


def _free(name: str, taken: Sequence[str], wanted: set[str]) -> str:
    number = 2
    free = name
    while free in taken or (free in wanted and free != name):
        free = f"{name}_{number}"
        number += 1
    return free


_SHORT = {"conv2d": "conv", "batch_normalization": "bn", "layer_normalization": "norm", "depthwise_conv2d": "depthwise"}
_MAX_PARTS = 4


def block_name(cell: Cell) -> str:
    """Return what a block is called: as its class in the source, or after what is in it."""
    if cell.word:
        return snake_case(cell.word)
    kinds = [element.kind if isinstance(element, Leaf) else "" for element in cell.body]
    if all(kinds) and len(kinds) <= _MAX_PARTS:
        return "_".join(_SHORT.get(kind, kind) for kind in kinds)
    if any(isinstance(element, Residual) for element in cell.body):
        return "residual_block"
    return "mixed" if any(isinstance(element, Branch) for element in cell.body) else "block"


def layer_name(element: Element) -> str:
    """Return what an element is called where another takes it."""
    while isinstance(element, Cell | Run | Residual | Branch):
        if isinstance(element, Cell):
            return snake_case(element.word) if element.word else "block"
        if isinstance(element, Run):
            element = element.units[-1]
            continue
        element = element.merge
    if isinstance(element, Source):
        return element.name
    assert isinstance(element, Leaf)
    own = element.layer.path[-1]
    if re.fullmatch(rf"[\d_.]*|{element.kind}(_\d+)?", own) or name_problem(own):
        return element.kind
    return own


def free_name(name: str, taken: Set[str]) -> str:
    """Return a name, with a number where it is taken."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free
