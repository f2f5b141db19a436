"""The search space of NAS-Bench-101: cells drawn at random, or all of them, and the networks of them."""

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from random import Random
from typing import Any, NamedTuple

from tests.support.paths import EXAMPLES
from tests.support.search_spaces.space import SearchSpace, Values

OPERATIONS = "conv3x3", "conv1x1", "max_pool"
VERTICES, EDGES = 7, 9
"""The most that a cell has, those of its input and output among them."""


class Cell(NamedTuple):
    """A graph: vertex 0 is the input, the last one the output, and those between them have operations."""

    vertices: int
    edges: Sequence[tuple[int, int]]
    operations: Sequence[str]

    @property
    def values(self) -> Values:
        """The variables of our file, in which the output is always the last of seven vertices."""
        output, last = self.vertices - 1, VERTICES - 1
        rows = [[0] * VERTICES for _ in range(last)]
        for start, end in self.edges:
            rows[start][last if end == output else end] = 1
        unused = [OPERATIONS[0]] * (VERTICES - self.vertices)
        operations = ["input", *self.operations, *unused, "output"]
        return {**{f"e{number}": row for number, row in enumerate(rows)}, "operations": operations}

    @property
    def is_whole(self) -> bool:
        """Whether every vertex is between the input and the output."""
        between = self.vertices - 1
        return len({start for start, _ in self.edges}) == between == len({end for _, end in self.edges})

    @property
    def fingerprint(self) -> int:
        """What is the same of two cells that are the same graph: colours refined as Weisfeiler and Lehman do."""
        before: list[list[int]] = [[] for _ in range(self.vertices)]
        after: list[list[int]] = [[] for _ in range(self.vertices)]
        for start, end in self.edges:
            before[end].append(start)
            after[start].append(end)
        colours = [-1, *map(OPERATIONS.index, self.operations), -2]
        for _ in range(self.vertices):
            around = [[tuple(sorted(colours[other] for other in others)) for others in way] for way in (before, after)]
            colours = [hash(seen) for seen in zip(*around, colours, strict=True)]
        return hash(tuple(sorted(colours)))


def drawn(number: int) -> Iterator[Values]:
    """Yield as many cells, drawn at random, of many vertices more often than of few."""
    random = Random(0)
    for _ in range(number):
        yield _draw(random).values


def _draw(random: Random) -> Cell:
    sizes = range(2, VERTICES + 1)
    [vertices] = random.choices(sizes, weights=[2**size for size in sizes])
    pairs = list(combinations(range(vertices), 2))
    while True:
        edges = random.sample(pairs, random.randint(vertices - 1, min(EDGES, len(pairs))))
        cell = Cell(vertices, edges, random.choices(OPERATIONS, k=vertices - 2))
        if cell.is_whole:
            return cell


def every_cell() -> Iterator[Cell]:
    """Yield all cells of the dataset, one of those that are the same graph."""
    seen = set()
    for vertices in range(2, VERTICES + 1):
        pairs = list(combinations(range(vertices), 2))
        for number in range(vertices - 1, EDGES + 1):
            for edges in combinations(pairs, number):
                if not Cell(vertices, edges, ()).is_whole:
                    continue
                for operations in product(OPERATIONS, repeat=vertices - 2):
                    cell = Cell(vertices, edges, operations)
                    if (fingerprint := cell.fingerprint) not in seen:
                        seen.add(fingerprint)
                        yield cell


def torch_model(values: Values) -> Any:
    """Build a network by hand."""
    import torch
    from torch import nn

    matrix = [values[f"e{number}"] for number in range(VERTICES - 1)]
    output = VERTICES - 1

    def conv(before: int, after: int, kernel: int = 1) -> nn.Module:
        convolution = nn.Conv2d(before, after, kernel, padding=kernel // 2, bias=False)
        return nn.Sequential(convolution, nn.BatchNorm2d(after), nn.ReLU())

    def channels_of(total: int) -> dict[int, int]:
        """Return the channels of each vertex that is there."""
        last = [vertex for vertex in range(1, output) if matrix[vertex][output]]
        channels = {vertex: total // len(last) for vertex in last}
        for vertex in last[: total % len(last)] if last else ():
            channels[vertex] += 1
        for vertex in reversed(range(1, output)):
            after = [channels[end] for end in range(vertex + 1, output) if matrix[vertex][end]]
            if after and vertex not in channels:
                channels[vertex] = max(after)
        return channels

    class Network(nn.Module):  # type: ignore[misc]  # of no type that is known
        def __init__(self, before: int, total: int) -> None:
            super().__init__()
            self.channels = channels_of(total)
            self.of_input, self.of_vertices = nn.ModuleDict(), nn.ModuleDict()
            for vertex, channels in self.channels.items():
                operation = values["operations"][vertex]
                pool = operation == "max_pool"
                made = nn.MaxPool2d(3, 1, 1) if pool else conv(channels, channels, 3 if operation == "conv3x3" else 1)
                self.of_vertices[str(vertex)] = made
            for vertex, channels in {**self.channels, output: total}.items():
                if matrix[0][vertex]:
                    self.of_input[str(vertex)] = conv(before, channels)

        def forward(self, x: Any) -> Any:
            given: dict[int, Any] = {}
            for vertex, channels in sorted(self.channels.items()):
                taken = [given[start][:, :channels] for start in given if matrix[start][vertex]]
                taken += [self.of_input[str(vertex)](x)] if matrix[0][vertex] else []
                given[vertex] = self.of_vertices[str(vertex)](sum(taken))
            ends = [given[vertex] for vertex in given if matrix[vertex][output]]
            summed = [torch.cat(ends, 1)] if ends else []
            return sum(summed + ([self.of_input[str(output)](x)] if matrix[0][output] else []))

    cells: list[nn.Module] = [conv(3, 128, 3), *(Network(128, 128) for _ in range(3))]
    for total in (256, 512):
        cells += [nn.MaxPool2d(2), Network(total // 2, total), Network(total, total), Network(total, total)]
    return nn.Sequential(*cells, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


NASBENCH_101 = SearchSpace(EXAMPLES / "nasbench_101.yaml", drawn, torch_model, (3, 32, 32))
