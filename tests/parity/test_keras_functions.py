"""Kinds that Keras has as functions: the output's shape against that of Keras's, where sizes are unknown too."""

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from pydantic import ValidationError

from archsum.errors import ShapeError
from archsum.layers.shapes import Shape
from tests.support.parity.cases import Case, build
from tests.support.parity.keras_functions import FUNCTIONS, outcome


def ours(kind: str, case: Case) -> Shape | None:
    try:
        return build(kind, case.fields).output_shape(*case.shapes)
    except (ValidationError, ShapeError):
        return None


@pytest.mark.parametrize("kind", FUNCTIONS)
def test_function(kind: str, record_property: Callable[[str, object], None]) -> None:
    tally: Counter[str] = Counter()

    @given(FUNCTIONS[kind].cases)
    def compare(case: Case) -> None:
        expected = outcome(FUNCTIONS[kind], case)
        tally["functions that Keras refuses" if expected is None else "functions compared with Keras"] += 1
        assert ours(kind, case) == expected

    compare()
    for what, count in tally.items():
        record_property(what, count)
    assert tally["functions compared with Keras"] > tally.total() // 3, "most of what is drawn is refused"
