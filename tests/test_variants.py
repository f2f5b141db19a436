"""A variant of a template is what the file gives with the same values, and so is what is wrong with it."""

import json
import pickle
import sys
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archsum
from archsum.variants import METRICS, Template
from tests.support.assignments import Assignment, assignment
from tests.support.files_of_blocks import file_of_blocks
from tests.support.paths import BAD_FILES, EXAMPLES, NETWORKS
from tests.support.variants import TEXTS

OF_LAYERS = ("params", "trainable_params", "non_trainable_params", "macs", "flops", "weight_memory", "layers")
LARGEST = ("layer_params", "layer_macs", "layer_flops")
OF_MEMORY = tuple(name for name in METRICS if name not in (*OF_LAYERS, *LARGEST))

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


def figures_of(file: Path | str, chosen: Assignment, metrics: Collection[str]) -> dict[str, int | None]:
    """Return figures of a file that is read with other values."""
    costs = archsum.costs(file, variables=chosen.variables, input=chosen.input)
    return {name: METRICS[name](costs) for name in metrics}


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
    assert totals == figures_of(file, chosen, metrics)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_variant_is_what_the_file_gives_with_the_same_values(file: Path) -> None:
    template, random = archsum.template(file), Random(file.stem)
    inputs = archsum.load(file).graph.inputs
    for _ in range(5):
        chosen = assignment(random, template.variables, inputs)
        assert_same(template, file, chosen, metrics=OF_LAYERS + LARGEST)
    assert_same(template, file, Assignment({}, None), metrics=tuple(METRICS))


@pytest.mark.parametrize("name", TEXTS)
def test_a_variant_is_so_where_little_is_in_common(name: str) -> None:
    text, random = TEXTS[name], Random(name)
    template, inputs = archsum.template(text), archsum.load(text).graph.inputs
    for _ in range(15):
        assert_same(template, text, assignment(random, template.variables, inputs), metrics=OF_LAYERS + LARGEST)


def test_layers_are_counted_without_being_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archsum.language.loading.expand", None)
    for file in sorted(EXAMPLES.glob("*.yaml")):
        assert archsum.template(file).totals(metrics=OF_LAYERS)["layers"]


def test_a_block_is_counted_once_for_all_its_uses() -> None:
    template = archsum.template(EXAMPLES / "resnet50.yaml")
    template.totals(metrics=["params"])
    # The stem. Of the first stage the convolutions: 64, 3 × 3, and 256, as the shortcut has one, on 64 channels, and 64
    # on 256; two bottlenecks, and the stage. Of others three and the shortcut's, then two on other sizes.
    blocks = 1 + (4 + 2 + 1) + 3 * (4 + 2 + 2 + 1)
    assert len(template._file._known.blocks) == blocks
    template.totals({"depths": [4, 5, 6, 4]}, metrics=["params"])
    assert len(template._file._known.blocks) == blocks + 3


LIMITED = """
input: [8, 8, 4]
variables: {times: 2, size: 4}
blocks:
  conv: {parameters: {filters: 4}, layers: [conv2d: {filters: =filters, kernel_size: 1}, relu]}
  stage: {layers: [repeat: {times: =times, layers: [conv, conv: {filters: =size + index % 3}]}]}
layers: [stage, conv: {filters: 8}, stage]
"""


