"""Every network in examples/ equals the real model, weight by weight; zoo.py says which model that is."""

import io
from importlib.util import find_spec
from typing import NamedTuple

import pytest

import archsum
from archsum import Summary
from tests.support.parity import tensors
from tests.support.parity.real_models import Facts
from tests.support.parity.zoo import WITHOUT_REAL_MODEL, ZOO, Entry
from tests.support.paths import EXAMPLES


def test_every_example_is_compared_or_known_to_have_no_real_model() -> None:
    files = {file.stem for file in EXAMPLES.glob("*.yaml")}
    compared = {entry.file for entry in ZOO}
    missing = files - compared - set(WITHOUT_REAL_MODEL)
    assert not missing, "add the real model to ZOO (zoo.py), or what else the file is held to, to WITHOUT_REAL_MODEL"
    assert compared | set(WITHOUT_REAL_MODEL) == files
    assert not compared & set(WITHOUT_REAL_MODEL)


class Pair(NamedTuple):
    """A file's network and the real model."""

    ours: Summary
    theirs: Facts


def _parameter(entry: Entry) -> object:
    return pytest.param(entry, marks=[pytest.mark.torch] * entry.model.needs_torch, id=str(entry))


@pytest.fixture(scope="module", params=map(_parameter, ZOO))
def pair(request: pytest.FixtureRequest) -> Pair:
    entry: Entry = request.param
    if entry.model.needs_torch and not find_spec("torchvision"):
        pytest.skip('torchvision is missing: pip install -e ".[torch]"')
    ours = archsum.summarize(EXAMPLES / f"{entry.file}.yaml", variables=entry.variables, input=entry.input)
    first, *_ = ours.inputs.values()
    return Pair(ours, entry.model.facts(first))


def test_weights_and_outputs(pair: Pair) -> None:
    difference = tensors.difference(tensors.of_summary(pair.ours), pair.theirs.tensors)
    assert not difference, f"\n{difference}"


def test_totals(pair: Pair) -> None:
    assert {what: getattr(pair.ours, what) for what in pair.theirs.totals} == pair.theirs.totals
    if pair.theirs.published_gigamacs:
        assert round((pair.ours.macs or 0) / 1e9, 3) == pair.theirs.published_gigamacs


VGG16 = next(entry for entry in ZOO if str(entry.model) == "keras.applications.VGG16")
CONVOLUTION, POOLING = "  - conv2d: {filters: 128}\n", "  - max_pooling2d\n"

CHANGES = {
    "a larger kernel": (
        "{filters: 128}",
        "{filters: 128, kernel_size: 5}",
        """\
kernel (3, 3, 64, 128) for an output of (112, 112, 128): file 0, model 1 (block2_conv1)
kernel (5, 5, 64, 128) for an output of (112, 112, 128): file 1 (conv2d_2), model 0""",
    ),
    "a missing bias": (
        "dense: 4096",
        "dense: {units: 4096, bias: false}",
        "bias (4096,) for an output of (4096,): file 1 (dense_1), model 2 (fc1, fc2)",
    ),
    "two layers the other way round": (
        CONVOLUTION + POOLING,
        POOLING + CONVOLUTION,
        """\
bias (128,) for an output of (56, 56, 128): file 1 (conv2d_3), model 0
bias (128,) for an output of (112, 112, 128): file 1 (conv2d_2), model 2 (block2_conv1, block2_conv2)
kernel (3, 3, 128, 128) for an output of (56, 56, 128): file 1 (conv2d_3), model 0
kernel (3, 3, 128, 128) for an output of (112, 112, 128): file 0, model 1 (block2_conv2)""",
    ),
    "frozen weights": (
        "{units: 1000,",
        "{units: 1000, trainable: false,",
        """\
bias (1000,) for an output of (1000,), not trained: file 1 (dense_2), model 0
bias (1000,) for an output of (1000,): file 0, model 1 (predictions)
kernel (4096, 1000) for an output of (1000,), not trained: file 1 (dense_2), model 0
kernel (4096, 1000) for an output of (1000,): file 0, model 1 (predictions)""",
    ),
}
"""What is changed in VGG-16's file, into what, and what the comparison says then."""


@pytest.mark.parametrize("pair", [_parameter(VGG16)], indirect=True)
@pytest.mark.parametrize("change", CHANGES)
def test_a_difference_is_noticed_and_shown(pair: Pair, change: str) -> None:
    before, after, message = CHANGES[change]
    text = (EXAMPLES / "vgg16.yaml").read_text(encoding="utf-8")
    assert before in text
    changed = archsum.summarize(io.StringIO(text.replace(before, after, 1)))
    assert tensors.difference(tensors.of_summary(changed), pair.theirs.tensors) == message
