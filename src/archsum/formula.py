"""`=` formulas, as in a spreadsheet: parsed against a whitelist, never evaluated by Python itself."""

import ast
import keyword
import math
import operator
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from copy import copy
from itertools import islice
from threading import Lock
from typing import Any, NamedTuple

from archsum.bounds import (
    MAX_COMPARED_ITEMS,
    MAX_DIGITS,
    MAX_EXPONENT,
    MAX_FORMULA_DEPTH,
    MAX_FORMULA_LENGTH,
    MAX_FORMULA_NODES,
    MAX_MAGNITUDE,
)
from archsum.errors import PlacelessError, as_text, enumerate_words, quote, suggest, write_scalar

Number = int | float
Scalar = int | float | bool | str | None
Value = Scalar | list[Any] | dict[str, Any]
"""What a name may stand for; a list or mapping is passed on whole, or taken an item of."""

_TOO_LARGE = f"a number in the formula is larger than 10^{MAX_DIGITS}", "check the numbers for a slip"
_SPLIT = "give its parts names under `variables`"
_CONSTANTS = {"true": True, "false": False, "null": None}


class FormulaError(PlacelessError):
    """A formula that cannot be read or computed."""


class UnknownNameError(FormulaError):
    """A formula that names what is not a variable."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        cure = suggest(name, known) or f"add it at the top of the file: `variables: {{{name}: …}}`"
        is_not = "no size of a layer above it" if "." in name else "not a variable"
        super().__init__(f"the formula names {quote(name)}, which is {is_not}", cure)
        self.name = name


class BrokenVariableError(FormulaError):
    """A formula that names a variable which is itself wrong, and has been reported: this is not reported again."""

    def __init__(self) -> None:
        super().__init__("it names a variable with an error", "")


BROKEN: Any = object()
"""The value of such a variable."""


def make_divisible(value: Number, divisor: int = 8) -> int:
    """Round to a multiple of `divisor`, never losing more than a tenth (MobileNet's rule).

    Source: https://github.com/tensorflow/models/blob/master/research/slim/nets/mobilenet/mobilenet.py
    """
    rounded = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * value else rounded


def _power(base: Number, exponent: Number) -> Number:
    if abs(exponent) > MAX_EXPONENT:
        message = f"the formula has an exponent of {quote(exponent)}; {MAX_EXPONENT} is the largest"
        raise FormulaError(message, "check the exponent for a slip")
    result: Number = base**exponent
    return result


def _round(value: Number, digits: int | None = None) -> Number:
    if digits is not None and abs(digits) > MAX_DIGITS:
        message = f"the formula rounds to {quote(digits)} digits; {MAX_DIGITS} are the most"
        raise FormulaError(message, "leave the digits out, as in `=round(x)`, for a whole number")
    return round(value, digits)


_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "min": min,
    "max": max,
    "round": _round,
    "ceil": math.ceil,
    "floor": math.floor,
    "abs": abs,
    "make_divisible": make_divisible,
}
"""The functions a formula may call."""

SIZES = ("features", "depth", "height", "width", "length", "channels", "elements")
"""The sizes of what a layer gives, as in `stem.height`."""

_CALLS = {
    "min": "`min` takes two numbers or more, as in `=min(a, b)`",
    "max": "`max` takes two numbers or more, as in `=max(a, b)`",
    "round": "`round` takes a number, and how many digits are left, as in `=round(a)` or `=round(a, 1)`",
    "ceil": "`ceil` takes one number, as in `=ceil(a)`",
    "floor": "`floor` takes one number, as in `=floor(a)`",
    "abs": "`abs` takes one number, as in `=abs(a)`",
    "make_divisible": "`make_divisible` takes a number, and a divisor, as in `=make_divisible(a, 8)`",
}
"""How each is called."""

RESERVED = FUNCTIONS.keys() | _CONSTANTS.keys()
"""Words that have a meaning in formulas, and so are no names of variables."""


def name_problem(name: str) -> str | None:
    """Explain why a name cannot be that of a variable or a parameter, which formulas use; None where it can."""
    if name.isidentifier() and not keyword.iskeyword(name) and name not in RESERVED:
        return None
    return "formulas name it: take letters, digits and `_`, but no word that formulas or Python know"


_LANGUAGE = (
    "formulas know numbers, variables, + - * / // % **, comparisons, `and`, `or`, `not`, `a if b else c`, "
    f"`list[index]`, `layer.height`, and the functions {', '.join(FUNCTIONS)}"
)


class Formula:
    """A formula that has been read and found to be within the language; `evaluate` computes it.

    Errors: FormulaError where the text is not a formula or leaves the language.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > MAX_FORMULA_LENGTH:
            raise FormulaError(f"the formula is longer than {MAX_FORMULA_LENGTH} characters", _SPLIT)
        self.tree = _parse(text)
        nodes = list(ast.walk(self.tree))
        self.parts = len(nodes)
        if len(nodes) > MAX_FORMULA_NODES or _depth(self.tree) > MAX_FORMULA_DEPTH:
            raise FormulaError("the formula is too long or too deeply nested", _SPLIT)
        if isinstance(self.tree, ast.List | ast.Tuple):
            items = ", ".join(_as_item(item, text) for item in self.tree.elts)
            raise FormulaError(f"{quote(text)} is a list, and a formula gives one value", f"write `[{items}]`")
        for node in nodes:
            if isinstance(node, ast.expr):
                _check(node, text)
        self.names = frozenset(_names(self.tree))
        """The names that the formula mentions; the size of a layer is one, as in `stem.height`."""
        for name in self.names:
            layer, _, size = name.rpartition(".")
            if layer and size not in SIZES:
                cure = f"of a layer it may name {enumerate_words(SIZES, 'or')}, as in `={layer}.channels`"
                raise FormulaError(f"{quote(name)} is not allowed in a formula", cure)
        self._compute = _compile(self.tree)

    def __reduce__(self) -> tuple[type["Formula"], tuple[str]]:
        return type(self), (self.text,)

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Formula) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def evaluate(self, names: Mapping[str, Value]) -> Value:
        """Compute the formula; a whole number comes back as an int.

        Errors: FormulaError for an unknown name, a forbidden construct, a division by zero, a number out of bounds.
        """
        value = self.computed(names)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return value

    def computed(self, names: Mapping[str, Value]) -> Value:
        """Compute the formula as Python does, whose `/` gives no int. Errors: those of `evaluate`."""
        try:
            return self._compute(names)
        except ZeroDivisionError:
            cure = "look at what it divides by; `=a / b if b else 0` has a value for that case"
            raise FormulaError(f"{quote(self.text)} divides by zero", cure) from None
        except OverflowError:
            raise FormulaError(*_TOO_LARGE) from None


