"""`250k`, `5M`, `16 GiB`: exact, and no unit that is guessed."""

from typing import Any

import pytest

from archsum.errors import FieldError
from archsum.language.spec.quantities import parse_bytes, parse_count, without_separators


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0", 0),
        ("7", 7),
        ("250k", 250_000),
        ("250 k", 250_000),
        (" 5M ", 5_000_000),
        ("1.5G", 1_500_000_000),
        ("2.50k", 2_500),
        ("0.001k", 1),
        ("1.001k", 1_001),  # in floats 1000.9999999999999
        ("16.1M", 16_100_000),  # in floats 16100000.000000002
        ("123456789012345678", 123456789012345678),
        ("138.357544M", 138_357_544),
    ],
)
def test_counts(text: str, count: int) -> None:
    parsed = parse_count(text)
    assert (type(parsed), parsed) == (int, count)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        ("64 B", 64),
        ("20 MB", 20_000_000),
        ("20MB", 20_000_000),
        ("1 kB", 1_000),
        ("1 KiB", 1_024),
        ("1 MiB", 1_048_576),
        ("0.5 KiB", 512),
        ("16 GiB", 17_179_869_184),
        ("141 GB", 141_000_000_000),
        ("1.5 TiB", 1_649_267_441_664),
        ("2 TB", 2_000_000_000_000),
    ],
)
def test_bytes(text: str, number: int) -> None:
    parsed = parse_bytes(text)
    assert (type(parsed), parsed) == (int, number)


@pytest.mark.parametrize("value", [5, -1, 2.5, True, [5]])
def test_what_is_no_text_is_left_to_the_type(value: Any) -> None:
    assert parse_count(value) is value
    assert parse_bytes(value) is value


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("5m", "write `5M`"),
        ("40K", "write `40k`"),
        ("1g", "write `1G`"),
        ("5,000,000", "write `5000000`"),
        ("1_000", "write `1000`"),
        ("5 000 000", "write `5000000`"),
    ],
)
def test_almost_a_count(text: str, cure: str) -> None:
    with pytest.raises(FieldError) as caught:
        parse_count(text)
    assert caught.value.cure == cure


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("5M", "write `5 MB` or `5 MiB`"),
        ("1 gb", "write `1 GB` or `1 GiB`"),
        ("1 KB", "write `1 kB` or `1 KiB`"),
        ("2 mib", "write `2 MiB`"),
        ("64 b", "write `64 B`"),
    ],
)
def test_almost_bytes(text: str, cure: str) -> None:
    with pytest.raises(FieldError) as caught:
        parse_bytes(text)
    assert caught.value.cure == cure


@pytest.mark.parametrize(
    "text",
    [
        *("", "M", "five", "-1", "-1k", "+5", "1e6", "1e6M", ".5M", "5.M", "5  M", "5MM", "5 M/s", "0x10", "½M", "٣M"),
        *("1 GB/s", "5M params", "1.5.2M", "0.0001k", "1.5", "9" * 19, "1" * 100_000),
    ],
)
def test_no_count(text: str) -> None:
    with pytest.raises(FieldError):
        parse_count(text)


@pytest.mark.parametrize("text", ["1.5", "0.3 B", "1.0001 kB", "3 bytes", "5 PB", "1 Mbit", "1 GB/s"])
def test_no_bytes(text: str) -> None:
    with pytest.raises(FieldError):
        parse_bytes(text)


@pytest.mark.parametrize(
    ("text", "digits"),
    [("1,000", "1000"), ("12_345_678", "12345678"), ("1,00", None), ("1000", None), ("1,000.5", None), ("a,000", None)],
)
def test_separators(text: str, digits: str | None) -> None:
    assert without_separators(text) == digits
