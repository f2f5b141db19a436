"""Lines of `__init__` as people write them: nothing named that is read once, sums in place, sequences in one."""

import ast
import re
from collections.abc import Iterable

from archsum.interchange.building import source
from archsum.interchange.building.torch.text import breakable, names_in


def tidy(lines: list[str]) -> list[str]:
    """Return the same lines, as people write them."""
    return in_place(gathered(inlined(lines)))


def inlined(lines: list[str]) -> list[str]:
    """Write `m = M()`, `a.append(m)` as `a.append(M())` where nothing else reads `m`."""
    found: list[str] = []
    for line in lines:
        found.append(line)
        added = re.fullmatch(r"( +)([\w.]+\.append)\((\w+)\)", line)
        if not added or sum(added[3] in names_in(each) for each in lines) != 2:
            continue
        start = next((number for number, each in enumerate(found) if each.startswith(f"{added[1]}{added[3]} = ")), None)
        if start is not None:
            value = " ".join(map(str.strip, found[start:-1])).removeprefix(f"{added[3]} = ")
            whole = source.Lines(len(added[1]) // 4)
            whole.add("", breakable(f"{added[2]}({value})"))
            found[start:] = whole.lines
    return found


def gathered(lines: list[str]) -> list[str]:
    """Write an `nn.Sequential` and what is added to it as one expression, where nothing is added under a condition."""
    found: list[str] = []
    waiting = list(lines)
    while waiting:
        line = waiting.pop(0)
        made = re.fullmatch(r"( +)(self\.\w+) = nn\.Sequential\(\)", line)
        items: list[str] = []
        rest = [*waiting]
        while made and rest and rest[0].startswith(f"{made[1]}{made[2]}.append("):
            end = next(
                number for number, each in enumerate(rest) if re.fullmatch(rf"{made[1]}\S.*\)|{made[1]}\)", each)
            )
            whole = " ".join(map(str.strip, rest[: end + 1]))
            items.append(whole.removeprefix(f"{made[2]}.append(").removesuffix(")").strip().removesuffix(","))
            del rest[: end + 1]
        if made and items and not any(each.strip().startswith(f"{made[2]}.append(") for each in rest):
            waiting = rest
            text = items[0] if len(items) == 1 else f"nn.Sequential({', '.join(items)})"
            written = source.Lines(len(made[1]) // 4)
            written.add(f"{made[2]} = ", breakable(text))
            found += written.lines
        else:
            found.append(line)
    return found


def in_place(lines: Iterable[str]) -> list[str]:
    """Write `a = a + b` as `a += b`."""
    return [re.sub(_ADDED, r"\1 += \2", line) if _is_sum(line) else line for line in lines]


_ADDED = r"(?<=    )(\w+) = \1 \+ (.+)"


def _is_sum(line: str) -> bool:
    """Whether a line adds to what it assigns to, and nothing else."""
    match = re.fullmatch(r"\s+(\w+) = (\1 \+ .+)", line)
    try:
        value = ast.parse(match[2], mode="eval").body if match else None
    except SyntaxError:  # it goes on in the next line
        return False
    return isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) and isinstance(value.left, ast.Name)


def without_unread(lines: list[str]) -> list[str]:
    """Leave out of `forward` what the next line assigns to again; of several values, the first is `_` then."""
    found: list[str] = []
    for line in reversed(lines):
        own, after = _ASSIGNED.fullmatch(line), _ASSIGNED.fullmatch(found[-1]) if found else None
        if own and after and own[1] == after[1] and own[1] not in names_in(after[3]):
            if own[2]:
                found.append(line.replace(f"{own[1]},", "_,", 1))
            elif "(" in own[3]:  # a call may do more than give a value
                found.append(line)
        else:
            found.append(line)
    return found[::-1]


_ASSIGNED = re.compile(r" {8}(\w+)((?:, \w+)*) = (.+[^(\[{])")