class BoundFormula(NamedTuple):
    """A formula that waits for some of its names; the others are known."""

    formula: Formula
    known: Mapping[str, Value]

    def evaluate(self, names: Mapping[str, Value]) -> Value:
        """Compute the formula with the names it waited for. Errors: FormulaError, as for any formula."""
        return self.formula.evaluate(self._scope(names))

    def values(self, names: Mapping[str, Value]) -> dict[str, Value]:
        """Return what the names that the formula mentions stand for."""
        scope = self._scope(names)
        return {name: scope[name] for name in sorted(self.formula.names) if name in scope}

    def written(self, waited_for: Set[str] = frozenset()) -> str:
        """Return the formula with what is known of it computed, but for what hides it behind the names waited for."""
        known = {name: value for name, value in self.known.items() if name not in waited_for}
        return f"={ast.unparse(_computed(self.formula.tree, known))}"

    def _scope(self, names: Mapping[str, Value]) -> Mapping[str, Value]:
        return ChainMap(names, self.known)  # type: ignore[arg-type]  # both are only read


def is_formula(value: object) -> bool:
    """Tell a formula from other values: a text that begins with `=`."""
    return type(value) is str and value[:1] == "="


_PARSING = Lock()
"""What is done about warnings is the whole process's, and threads would undo it in another order."""


