"""How a metric grows: polynomials are found exactly, and nothing else is taken for one."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsum.render.sweep.growth import render
from archsum.sweeps.growth import MAX_DEGREE, Growth
from archsum.sweeps.rows import OK, Row


def growth(of: dict[float, int]) -> Growth:
    found = Growth("params", "width")
    found.add(Row(number, {"width": x}, {"params": y}, OK) for number, (x, y) in enumerate(of.items(), start=1))
    return found


@given(
    st.lists(st.integers(-50, 50), min_size=1, max_size=MAX_DEGREE + 1),
    st.sets(st.integers(-40, 40), min_size=MAX_DEGREE + 3, max_size=20),
)
def test_a_polynomial_is_found(coefficients: list[int], places: set[int]) -> None:
    found = growth({x: sum(c * x**power for power, c in enumerate(coefficients)) for x in places}).polynomial
    assert found is not None
    while len(coefficients) > 1 and not coefficients[-1]:
        coefficients.pop()
    assert found == list(map(Fraction, coefficients))


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=5),
    st.sets(st.integers(0, 40), min_size=9, max_size=20),
    st.integers(1, 9),
    st.data(),
)
def test_what_is_off_by_one_in_a_place_is_none(
    coefficients: list[int], places: set[int], off: int, data: st.DataObject
) -> None:
    of = {x: sum(c * x**power for power, c in enumerate(coefficients)) for x in places}
    of[data.draw(st.sampled_from(sorted(places)))] += off
    found = growth(dict(of)).polynomial  # type: ignore[arg-type]  # whole numbers are numbers
    assert found is None or all(sum(c * x**power for power, c in enumerate(found)) == y for x, y in of.items())
    assert found is None or len(found) <= len(places) - 2


@pytest.mark.parametrize(
    ("of", "text"),
    [
        ({1: 60, 2: 124, 3: 206, 4: 306, 5: 424}, "params = 9 × width² + 37 × width + 14, exactly, on all 5 values"),
        ({1: 5, 2: 5, 3: 5}, "params = 5, exactly, on all 3 values"),
        ({0.5: 3, 1.0: 2, 1.5: 1, 2.0: 0}, "params = −2 × width + 4, exactly, on all 4 values"),
        ({1: 1, 2: 3, 3: 6, 4: 10, 5: 15}, "params = 0.5 × width² + 0.5 × width, exactly, on all 5 values"),
        ({3: 1, 6: 2, 9: 3, 12: 4}, "params = 1 / 3 × width, exactly, on all 4 values"),
        ({1: 1, 2: 4}, "how params grows with width is not to be told by 2 values, or by such that are not above 0"),
        (
            {x: 2**x for x in range(1, 12)},  # by numpy: polyfit and corrcoef of the logarithms
            "params grows about as width^2.93 (R² = 0.9001 on 11 values); it is no polynomial up to degree 6",
        ),
        (
            {0: 5, 1: 4, 2: 9},
            "how params grows with width is not to be told by 3 values, or by such that are not above 0",
        ),
    ],
)
def test_what_is_said(of: dict[float, int], text: str) -> None:
    assert render(growth(of)) == text


def test_what_is_unknown_tells_nothing() -> None:
    found = growth({1: 1, 2: 2, 3: 3})
    found.add([Row(4, {"width": 4}, {"params": None}, "refused"), Row(5, {"width": "x"}, {"params": 5}, OK)])
    assert len(found.points) == 3


@given(st.floats(0.5, 3), st.integers(10, 1000))
def test_a_power_is_found(exponent: float, factor: int) -> None:
    found = growth({x: round(factor * 1e6 * x**exponent) for x in range(1, 30)})
    assert found.power is not None
    assert found.power[0] == pytest.approx(exponent, abs=1e-4)
    assert found.power[1] > 0.9999
