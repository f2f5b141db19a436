"""A short run of each kind of case, with the same cases each time; `python -m tests.fuzz` is the long one."""

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import settings

from tests.fuzz.campaign import Campaign, Failure, Tally, examine, replay, table
from tests.fuzz.case import FILE, Case
from tests.fuzz.examiner import Examiner
from tests.fuzz.judge import judge
from tests.fuzz.kinds import Kind, all_kinds
from tests.fuzz.kinds.bombs import Bombs
from tests.fuzz.kinds.drawn import draw_files
from tests.fuzz.kinds.names import OUTPUTS, PICTURES
from tests.fuzz.options import commands
from tests.fuzz.reading import READERS
from tests.fuzz.reduction import reduce, shortened
from tests.fuzz.runner import Outcome, Runner
from tests.fuzz.strategies import FILES

Record = Callable[[str, object], None]

SEED = "10"
CASES = {
    "mutate bytes": 100, "mutate lines": 100, "mutate tokens": 100, "mutate nodes": 100, "generated networks": 100,
    "hostile names": 100, "command lines": 200, "faults": 3, "bombs": 15, **dict.fromkeys(FILES, 30),
}  # fmt: skip
"""How many of each kind; more with `--hypothesis-profile=thorough`."""

MOST_OF_A_BOMB = 2_000
"""The bytes of a bomb here: those of the long run go off for longer."""

GITLAB = """[{
    "description": "NAME", "check_name": "c", "fingerprint": "f", "severity": "major",
    "location": {"path": "NAME", "lines": {"begin": 1}}
}]"""
SARIF = """{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "a", "rules": [{
    "id": "r", "shortDescription": {"text": "s"}, "fullDescription": {"text": "f"},
    "help": {"text": "h", "markdown": "h"}
}]}}, "results": [{
    "ruleId": "r", "ruleIndex": 0, "message": {"text": "NAME"}, "partialFingerprints": {"archsum/v1": "p"},
    "locations": [{"physicalLocation": {"artifactLocation": {"uri": "NAME"}, "region": {"startLine": 1}}}]
}]}]}"""
JUNIT = """<testsuites><testsuite name="NAME" package="" id="0" timestamp="2026-01-01T00:00:00" hostname="h" tests="1"
    failures="0" errors="0" time="0"><properties/><testcase classname="NAME" name="n" time="0"/>
    <system-out>NAME</system-out><system-err/></testsuite></testsuites>"""

KINDS = {kind.name: kind for kind in all_kinds()}


def new(name: str) -> Kind:
    """Return a kind that has learnt nothing yet."""
    return Bombs(MOST_OF_A_BOMB) if name == "bombs" else next(kind for kind in all_kinds() if kind.name == name)


def test_each_kind_has_its_number() -> None:
    assert KINDS.keys() == CASES.keys()


