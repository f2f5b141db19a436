"""The largest and the smallest value that keeps limits, against all values computed."""

import io
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsum
from archsum import SpecError

STEADY = "input: [8]\nvariables: {width: 1}\nlayers: [dense: =ceil(8 * width), dense: 4]\n"
UNSTEADY = "input: [8]\nvariables: {width: 1}\nlayers: [dense: =1 + abs(40 - 7 * width) % 23]\n"
"""Whose parameters go up and down with the width."""
GAPS = "input: [40]\nvariables: {parts: 1}\nlayers: [reshape: {target_shape: [=parts, =40 // parts]}, dense: 2]\n"
"""Which is a network where 40 can be divided."""


@cache
def params(text: str, **variables: float) -> int:
    return archsum.summarize(io.StringIO(text), variables=variables).params or 0


@given(st.sampled_from((STEADY, UNSTEADY)), st.integers(1, 600), st.booleans(), st.sampled_from(("<=", ">=")))
@settings(max_examples=40)
def test_whole_numbers(text: str, limit: int, smallest: bool, sign: str) -> None:
    of = {width: params(text, width=width) for width in range(1, 41)}
    kept = [width for width, value in of.items() if (value <= limit if sign == "<=" else value >= limit)]
    found = archsum.solve(io.StringIO(text), "width", "1:40", where=f"params {sign} {limit}", smallest=smallest)
    assert found.value == ((min if smallest else max)(kept) if kept else None)
    assert found.row is None or (found.row.metrics == {"params": of[found.row.values["width"]]})
    assert found.next is None or found.next.values["width"] not in kept


@pytest.mark.parametrize(
    ("values", "value", "following"),
    [("0.1:4", 2.5, 2.51), ("0.5:4:0.5", 2.5, 3.0), ("1:9", 2, 3), ("0.1:2", 2.0, None)],
)
def test_the_last_of_a_range_with_three_digits_with_a_step_and_in_whole_numbers(
    values: str, value: float, following: float | None
) -> None:
    # 20 units and no more: 8 × 20 + 20 and 20 × 4 + 4 parameters.
    found = archsum.solve(io.StringIO(STEADY), "width", values, where="params <= 264")
    assert found.value == value
    assert type(found.value) is type(value)
    assert (found.next and found.next.values["width"]) == following


def test_a_limit_on_what_follows_from_the_variable_is_not_taken_for_monotonic() -> None:
    text = "input: [8]\nvariables: {width: 1, rest: =width % 7}\nlayers: [dense: =width + rest]\n"
    found = archsum.solve(io.StringIO(text), "width", "1:40", where="rest < 2")
    assert (found.value, found.by_bisection) == (36, False)


def test_it_says_how_it_was_found() -> None:
    steady = archsum.solve(io.StringIO(STEADY), "width", "0.1:4", where="params <= 264")
    assert steady.by_bisection
    assert len(steady.checked) < 40
    assert "\nfound by bisection, as `params` is monotonic on the" in str(steady)
    scanned = archsum.solve(io.StringIO(STEADY), "width", "0.1:4", where="params <= 264", scan=True)
    assert (scanned.value, scanned.by_bisection) == (steady.value, False)
    assert len(scanned.checked) == 151  # 50 from 2.5 to 2.99, 100 from 3 to 3.99, and 4
    unsteady = archsum.solve(io.StringIO(UNSTEADY), "width", "1:40", where="params <= 30")
    assert not unsteady.by_bisection
    assert "\nfound by scanning from the end on, as `params` is not monotonic: " in str(unsteady)
    every = archsum.solve(io.StringIO(STEADY), "width", "1:9", where="params <= 264")
    assert str(every).endswith("\nall values were computed")


@pytest.mark.parametrize(
    ("where", "value", "by_bisection"),
    [
        # A width of w has 72 w + 32 w + 4 parameters.
        ("params < 1000 or params == 104004", 1000, False),
        ("params % 10 == 4 and params < 20000", 190, False),
        ("params / width < 104.1 and params < 11000", 105, False),
        ("params != 208004", 1999, False),
        ("not params > 1044", 10, False),
        ("1000 < params <= 100k and width < 821.5", 821, True),
    ],
)
def test_limits_alone_are_bisected(where: str, value: int, by_bisection: bool) -> None:
    found = archsum.solve(io.StringIO(STEADY), "width", "1:2000", where=where)
    assert (found.value, found.by_bisection) == (value, by_bisection)
    assert by_bisection or "\nfound by scanning from the end on, as what it has to keep is not limits alone: " in str(
        found
    )


