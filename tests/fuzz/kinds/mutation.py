"""Files with something changed in them: a few bytes, lines, tokens, or nodes of their YAML."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

import yaml

from tests.fuzz.case import Case
from tests.fuzz.corpus import Corpus
from tests.fuzz.options import draw_arguments, run_and_judge
from tests.fuzz.runner import Runner
from tests.fuzz.words import SCALARS, WORDS

Mutate = Callable[[bytes, bytes, Random], bytes]
"""What makes one file of two."""

_TOKEN = re.compile(r"\s+|\w+|.", re.DOTALL)
_SIGNS = ("[", "]", "{", "}", ": ", "\n", "- ", "<<: *a", "&a ", "*a", "#", "'", '"', "|\n", ">\n", "\t", "  ", "---\n")
_BYTES = (
    b"\0",
    b"\xff",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\xef\xbb\xbf",
    b"\r",
    b"\x1b[31m",
    b"\xf0\x9f\x98\x80",
    b"\x7f",
)


def mutate_bytes(file: bytes, other: bytes, random: Random) -> bytes:
    """Change bits, take bytes away, add some, or go on as another file does."""
    changed = bytearray(file)
    for _ in range(_times(random)):
        place = random.randrange(len(changed) + 1)
        match random.randrange(4):
            case 0 if place < len(changed):
                changed[place] ^= 1 << random.randrange(8)
            case 1:
                del changed[place : place + random.randint(1, 30)]
            case 2:
                changed[place:place] = random.choice(_BYTES)
            case _:
                changed[place:] = other[random.randrange(len(other) + 1) :]
    return bytes(changed)


def mutate_lines(file: bytes, other: bytes, random: Random) -> bytes:
    """Take lines away, repeat them, move them, indent them otherwise, or add another file's."""
    lines, others = file.splitlines(keepends=True), other.splitlines(keepends=True) or [b"\n"]
    for _ in range(_times(random)):
        first = random.randrange(len(lines) + 1)
        last = first + random.randint(1, 5)
        match random.randrange(5):
            case 0:
                del lines[first:last]
            case 1:
                lines[first:first] = lines[first:last] * random.randint(1, 3)
            case 2:
                moved = lines[first:last]
                del lines[first:last]
                place = random.randrange(len(lines) + 1)
                lines[place:place] = moved
            case 3:
                step = random.choice([b" ", b"  ", b"\t", b"- "])
                lines[first:last] = [step + line if random.random() < 0.7 else line[2:] for line in lines[first:last]]
            case _:
                begin = random.randrange(len(others))
                lines[first:last] = others[begin : begin + random.randint(1, 8)]
    return b"".join(lines)


def mutate_tokens(file: bytes, other: bytes, random: Random) -> bytes:
    """Take words and signs away, replace them by others, or change their places."""
    tokens = _TOKEN.findall(file.decode("utf-8", "replace")) or [""]
    for _ in range(_times(random)):
        place = random.randrange(len(tokens))
        new = random.choice(
            [*random.choices(tokens, k=2), random.choice(WORDS), _scalar(random), random.choice(_SIGNS)]
        )
        if random.random() < 0.2:
            swapped = random.randrange(len(tokens))
            tokens[place], tokens[swapped] = tokens[swapped], tokens[place]
        else:
            tokens[place : place + random.randint(0, 2)] = [new]
    return "".join(tokens).encode("utf-8", "replace")


def mutate_nodes(file: bytes, other: bytes, random: Random) -> bytes:
    """Change nodes of the YAML: their values, their keys, their number, what is in what."""
    trees: list[Any] = []
    for content in (file, other):
        try:
            trees.append(yaml.safe_load(content))
        except (yaml.YAMLError, ValueError, RecursionError):
            return mutate_tokens(file, other, random)
    tree, foreign = [deepcopy(trees[0])], [value for _, _, value in _nodes([trees[1]])]
    for _ in range(_times(random)):
        holder, key, value = random.choice(_nodes(tree))
        match random.randrange(7):
            case 0:
                holder[key] = random.choice(SCALARS)
            case 1:
                holder[key] = deepcopy(random.choice(foreign))
            case 2 if holder is not tree:
                del holder[key]
            case 3:
                holder[key] = random.choice([[value], [value, deepcopy(value)], {random.choice(WORDS): value}])
            case 4 if isinstance(holder, dict):
                holder[random.choice(WORDS)] = holder.pop(key)
            case 5 if isinstance(holder, list) and holder is not tree:
                holder[key:key] = [deepcopy(value)] * random.randint(1, 3)
            case _ if isinstance(value, list | dict):
                inner = list(value.values() if isinstance(value, dict) else value)
                holder[key] = random.choice([inner, *inner, random.choice(SCALARS)])
    return yaml.safe_dump(tree[0], sort_keys=False, allow_unicode=True, width=10**6).encode("utf-8", "replace")


def _nodes(tree: Any) -> list[tuple[Any, Any, Any]]:
    """Return each node of a tree, which aliases may have made a graph: what holds it, under which key, and itself."""
    found, waiting, known = [], [tree], {id(tree)}
    while waiting:
        holder = waiting.pop()
        pairs = list(holder.items() if isinstance(holder, dict) else enumerate(holder))
        found += [(holder, key, value) for key, value in pairs]
        inner = [value for _, value in pairs if isinstance(value, list | dict) and id(value) not in known]
        known |= {*map(id, inner)}
        waiting += inner
    return found


def _times(random: Random) -> int:
    return random.choice([1, 1, 1, 2, 3, 8])


def _scalar(random: Random) -> str:
    return str(yaml.safe_dump(random.choice(SCALARS), width=10**6)).removesuffix("...\n").strip()


class Mutation:
    """Mutations of one sort. Files of which something new is said are mutated further."""

    share = 4.0

    def __init__(self, name: str, mutate: Mutate, corpus: Corpus) -> None:
        self.name = name
        self._mutate = mutate
        self._corpus = corpus

    def draw(self, random: Random) -> Case:
        content = self._mutate(self._corpus.draw(random), self._corpus.draw(random), random)
        return Case(self.name, content, draw_arguments(random))

    def examine(self, case: Case, runner: Runner) -> None:
        outcome = run_and_judge(case, runner)
        self._corpus.learn(case.content, outcome.err)


def kinds() -> Iterator[Mutation]:
    corpus = Corpus()
    for mutate in (mutate_bytes, mutate_lines, mutate_tokens, mutate_nodes):
        yield Mutation(mutate.__name__.replace("_", " "), mutate, corpus)
