"""How close training memory comes to what was measured on torchvision's models; the README says so."""

from statistics import median

from tests.support.measured_memory import (
    ADAM,
    ADAM_ONE_BY_ONE,
    KEPT_BATCH,
    MOMENTUM,
    PAIRS,
    comparisons,
    load,
    nine_of_ten,
    ours,
)

MEASURED = load()


def test_the_bytes_kept_are_equal() -> None:
    kept = {pair.name: ours(pair, KEPT_BATCH).kept_for_backward for pair in PAIRS}
    assert kept == {name: measured["kept"] for name, measured in MEASURED.items()}


def test_peaks_are_close() -> None:
    for methods in ((MOMENTUM, ADAM), (MOMENTUM, ADAM_ONE_BY_ONE)):
        errors = [abs(comparison.error) for comparison in comparisons(MEASURED, *methods)]
        assert median(errors) < 0.1
        assert nine_of_ten(errors) < 2
    assert max(abs(comparison.error) for comparison in comparisons(MEASURED, MOMENTUM, ADAM)) < 2
