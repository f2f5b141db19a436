"""The whole of what a user reads, for each bad file in `cases`: the files' names say what is wrong with them."""

from pathlib import Path

import pytest

from archsum.cli import main
from tests.conftest import Golden

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("case", sorted(path.stem for path in CASES.glob("*.yaml")))
def test_bad_file(
    case: str, golden: Golden, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(CASES)
    assert main(["summary", f"{case}.yaml"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    golden(f"{case}.txt", captured.err)


def test_table_is_complete() -> None:
    """Each case has what it should print, and nothing is left of cases that are gone."""
    golden = {path.stem for path in (CASES.parent / "golden").glob("*.txt")}
    assert golden == {path.stem for path in CASES.glob("*.yaml")}
