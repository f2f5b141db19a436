"""Arithmetic on sizes: the formula that it writes, evaluated, is its value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsum.layers.arithmetic import (
    Amount,
    Arithmetic,
    Difference,
    Product,
    Quotient,
    Sum,
    equation,
    formula_of,
    value_of,
)
from tests.support.formulas import evaluate

SIZES = st.integers(1, 9)
AMOUNTS: st.SearchStrategy[Amount] = st.recursive(
    SIZES | st.none(),
    lambda amounts: st.lists(amounts, max_size=3).flatmap(lambda few: st.sampled_from([Product(*few), Sum(*few)])),
    max_leaves=6,
)


@given(AMOUNTS)
def test_formulas_compute_their_values(amount: Amount) -> None:
    value, formula = value_of(amount), formula_of(amount)
    if value is None:
        assert "?" in formula
    elif "?" not in formula:
        assert evaluate(formula) == value


@pytest.mark.parametrize(
    ("arithmetic", "written"),
    [
        (Product(5, 5, 3), "5 × 5 × 3 = 75"),
        (Product(7, Sum(3, 5), 4), "7 × (3 + 5) × 4 = 224"),
        (Product(7, Sum(Product(3, 5)), 4), "7 × 3 × 5 × 4 = 420"),
        (Product(10, Sum(Product(3, 3), Product(9, 200))), "10 × (3 × 3 + 9 × 200) = 18,090"),
        (Product(), "1 = 1"),
        (Sum(), "0 = 0"),
        (Difference(28, 1, 2), "28 − 1 − 2 = 25"),
        (Quotient(Product(4, 6), 3), "4 × 6 / 3 = 8"),
    ],
)
def test_as_people_write_it(arithmetic: Arithmetic, written: str) -> None:
    assert equation(arithmetic) == written


@pytest.mark.parametrize("arithmetic", [Product(3, None), Sum(3, None), Difference(3, None), Quotient(None, 3)])
def test_what_is_computed_of_an_unknown_size_is_unknown(arithmetic: Arithmetic) -> None:
    assert arithmetic.value is None
    assert "?" in arithmetic.formula


def test_nothing_is_nothing_however_often() -> None:
    assert Product(None, 0).value == 0
