"""The first rows of an order, and the Pareto front, against their definitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsum import SpecError
from archsum.sweeps.front import Cloud, Front, Objective, Order, read_objectives
from archsum.sweeps.rows import OK, Row

METRICS = ("params", "macs", "flops")
figures = st.integers(0, 6) | st.none()
some_rows = st.lists(st.tuples(figures, figures, figures), max_size=40).map(
    lambda found: [
        Row(number, {}, dict(zip(METRICS, values, strict=True)), OK) for number, values in enumerate(found, start=1)
    ]
)
some_objectives = st.lists(
    st.builds(Objective, st.sampled_from(METRICS), st.booleans()), min_size=1, max_size=3, unique_by=lambda one: one[0]
)


@given(some_rows, some_objectives)
def test_the_front_is_what_no_row_beats(rows: list[Row], objectives: list[Objective]) -> None:
    def beats(one: Row, other: Row) -> bool:
        pairs = [(objective.of(one), objective.of(other)) for objective in objectives]
        return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)  # type: ignore[operator]

    front = Front(objectives)
    for start in range(0, len(rows), 7):
        front.add(rows[start : start + 7])
    known = [row for row in rows if all(row.metrics[one.name] is not None for one in objectives)]
    expected = {row.number for row in known if not any(beats(other, row) for other in known)}
    assert {row.number for row in front.rows} == expected
    assert len(front.rows) == len(expected)


@given(some_rows, some_objectives, st.integers(1, 10))
def test_the_first_of_an_order(rows: list[Row], objectives: list[Objective], most: int) -> None:
    every, first = Order(objectives), Order(objectives, most)
    for start in range(0, len(rows), 7):
        every.add(rows[start : start + 7])
        first.add(rows[start : start + 7])
    by_last = sorted(rows, key=lambda row: row.number)
    for objective in reversed(objectives):
        by_last.sort(key=lambda row: (objective.of(row) is None, objective.of(row) or 0))
    assert every.rows == by_last
    assert first.rows == by_last[:most]


def test_objectives() -> None:
    varied = ("width", "depth")
    assert read_objectives("params, -macs,- width", varied) == (
        Objective("params"),
        Objective("macs", True),
        Objective("width", True),
    )
    with pytest.raises(SpecError) as raised:
        read_objectives("parms,-wdth,", varied)
    messages = [problem.message for problem in raised.value.diagnostics]
    assert messages == [
        "`parms` is no metric, and no variable that is varied",
        "`wdth` is no metric, and no variable that is varied",
        '`""` is no metric, and no variable that is varied',
    ]


def test_words_are_no_figures() -> None:
    assert Objective("act").of(Row(1, {"act": "relu"}, {}, OK)) is None
    assert Objective("act").of(Row(1, {"act": True}, {}, OK)) is None


def test_a_cloud_of_very_many_points_is_thinned_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archsum.sweeps.front.MAX_DRAWN_ROWS", 100)
    cloud = Cloud([Objective("params"), Objective("macs", True)])
    cloud.add(Row(number, {}, {"params": number, "macs": 2 * number}, OK) for number in range(1000))
    across, up = cloud.coordinates
    assert cloud.seen == 1000
    assert across == list(range(0, 1000, 16))
    assert up == [2 * value for value in across]
