"""Names that would be markup, commands or escapes, wherever a file may have a name, and every output with them."""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import yaml

from archsum.render.table import STYLES
from tests.fuzz.case import Case
from tests.fuzz.judge import BAD_INPUT, judge
from tests.fuzz.reading import READERS_FOR_CI, reader
from tests.fuzz.runner import Runner

HOSTILE = (
    "<script>alert(1)</script>", "</text><svg onload=x>", "&lt;b&gt;", "]]>", "<!--", "-->", '"', "'", "\\", "\\\"",
    "`", "a|b", "\\|", "| --- |", "a,b", '"a","b"', "=1+1", "@SUM(1)", "a\nb", "a\r\nb", "\r", "\t", "\x00",
    "\x1b[31m", "\x9b31m", "\x7f", "\x85", "\u2028", "\u202eabc", "\u200b", "\ufeff", "::error file=a::b",
    "::set-output name=a::b", "##[error]x", "%0A::error::x", "%25", "a%", "$(id)", "${a}", "{{a}}", "{a}",
    "%%{init}%%", "end", "subgraph", "graph", "n0", "click n0 call", "[link](javascript:x)", "![x](y)", "**b**",
    "_a_", "# a", "- a", "1. a", "---", "...", "null", "true", "1e5", "0x10", "é", "日本語", "😀", "e\u0301",
    "\U000e0001", "\udcff", "a" * 90, " ", "  a ", "a/b", "/", "..", "../a", "-o", "--help", "*a", "&a", "!a", "? a",
    "a: b", "a #b", "@", "%", "\\N", "\\l", "\\begin{a}", "$x$", "^", "~",
)  # fmt: skip
"""Texts; most are no name of a layer, and are refused: then the message has them."""

PLACES = ("network", "layer", "block", "input", "container", "weight", "shared", "device", "variable", "file", "value")
"""Where a file has names."""

FORMATS_OF_CHECK = ("table", "json", "github", "sarif", "junit", "gitlab")
FORMATS_OF_DIFF = (*FORMATS_OF_CHECK, "markdown")
OTHER = "other.yaml"
"""What a network with names is compared with."""

OUTPUTS: tuple[tuple[str, ...], ...] = (
    ("summary", "FILE", "--format", "json"),
    ("summary", "FILE", "--format", "csv"),
    ("summary", "FILE", "--format", "markdown"),
    *(("summary", "FILE", "--style", style) for style in STYLES),
    *(("check", "FILE", "--max-params", "1", "--format", format_) for format_ in FORMATS_OF_CHECK),
    *(("check", "FILE", "--device", "t4", "--format", format_) for format_ in FORMATS_OF_CHECK),
    *(("check", "FILE", "--max-params", "+0", "--against", OTHER, "--format", format_) for format_ in FORMATS_OF_CHECK),
    *(("diff", OTHER, "FILE", "--format", format_) for format_ in FORMATS_OF_DIFF),
    *(("memory", "FILE", "--format", format_) for format_ in ("table", "json")),
    *(("fit", "FILE", "--format", format_) for format_ in ("table", "json")),
    *(("diagram", "FILE", "--format", format_) for format_ in ("mermaid", "dot")),
    ("report", "FILE"),
    ("explain", "FILE"),
    ("convert", "FILE"),
    ("convert", "FILE", "--flat"),
    ("build", "FILE", "--to", "keras"),
)
PICTURES: tuple[tuple[str, ...], ...] = (
    ("diagram", "FILE", "--format", "svg"),
    ("plot", "FILE", "-o", "picture.svg"),
)


def network(names: dict[str, str]) -> bytes:
    """Write a network that has a name in each place."""
    layers = [
        {
            "dense": {
                "name": names["layer"],
                "units": names["value"],
                "inputs": names["input"],
                "shared": names["shared"],
            }
        },
        {names["block"]: {"name": "b", "filters": 4}},
        {"residual": {"name": names["container"], "layers": [{"dense": {"units": 4}}]}},
        {"custom": {"output_shape": [4], "weights": {names["weight"]: [4, 4]}}},
    ]
    whole: dict[str, Any] = {
        "name": names["network"],
        "input": {names["input"]: [4]},
        "variables": {names["variable"]: 4},
        "blocks": {names["block"]: {"parameters": {"filters": 1}, "layers": [{"dense": {"units": "=filters"}}]}},
        "devices": {names["device"]: {"memory": "1 MB"}},
        "budget": {"device": names["device"], "max_params": 1000},
        "layers": layers,
    }
    text: str = yaml.safe_dump(whole, sort_keys=False, width=10**6)
    return text.encode()


PLAIN = {place: f"plain_{place}" for place in PLACES} | {"file": "plain.yaml", "value": "=2 + 2"}


class Names:
    """Networks with hostile names in a place or two, and some output of them."""

    name = "hostile names"
    share = 2.0

    def draw(self, random: Random) -> Case:
        names = dict(PLAIN)
        for place in random.sample(PLACES, random.choice([1, 1, 2, 9])):
            names[place] = "".join(random.sample(HOSTILE, random.choice([1, 1, 1, 2])))
        if any(sign in names["file"] for sign in "\0/") or names["file"] in ("", ".", "..") or len(names["file"]) > 60:
            names["file"] = PLAIN["file"]
        if names["file"].startswith("-"):
            names["file"] = f"./{names['file']}"
        shown = random.choice(PICTURES) if random.random() < 0.01 else random.choice(OUTPUTS)
        arguments = tuple(names["file"] if word == "FILE" else word for word in shown)
        return Case(self.name, network(names), arguments, names, names["file"])

    def examine(self, case: Case, runner: Runner) -> None:
        Path(OTHER).write_bytes(b"input: [4]\nlayers: [dense: {name: other, units: 3}]\n")
        outcome = runner(case.arguments)
        judge(outcome, case.arguments)
        read = reader(case.arguments)
        if outcome.code == BAD_INPUT:
            if case.arguments[0] == "check" and "json" in case.arguments and outcome.out:
                (found,) = json.loads(outcome.out)["files"]
                assert found["file"] == case.file
            elif "github" in case.arguments:
                assert "line" not in read(outcome.out).structure, f"a line that is no command: {outcome.out!r}"
            elif {*READERS_FOR_CI} & {*case.arguments}:
                assert read(outcome.out).texts
            return
        Path(PLAIN["file"]).write_bytes(network(PLAIN))
        plain_arguments = tuple(PLAIN["file"] if word == case.file else word for word in case.arguments)
        picture = Path("picture.svg")
        found_text = picture.read_text(encoding="utf-8") if picture.exists() else outcome.out
        plain = runner(plain_arguments)
        plain_text = picture.read_text(encoding="utf-8") if picture.exists() else plain.out
        assert plain.code == outcome.code
        found, expected = read(found_text), read(plain_text)
        assert found.structure == expected.structure, f"{found_text}\n\nand with plain names:\n{plain_text}"
        if "json" in case.arguments and case.arguments[0] not in ("check", "diff"):
            assert case.expected["network"] in found.texts


def kinds() -> Iterator[Names]:
    yield Names()
