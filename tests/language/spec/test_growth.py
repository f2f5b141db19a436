"""`+2%`, `+50k`, `-5%`: exact, and to the unit."""

from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archsum
from archsum.errors import FieldError
from archsum.language.spec.growth import Growth
from archsum.language.spec.quantities import parse_bytes, parse_count, parse_limit


@pytest.mark.parametrize(
    ("text", "base", "limit"),
    [
        ("+2%", 100, 102),
        ("+2%", 99, 100),  # 100.98
        ("+2%", 49, 49),
        ("+ 2 %", 100, 102),
        ("+0%", 12345, 12345),
        ("+0.1%", 1000, 1001),
        ("+0.1%", 999, 999),
        ("+0.000000001%", 10**11, 10**11 + 1),
        ("+0.000000001%", 10**11 - 1, 10**11 - 1),
        ("+250%", 4, 14),
        ("-5%", 100, 95),
        ("-5%", 99, 94),  # 94.05
        ("-100%", 7, 0),
        ("-200%", 7, 0),
        ("+0", 12345, 12345),
        ("+50k", 1, 50_001),
        ("+1.5M", 0, 1_500_000),
        # In floats 10**18 + 1 and 10**18 are one number.
        ("+0%", 10**18 + 1, 10**18 + 1),
        ("+1", 10**18, 10**18 + 1),
    ],
)
def test_limit(text: str, base: int, limit: int) -> None:
    growth = parse_limit(text, parse_count)
    assert isinstance(growth, Growth)
    found = growth.limit(base)
    assert (type(found), found) == (int, limit)


@given(st.integers(0, 10**30), st.integers(0, 10**18 - 1), st.integers(0, 9), st.sampled_from(["+", "-"]))
def test_a_share_is_that_of_fractions(base: int, digits: int, decimals: int, sign: str) -> None:
    written = f"{digits // 10**9}.{digits % 10**9:09}"[: -9 + decimals or None].rstrip(".")
    growth = parse_limit(f"{sign}{written}%", parse_count)
    exact = base + base * Fraction(f"{sign}{written}") / 100
    assert growth.limit(base) == max(0, floor(exact))


def test_bytes_have_units() -> None:
    assert parse_limit("+1 KiB", parse_bytes).limit(1000) == 2024


@pytest.mark.parametrize("value", ["5M", "0", 5, None, True, 1.5, [1]])
def test_what_has_no_sign_is_no_growth(value: Any) -> None:
    limit = parse_limit(value, lambda value: value)
    assert limit is value


@pytest.mark.parametrize(
    ("text", "message", "cure"),
    [
        ("2%", "takes a quantity, or a growth such as `+2%`, not `2%`", "write `+2%` for what it may grow by"),
        ("+5m", "takes a growth such as `+2%`, not `+5m`", "write `+5M`"),
        ("+5,000", "takes a growth such as `+2%`, not `+5,000`", "write `+5000`"),
        ("+", "takes a growth such as `+2%`, not `+`", "k, M and G are thousands"),
        ("+1.5", "takes a growth such as `+2%`, not `+1.5`", "k, M and G are thousands"),
        ("-50k", "takes a quantity, or a growth such as `+2%`, not `-50k`", "write what it must shrink by as a share"),
        ("+2%%", "takes a growth such as `+2%`, not `+2%%`", "k, M and G are thousands"),
        ("+" + "9" * 400 + "%", "takes a growth such as `+2%`, not `+9999", "k, M and G are thousands"),
    ],
)
def test_what_is_none(text: str, message: str, cure: str) -> None:
    with pytest.raises(FieldError) as caught:
        parse_limit(text, parse_count)
    assert caught.value.message.startswith(message)
    assert caught.value.cure.startswith(cure)


@pytest.mark.parametrize("written", ["+50", '"+50"', "+50 ", "+0.05k"])
def test_a_sign_in_a_file_is_a_growth_though_to_yaml_it_is_a_number(written: str) -> None:
    stated = f"{{max_params: {written}, blocks: {{dense: {{max_params: {written}}}}}}}"
    budget = archsum.load(f"input: [4]\nlayers: [dense: 3]\nbudget: {stated}\n").budget
    assert budget.max_params == budget.blocks["dense"].max_params
    assert isinstance(budget.max_params, Growth)
    assert budget.max_params.limit(1) == 51
