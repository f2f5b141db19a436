"""A search space of a paper, swept over: each sample is what PyTorch's model of it has."""

from random import Random

import pytest

import archsum
from tests.support.search_space import FILE, counted_by_torch, samples

pytestmark = pytest.mark.torch


def test_samples_of_a_search_space() -> None:
    pytest.importorskip("torch")
    space = samples(100_000)
    chosen = sorted(Random(1).sample(range(space.count), 200))
    variants = [next(space.variants(place)).values for place in chosen]
    rows = list(archsum.sweep(FILE, variants, metrics=("trainable_params", "macs")))
    assert len({tuple(row.metrics.values()) for row in rows}) > 190
    for row in rows:
        assert (row.metrics["trainable_params"], row.metrics["macs"]) == counted_by_torch(row.values)
