"""Layers that do the same to each step, in either data format: the Keras model and the PyTorch model give the same."""

import pytest

import archsum

torch = pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')
from tests.support.parity.both_built import difference, inputs_of  # noqa: E402

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]

LAST, FIRST = "input: [%s, 2]", "data_format: channels_first\ninput: [2, %s]"
STEPS_LAST, STEPS_FIRST = "input: [3, %s, 2]", "data_format: channels_first\ninput: [3, 2, %s]"
CONV = "conv2d: {filters: 4, kernel_size: 3}"
OF_IMAGES = (
    *("flatten", CONV, f"{CONV}, flatten", f"{CONV}, relu, flatten, dense: 5", "max_pooling2d, flatten", "dense: 3"),
    *("global_average_pooling2d", "global_max_pooling2d: {keepdims: true}", "batch_normalization, flatten"),
    *("reshape: [-1, 4]", "reshape: [4, -1]", "permute: [3, 1, 2]", "reshape: [8, 4, 4], dense: 3, flatten"),
)
OF_ROWS = (
    *("flatten", "dense: 3", "layer_normalization", "global_average_pooling1d", "reshape: [-1]", "relu"),
    *("conv1d: {filters: 3, kernel_size: 3}", "conv1d: {filters: 3, kernel_size: 3}, flatten", "reshape: [2, -1]"),
)
BEHIND = ("", "lstm: {units: 4, return_sequences: true}", "flatten, dense: 3", "conv2d: {filters: 2, kernel_size: 2}")


def _check(text: str) -> bool:
    """Compare both models of a network; return whether it is one."""
    try:
        summary = archsum.summarize(text)
    except archsum.SpecError:
        return False
    ours = archsum.to_torch(text).eval()
    assert difference(archsum.to_keras(text), ours, list(inputs_of(ours, summary))) < 1e-4, text
    return True


@pytest.mark.parametrize("layers", OF_IMAGES)
def test_images_one_by_one(layers: str) -> None:
    checked = [
        _check(f"{head % '8, 8'}\nlayers: [{', '.join(filter(None, (f'time_distributed: [{layers}]', behind)))}]")
        for head in (STEPS_LAST, STEPS_FIRST)
        for behind in BEHIND[:3]
    ]
    assert sum(checked) >= 3


@pytest.mark.parametrize("layers", OF_ROWS)
def test_rows_of_what_a_convolution_gives(layers: str) -> None:
    checked = [
        _check(f"{head % '9, 8'}\nlayers: [{', '.join(filter(None, (CONV, f'time_distributed: [{layers}]', behind)))}]")
        for head in (LAST, FIRST)
        for behind in BEHIND
    ]
    assert sum(checked) >= 5
