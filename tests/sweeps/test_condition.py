"""Conditions: which metrics they name, what their units are, and what is none."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archsum import SpecError
from archsum.errors import Diagnostic, quote
from archsum.sweeps.condition import read_condition

VARIED = ("width", "act")


@pytest.mark.parametrize(
    ("text", "names", "holds"),
    [
        ("params < 5M", {"params": 4_999_999}, True),
        ("params < 5M", {"params": 5_000_000}, False),
        ("params <= 1.5k", {"params": 1_500}, True),
        ("training_memory <= 16 GiB", {"training_memory": 16 * 2**30}, True),
        ("training_memory < 16GiB", {"training_memory": 16 * 2**30}, False),
        ("flash <= 1 MB and sram <= 256 KiB", {"flash": 10**6, "sram": 2**18}, True),
        ("macs < 1e6", {"macs": 999_999}, True),
        ("params / width < 2_000", {"params": 1000, "width": 0.5}, False),
        ("not (params > 5 or act == 'relu')", {"params": 5, "act": "gelu"}, True),
        ("act == '5M'", {"act": "5M"}, True),
        ("params < 5 if width > 1 else true", {"width": 1, "params": 9}, True),
        ("min(params, macs) == 3", {"params": 3, "macs": 4}, True),
        ("1M < params <= 5M", {"params": 5_000_000}, True),
        ("1M < params <= 5M", {"params": 1_000_000}, False),
        ("8 < width <= 10 and params < 5 k", {"width": 10, "params": 4_999}, True),
        ("params < 5 k if width > 1 else false", {"width": 2, "params": 4_999}, True),
    ],
)
def test_conditions(text: str, names: dict[str, object], holds: bool) -> None:
    assert read_condition(text, VARIED).holds(names) is holds  # type: ignore[arg-type]


def test_what_is_not_needed_is_not_looked_up() -> None:
    assert not read_condition("params < 5 and training_memory < 5", ()).holds({"params": 6})
    assert read_condition("params < 5 or training_memory < 5", ()).holds({"params": 4})


def test_the_metrics_that_are_named() -> None:
    assert read_condition("macs < 5 or width < 5 and params < 3", VARIED).metrics == ["params", "macs"]


@pytest.mark.parametrize(
    ("text", "code", "message", "cure"),
    [
        ("params", "formula", "`params` is no condition: `params` is neither true nor false", "write comparisons"),
        ("5M", "formula", "`5M` is no condition: `5000000` is neither true nor false", "write comparisons"),
        ("params < 5M and macs", "formula", "`params < 5M and macs` is no condition: `macs` is neither", "write comp"),
        ("not params", "formula", "`not params` is no condition: `params` is neither", "write comparisons"),
        ("params <", "formula", "`params <` is no condition", "write comparisons"),
        ("", "formula", '`""` is no condition', "write comparisons"),
        ("__import__('os').system('ls') == 0", "formula", "`__import__('os').system('ls') == 0` is no", "write comp"),
        ("params < 5m", "formula", "`params < 5m` is no condition: `5m` is no quantity", "write `5M`"),
        ("params < 5 m", "formula", "`params < 5 m` is no condition: `5 m` is no quantity", "write `5M`"),
        ("params < 5 MB", "formula", "`params < 5 MB` is no condition: `5 MB` is memory, and `params`", "write `5M`"),
        ("7B > params", "formula", "`7B > params` is no condition: `7B` is memory, and `params` is a", "write `7G`"),
        ("256k > sram", "formula", "`256k > sram` is no condition: `256k` is a number", "write `256 kB` or `256 KiB`"),
        ("params < '5M'", "formula", "`params < '5M'` is no condition: `5M` in quotes is a text", "write `5M` without"),
        ("params < 'a'", "formula", "`params < 'a'` is no condition: `a` in quotes is a text", "write comparisons"),
        ("params < 5 and (macs < 3", "formula", "`params < 5 and (macs < 3` is no condition", "close the `(` with `)`"),
        ("params << 5", "formula", "`params << 5` is no condition", "write comparisons"),
        ("act == relu", "unknown-name", "`--where` names `relu`, which is", "a text is in quotes: `act == 'relu'`"),
        ("sram < 5mb", "formula", "`sram < 5mb` is no condition: `5mb` is no quantity", "write `5 MB` or `5 MiB`"),
        ("params < 0.1234k", "formula", "`params < 0.1234k` is no condition: takes a whole quantity", "k, M and G"),
        (
            "parms < 5M",
            "unknown-name",
            "`--where` names `parms`, which is no metric, and no variable of the file",
            "did you",
        ),
        ("stem.height < 5", "unknown-name", "`--where` names `stem.height`, which is no metric", "the metrics are `"),
    ],
)
def test_what_is_none(text: str, code: str, message: str, cure: str) -> None:
    with pytest.raises(SpecError) as raised:
        read_condition(text, VARIED)
    [problem] = raised.value.diagnostics
    assert problem.code == code
    assert problem.message.startswith(message)
    assert problem.cure.startswith(cure)


@pytest.mark.parametrize(
    ("text", "ours"),
    [
        ("params = 5M", "params == 5M"),
        ("params === 5M", "params == 5M"),
        ("params => 5M", "params >= 5M"),
        ("params =< 5M", "params <= 5M"),
        ("params ≤ 5M", "params <= 5M"),
        ("params ≥ 5M", "params >= 5M"),
        ("params ≠ 5M", "params != 5M"),
        ("params <> 5M", "params != 5M"),
        ("params !== 5M", "params != 5M"),
        ("params < 5 && macs < 3", "params < 5 and macs < 3"),
        ("params < 5 & macs < 3", "params < 5 and macs < 3"),
        ("params < 5 || macs < 3", "params < 5 or macs < 3"),
        ("params < 5|macs < 3", "params < 5 or macs < 3"),
        ("params < 5M, macs < 3M;", "params < 5M and macs < 3M"),
        ("params < 5M AND NOT macs < 3M", "params < 5M and not macs < 3M"),
        ("!(params < 5M)", "not (params < 5M)"),
        ("params < 1,000,000", "params < 1000000"),
        ("params < 1 000 000", "params < 1000000"),
        ("min(params, macs) = 1,000", "min(params, macs) == 1000"),
        ("width < 2^3", "width < 2**3"),
        ("act = 'a && b = 1,000'", "act == 'a && b = 1,000'"),
    ],
)
def test_what_other_languages_write(text: str, ours: str) -> None:
    with pytest.raises(SpecError) as raised:
        read_condition(text, VARIED)
    [problem] = raised.value.diagnostics
    assert (problem.code, problem.message) == ("formula", f"{quote(text)} is no condition")
    assert problem.cure == f"write `{ours}`"
    assert read_condition(ours, VARIED).text == ours


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(SpecError) as raised:
        read_condition("parms = 5 && act = relu", VARIED)
    assert [problem.cure for problem in raised.value.diagnostics] == [
        "write `parms == 5 and act == relu`",
        "did you mean `params`?",
        "a text is in quotes: `act == 'relu'`",
    ]


TOKENS = (
    *(
        "params",
        "sram",
        "width",
        "act",
        "relu",
        "'relu'",
        "5",
        "5M",
        "5 MB",
        "7B",
        "256k",
        "1,000",
        "1 000",
        "0.5",
        "1e3",
    ),
    *(
        "<",
        "<=",
        "=",
        "==",
        "=>",
        "=<",
        "!=",
        "<>",
        "≤",
        "&&",
        "&",
        "||",
        "|",
        "!",
        "and",
        "AND",
        "or",
        "not",
        ",",
        ";",
    ),
    *("(", ")", "^", "**", "+", "/", "if", "else", "true", "[", "]", "'", "."),
)


@example("params = 5 MB && act = relu")
@given(st.lists(st.sampled_from(TOKENS), max_size=9).map(" ".join) | st.text(max_size=20))
def test_any_text_is_a_condition_or_none(text: str) -> None:
    """And where one problem alone is said, by a whole condition that is to be written instead, that is one."""
    problems = problems_of(text)
    assert all(problem.cure for problem in problems)
    if [problem.message for problem in problems] == [f"{quote(text)} is no condition"]:
        written = re.fullmatch("write `(.*)`", problems[0].cure)
        assert written is None or problems_of(written[1]) == []


def problems_of(text: str) -> list[Diagnostic]:
    try:
        read_condition(text, VARIED)
    except SpecError as error:
        return error.diagnostics
    return []