@pytest.mark.parametrize("times", [1, 20, 60, 65, 70, 75, 80, 85, 90, 100, 1_000, 150_000])
def test_a_variant_takes_as_much_work_as_the_file(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    monkeypatch.setattr("archsum.work.MAX_STEPS", 30_000)
    template = archsum.template(LIMITED)
    for size in (4, 5, 4):
        assert_same(template, LIMITED, Assignment({"times": times, "size": size}, None), metrics=OF_LAYERS)


def test_what_is_kept_for_other_variants_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archsum.language.loading.MAX_KNOWN", 100)
    template = archsum.template(LIMITED)
    known, sizes, blocks = template._file._known, [], []
    for size in range(1, 30):
        assert_same(template, LIMITED, Assignment({"size": size}, None), metrics=OF_LAYERS)
        sizes.append(known.size)
        blocks.append(list(known.blocks.values()))
    assert 50 < max(sizes) < 100
    assert sum(size > 50 for size in sizes) > 2
    # What all variants have in common, as the convolution of 8 filters, was found but once.
    assert any(last is first for last in blocks[-1] for first in blocks[0])


def test_a_template_is_pickled_with_its_text(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(LIMITED, "utf-8")
    template = archsum.template(file, input=(16, 16, 4))
    template.totals({"size": 3}, metrics=["params"])
    pickled = pickle.dumps(template)
    assert len(pickled) < 2 * len(LIMITED)
    other = pickle.loads(pickled)
    file.unlink()
    assert (other.name, other.variables, other.budget) == ("net", {"times": 2, "size": 4}, template.budget)
    assert other.network({"size": 3}) == template.network({"size": 3})
    assert other.totals({"size": 3}, metrics=METRICS) == template.totals({"size": 3}, metrics=METRICS)
    assert found(lambda: other.network({"size": 0})) == found(lambda: template.network({"size": 0}))


def test_a_network_is_pickled_without_other_variants() -> None:
    template = archsum.template(LIMITED)
    alone = len(pickle.dumps(template.network({"size": 3})))
    for size in range(4, 20):
        template.totals({"size": size}, metrics=["params"])
    network = template.network({"size": 3})
    assert len(pickle.dumps(network)) < 1.01 * alone
    assert archsum.summarize(pickle.loads(pickle.dumps(network))) == archsum.summarize(network)


def test_threads_share_a_template(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archsum.language.loading.MAX_KNOWN", 200)
    file = EXAMPLES / "mobilenet_v2.yaml"
    template, random = archsum.template(file), Random(0)
    inputs = archsum.load(file).graph.inputs
    chosen = [assignment(random, template.variables, inputs) for _ in range(40)]

    def ask(one: Assignment) -> Any:
        return found(lambda: template.totals(*one, metrics=("params", "macs")))

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(ask, chosen))
    assert together == list(map(ask, chosen))


def test_threads_may_have_other_defaults() -> None:
    text = """
input: [8]
variables: {units: 2, rate: 1}
defaults: {dense: {units: =units}, dropout: {rate: =rate / 10000}}
layers: [dense, dropout]
"""
    template, interval = archsum.template(text), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            found = pool.map(lambda rate: template.totals({"rate": rate}, metrics=["params"])["params"], range(500))
            assert {*found} == {18}
    finally:
        sys.setswitchinterval(interval)


def test_a_chain_of_blocks_may_be_longer_than_functions_are_nested() -> None:
    longest = sys.getrecursionlimit()
    blocks = "\n".join(f"  b{number}: {{layers: [b{number + 1}]}}" for number in range(longest))
    text = f"input: [8]\nblocks:\n{blocks}\n  b{longest}: {{layers: [dense: 4]}}\nlayers: [b0]\n"
    with pytest.raises(archsum.SpecError, match="nested more than 64 levels deep"):
        archsum.template(text).totals(metrics=["params"])


@settings(max_examples=40)
@given(st.integers(0, 1 << 30))
def test_a_variant_is_so_however_blocks_use_one_another(seed: int) -> None:
    random = Random(seed)
    text = json.dumps(file_of_blocks(random), indent=1)
    template = archsum.template(text)
    for _ in range(4):
        values = {"width": random.randint(1, 3), "frozen": random.random() < 0.5, "there": random.random() < 0.5}
        assert_same(template, text, Assignment(values, [4, random.randint(2, 3)]), metrics=OF_LAYERS)


def test_memory_is_that_of_the_file_s_training() -> None:
    text = LIMITED + "training: {batch: =times, checkpointing: [conv]}\n"
    template = archsum.template(text)
    for times in (2, 3):
        chosen = Assignment({"times": times}, None)
        assert template.totals(*chosen, metrics=OF_MEMORY) == figures_of(text, chosen, OF_MEMORY)
    faulty = archsum.template(text.replace("[conv]", "[convolution]"))
    assert faulty.totals(metrics=["params"])
    with pytest.raises(archsum.SpecError, match="`checkpointing` cannot be `convolution`"):
        faulty.totals(metrics=["training_memory"])


def test_what_is_wrong_with_a_file_is_said_at_once() -> None:
    for file in sorted(BAD_FILES.glob("*.yaml"))[::10]:
        expected = found(lambda file=file: archsum.summarize(file))  # type: ignore[misc]
        assert isinstance(expected, str)
        assert found(lambda file=file: archsum.template(file).totals(metrics=["params"])) == expected  # type: ignore[misc]


def test_values_may_be_what_makes_a_network_of_a_file() -> None:
    template = archsum.template("input: [8]\nvariables: {units: null}\nlayers: [dense: =units]\n")
    assert template.totals({"units": 2}, metrics=["params"]) == {"params": 18}
    with pytest.raises(archsum.SpecError, match="units"):
        template.totals(metrics=["params"])


@pytest.mark.parametrize("source", ["network.onnx", "network.keras", "keras.applications:ResNet50"])
def test_other_networks_have_no_variants(source: str) -> None:
    with pytest.raises(archsum.SpecError, match="has no variables: only our own files have variables"):
        archsum.template(source)


def test_what_is_asked_for_in_other_words() -> None:
    template = archsum.template(LIMITED)
    with pytest.raises(ValueError, match="there is no metric 'parameters': choose from params, trainable_params"):
        template.totals(metrics=["params", "parameters"])
    with pytest.raises(TypeError, match=r"`metrics` takes a list of names, such as .* not the text 'params'"):
        template.totals(metrics="params")
    with pytest.raises(TypeError, match="`input` takes a sequence of sizes"):
        template.totals(input="8,8,4", metrics=["params"])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="`variables` takes a mapping"):
        template.network([("times", 3)])  # type: ignore[arg-type]
    assert repr(template) == "<Template of <text>: variables=times, size>"
