"""Kinds that PyTorch has beside convolutions and poolings: what it builds and runs we accept, and no other.

PyTorch is an extra, as for test_torch.py.
"""

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given, settings

from archsum.layers import FAMILIES, KINDS
from archsum.layers.shapes import known
from tests.parity import test_torch, test_torch_sequences
from tests.support.parity.cases import REFUSED, Case, build, ours
from tests.support.parity.torch_kinds import MODULES, Ran, torch_outcome

pytest.importorskip("torch", reason='PyTorch is missing: pip install -e ".[torch]"')

pytestmark = pytest.mark.torch

ELSEWHERE = {
    *(*test_torch.LAYERS, *test_torch.REARRANGED, *test_torch.MERGED, *test_torch_sequences.RECURRENT),
    *("dot", "bidirectional", "multi_head_attention"),
}
"""Kinds that other files of this folder compare with PyTorch."""

WITHOUT_PYTORCH = {
    *("locally_connected1d", "locally_connected2d", "scale", "layer_scale", "parameter", "constant"),
    *("custom", "stochastic_depth"),
    *("masking", "repeat_vector", "gaussian_dropout", "gaussian_noise", "activity_regularization", "spatial_dropout1d"),
    *("normalization", "rescaling", "up_sampling1d", "time_distributed", "additive_attention"),
    *("exponential", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus"),
    *("grouped_query_attention", "reversible_embedding", "relative_position_bias", "spectral_normalization"),
    *("category_encoding", "discretization", "center_crop", *FAMILIES["augmentation"]),
    *("conv_lstm1d", "conv_lstm2d", "conv_lstm3d"),
}
"""Kinds that PyTorch has no module or function for, or none with our order of axes, as one axis of positions goes, or
with our weights, as spectral normalization goes.
"""


def test_every_kind_is_compared_or_known_to_be_missing_in_pytorch() -> None:
    compared = {*MODULES, *ELSEWHERE}
    assert compared | WITHOUT_PYTORCH == set(KINDS)
    assert not compared & WITHOUT_PYTORCH


def ran(kind: str, case: Case) -> Ran | None:
    found = ours(kind, case)
    if found is REFUSED:
        return REFUSED
    weights = build(kind, case.fields).weights(*case.shapes)
    trained, others = (
        [known(weight.size) for weight in weights if weight.trainable is which] for which in (True, False)
    )
    return Ran(found.output_shape, sorted(trained), sorted(others))


@pytest.mark.parametrize("kind", MODULES)
def test_layer(kind: str, record_property: Callable[[str, object], None]) -> None:
    tally: Counter[str] = Counter()

    @settings(max_examples=settings().max_examples // 2)
    @given(MODULES[kind].cases)
    def compare(case: Case) -> None:
        expected = torch_outcome(case, MODULES[kind], words=kind == "embedding")
        tally["layers compared with PyTorch" if expected else "layers that PyTorch refuses"] += 1
        assert ran(kind, case) == expected

    compare()
    for what, count in tally.items():
        record_property(what, count)
    assert tally["layers compared with PyTorch"] > tally.total() // 3, "most of what is drawn is refused"
