"""How close training memory comes to what was measured in PyTorch; the README says so."""

from statistics import median

from tests.support.measured_memory import ALL, KEPT_BATCH, TORCHVISION, errors, load, nine_of_ten

MEASURED = load()


def test_the_bytes_kept_are_equal() -> None:
    kept = {trained.name: trained.training(KEPT_BATCH).kept_for_backward for trained in TORCHVISION}
    assert kept == {name: MEASURED[name]["kept"] for name in kept}


def test_peaks_are_close() -> None:
    found = errors(ALL, MEASURED)
    assert len(found) > 1000
    assert median(map(abs, found)) < 0.05
    assert nine_of_ten(found) < 1
    assert min(found) > -3
    assert max(found) < 3
