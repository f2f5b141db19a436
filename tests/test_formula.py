"""What formulas can do, and that they can do nothing else."""

import ast
import sys
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from archsum.bounds import MAX_FORMULA_LENGTH
from archsum.formula import (
    BROKEN,
    BoundFormula,
    BrokenVariableError,
    Formula,
    FormulaError,
    Value,
    is_formula,
    make_divisible,
)

NAMES: dict[str, Value] = {"width": 8, "depth": 3, "ratio": 0.5, "flag": True, "word": "wide", "nothing": None}


def compute(text: str, names: Mapping[str, Value] = NAMES) -> Value:
    return Formula(text).evaluate(names)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("=1", 1),
        ("= 1 + 2 * 3", 7),
        ("=(1 + 2) * 3", 9),
        ("=7 / 2", 3.5),
        ("=8 / 2", 4),
        ("=7 // 2", 3),
        ("=-7 // 2", -4),
        ("=7 % 3", 1),
        ("=2 ** 10", 1024),
        ("=2 ** -1", 0.5),
        ("=2 ** 3 ** 2", 512),
        ("=-width", -8),
        ("=+width", 8),
        ("=not flag", False),
        ("=4 * width", 32),
        ("=width * ratio", 4),
        ("=width + flag", 9),
        ("=word", "wide"),
        ("=nothing", None),
        ("='same'", "same"),
        ("=true", True),
        ("=False", False),
        ("=null", None),
        ("=1 < 2", True),
        ("=1 < width <= 8", True),
        ("=1 < width < 8", False),
        ("=9 > width == 8 != depth > 2", True),
        ("=width < 8 < 1 / 0", False),
        ("=width <= 7", False),
        ("=width == 8", True),
        ("=word == 'wide'", True),
        ("=word != 'wide'", False),
        ("='same' if width > 4 else 'valid'", "same"),
        ("=1 if flag else 1 / 0", 1),
        ("=1if flag else 2", 1),
        ("=min(3, 1, 2)", 1),
        ("=max(width, 16)", 16),
        ("=round(2.6)", 3),
        ("=round(2.5)", 2),
        ("=round(3.14159, 2)", 3.14),
        ("=round(1234, -2)", 1200),
        ("=ceil(2.1)", 3),
        ("=floor(-2.1)", -3),
        ("=abs(-3)", 3),
        ("=make_divisible(33)", 32),
        ("=make_divisible(33, 16)", 32),
        ("=round(64 * ratio) // 3", 10),
        ("=10 ** 18", 10**18),
        ("=0.1 + 0.2", 0.30000000000000004),
    ],
)
def test_values(text: str, value: Value) -> None:
    computed = compute(text)
    assert (type(computed), computed) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        # Not Python's grammar, or more than an expression.
        ("=", "is not a formula"),
        ("=1 +", "is not a formula"),
        ("==8", "is not a formula"),
        ("=width = 8", "is not a formula"),
        ("=1; 2", "is not a formula"),
        ("=import os", "is not a formula"),
        ("=max(8", "is not a formula"),
        ("=1\0", "is not a formula"),
        ("=09", "is not a formula"),
        ("=5M", "is not a formula"),
        # An expression that is not on the list.
        ("=width.__class__", "is not allowed"),
        ("=(1).real", "is not allowed"),
        ("='{0}'.format(1)", "is not allowed"),
        ("=width[0:1]", "is not allowed"),
        ("=[1, 2]", "is a list, and a formula gives one value"),
        ("=(1, 2)", "is a list, and a formula gives one value"),
        ("={1: 2}", "is not allowed"),
        ("={1}", "is not allowed"),
        ("=[i for i in 3]", "is not allowed"),
        ("=lambda: 1", "is not allowed"),
        ("=(lambda: 1)()", "is not allowed"),
        ("=(x := 1)", "is not allowed"),
        ("=f'{width}'", "is not allowed"),
        ("=b'a'", "is not allowed"),
        ("=1j", "is not allowed"),
        ("=...", "is not allowed"),
        ("=1 & 2", "is not allowed"),
        ("=1 << 2", "is not allowed"),
        ("=~1", "is not allowed"),
        ("=1 @ 2", "is not allowed"),
        ("=1 is 1", "is not allowed"),
        ("=1 in 2", "is not allowed"),
        ("=1 < 2 is 3", "is not allowed"),
        ("=max(*width)", "is not allowed"),
        ("=max(1, key=2)", "is not allowed"),
        ("=max(**width)", "is not allowed"),
        ("=max(1, 2)(3)", "is not allowed"),
        ("=yield", "is not"),
        ("=await width", "is not"),
        # Nor where it is not computed.
        ("=1 if true else width.real", "is not allowed"),
        # Names.
        ("=widht", "names `widht`, which is not a variable"),
        ("=max", "names `max`, which is not a variable"),
        ("=__builtins__", "names `__builtins__`, which is not a variable"),
        ("=sqrt(4)", "has no function `sqrt`"),
        ("=eval('1')", "has no function `eval`"),
        ("=__import__('os')", "has no function `__import__`"),
        ("=width(3)", "has no function `width`"),
        # Values.
        ("=1 / 0", "divides by zero"),
        ("=1 // 0", "divides by zero"),
        ("=1 % 0", "divides by zero"),
        ("=0 ** -1", "divides by zero"),
        ("=make_divisible(8, 0)", "divides by zero"),
        ("=word * 3", "calculates with numbers, and `wide` is not one"),
        ("='a' + 'b'", "calculates with numbers, and `a` is not one"),
        ("=word < 3", "calculates with numbers, and `wide` is not one"),
        ("=-nothing", "calculates with numbers, and `null` is not one"),
        ("=max('a', 'b')", "calculates with numbers, and `a` is not one"),
        ("=min()", "`min` cannot take ()"),
        ("=min(3)", "`min` cannot take (3)"),
        ("=round(1, 2, 3)", "`round` cannot take (1, 2, 3)"),
        ("=abs(1, 2)", "`abs` cannot take (1, 2)"),
        ("=round(1.5, 0.5)", "`round` cannot take (1.5, 0.5)"),
        ("=(-8) ** 0.5", "not a finite number"),
    ],
)
def test_refused(text: str, problem: str) -> None:
    with pytest.raises(FormulaError) as caught:
        compute(text)
    assert problem in caught.value.message


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("=9**9**9", "exponent"),
        ("=2**65", "exponent"),
        ("=2**-65", "exponent"),
        ("=2**64", "larger than 10^18"),
        ("=10**18 + 1", "larger than 10^18"),
        ("=-10**18 - 1", "larger than 10^18"),
        ("=1e18 * 1e18", "larger than 10^18"),
        ("=1e10 ** 64", "larger than 10^18"),
        ("=1e400", "not a finite number"),
        ("=" + "9" * 400, "larger than 10^18"),
        ("=round(7, -1000000000)", "digits"),
        ("=round(7.5, 1000000000)", "digits"),
        ("=" + "1+" * MAX_FORMULA_LENGTH + "1", "longer than"),
        ("=" + "1+" * 150 + "1", "too long or too deeply nested"),
        ("=" + "-" * 60 + "1", "too long or too deeply nested"),
        ("=" + "(" * 240 + "1" + ")" * 240, "is not a formula"),
        ("=" + "max(1, " * 50 + "1" + ")" * 50, "too long or too deeply nested"),
        ("=" + "not " * 100 + "1", "too long or too deeply nested"),
    ],
)
def test_bounds(text: str, problem: str) -> None:
    """Nothing takes longer, or gives more, than a network needs."""
    with pytest.raises(FormulaError) as caught:
        compute(text)
    assert problem in caught.value.message