@pytest.mark.parametrize("name", CASES)
def test_nothing_breaks_it(name: str, record_property: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.campaign.MAX_SECONDS", 25)  # how long it takes is for the long run to say
    kind = new(name)
    campaign = Campaign([kind], SEED, None)
    cases = CASES[name] * settings().max_examples // 100
    for _ in range(cases):
        campaign.step(kind)
    assert campaign.tallies[name].where == []
    record_property("hostile cases", cases)


@pytest.mark.parametrize(("name", "least"), [("any network", 0.1), ("any nested network", 0.05)])
def test_what_is_drawn_does_not_come_out_alike(name: str, least: float, record_property: Record) -> None:
    examiner = Examiner()
    for content in draw_files(FILES[name], 1):
        examiner(content)
    assert min(examiner.tally.values()) > least * examiner.tally.total()
    for what, count in examiner.tally.items():
        record_property(what, count)


@pytest.mark.parametrize("content", ["a: !%", "%TAG ! %"])
def test_text_that_was_refused_at_a_place_outside_it(content: str) -> None:
    Examiner()(content)


@pytest.mark.parametrize("name", sorted(KINDS.keys() - FILES.keys()))
def test_a_case_is_the_same_again(name: str, tmp_path: Path) -> None:
    first, second = (new(name).draw(Random(3)) for _ in range(2))
    assert first == second
    assert Case.load(first.save_in(tmp_path, "why")) == first


def wrong(
    kind: Kind, monkeypatch: pytest.MonkeyPatch, code: int | None, out: str = "", err: str = ""
) -> Failure | None:
    """Return what is found wrong where archsum answers all command lines in one way."""
    case = kind.draw(Random(0))
    monkeypatch.setattr("tests.fuzz.runner._run", lambda *_: Outcome(code, out, err))
    return examine(kind, case, Runner())


@pytest.mark.parametrize("name", ["mutate tokens", "generated networks", "hostile names", "command lines", "bombs"])
@pytest.mark.parametrize(
    ("code", "out", "err"),
    [(None, "", ""), (3, "", ""), (2, "", ""), (0, "", ""), (0, "x", "?"), (2, "", "Traceback"), (0, "\x1b[0m", "")],
)
def test_what_must_not_be_is_a_failure(
    name: str, code: int | None, out: str, err: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert wrong(new(name), monkeypatch, code, out, err)


def wrong_reason(kind: Kind) -> str:
    failure = examine(kind, kind.draw(Random(0)), Runner())
    return failure.reason if failure else ""


def test_what_is_slow_or_large_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = new("mutate lines")
    monkeypatch.setattr("tests.fuzz.campaign.MAX_SECONDS", 0)
    assert wrong_reason(kind) == "TooLong"
    monkeypatch.setattr("tests.fuzz.campaign.MAX_SECONDS", 3)
    monkeypatch.setattr("tests.fuzz.campaign.MAX_BYTES", -1)
    assert wrong_reason(kind) == "TooLarge"


@pytest.mark.parametrize(
    ("style", "plain", "hostile"),
    [
        ("html", "<td>NAME</td>", "<td><b>NAME</b></td>"),
        ("svg", "<svg><text>NAME</text></svg>", "<svg><text>NAME</text><b/></svg>"),
        ("csv", "a,NAME\n", "a,NAME,c\n"),
        ("json", '{"a": "NAME"}', '{"a": "NAME", "c": "d"}'),
        ("markdown", "| a | NAME |", "| a | NAME | c |"),
        ("github", "::error file=a::NAME", "::error file=a::NAME\n::error file=c::d"),
        ("github", "::error file=a,line=1::NAME", "::error file=a,line=2::NAME"),
        ("github", "::error file=a::NAME", "::error file=a,col=3::NAME"),
        ("gitlab", GITLAB, GITLAB.replace('"begin": 1', '"begin": 2')),
        ("sarif", SARIF, SARIF.replace('"startLine": 1', '"startLine": 2')),
        ("junit", JUNIT, JUNIT.replace('"0"/>', '"0"><failure type="c"/></testcase>').replace('s="0"', 's="1"', 1)),
        ("mermaid", 'n0["NAME"]', 'n0["NAME"]:::b["c"]'),
        ("dot", 'a [label="NAME"]', 'a [label="NAME", c="d"]'),
    ],
)
def test_readers_see_what_a_name_may_not_change(style: str, plain: str, hostile: str) -> None:
    assert READERS[style](plain).structure != READERS[style](hostile).structure
    assert READERS[style](plain).structure == READERS[style](plain.replace("NAME", "ANOTHER")).structure


def test_a_saved_failure_is_replayed_and_reduced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [b"input: [4]\n", b"layers:\n", b"  - relu\n", b"  - dense: {units: 3}\n"]
    place = Case("mutate lines", b"".join(lines), ("summary", FILE)).save_in(tmp_path, "why")
    assert replay(place) is None
    assert reduce(place) == "it does not fail"

    def fails_with_units(outcome: Outcome, arguments: tuple[str, ...], *, is_placed: bool) -> None:
        judge(outcome, arguments, is_placed=is_placed)
        assert "Dense" not in outcome.out

    monkeypatch.setattr("tests.fuzz.options.judge", fails_with_units)
    failure = replay(place)
    assert failure
    assert failure.reason.startswith("AssertionError")
    reduced = reduce(place)
    assert "relu" not in reduced
    assert "dense" in reduced


def test_what_is_shortened_is_the_least_that_fails() -> None:
    parts = [bytes([sign]) for sign in b"abcdefghijk"]
    assert shortened(parts, lambda left: {b"c", b"j"} <= {*left}) == b"cj"


def test_the_table_adds_up() -> None:
    tallies = {"a": Tally(cases=2, slowest=0.5, largest=2**20), "b": Tally(3, 1, 1.25, 2**21, where=["b-1: why"])}
    lines = table(tallies).splitlines()
    assert [cell.strip() for cell in lines[-2].split("|")[1:-1]] == ["together", "5", "1", "1.25 s", "2 MiB"]
    assert lines[-1] == "b-1: why"


def test_hostile_names_are_in_the_outputs_of_all_commands_that_take_a_file() -> None:
    usages = {command: Runner()((command, "--help")).out.partition("\n\n")[0] for command in commands()}
    takes_file = {command for command, usage in usages.items() if "SOURCE" in usage}
    assert {command for command, *_ in (*OUTPUTS, *PICTURES)} == takes_file
