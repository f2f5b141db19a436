"""What holds of every outcome, whatever the file and the command line."""

import csv
import io
import json
import re
from typing import Any

from archsum.layers.shapes import product, total
from tests.fuzz.reading import READERS_FOR_CI
from tests.fuzz.runner import Outcome

ALL_WELL, OVER_BUDGET, BAD_INPUT = 0, 1, 2

COMMANDS_WITH_LIMITS = ("check", "fit", "sweep", "solve")
"""Those that exit with 1."""

PLACELESS = {
    "not-text",
    "unreadable",
    "unwritable",
    "no-device",
    "no-budget",
    "no-base",
    "missing-graphviz",
    "graphviz",
}
"""Codes of what is wrong with a file as a whole, with where it goes to, or with the machine."""

QUESTIONS = ("to explain `", "to find the training memory of `", "to plan the arena of `")
"""How it begins that a question about the network is too much; that one asks it has no place in the file."""

_HEAD = re.compile(r"^error\[([\w-]+)\]: (.+)$")
_PLACE = re.compile(r"^ *--> .+:\d+:\d+$")
_USAGE = re.compile(r"^(usage: archsum|archsum( [\w-]+)?: error: )", re.MULTILINE)
_WARNING = re.compile(r"archsum: the diagram has .+\n\Z|warning\[[\w-]+\]: ")
_TOTAL = re.compile(r"^(?: |- )?(?:Total|Trainable|Non-trainable) params: ([\d,]+|unknown)", re.MULTILINE)

_UNSEEN = {"\n", "\t"}
"""Signs that are not printable, and are in outputs all the same: tabs are the columns of tabulate's `tsv`."""


def judge(outcome: Outcome, arguments: tuple[str, ...], *, is_placed: bool = True) -> None:
    """Fail where an outcome is none that may be; `is_placed` is whether all that can be wrong is in the file."""
    code, out, err, exception = outcome
    assert exception is None, exception
    assert code in (ALL_WELL, OVER_BUDGET, BAD_INPUT), f"exit code {code}"
    assert "Traceback" not in err, err
    # To GitHub a file's name must stay what it is.
    allowed = _UNSEEN | ({*"".join(arguments)} if "github" in arguments else set())
    steering = {sign for sign in out + err if not sign.isprintable()} - allowed
    assert not steering, f"signs that could steer a terminal: {steering}"
    if code == BAD_INPUT:
        _judge_refusal(out, err, arguments, is_placed=is_placed)
    else:
        assert not err or _WARNING.match(err), f"exit code {code}, and on stderr: {err}"
        assert out or "-o" in arguments or "github" in arguments, "nothing was printed"
    may_be_1 = arguments[0] in COMMANDS_WITH_LIMITS or "--exit-code" in arguments
    assert code != OVER_BUDGET or may_be_1, "1 is for what is over budget, or different"
    if (style := _format(arguments)) in READERS_FOR_CI and not _USAGE.search(err) and out:
        READERS_FOR_CI[style](out)
    if code != BAD_INPUT and _format(arguments) == "json" and not out.startswith(("usage: ", "archsum ")):
        judge_json(arguments[0], json.loads(out), code)


def _judge_refusal(out: str, err: str, arguments: tuple[str, ...], *, is_placed: bool) -> None:
    if _USAGE.search(err) or (_format(arguments) == "github" and out.startswith("::error ")):
        return
    lines = err.splitlines()
    heads = [(number, head) for number, line in enumerate(lines) if (head := _HEAD.match(line))]
    assert heads or err.startswith("archsum: "), f"exit code 2 without a word of what is wrong: {err}"
    for number, head in heads:
        has_place = number + 1 < len(lines) and _PLACE.match(lines[number + 1])
        is_of_all = head[1] in PLACELESS or (head[1] == "too-large" and head[2].startswith(QUESTIONS))
        assert has_place or is_of_all or not is_placed, f"no place: {lines[number]}"


def _format(arguments: tuple[str, ...]) -> str | None:
    return arguments[arguments.index("--format") + 1] if "--format" in arguments[:-1] else None


