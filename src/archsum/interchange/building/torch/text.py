"""Python's text: expressions broken as ruff breaks them, names put in the place of others, unused lines taken out."""

import ast
import re
from collections.abc import Iterable, Mapping, Set

from archsum.interchange.building import source
from archsum.interchange.building.torch.code import Code, divided, known, plus, times


def breakable(text: str) -> source.Expression:
    """Return an expression that can be broken in its brackets."""
    return _breakable(text, ast.parse(text, mode="eval").body)


def taken_apart(text: str) -> tuple[str, str]:
    """Return a call, and the index behind it, if there is one."""
    node = ast.parse(text, mode="eval").body
    call = node
    while isinstance(call, ast.Subscript):
        call = call.value
    if call is node or not isinstance(call, ast.Call):
        return text, ""
    own = ast.get_source_segment(text, call) or text
    return own, text[len(own) :]


def _breakable(text: str, node: ast.expr) -> source.Expression:
    own = ast.get_source_segment(text, node) or text
    match node:
        case ast.Call(func=func, args=[ast.GeneratorExp() as only], keywords=[]):
            return _generator(text, _head(text, func), only)  # its brackets are the call's
        case ast.Starred(value=ast.GeneratorExp() as only):
            return _generator(text, "*", only)
        case ast.Call(func=func, args=args, keywords=keywords) if args or keywords:
            items: list[source.Expression | source.Keyword] = [_breakable(text, arg) for arg in args]
            items += [
                source.Keyword(keyword.arg, _breakable(text, keyword.value))
                if keyword.arg
                else source.Code(f"**{ast.get_source_segment(text, keyword.value)}")
                for keyword in keywords
            ]
            return source.Brackets(_head(text, func), tuple(items))
        case ast.Tuple(elts=elements) if elements and own.startswith("("):
            return source.Brackets("", tuple(_breakable(text, element) for element in elements))
        case ast.List(elts=elements) if elements:
            return source.Brackets("", tuple(_breakable(text, element) for element in elements), "[]")
    return source.Code(own)


def _generator(text: str, head: source.Expression | str, node: ast.GeneratorExp) -> source.Brackets:
    inside = (ast.get_source_segment(text, node) or "")[1:-1]
    loops = f"for {ast.get_source_segment(text, node.generators[0].target)} in "
    start = inside.rindex(loops) if len(node.generators) == 1 else 0
    parts = [_breakable(text, node.elt), source.Code(inside[start:])] if start else [source.Code(inside)]
    return source.Brackets(head, tuple(parts), comma="")


def _head(text: str, func: ast.expr) -> source.Expression | str:
    if not isinstance(func, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
        return f"({ast.get_source_segment(text, func)})"
    head = _breakable(text, func)
    return head.text if isinstance(head, source.Code) else head


def replaced(text: str, names: Mapping[str, str]) -> str:
    """Return an expression with others in the place of names."""
    if not names:
        return text
    tree = ast.parse(text, mode="eval").body
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in names]
    encoded = text.encode()
    for node in sorted(found, key=lambda node: -node.col_offset):
        new = names[node.id]
        if new != node.id and not _is_whole(text, node):
            new = Code(new).atom
        encoded = encoded[: node.col_offset] + new.encode() + encoded[node.end_col_offset :]
    return encoded.decode()


def _is_whole(text: str, node: ast.Name) -> bool:
    """Whether a name is all of an expression, or of an argument."""
    before, behind = text[: node.col_offset].rstrip(), text[node.end_col_offset :].lstrip()
    return before[-1:] in ("", "(", ",", "=") and behind[:1] in ("", ")", ",") and not before.endswith("==")


def put_in(code: Code, names: Mapping[str, Code]) -> Code:
    """Return a size with others in the place of names, computed as far as it is known."""
    if not names_in(code.text):
        return code
    tree = ast.parse(code.text, mode="eval").body
    found = _folded(tree, names)
    if code.strided is None:
        return found._replace(value=code.value)
    base, strides = code.strided
    before = names.get(base, Code(base))
    first, earlier = before.without_strides
    put = [
        names.get(stride, Code(stride)) if stride.isidentifier() else Code(replaced(stride, _texts(names)))
        for stride in strides
    ]
    added = tuple(stride.text for stride in put if stride.text != "1")
    if not added and before.is_literal:
        return known(before.value)
    if not added and len(put) == len(strides):
        return before._replace(value=code.value)
    return found._replace(value=code.value, strided=(first, (*earlier, *added)))


def _texts(names: Mapping[str, Code]) -> dict[str, str]:
    return {name: code.text for name, code in names.items()}


def _folded(node: ast.expr, names: Mapping[str, Code]) -> Code:
    match node:
        case ast.Name(id=name):
            return names.get(name, Code(name))
        case ast.Constant(value=int() as value):
            return known(value)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return times(_folded(left, names), _folded(right, names))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return plus(_folded(left, names), _folded(right, names))
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            one, other = _folded(left, names), _folded(right, names)
            if one.is_literal and other.is_literal:
                return known(one.value - other.value)
            return Code(f"{one.text} - {other.atom}")
        case ast.BinOp(left=left, op=ast.FloorDiv(), right=right):
            one, other = _folded(left, names), _folded(right, names)
            return divided(one, other)
    text = _text(node)
    return Code(replaced(text, _texts(names)))


def _text(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text.replace("'", '"') if '"' not in text else text


def names_in(text: str) -> set[str]:
    """Return the names in a text of code; what an argument is called is none."""
    return set(re.findall(r"(?<![\w.])[A-Za-z_]\w*\b(?!=[^=])", text))


def without_unused(lines: Iterable[str], kept: Iterable[str]) -> list[str]:
    """Leave out assignments to local names, of those that may be, that nothing reads but others left out."""
    found, may = list(lines), set(kept)
    targets = [_target(line, may) for line in found]
    reads = [_read(line, may) for line in found]
    live = set[str]().union(*(read for read, target in zip(reads, targets, strict=True) if target is None))
    while (
        more := set[str]().union(*(read for read, target in zip(reads, targets, strict=True) if target in live)) - live
    ):
        live |= more
    left = [line for line, target in zip(found, targets, strict=True) if target is None or target in live]
    return _without_empty(left)


def _target(line: str, may: Set[str]) -> str | None:
    """Return which of some names a line assigns to."""
    match = re.match(r"\s*(\w+) = ", line)
    return match[1] if match and match[1] in may else None


def _read(line: str, may: Set[str]) -> set[str]:
    """Return which of some names a line reads; the name of an argument is none."""
    value = re.sub(r"^\s*\w+ = ", "", line)
    return {name for name in re.findall(r"(?<![\w.])([A-Za-z_]\w*)(?!\w)(?!=[^=])", value) if name in may}


def _without_empty(lines: list[str]) -> list[str]:
    """Leave out `if` and `for` with nothing below them."""
    found = list(lines)
    for number in reversed(range(len(found))):
        line = found[number]
        if line.rstrip().endswith(":") and re.match(r"\s*(if|else|for)\b", line):
            margin = len(line) - len(line.lstrip())
            following = found[number + 1] if number + 1 < len(found) else ""
            if len(following) - len(following.lstrip()) <= margin or not following.strip():
                del found[number]
    return found
