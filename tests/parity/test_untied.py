"""Untied biases against Keras: a layer of Keras's without a bias, and one that adds a weight to what it gives.

Those of PyTorch are compared where its convolutions are, in `test_torch.py` and `test_torch_kinds.py`.
"""

import string
from collections import Counter
from typing import Any

import keras
import numpy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from archsum.layers import layer_class
from archsum.layers.kernel import KernelLayer
from archsum.layers.sequence import SequenceLayer
from archsum.layers.shapes import Shape, known
from tests.support.parity.cases import REFUSED, Case, Computed, Outcome, build, ours
from tests.support.parity.keras_kinds import CASES, keras_layer, keras_outcome
from tests.support.parity.untied import AXES, added_to, untied_biases

pytestmark = pytest.mark.filterwarnings("ignore")

KINDS = {
    kind: cls.rank
    for kind in CASES
    if issubclass(cls := layer_class(kind), KernelLayer) and not issubclass(cls, SequenceLayer)
}
"""The convolutions of every kind, and their numbers of axes; those in a recurrent layer have one bias for all steps."""


class Added(keras.layers.Layer):  # type: ignore[misc]
    """A weight that is added to data, and repeated where its size is 1."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.bias = self.add_weight(shape=shape, name="bias")

    def call(self, data: Any) -> Any:
        return data + self.bias


def theirs(kind: str, case: Case) -> Outcome:
    """Return what Keras makes of the case: a size that is unknown is that of no weight."""
    plain = keras_outcome(kind, case._replace(fields={**case.fields, "bias": False}))
    if plain is REFUSED:
        return REFUSED
    shape = added_to(plain.output_shape, case.fields["bias"], case.fields.get("data_format", "channels_last"))
    if None in shape:
        return REFUSED
    added = Added(shape)
    output = added(keras.KerasTensor((None, *plain.output_shape)))
    assert tuple(output.shape[1:]) == plain.output_shape
    bias = ("bias", tuple(added.bias.shape), case.fields.get("trainable", True))
    return Computed(plain.output_shape, (*plain.weights, bias))


@pytest.mark.parametrize("kind", KINDS)
def test_convolutions(kind: str) -> None:
    tally: Counter[bool] = Counter()

    @given(CASES[kind], untied_biases(KINDS[kind]))
    def compare(case: Case, bias: Any) -> None:
        # What either refuses without a bias is compared where Keras's own layers are.
        plain = ours(kind, case._replace(fields={**case.fields, "bias": False}))
        assume(plain is not REFUSED and len(case.shape) == KINDS[kind] + 1)
        case = case._replace(fields={**case.fields, "bias": bias})
        expected = theirs(kind, case)
        tally[expected is not REFUSED] += 1
        assert ours(kind, case) == expected

    compare()
    assert tally[True] > tally.total() // 3


@given(st.lists(st.integers(2, 6), min_size=2, max_size=4), st.data())
def test_dense_layers_as_keras_has_them_of_any_bias_axes(sizes: list[int], data: st.DataObject) -> None:
    """Its `EinsumDense` leaves the axes of size 1 out that are before all others."""
    names = AXES[len(sizes) - 1]
    bias = data.draw(untied_biases(len(names)))
    letters = string.ascii_lowercase[: len(sizes)]
    chosen = names if bias == "untied" else bias["untied"]
    untied = [letter for letter, name in zip(letters, names, strict=False) if name in chosen]
    dense = keras.layers.EinsumDense(
        f"z{letters},{letters[-1]}y->z{letters[:-1]}y",
        output_shape=(*sizes[:-1], 5),
        bias_axes="".join([*untied, "y"]),
    )
    output = dense(keras.KerasTensor((None, *sizes)))
    found = ours("dense", Case({"units": 5, "bias": bias}, tuple(sizes)))
    assert found is not REFUSED
    assert found.output_shape == tuple(output.shape[1:])
    (_, kernel, _), (_, ours_bias, _) = found.weights
    assert kernel == tuple(dense.kernel.shape)
    stripped = list(ours_bias)
    while stripped[0] == 1:
        stripped.pop(0)
    assert tuple(stripped) == tuple(dense.bias.shape)


@pytest.mark.parametrize("kind", ["scale", "locally_connected1d", "locally_connected2d"])
@given(st.data())
def test_what_keras_lacks_against_numpy(kind: str, data: st.DataObject) -> None:
    rank = int(kind[-2]) if kind[-1] == "d" else data.draw(st.integers(1, 3))
    data_format = data.draw(st.sampled_from(["channels_last", "channels_first"]))
    bias = data.draw(untied_biases(rank))
    shape = tuple(data.draw(st.lists(st.integers(3, 6), min_size=rank + 1, max_size=rank + 1)))
    needed = {} if kind == "scale" else {"filters": 4, "kernel_size": data.draw(st.integers(1, 3))}
    layer = build(kind, {**needed, "bias": bias, "data_format": data_format})
    output = numpy.zeros([size or 0 for size in layer.output_shape(shape)])
    *_, weight = layer.weights(shape)
    assert weight.shape == added_to(output.shape, bias, data_format)
    assert (output + numpy.zeros(tuple(map(known, weight.shape)))).shape == output.shape


def test_a_convolution_computes_with_it() -> None:
    """Keras adds it up itself, where its backend computes."""
    convolution = keras_layer("conv2d", {"filters": 4, "kernel_size": 3, "bias": False})
    ours = build("conv2d", {"filters": 4, "kernel_size": 3, "bias": {"untied": ["height"]}})
    _, bias = ours.weights((9, 8, 2))
    added = Added(bias.shape)
    added.bias.assign(numpy.arange(added.bias.shape[0] * 4).reshape(-1, 1, 4))
    images = numpy.zeros((2, 9, 8, 2), dtype="float32")
    result = numpy.asarray(added(convolution(images)))
    assert result.shape == (2, 7, 6, 4)
    assert (result == result[:, :, :1]).all()
    assert len(numpy.unique(result)) == 7 * 4