@pytest.mark.parametrize("value", [float("inf"), float("-inf"), float("nan"), 10**30, -(10**30)])
def test_variables_are_bounded_too(value: float) -> None:
    with pytest.raises(FormulaError):
        compute("=x", {"x": value})


def test_no_warning_of_pythons() -> None:
    """Python has opinions on style that are not a user's business; warnings are errors in these tests."""
    assert compute("='\\d' == 1") is False
    assert compute("=1 if 1 == 1else 2") == 1


def test_variable_that_is_wrong_itself() -> None:
    with pytest.raises(BrokenVariableError):
        compute("=2 * width", {"width": BROKEN})
    assert compute("=1 if true else width", {"width": BROKEN}) == 1


def test_close_name_is_suggested() -> None:
    with pytest.raises(FormulaError) as caught:
        compute("=widht * 2")
    assert caught.value.cure == "did you mean `width`?"
    with pytest.raises(FormulaError) as caught:
        compute("=colour", {})
    assert caught.value.cure == "add it at the top of the file: `variables: {colour: …}`"


def test_bound_formula_takes_both_kinds_of_names() -> None:
    formula = BoundFormula(Formula("=width * input_height"), {"width": 8, "input_height": 1})
    assert formula.evaluate({"input_height": 5}) == 40


@pytest.mark.parametrize(
    ("value", "expected"), [("=1", True), ("=", True), ("1", False), (" =1", False), ("", False), (1, False)]
)
def test_what_is_a_formula(value: object, expected: bool) -> None:
    assert is_formula(value) is expected


