"""Squarified treemaps: the paper's own example, and what holds of any."""

from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from archsum.render.report.squares import Rectangle, squarify

SHARES = st.lists(st.integers(1, 10**12), min_size=1, max_size=60).map(lambda shares: sorted(shares, reverse=True))
SIDES = st.floats(10, 2000)


def test_the_example_of_the_paper() -> None:
    # Bruls, Huizing and van Wijk 2000, figure 5: areas 6, 6, 4, 3, 2, 2, 1 in a rectangle of 6 by 4. Rows are two
    # squares' worth of 3 by 2, then 12/7 by 7/3 and 9/7 by 7/3, then the rest.
    boxes = list(squarify([6, 6, 4, 3, 2, 2, 1], Rectangle(0, 0, 6, 4)))
    sizes = [(round(box.width, 3), round(box.height, 3)) for box in boxes]
    assert sizes[:4] == [(3, 2), (3, 2), (1.714, 2.333), (1.286, 2.333)]
    assert sizes[4] == (1.2, 1.667)


@given(SHARES, SIDES, SIDES)
def test_areas_are_as_the_shares_and_fill_the_whole(shares: list[int], width: float, height: float) -> None:
    whole = Rectangle(5, 7, width, height)
    boxes = list(squarify(shares, whole))
    assert len(boxes) == len(shares)
    for share, box in zip(shares, boxes, strict=True):
        assert isclose(box.area, whole.area * share / sum(shares), rel_tol=1e-6, abs_tol=1e-6)
        assert box.x >= whole.x - 1e-6
        assert box.y >= whole.y - 1e-6
        assert box.x + box.width <= whole.x + whole.width + 1e-6
        assert box.y + box.height <= whole.y + whole.height + 1e-6


@given(st.integers(1, 12))
def test_no_two_cover_each_other(count: int) -> None:
    boxes = list(squarify([*range(count, 0, -1)], Rectangle(0, 0, 90, 60)))
    for number, one in enumerate(boxes):
        for other in boxes[number + 1 :]:
            width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert min(width, height) < 1e-6
