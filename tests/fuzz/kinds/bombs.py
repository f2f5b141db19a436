"""Small files that stand for something large: nesting, repetitions, aliases, formulas, names, connections."""

from collections.abc import Callable, Iterator
from random import Random

from tests.fuzz.case import Case
from tests.fuzz.options import draw_arguments, run_and_judge
from tests.fuzz.runner import SMALL, Runner

Bomb = Callable[[int, Random], str]
"""What writes a file of a size that it chooses itself the unit of."""


def nested_brackets(size: int, random: Random) -> str:
    sign, closing = random.choice([("[", "]"), ("{a: ", "}"), ("- ", ""), ("[1, ", ", 2]"), ("? ", "")])
    times = size // len(sign + closing)
    return f"input: [4]\nlayers:\n  {sign * times}1{closing * times}\n"


def nested_containers(size: int, random: Random) -> str:
    opening = random.choice(["residual: [", "repeat: {times: 2, layers: [", "branch: [[relu], [", "b: {layers: ["])
    closing = {"[": "]", "{": "}"}
    ends = "".join(closing[sign] for sign in reversed(opening) if sign in closing)
    ends = "]]" if opening.startswith("branch") else ends
    times = min(size // len(opening + ends), random.choice([10, 30, 60, 10_000]))
    return f"input: [4]\nlayers: [{opening * times}relu{ends * times}]\n"


def billion_laughs(size: int, random: Random) -> str:
    width, merge = random.randint(2, 20), random.random() < 0.3
    lines, levels = ["variables:", "  a0: &a0 {k: 1}" if merge else "  a0: &a0 [1, 2]"], min(size // 60, 60)
    for level in range(1, levels):
        aliases = ", ".join([f"*a{level - 1}"] * width)
        lines.append(f"  a{level}: &a{level} " + (f"{{<<: [{aliases}]}}" if merge else f"[{aliases}]"))
    return "\n".join([*lines, "input: [8]", f"layers: [dense: {{units: 8}}, relu: {{if: =a{levels - 1} == a0}}]", ""])


def repeats(size: int, random: Random) -> str:
    layer = random.choice(
        ["relu", "dense: {units: =1 + index}", "residual: [dense: {units: 4}]", "branch: [[relu], []]"]
    )
    times = [random.choice([2, 10, 100, 447, 1000, 10_000, 200_000]) for _ in range(random.randint(1, 4))]
    for count in times:
        layer = f"repeat: {{times: {count}, layers: [{layer}]}}"
    return f"input: [4]\nlayers: [{layer}]\n"


def block_tree(size: int, random: Random) -> str:
    width, depth = random.randint(2, 40), min(size // 100, random.choice([3, 10, 60]))
    lines = ["input: [4]", "blocks:", "  b0: {layers: [relu]}"]
    lines += [f"  b{n}: {{layers: [{', '.join([f'b{n - 1}'] * width)}]}}" for n in range(1, depth)]
    return "\n".join([*lines, f"layers: [b{depth - 1}]", ""])


def block_cycles(size: int, random: Random) -> str:
    count = size // 30
    uses = (random.choice([(n + 1) % count, random.randrange(count)]) for n in range(count))
    blocks = [f"  b{n}: {{layers: [b{m}]}}" for n, m in enumerate(uses)]
    return "\n".join(["input: [4]", "blocks:", *blocks, "layers: [b0]"])


def long_formula(size: int, random: Random) -> str:
    operand, joint = (
        random.choice(["1", "n", "(n)", "9", "min(n, 2)"]),
        random.choice([" + ", " * ", " ** ", " < ", " and "]),
    )
    times = min(size // len(operand + joint), random.choice([5, 40, 90, 10**6]))
    prefix = random.choice(["", "-" * min(size, 450), "(" * 40, "not " * 100])
    return f'input: [4]\nvariables: {{n: 3}}\nlayers: [dense: {{units: "={prefix}{joint.join([operand] * times)}"}}]\n'


def formula_arguments(size: int, random: Random) -> str:
    names = [f"p{n}" for n in range(min(100, size // 40))]
    given = ", ".join(f"{name}: =index + {n}" for n, name in enumerate(names))
    parameters = ", ".join(f"{name}: " for name in names)
    times = random.choice([10, 1000, 10_000])
    return (
        f"input: [4]\nblocks: {{b: {{parameters: {{{parameters}}}, layers: [dense: {{units: =p0 + 1}}]}}}}\n"
        f"layers: [repeat: {{times: {times}, layers: [b: {{{given}}}]}}]\n"
    )


def wide_branch(size: int, random: Random) -> str:
    path = random.choice(["[relu]", "[]", "[dense: {units: 1}]", "[flatten, relu]"])
    merge = random.choice(["add", "concatenate", "multiply"])
    return (
        f"input: [4]\nlayers: [branch: {{merge: {merge}, paths: [{', '.join([path] * (size // (len(path) + 2)))}]}}]\n"
    )


def many_connections(size: int, random: Random) -> str:
    count = min(size // 12, random.choice([30, 300, 990]))
    names = [f"a{n}" for n in range(count)]
    inputs = ", ".join(f"{name}: [4]" for name in names)
    layers = f"repeat: {{times: {random.choice([1, 20, 990])}, layers: [add: {{inputs: &i [{', '.join(names)}]}}]}}"
    return f"input: {{{inputs}}}\nlayers: [{layers}]\n"


def many_names(size: int, random: Random) -> str:
    names = [f"n{n}" for n in range(size // 6)]
    listed, mapped = ", ".join(names), ", ".join(f"{name}: 1" for name in names)
    limits = ", ".join(f"{name}: {{max_params: 1}}" for name in names)
    where = random.choice(
        [
            f"outputs: [{listed}]", f"training: {{checkpointing: [{listed}]}}", f"budget: {{blocks: {{{limits}}}}}",
            f"variables: {{{mapped}}}", f"defaults: {{{mapped}}}", f"devices: {{{mapped}}}", f"blocks: {{{mapped}}}",
            f"budget: {{{mapped}}}", f"{mapped[1:]}".replace(", ", "\n"), f"training: {{{mapped}}}",
        ]
    )  # fmt: skip
    return f"input: [4]\n{where}\nlayers: [relu]\n"


def custom_weights(size: int, random: Random) -> str:
    formula = random.choice(["=input_features", "=input_features * 2 + 1", "4"])
    weights = ", ".join(f"w{n}: [{formula}]" for n in range(size // (len(formula) + 10)))
    times = random.choice([1, 50, 1000])
    layer = f"custom: {{output_shape: [4], weights: {{{weights}}}}}"
    return f"input: [4]\nlayers: [repeat: {{times: {times}, layers: [{layer}]}}]\n"


def many_axes(size: int, random: Random) -> str:
    axes = ", ".join(["1"] * min(size // 3, random.choice([8, 30, 64])))
    layer = random.choice(["relu", "batch_normalization", "dense: {units: =1 + index}", "flatten"])
    times = random.choice([100, 10_000, 90_000])
    return f"input: [{axes}]\nlayers: [repeat: {{times: {times}, layers: [{layer}]}}]\n"


def long_scalar(size: int, random: Random) -> str:
    unit = random.choice(
        ["(1, ", "a", "1", "=", "'", " ", "\n", "\t", "é", "a: ", "#", "!", "&a ", "- ", "1,", "0.", "e", "_"]
    )
    text = unit * (size // len(unit.encode()))
    before = random.choice(["name: ", "", "input: ", "layers: [dense: {units: ", "variables: {a: ", "layers: "])
    return f"{before}{text}\n" + random.choice(["", "input: [4]\nlayers: [relu]\n"])


def long_numbers(size: int, random: Random) -> str:
    number = "1" + "0" * random.choice([18, 30, 308, 310, 999, 5000])
    written = random.choice(["{}", "-{}", "1e{}", "0.{}", "[{0}, {0}]", "={}", "={} * 2"]).format(number)
    kind = random.choice(
        ["dense: {{units: {}}}", "rescaling: {{scale: {}}}", "normalization: {{mean: {0}, variance: {0}}}",
         "dropout: {{rate: {}}}", "leaky_relu: {{negative_slope: {}}}", "batch_normalization: {{epsilon: {}}}",
         "repeat: {{times: {}, layers: [relu]}}", "reshape: {{target_shape: [{}]}}"]
    )  # fmt: skip
    layer = kind.format(written)
    return f"input: [4]\nbudget: {{max_params: {random.choice([written, '1'])}}}\nlayers: [{layer}]\n"


def list_comparison(size: int, random: Random) -> str:
    items = ", ".join(["1"] * (size // 8))
    times = random.choice([10, 1000, 100_000])
    return (
        f"input: [4]\nvariables: {{a: &a [{items}], b: [{items}]}}\n"
        f"layers: [repeat: {{times: {times}, layers: [relu: {{if: =a == b}}]}}]\n"
    )


BOMBS: tuple[Bomb, ...] = (
    nested_brackets, nested_containers, billion_laughs, repeats, block_tree, block_cycles, long_formula,
    formula_arguments, wide_branch, many_connections, many_names, custom_weights, many_axes, long_scalar, long_numbers,
    list_comparison,
)  # fmt: skip


class Bombs:
    """Files of at most so many bytes, most often far fewer."""

    name = "bombs"
    share = 2.0

    def __init__(self, most: int = SMALL) -> None:
        self._most = most

    def draw(self, random: Random) -> Case:
        size = int(self._most ** random.uniform(0.5, 1)) - 300
        text = random.choice(BOMBS)(max(size, 100), random)
        return Case(self.name, text.encode()[: self._most], draw_arguments(random))

    def examine(self, case: Case, runner: Runner) -> None:
        run_and_judge(case, runner)


def kinds() -> Iterator[Bombs]:
    yield Bombs()
