"""Command lines with options that are none, values that are none, too many or too few of them."""

from collections.abc import Iterator
from random import Random

from tests.fuzz.case import FILE, Case
from tests.fuzz.judge import judge
from tests.fuzz.options import DEVICES, LIMITS, commands, draw_arguments
from tests.fuzz.runner import Runner

_FILES = (
    b"input: [8, 8, 3]\nvariables: {width: 4}\nlayers: [conv2d: {name: c, filters: =width, kernel_size: 3}, flatten]\n",
    b"input: {a: [4], b: [4]}\nlayers: [add: {inputs: [a, b]}, dense: {units: 3}]\nbudget: {device: t4}\n",
    b"input: [4]\nlayers: [relu: {if: false}]\n",
    b"input: [null, 4]\nlayers: [dense: {units: 4, trainable: false}]\nbudget: {max_params: 3}\n",
    b"input: [4]\nlayers: [flaten]\n",
    b"",
)
_OPTIONS = (
    "--set", "--input", "--format", "--style", "--columns", "--convention", "--depth", "--batch", "--optimizer",
    "--precision", "--checkpointing", "--device", "--against", "--only", "--where", "--sort", "--pareto", "--top",
    "--samples", "--seed", "--rows", "--vary", "--within-budget", *(f"--max-{limit}" for limit in LIMITS),
)  # fmt: skip
_VALUES = (
    "", " ", "0", "1", "-1", "1e3", "1.5", "nan", "inf", "9" * 20, "9" * 400, "9" * 5000, "0x10", "1_000", "1,000",
    "١", "²", "½", "5M", "5 M", "1e400", "-0", "+1", "true", "null", "None", "?", "--", "-", "-x", "=", "a=", "=a",
    "a==b", "width=", "width=5", "width=[", "width=[1,2", "width=[[1]]", "width=null", "width==1/0", "width=9e999",
    "width=\udcff", "width=\ud800", "x=1", "8,8,3", "8,8", "8,,3", ",", "a=4", "a=4,", "a=b=4", "[8,8,3]", "(8,8,3)",
    "8x8x3", "null,null,3", "8,8,99999999999999", "json", "table", "csv", "markdown", "keras", "html", "latex",
    "github", "sarif", "junit", "gitlab", "+2%", "+0", "-5%", "2%", "+", "main", "macs", "macs,macs", "macs,,flops",
    "kernel", "torch", "adam", "mixed", "c", "c,c", "conv2d", *DEVICES, "params<5", "params < 5M", "params",
    "macs == width", "params,-macs", "-macs", "width=1:9:2", "width=0.1:2:log", "width=0.5:2", "width=2:1",
    "width=[1,2]", "width=[1|2,1:3]", "width=0:1:1e-12", "net.yaml", "T4",
    "\x00", "\x1b[31m", "\n", "é", "\u202e", "%s", "{}", "a" * 10_000,
)  # fmt: skip
_WORDS = (
    FILE, "net.yml", "nothing.yaml", ".", "/", "/dev/null", "-", "--help", "-h", "--version", "-o", "-o-",
    "--", "-V", "--hel", "--form", "--set=width=3", "--format=json", "--depth=--", "--format=--", "--=", "---",
    "@net.yaml", "conv2d", "c",
)  # fmt: skip


class CommandLines:
    """Command lines on small files."""

    name = "command lines"
    share = 2.0

    def draw(self, random: Random) -> Case:
        words = list(draw_arguments(random)) if random.random() < 0.7 else [random.choice(commands()), FILE]
        for _ in range(random.choice([0, 1, 1, 2, 3])):
            place = random.randint(0, len(words))
            match random.randrange(4):
                case 0:
                    words[place:place] = [random.choice(_OPTIONS), random.choice(_VALUES)]
                case 1:
                    words[place:place] = [f"{random.choice(_OPTIONS)}={random.choice(_VALUES)}"]
                case 2:
                    words[place : place + 1] = [random.choice([*_WORDS, *_VALUES, *commands()])]
                case _:
                    words[place : place + random.randint(1, 2)] = []
        if any(word.startswith("-o") or word in ("plot", "svg") for word in words):
            words = ["summary", FILE]  # what is written is another kind's
        return Case(self.name, random.choice(_FILES), tuple(words))

    def examine(self, case: Case, runner: Runner) -> None:
        outcome = runner(case.arguments, case.content)
        judge(outcome, case.arguments or ("",), is_placed=False)


def kinds() -> Iterator[CommandLines]:
    yield CommandLines()