def judge_json(command: str, document: dict[str, Any], code: int) -> None:
    """Fail where the figures of a JSON document do not go together."""
    match command:
        case "summary":
            judge_figures(document)
        case "check":
            _judge_verdicts(document, code)
        case "diff":
            _judge_difference(document)
        case "memory":
            _judge_memory(document)
        case "fit":
            assert document["training_batch"] <= document["inference_batch"]
            assert code == (OVER_BUDGET if document["training_batch"] == 0 else ALL_WELL)


def judge_figures(summary: dict[str, Any]) -> None:
    """Fail where totals are not the sums of layers, or parts do not add up."""
    layers, totals = summary["layers"], summary["totals"]
    for name, value in totals.items():
        values = [layer[name] for layer in layers]
        assert value == total(values), name
    for of in (*layers, totals):
        assert total((of["trainable_params"], of["non_trainable_params"])) == of["params"]
        parts = of["untied_bias_params"], of["bias_params"], of["params"]
        numbers = [part for part in parts if part is not None]
        assert parts == (*numbers, *[None] * (3 - len(numbers))), "a part is unknown, and what it is in is not"
        assert numbers == sorted(numbers)
        assert of["weight_memory"] == product((4, of["params"]))
        assert all(value is None or value >= 0 for name, value in of.items() if name in totals)
    names = [*summary["inputs"], *(layer["name"] for layer in layers)]
    assert len({*names}) == len(names), "two layers have one name"
    known = {*summary["inputs"]}
    for layer in layers:
        assert {*layer["inputs"]} <= known, f"{layer['name']} takes what is not above it"
        known.add(layer["name"])
        assert "/".join(layer["path"]) == layer["name"]
    assert {*summary["outputs"]} <= known


def _judge_verdicts(document: dict[str, Any], code: int) -> None:
    codes = {True: ALL_WELL, False: OVER_BUDGET, None: BAD_INPUT}
    assert code == max(codes[file["ok"]] for file in document["files"])
    for file in document["files"]:
        if not file["errors"]:
            assert file["ok"] == all(verdict["ok"] for verdict in file["verdicts"])
        for verdict in file["verdicts"]:
            value, limit = verdict["value"], verdict["limit"]
            is_new = verdict["relative"] is not None and verdict["relative"]["new"]
            known = value is not None and limit is not None
            assert verdict["ok"] == (value <= limit if known else True if is_new and value is not None else None)
            assert all(part["value"] <= value for part in verdict["contributors"])


def _judge_difference(document: dict[str, Any]) -> None:
    assert document["equal"] == document["verdict"].startswith("equal")
    for one in document["totals"].values():
        assert one["difference"] == (None if None in (one["after"], one["before"]) else one["after"] - one["before"])


def _judge_memory(document: dict[str, Any]) -> None:
    if training := document["training"]:
        always = training["weights"] + training["buffers"] + training["optimizer_state"]
        assert training["peak"] >= max(training["optimizer_step"], always + training["kept_for_backward"])
    if inference := document["inference"]:
        assert inference["peak"] == total((inference["weights"], inference["activations"]))
        assert inference["activations"] == sum(inference["alive"].values())
    micro = document["microcontroller"]
    assert (micro["arena"] is None) == bool(micro["unknown"])


def judge_same_totals(out: str, style: str, summary: dict[str, Any]) -> None:
    """Fail where a table, Markdown or CSV has other totals than the same network's JSON."""
    totals = summary["totals"]
    if style == "csv":
        rows = list(csv.DictReader(io.StringIO(out)))
        assert [row["name"] for row in rows] == [*summary["inputs"], *(layer["name"] for layer in summary["layers"])]
        for name in ("params", "trainable_params"):
            assert total(int(row[name]) if row[name] else None for row in rows) == totals[name], name
        return
    found = [None if number == "unknown" else int(number.replace(",", "")) for number in _TOTAL.findall(out)]
    assert found[:3] == [totals["params"], totals["trainable_params"], totals["non_trainable_params"]]
