"""Plain words by the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema)."""

import math

import pytest

from archsum.bounds import MAX_NUMBER_LENGTH
from archsum.formula import Scalar
from archsum.language.text.scalars import resolve


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_null(text: str) -> None:
    assert resolve(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False)],
)
def test_booleans(text: str, value: bool) -> None:
    assert resolve(text) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("-0", 0),
        ("12345", 12345),
        ("+1", 1),
        ("-19", -19),
        ("010", 10),  # YAML 1.1 has 8
        ("08", 8),
        ("0o14", 12),
        ("0o17", 15),
        ("0xC", 12),
        ("0x1F", 31),
        ("0xff", 255),
    ],
)
def test_integers(text: str, value: int) -> None:
    resolved = resolve(text)
    assert (type(resolved), resolved) == (int, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.23015e+3", 1230.15),
        ("12.3015e+02", 1230.15),
        ("1230.15", 1230.15),
        ("0.", 0.0),
        ("-0.0", -0.0),
        (".5", 0.5),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("12e03", 12000.0),
        ("-2E+05", -200000.0),
        ("1e-3", 0.001),  # YAML 1.1 has the text
        ("1e3", 1000.0),
        ("+.5e1", 5.0),
    ],
)
def test_floats(text: str, value: float) -> None:
    resolved = resolve(text)
    assert type(resolved) is float
    assert (resolved, math.copysign(1, resolved)) == (value, math.copysign(1, value))


@pytest.mark.parametrize(
    ("text", "value"),
    [(".inf", math.inf), ("+.Inf", math.inf), (".INF", math.inf), ("-.inf", -math.inf), ("-.INF", -math.inf)],
)
def test_infinity(text: str, value: float) -> None:
    assert resolve(text) == value


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number(text: str) -> None:
    resolved = resolve(text)
    assert isinstance(resolved, float)
    assert math.isnan(resolved)


@pytest.mark.parametrize(
    "text",
    [
        # What YAML 1.1 takes for booleans, numbers in base 60 and of other forms, and dates.
        *("on", "On", "off", "yes", "Yes", "no", "NO", "y", "n"),
        *("1:30", "190:20:30", "1_000", "0b11", "0b1010_0111", "2001-12-14", "2001-12-14 21:59:43.10 -5"),
        # Almost a number, or a word.
        *(
            "-",
            "+",
            ".",
            "..",
            "-.",
            "e3",
            ".e3",
            "1e",
            "1e+",
            "1.2.3",
            "0x",
            "0xG",
            "0o",
            "0o8",
            "-0x1",
            "+0o7",
            "1 2",
        ),
        *("tRUE", "nULL", "nil", "None", "none", ".iNF", "+.nan", "-.nan", "inf", "nan", "NaN", "-inf"),
        *("١٢", "1٢", "½", "−1", "1,000", "5M", "16 GiB", "same", "=1 + 1", "<<"),
    ],
)
def test_texts(text: str) -> None:
    assert resolve(text) == text


@pytest.mark.parametrize("text", ["9" * 5_000, "-" + "9" * 5_000, "0x" + "f" * 5_000, "0." + "1" * 5_000])
def test_number_too_long_to_convert(text: str) -> None:
    """Python itself refuses integers of more than 4,300 digits, by a bare ValueError."""
    with pytest.raises(ValueError, match="digits is too long"):
        resolve(text)


def test_longest_number() -> None:
    value: Scalar = resolve("9" * MAX_NUMBER_LENGTH)
    assert value == 10**MAX_NUMBER_LENGTH - 1


def test_long_text_that_begins_as_a_number() -> None:
    text = "1" * 100_000 + "x"
    assert resolve(text) == text