def test_every_kind_of_expression_is_decided() -> None:
    """A new kind of Python's is refused until someone allows it: only these are evaluated."""
    allowed = {"Constant", "Name", "UnaryOp", "BinOp", "Compare", "IfExp", "Call", "BoolOp", "Subscript"}
    samples = {
        "Attribute": "a.b", "Await": "await a", "Dict": "{}", "DictComp": "{a: a for a in b}",
        "GeneratorExp": "(a for a in b)", "JoinedStr": "f''", "Lambda": "lambda: 1", "List": "[]",
        "ListComp": "[a for a in b]", "NamedExpr": "(a := 1)", "Set": "{1}", "SetComp": "{a for a in b}",
        "Slice": "a[1:2]", "Starred": "max(*a)", "Tuple": "()", "Yield": "(yield)",
        "YieldFrom": "(yield from a)", "FormattedValue": "f'{a}'",
    }  # fmt: skip
    kinds = {kind.__name__ for kind in ast.expr.__subclasses__() if not kind.__name__.startswith("_")}
    assert kinds - allowed <= samples.keys() | {"TemplateStr", "Interpolation"}
    for text in samples.values():
        with pytest.raises(FormulaError):
            Formula(f"={text}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("=depths[1]", 4),
        ("=depths[-1]", 3),
        ("=table[1][0]", 5),
        ("=depths", [3, 4, 6, 3]),
        ("=depths[index] if index < 4 else 0", 0),
        ("=depths[index + 9] > 1 and false", None),
        ("=index == 4 and depths[0] == 3", True),
        ("=index < 4 and depths[index + 9] > 1", False),
        ("=index == 4 or depths[9] > 1", True),
        ("=not (index == 4 or false)", False),
    ],
)
def test_lists_and_conditions(text: str, value: object) -> None:
    names: dict[str, Value] = {"depths": [3, 4, 6, 3], "table": [[1], [5]], "index": 4}
    if value is None:
        with pytest.raises(FormulaError, match="the list has 4 items, 0 to 3, and no item 13"):
            Formula(text).evaluate(names)
    else:
        assert Formula(text).evaluate(names) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("=index[0]", "takes an item of a list, and `4` is none"),
        ("=depths[0.5]", "whole numbers, from 0 on, and `0.5` is none"),
        ("=depths[depths]", "whole numbers, from 0 on, and a list is none"),
        ("=depths + 1", "calculates with numbers, and a list is not one"),
    ],
)
def test_items_of_lists_refused(text: str, message: str) -> None:
    with pytest.raises(FormulaError, match=message):
        Formula(text).evaluate({"depths": [3, 4], "index": 4})


# MobileNetV2's channels at a width of 1: stem, bottlenecks, head (Sandler et al. 2018, table 2).
MOBILENET_V2 = [32, 16, 24, 32, 64, 96, 160, 320]


@pytest.mark.parametrize(
    ("width", "channels"),
    [
        # As keras.applications.MobileNetV2(alpha=…) has them (Keras 3.15).
        (1.0, [32, 16, 24, 32, 64, 96, 160, 320]),
        (0.35, [16, 8, 8, 16, 24, 32, 56, 112]),
        (0.5, [16, 8, 16, 16, 32, 48, 80, 160]),
        (0.75, [24, 16, 24, 24, 48, 72, 120, 240]),
        (1.4, [48, 24, 32, 48, 88, 136, 224, 448]),
    ],
)
def test_make_divisible_gives_the_widths_of_mobilenet(width: float, channels: list[int]) -> None:
    assert [make_divisible(width * size) for size in MOBILENET_V2] == channels


@pytest.mark.parametrize(
    ("value", "divisor", "result"),
    [(1, 8, 8), (11, 8, 16), (12, 8, 16), (18, 8, 24), (17, 8, 16), (13, 8, 16), (0.1, 8, 8), (33, 16, 32), (7, 1, 7)],
)
def test_make_divisible_loses_no_more_than_a_tenth(value: float, divisor: int, result: int) -> None:
    assert make_divisible(value, divisor) == result


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("=[w, 3]", "write `[=w, 3]`"),
        ("=(w + 1, w)", "write `[=w + 1, =w]`"),
        ("=[min(w, 3), many[0]]", 'write `["=min(w, 3)", "=many[0]"]`'),
    ],
)
def test_a_list_is_one_of_formulas(text: str, cure: str) -> None:
    with pytest.raises(FormulaError) as caught:
        Formula(text)
    assert caught.value.cure == cure


def test_threads_leave_warnings_as_they_are() -> None:
    before, interval = list(warnings.filters), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda number: Formula(f"=a + {number}"), range(20_000)))
        assert warnings.filters == before
    finally:
        sys.setswitchinterval(interval)
