"""Search spaces of papers, swept over: networks drawn at random have what PyTorch's models of them have."""

from random import Random

import pytest

import archsum
from tests.support.search_spaces.nasbench_101 import NASBENCH_101
from tests.support.search_spaces.once_for_all import ONCE_FOR_ALL
from tests.support.search_spaces.space import METRICS, SearchSpace

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("space", [ONCE_FOR_ALL, NASBENCH_101], ids=lambda space: space.file.stem)
def test_networks_of_a_search_space(space: SearchSpace) -> None:
    pytest.importorskip("torch")
    rows = list(archsum.sweep(space.file, space.drawn(2_000), metrics=METRICS))
    assert {row.verdict for row in rows} == {"ok"}
    assert len({tuple(row.metrics.values()) for row in rows}) > 500  # of cells many have equal totals
    for row in Random(1).sample(rows, 20):
        assert row.metrics == space.counted_by_torch(row.values), row.values
