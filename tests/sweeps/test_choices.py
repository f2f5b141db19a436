"""What a variable may be, as a command line says it: read, counted, and taken by number or at random."""

from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsum.errors import FieldError
from archsum.formula import Value
from archsum.sweeps.choices import Choices, ThreeDigits
from archsum.sweeps.reading import read_choices


def all_of(choices: Choices) -> list[Value]:
    assert choices.count is not None
    return [choices.at(place) for place in range(choices.count)]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.25:2:0.25", [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0]),
        ("0.1:0.5:0.1", [0.1, 0.2, 0.3, 0.4, 0.5]),
        ("1:2:0.3", [1.0, 1.3, 1.6, 1.9]),
        ("1e-1:3e-1:1e-1", [0.1, 0.2, 0.3]),
        ("1:4", [1, 2, 3, 4]),
        ("-2:2:2", [-2, 0, 2]),
        ("5:5", [5]),
        ("1:1e1:3", [1, 4, 7, 10]),
        ("1:1.0e1:3", [1.0, 4.0, 7.0, 10.0]),
        ("1,2,3", [1, 2, 3]),
        ("relu, gelu", ["relu", "gelu"]),
        ("1:3,8,16:32:8", [1, 2, 3, 8, 16, 24, 32]),
        ("true,false,null,0.5", [True, False, None, 0.5]),
        ("[3,5]", [3, 5]),
        ("[ 3 , 5 ]", [3, 5]),
        ("a:b", ["a:b"]),
        ("0x10", [16]),
    ],
)
def test_of_a_single_value(text: str, values: list[Value]) -> None:
    read = all_of(read_choices(text, is_list=False))
    assert read == values
    assert list(map(type, read)) == list(map(type, values))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("[3,4,6,3]", [[3, 4, 6, 3]]),
        ("[3,4,6,3],[3,4,23,3]", [[3, 4, 6, 3], [3, 4, 23, 3]]),
        ("[]", [[]]),
        ("[1:2,7,1:2]", [[1, 7, 1], [1, 7, 2], [2, 7, 1], [2, 7, 2]]),
        ("[3|5, 6 | 7:8]", [[3, 6], [3, 7], [3, 8], [5, 6], [5, 7], [5, 8]]),
        ("[1:2],[relu]", [[1], [2], ["relu"]]),
    ],
)
def test_of_a_list(text: str, values: list[Value]) -> None:
    assert all_of(read_choices(text, is_list=True)) == values


@pytest.mark.parametrize(
    ("text", "is_list", "message", "cure"),
    [
        ("2:1", False, "cannot be `2:1`: the range is empty", "write `1:2`"),
        ("1:2:0", False, "cannot be `1:2:0`: with that step the range is endless", "write a step above 0"),
        ("1:2:-1", False, "cannot be `1:2:-1`: with that step the range is endless", "write a step above 0"),
        ("1:2:3:4", False, "cannot be the range `1:2:3:4`", "a range is `start:stop:step`"),
        ("10..20", False, "cannot be `10..20`", "write the range `10:20`"),
        ("-0.5..=1e3", False, "cannot be `-0.5..=1e3`", "write the range `-0.5:1e3`"),
        ("1:x", False, "cannot be the range `1:x`", "a range is `start:stop:step`"),
        ("0:1:log", False, "cannot be `0:1:log`: a logarithm has no 0", "begin above 0"),
        ("0.1:1,2", False, "has a range without steps beside other values", "write the range alone"),
        ("", False, "has no value", "write one or several"),
        ("[]", False, "has no value", "write one or several"),
        ("[3],[4]", False, "is no list in the file, and `[3]` is one", "write its values alone, as in `3,5`"),
        ("3,4", True, "is a list in the file, and `3` is none", "a list is `[3,4,6,3]`"),
        ("[1,[2]]", True, "takes brackets that are closed, and not in one another", "a list is `[3,4,6,3]`"),
        ("[1", True, "takes brackets that are closed", "a list is `[3,4,6,3]`"),
        ("1]", False, "takes brackets that are closed", "a list is `[3,4,6,3]`"),
        ("a\nb", False, "takes values that can be printed", "write words and numbers"),
        ("9" * 30, False, "cannot be `999999999999999999999999999999`", "write a number of at most 18 digits"),
        ("1:1e30", False, "has a number of more than 18 digits in `1:1e30`", "check it for a slip"),
        (".nan", False, "cannot be `.nan`", "write a number of at most 18 digits"),
    ],
)
def test_what_is_none(text: str, is_list: bool, message: str, cure: str) -> None:
    with pytest.raises(FieldError) as raised:
        read_choices(text, is_list)
    assert raised.value.message.startswith(message)
    assert raised.value.cure.startswith(cure)


def test_a_range_is_counted_before_it_is_made() -> None:
    assert read_choices("0:1:1e-12", is_list=False).count == 10**12 + 1
    assert read_choices("[1:1000,1:1000,1:1000,1:1000]", is_list=True).count == 10**12


@given(st.integers(-1000, 1000), st.integers(0, 300), st.integers(1, 50), st.integers(0, 3))
def test_a_range_has_both_ends_and_equal_steps(start: int, steps: int, step: int, digits: int) -> None:
    first, wide = Decimal(start).scaleb(-digits), Decimal(step).scaleb(-digits)
    values = all_of(read_choices(f"{first}:{first + steps * wide}:{wide}", is_list=False))
    assert [Decimal(repr(value)) for value in values] == [first + place * wide for place in range(steps + 1)]


@given(st.integers(0, 2**32))
def test_draws_are_within_their_range(seed: int) -> None:
    for text, low, high in (("1e-4:2:log", 1e-4, 2), ("0.5:1.5", 0.5, 1.5), ("8:512:log", 8, 512), ("3:9", 3, 9)):
        drawn = read_choices(text, is_list=False).draw(Random(seed))
        assert isinstance(drawn, int if isinstance(low, int) else float)
        assert low <= drawn <= high


def test_each_order_of_magnitude_is_as_likely() -> None:
    random, choices = Random(7), read_choices("1e-4:1:log", is_list=False)
    drawn = [choices.draw(random) for _ in range(4000)]
    below = [sum(value < limit for value in drawn if isinstance(value, float)) for limit in (1e-3, 1e-2, 1e-1)]
    assert all(abs(number - 1000 * step) < 120 for step, number in enumerate(below, start=1))


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.integers(-8, 3))
def test_three_digits(one: int, other: int, exponent: int) -> None:
    low, high = (Decimal(number).scaleb(exponent) for number in sorted((one, other)))
    values = all_of(ThreeDigits(low, high)) if high < 50 * low else []
    assert all(float(f"{value:.3g}") == value and low <= Decimal(repr(value)) <= high for value in values)
    assert all(first < second <= 1.0101 * first for first, second in pairwise(values))  # type: ignore[operator]
    if values and isinstance(values[0], float) and isinstance(values[-1], float):
        assert values[0] < 1.0101 * float(low)
        assert values[-1] * 1.0101 > float(high)