def _parse(text: str) -> ast.expr:
    import warnings

    try:
        with _PARSING, warnings.catch_warnings():
            # Python warns of `1if x else 2` and of `"\d"`; the first is fine, and texts have no use here.
            warnings.simplefilter("ignore")
            return ast.parse(text[1:].strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        cure = "close the `(` with `)`" if text.count("(") > text.count(")") else _LANGUAGE
        raise FormulaError(f"{quote(text)} is not a formula", cure) from None


def _as_item(node: ast.expr, text: str) -> str:
    """Write a part of a formula as an item of a file's list."""
    written = _source(node, text)
    if isinstance(node, ast.Constant):
        return written
    return f'"={written}"' if "," in written or "[" in written else f"={written}"


def _source(node: ast.expr, text: str) -> str:
    return ast.get_source_segment(text[1:].strip(), node) or text


def _names(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name):
            yield name
        case ast.Attribute():
            yield ast.unparse(node)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _names(child)


def _check(node: ast.expr, text: str) -> None:
    """Hold an expression to the language. Errors: FormulaError for anything that is not on the list."""
    match node:
        case ast.Constant(value=str() as value) if value != as_text(value):
            raise FormulaError("a text in the formula has half a surrogate pair", "write the character itself")
        case ast.Constant(value=bool() | int() | float() | str() | None) | ast.Name() | ast.IfExp() | ast.BoolOp():
            return
        case ast.Attribute(value=ast.Name() | ast.Attribute()):
            return
        case ast.Subscript(slice=index) if not isinstance(index, ast.Slice):
            return
        case ast.UnaryOp(op=op) | ast.BinOp(op=op) if type(op) in _OPERATORS:
            return
        case ast.Compare(ops=ops) if all(type(op) in _OPERATORS for op in ops):
            return
        case ast.Call(func=ast.Name(id=name), keywords=[]):
            if name not in FUNCTIONS:
                raise FormulaError(f"a formula has no function {quote(name)}", f"it may call {', '.join(FUNCTIONS)}")
            return
        case ast.List() | ast.Tuple():
            cure = "give it a name under `variables`, as in `sizes: [3, 5]`; its items are `=sizes[0]` and `=sizes[1]`"
            raise FormulaError(f"{quote(_source(node, text))} is a list, which a formula cannot make", cure)
        case ast.BinOp(op=ast.BitXor()):
            raise FormulaError("`^` is not allowed in a formula", "write `**` for a power")
    raise FormulaError(f"{quote(_source(node, text))} is not allowed in a formula", _LANGUAGE)


def _depth(tree: ast.AST) -> int:
    depth, level = 0, [tree]
    while level:
        depth += 1
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return depth


def _computed(node: ast.expr, known: Mapping[str, Value]) -> ast.expr:
    """Return an expression with a number or a word in the place of each part of it that names alone what is known."""
    if not isinstance(node, ast.Constant) and set(_names(node)) <= known.keys() | _CONSTANTS.keys() | FUNCTIONS.keys():
        try:
            value = _compile(node)(known)
        except (FormulaError, ZeroDivisionError, OverflowError):
            return node  # it may be a part that is never computed, such as that behind an `else`
        if isinstance(value, int | float) and value < 0:
            return ast.UnaryOp(ast.USub(), ast.Constant(-value))
        if not isinstance(value, list | dict):
            return ast.Constant(value)
    computed = copy(node)
    for field, inner in ast.iter_fields(node):
        if isinstance(inner, ast.expr) and field != "func":
            setattr(computed, field, _computed(inner, known))
        elif isinstance(inner, list):
            setattr(computed, field, [_computed(item, known) if isinstance(item, ast.expr) else item for item in inner])
    return computed


_Compute = Callable[[Mapping[str, Value]], Value]
"""What computes an expression, given what names stand for."""


def _compile(node: ast.expr) -> _Compute:
    """Return what computes an expression: it is gone through once, however often it is computed."""
    match node:
        case ast.Name(id=name):
            return lambda names: _bounded(_lookup(name, names))
        case ast.Attribute():
            size = ast.unparse(node)
            return lambda names: _bounded(_lookup(size, names))
        case ast.Constant(value=value):
            return lambda names: _bounded(value)
        case ast.UnaryOp(op=op, operand=operand):
            operate, of = _OPERATORS[type(op)], _compile(operand)
            return lambda names: _bounded(operate(_number(of(names))))
        case ast.BinOp(left=left, op=op, right=right):
            operate, one, other = _OPERATORS[type(op)], _compile(left), _compile(right)
            return lambda names: _bounded(operate(_number(one(names)), _number(other(names))))
        case ast.Compare(left=left, ops=ops, comparators=others):
            return _comparing(_compile(left), list(zip(map(_comparison, ops), map(_compile, others), strict=True)))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            condition, one, other = _compile(test), _compile(body), _compile(orelse)
            return lambda names: (one if condition(names) else other)(names)
        case ast.BoolOp(op=op, values=values):
            together, parts = all if isinstance(op, ast.And) else any, list(map(_compile, values))
            return lambda names: together(part(names) for part in parts)
        case ast.Subscript(value=value, slice=index):
            items, number = _compile(value), _compile(index)
            return lambda names: _item(items(names), number(names))
        case ast.Call(func=ast.Name(id=name), args=args):
            given = list(map(_compile, args))
            return lambda names: _call(name, [_number(value(names)) for value in given])
    raise AssertionError(ast.dump(node))  # `_check` has let it pass


def _comparison(op: ast.cmpop) -> Callable[[Value, Value], bool]:
    operate, comparable = _OPERATORS[type(op)], _short if isinstance(op, ast.Eq | ast.NotEq) else _number
    return lambda one, other: bool(operate(comparable(one), comparable(other)))


def _comparing(first: _Compute, others: Sequence[tuple[Callable[[Value, Value], bool], _Compute]]) -> _Compute:
    """Return what compares each with the next, as in `8 < width <= 10`, up to where it does not hold."""

    def compare(names: Mapping[str, Value]) -> bool:
        one = first(names)
        for holds, compute in others:
            other = compute(names)
            if not holds(one, other):
                return False
            one = other
        return True

    return compare


def _call(name: str, values: list[Number]) -> Value:
    try:
        return _bounded(FUNCTIONS[name](*values))
    except TypeError:
        given = ", ".join(map(write_scalar, values))
        raise FormulaError(f"`{name}` cannot take ({given})", _CALLS[name]) from None


def _item(items: Value, index: Value) -> Value:
    if not isinstance(items, list):
        cure = "leave the brackets out, or make it a list, as in `[3, 4, 6]`"
        raise FormulaError(f"a formula takes an item of a list, and {quote(items)} is none", cure)
    if type(index) is not int:
        cure = "count the items from 0, as in `=depths[0]`"
        raise FormulaError(f"a list's items have whole numbers, from 0 on, and {quote(index)} is none", cure)
    if not items:
        raise FormulaError(f"the list is empty, and has no item {index}", "put the values into it, as in `[3, 4, 6]`")
    if not -len(items) <= index < len(items):
        has = f"{len(items)} items, 0 to {len(items) - 1}," if len(items) > 1 else "a single item, 0,"
        message = f"the list has {has} and no item {index}"
        raise FormulaError(message, "add the items that are missing, or take another")
    return _bounded(items[index])


def _lookup(name: str, names: Mapping[str, Value]) -> Value:
    try:
        value = names[name]
    except KeyError:
        if name in _CONSTANTS:
            return _CONSTANTS[name]
        raise UnknownNameError(name, names) from None
    if value is BROKEN:
        raise BrokenVariableError
    return value


def _number(value: Value) -> Number:
    if isinstance(value, int | float):
        return value
    cure = "give it a number; a number in quotes is a text"
    if isinstance(value, list):
        cure = "take one of its items, as in `=depths[0]`"
    elif value is None:
        cure = "give it a number, or say what holds where there is none, as in `=8 if width == null else width`"
    raise FormulaError(f"a formula calculates with numbers, and {quote(value)} is not one", cure)


def _short(value: Value) -> Value:
    """Return a value that can be compared each time. Errors: FormulaError for a list of many items."""
    pending = [value]
    for item in pending:
        inner = item if isinstance(item, list) else item.values() if isinstance(item, dict) else ()
        pending.extend(islice(inner, MAX_COMPARED_ITEMS + 1))
        if len(pending) > MAX_COMPARED_ITEMS:
            raise FormulaError(
                f"a formula compares lists of at most {MAX_COMPARED_ITEMS} items", "compare single items"
            )
    return value


def _bounded(value: Any) -> Value:
    if type(value) is int and -MAX_MAGNITUDE <= value <= MAX_MAGNITUDE:
        return value
    if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)):
        cure = "check the numbers for a slip, such as a root of a negative one"
        raise FormulaError("the formula's result is not a finite number", cure)
    if isinstance(value, int | float) and abs(value) > MAX_MAGNITUDE:
        raise FormulaError(*_TOO_LARGE)
    result: Value = value
    return result
