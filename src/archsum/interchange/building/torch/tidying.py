"""Lines of `__init__` as people write them: nothing named that is read once, sums in place, sequences in one."""

import ast
import re
from collections.abc import Callable, Iterable

from archsum.interchange.building import source
from archsum.interchange.building.torch.text import breakable, names_in


def tidy(lines: list[str]) -> list[str]:
    """Return the same lines, as people write them."""
    return in_place(begun(looped(gathered(inlined(lines)))))


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
    """Write an `nn.Sequential` and what is added to it at once as one expression; what follows is added as before."""

    def write(made: re.Match[str], behind: list[str]) -> tuple[str, list[str]] | None:
        items, rest = _added(behind, f"{made[1]}{made[2]}") if made[3] == "Sequential" else ([], behind)
        if not items:
            return None
        is_whole = not any(each.strip().startswith(f"{made[2]}.append(") for each in rest)
        return items[0] if is_whole and len(items) == 1 else f"nn.Sequential({', '.join(items)})", rest

    return _made(lines, write)


def begun(lines: list[str]) -> list[str]:
    """Write what an `nn.Sequential` of our own begins with as what it is made of."""
    items, rest = _added(lines, "        self")
    return [*_statement("        ", f"super().__init__({', '.join(items)})"), *rest] if items else lines


def _added(lines: list[str], to: str) -> tuple[list[str], list[str]]:
    """Return what the first lines add to an `nn.Sequential`, and the lines behind them."""
    margin, items, rest = to[: len(to) - len(to.lstrip())], list[str](), [*lines]
    while rest and rest[0].startswith(f"{to}.append("):
        end = next(number for number, each in enumerate(rest) if re.fullmatch(rf"{margin}\S.*\)|{margin}\)", each))
        whole = " ".join(map(str.strip, rest[: end + 1]))
        items.append(whole.removeprefix(f"{to.strip()}.append(").removesuffix(")").strip().removesuffix(","))
        del rest[: end + 1]
    return items, rest


def looped(lines: list[str]) -> list[str]:
    """Write a list of modules, and a loop that does nothing but add to it, as one expression where that is short."""

    def write(made: re.Match[str], behind: list[str]) -> tuple[str, list[str]] | None:
        whole = _in_one(made, behind)
        if whole is None:
            return None
        return f"nn.Sequential(*({whole}))" if made[3] == "Sequential" else f"nn.ModuleList({whole})", behind[2:]

    return _made(lines, write)


def _in_one(made: re.Match[str], behind: list[str]) -> str | None:
    """Return a loop with a single line, which adds to what was made, as an expression; None for another."""
    loop, line, *rest = [*behind, "", ""]
    added = re.fullmatch(rf"{made[1]}    {re.escape(made[2])}\.append\((.+)\)", line)
    goes_on = rest[0].startswith(f"{made[1]} ") or any(f"{made[2]}.append(" in each for each in rest)
    if added is None or goes_on or not loop.startswith(f"{made[1]}for "):
        return None
    whole = f"{added[1]} {loop.strip().removesuffix(':')}"
    return whole if len(made[1]) + len(whole) < source.WIDTH - len("    *()") else None


def _made(lines: list[str], write: "_Write") -> list[str]:
    """Write what makes an empty list of modules otherwise.

    `write` takes the match of `_MADE` and the lines behind it; it returns what is made and the lines behind that, None
    where the line stays as it is.
    """
    found: list[str] = []
    waiting = list(lines)
    while waiting:
        line = waiting.pop(0)
        made = _MADE.fullmatch(line)
        written = write(made, waiting) if made else None
        if made and written:
            text, waiting = written
            found += _statement(f"{made[1]}{made[2]} = ", text)
        else:
            found.append(line)
    return found


_Write = Callable[[re.Match[str], list[str]], tuple[str, list[str]] | None]
_MADE = re.compile(r"( +)(self\.\w+) = nn\.(Sequential|ModuleList)\(\)")


def _statement(before: str, text: str) -> list[str]:
    lines = source.Lines()
    lines.add(before, breakable(text))
    return lines.lines


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