@pytest.mark.parametrize(
    "budget",
    [
        "{max_params: =200 * width if width < 300 or width == 777 else 100 * width}",
        "{max_params: 1M, blocks: {odd: {max_params: 12}}}",
        "{device: desk}\ndevices: {desk: {memory: =10 ** 12 if width < 300 or width == 777 else 10}}",
    ],
)
def test_nor_are_limits_that_vary_or_that_are_of_blocks(budget: str) -> None:
    text = f"""\
input: [8]
variables: {{width: 1}}
blocks: {{odd: {{layers: [dense: "=2 if width < 300 or width == 777 else 3"]}}}}
layers: [dense: =8 * width, dense: 4, odd]
budget: {budget}
"""
    found = archsum.solve(io.StringIO(text), "width", "1:2000", within_budget=True)
    assert (found.value, found.by_bisection) == (777, False)


def test_what_is_refused_is_passed_over() -> None:
    found = archsum.solve(io.StringIO(GAPS), "parts", "1:39", where="params <= 20")
    assert found.value == 20
    assert not found.by_bisection
    assert found.next
    assert found.next.verdict == "refused"
    assert f"\n19 larger values are refused, as 21: {found.next.message}\n" in str(found)


def test_within_a_budget_and_on_a_device() -> None:
    text = f"{STEADY}budget: {{max_params: 264, max_layers: 2}}\n"
    found = archsum.solve(io.StringIO(text), "width", "0.1:4", within_budget=True)
    assert found.value == 2.5
    assert found.row
    assert found.row.metrics == {"params": 264, "layers": 2}
    on_device = archsum.solve(
        io.StringIO(text), "width", "1:400000", device="24GB", training={"batch": 1000, "optimizer": "sgd"}
    )
    assert isinstance(on_device.value, int)
    fits = archsum.check(
        io.StringIO(text), {"device": "24GB"}, {"batch": 1000, "optimizer": "sgd"}, variables={"width": on_device.value}
    )
    (verdict,) = (verdict for verdict in fits if verdict.name == "max_training_memory")
    assert verdict.ok
    assert verdict.limit
    assert on_device.next
    assert (on_device.next.metrics["training_memory"] or 0) > verdict.limit


def test_other_variables() -> None:
    text = "input: [8]\nvariables: {width: 1, depth: 1}\nlayers: [repeat: {times: =depth, layers: [dense: =width]}]\n"
    found = archsum.solve(io.StringIO(text), "width", range(1, 100), variables={"depth": 2}, where="params <= 110")
    assert found.value == 6  # 8 × 6 + 6 and 6 × 6 + 6


@pytest.mark.parametrize(
    ("name", "values", "where", "message"),
    [
        ("width", "0:4.5", "params < 5", "`width` begins at 0, from where three digits lead nowhere"),
        ("width", "relu,gelu", "params < 5", "`width` takes numbers here"),
        ("width", "3,2", "params < 5", "`width` takes numbers that grow"),
        ("width", "1.001:1.002", "params < 5", "`width` cannot be that: there is no number of three digits"),
        ("widht", "1:2", "params < 5", "the file has no variable `widht`"),
        ("width", "1:2", "params", "`params` is no condition"),
        ("width", "1:1000000", "params < 5 and params > 5", "1,000,000 values are too many to be computed"),
    ],
)
def test_what_cannot_be_solved(name: str, values: str, where: str, message: str) -> None:
    with pytest.raises(SpecError) as raised:
        archsum.solve(io.StringIO(STEADY), name, values, where=where)
    assert raised.value.diagnostics[0].message.startswith(message)


def test_nothing_to_keep() -> None:
    text = "input: [8]\nvariables: {width: 1}\nlayers: [dense: =width]\n"
    with pytest.raises(ValueError, match="what has it to keep"):
        archsum.solve(io.StringIO(text), "width", "1:9")
