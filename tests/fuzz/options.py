"""Command lines that are sound, whatever the file is: drawn for cases that are about something else."""

import json
import re
from functools import cache
from random import Random

from archsum.conventions import CONVENTIONS
from archsum.memory.optimizers import OPTIMIZERS
from archsum.memory.precision import PRECISIONS
from archsum.render.summary.columns import OPTIONAL
from archsum.render.table import STYLES
from tests.fuzz.case import FILE, Case
from tests.fuzz.judge import ALL_WELL, judge, judge_same_totals
from tests.fuzz.runner import Outcome, Runner
from tests.support.paths import EXAMPLES

DEVICES = ("t4", "h100", "nano33ble", "esp32")
FORMATS_OF_CHECK = ("json", "github", "sarif", "junit", "gitlab")
OTHER = str(EXAMPLES / "lenet5.yaml")
"""What files are compared with."""
LIMITS = (
    "params", "trainable-params", "macs", "flops", "weight-memory", "layers", "layer-params", "layer-macs",
    "training-memory", "inference-memory", "activation-memory", "sram", "flash",
)  # fmt: skip


@cache
def commands() -> tuple[str, ...]:
    """Return archsum's commands, as its help lists them."""
    return tuple(re.findall(r"^ {4}([\w-]+) ", Runner()(("--help",)).out, re.MULTILINE))


def draw_arguments(random: Random, file: str = FILE) -> tuple[str, ...]:
    """Draw a command line on a file."""
    command = random.choices(
        ["json", "summary", "check", "explain", "memory", "fit", "diagram", "diff", "report", "sweep"],
        [4, 4, 4, 2, 3, 1, 2, 2, 2, 2],
    )[0]
    match command:
        case "json":
            return ("summary", file, "--format", "json")
        case "summary":
            return ("summary", file, *_looks(random))
        case "check":
            limits = random.sample(LIMITS, random.randint(1, 3))
            given = [word for limit in limits for word in (f"--max-{limit}", _limit(random))]
            options = (*_maybe(random, "--device", DEVICES), *_maybe(random, "--against", (file, OTHER)))
            return ("check", file, *given, *options, *_training(random), *_maybe(random, "--format", FORMATS_OF_CHECK))
        case "memory":
            return ("memory", file, *_training(random), *_maybe(random, "--format", ("json",)))
        case "fit":
            return ("fit", file, "--device", random.choice(DEVICES), *_maybe(random, "--format", ("json",)))
        case "diff":
            sides = random.choice([(OTHER, file), (file, OTHER)])
            style = _maybe(random, "--format", ("json", "markdown", *FORMATS_OF_CHECK))
            return ("diff", *sides, *style, *random.choice([(), ("--exit-code",)]))
        case "report":
            return ("report", file, *_maybe(random, "--device", DEVICES), *_training(random))
        case "sweep":
            return (
                "sweep",
                file,
                "--input",
                "8,8,3",
                *_training(random),
                *_maybe(random, "--format", ("csv", "jsonl", "json")),
            )
        case "diagram":
            depth = _maybe(random, "--depth", ("1", "2", "9"))
            return ("diagram", file, "--format", random.choice(["mermaid", "dot"]), *depth)
    return (command, file)


def _limit(random: Random) -> str:
    return random.choice(["+0", "+2%"]) if random.random() < 0.2 else str(10 ** random.randint(0, 12))


def _looks(random: Random) -> tuple[str, ...]:
    if random.random() < 0.2:
        return ("--format", "csv")
    columns = ",".join(random.sample([*OPTIONAL], random.randint(1, 4)))
    added = (*_maybe(random, "--columns", (columns,)), *_maybe(random, "--convention", tuple(CONVENTIONS)))
    added += _maybe(random, "--depth", ("1", "2", "5"))
    if random.random() < 0.3:
        return ("--format", "markdown", *added)
    return (*_maybe(random, "--style", STYLES), *added)


def _training(random: Random) -> tuple[str, ...]:
    batch = _maybe(random, "--batch", ("1", "7", "512", "1000000"))
    optimizer, precision = tuple(OPTIMIZERS), tuple(PRECISIONS)
    return (*batch, *_maybe(random, "--optimizer", optimizer), *_maybe(random, "--precision", precision))


def _maybe(random: Random, option: str, values: tuple[str, ...]) -> tuple[str, ...]:
    return (option, random.choice(values)) if random.random() < 0.3 else ()


def run_and_judge(case: Case, runner: Runner) -> Outcome:
    """Run a case's command line; where it prints totals, see that the JSON of the same network has them too."""
    outcome = runner(case.arguments, case.content)
    judge(outcome, case.arguments, is_placed="--device" not in case.arguments)
    command, file, *options = case.arguments
    given = dict(zip(options[::2], options[1::2], strict=False))
    style = given.get("--format", "table")
    if command == "summary" and outcome.code == ALL_WELL and style != "json":
        arguments = (command, file, "--format", "json")
        as_json = runner(arguments, case.content)
        judge(as_json, arguments)
        summary = json.loads(as_json.out)
        if "Total params:" in outcome.out or style == "csv":
            judge_same_totals(outcome.out, style, summary)
    return outcome
