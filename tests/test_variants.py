"""A variant of a template is what the file gives with the same values, and so is what is wrong with it."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

import archsum
from archsum.variants import FIGURES, Template
from tests.support.assignments import Assignment, assignment
from tests.support.paths import EXAMPLES, NETWORKS
from tests.support.variants import TEXTS

OF_LAYERS = ("params", "trainable_params", "non_trainable_params", "macs", "flops", "weight_memory", "layers")
LARGEST = ("layer_params", "layer_macs", "layer_flops")
OF_MEMORY = tuple(name for name in FIGURES if name not in (*OF_LAYERS, *LARGEST))

FILES = tuple(
    path
    for path in (*sorted(EXAMPLES.glob("*.yaml")), *sorted(NETWORKS.glob("*.yaml")))
    if "\nvariables:" in path.read_text("utf-8")
)


def found(ask: Callable[[], Any]) -> Any:
    """Return what is given, or all that is said to be wrong."""
    try:
        return ask()
    except archsum.SpecError as error:
        return str(error)


def figures_of(file: Path | str, chosen: Assignment) -> dict[str, int | None]:
    """Return the figures of a file that is read with other values."""
    costs = archsum.costs(file, variables=chosen.variables, input=chosen.input)
    return {name: of(costs) for name, of in FIGURES.items()}


def assert_same(template: Template, file: Path | str, chosen: Assignment, *, metrics: tuple[str, ...]) -> None:
    """Compare a variant with what the file gives."""
    expected = found(lambda: archsum.load(file, variables=chosen.variables, input=chosen.input))
    network = found(lambda: template.network(*chosen))
    assert network == expected
    summary = found(lambda: archsum.summarize(network)) if isinstance(network, archsum.Network) else expected
    totals = found(lambda: template.totals(*chosen, metrics=metrics))
    if isinstance(summary, str):
        assert totals == summary
        return
    assert summary == archsum.summarize(expected)
    figures = figures_of(file, chosen)
    assert totals == {name: figures[name] for name in metrics}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_variant_is_what_the_file_gives_with_the_same_values(file: Path) -> None:
    template, random = archsum.template(file), Random(file.stem)
    inputs = archsum.load(file).graph.inputs
    for _ in range(8):
        chosen = assignment(random, template.variables, inputs)
        assert_same(template, file, chosen, metrics=OF_LAYERS + LARGEST)
    assert_same(template, file, Assignment({}, None), metrics=tuple(FIGURES))


@pytest.mark.parametrize("name", TEXTS)
def test_a_variant_is_so_where_little_is_in_common(name: str) -> None:
    text, random = TEXTS[name], Random(name)
    template, inputs = archsum.template(text), archsum.load(text).graph.inputs
    for _ in range(40):
        assert_same(template, text, assignment(random, template.variables, inputs), metrics=OF_LAYERS + LARGEST)
